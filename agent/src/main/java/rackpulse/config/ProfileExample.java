package rackpulse.config;

import java.time.Instant;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import rackpulse.bus.BusException;
import rackpulse.sensor.ChannelProfile;
import rackpulse.sensor.Decoder;
import rackpulse.sensor.Encoding;
import rackpulse.sensor.I2cProfile;
import rackpulse.sensor.ModbusProfile;
import rackpulse.sensor.ModbusProfile.Table;
import rackpulse.sensor.Profile;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;

/// What a part is known to send, and what must become of it: `[[example]]` in its profile.
///
/// @param place where it stands in the file
/// @param reply bytes received, empty for a transcript
/// @param table where a Modbus reply begins
/// @param address where a Modbus reply begins
/// @param transcript an exchange to play back on a bus; else empty
/// @param parameters what the site says in it
/// @param expected by channel a value, or the cause where the channel must be a gap
record ProfileExample(
    TomlReader place,
    byte[] reply,
    Table table,
    int address,
    String transcript,
    Map<String, Double> parameters,
    Map<String, Expectation> expected) {
  private static final Map<String, Cause> CAUSES = ChannelParser.byName(Cause.values(), Cause::id);
  private static final Stamp NEVER = new Stamp(Instant.EPOCH, 0, false);

  /// What a channel must become.
  sealed interface Expectation {
    /// In the quantity's unit, to 0.01, below 1 to a hundredth of it, large ones to a millionth.
    record Value(double value) implements Expectation {}

    /// A gap.
    record Missing(Cause cause) implements Expectation {}
  }

  /// @param usual the file's usual table; none for I2C
  static ProfileExample parse(TomlReader example, boolean modbus, Optional<Table> usual) {
    Table table = modbus ? ProfileParser.registerTable(example, usual) : Table.HOLDING;
    if (modbus) {
      example.require("address");
    }
    int address = modbus ? (int) example.integer("address", 0, 0, 0xFFFF) : 0;
    String transcript = modbus ? "" : example.string("transcript", "");
    if (example.has("reply") != transcript.isEmpty()) {
      example.problem("an example has either a \"reply\" or a \"transcript\"");
    }
    example.require("expect");
    Map<String, Expectation> expected = new LinkedHashMap<>();
    TomlReader expect = example.table("expect").orElse(example);
    for (String name : expect == example ? Set.<String>of() : expect.keys()) {
      expected.put(name, expectation(expect, name));
    }
    Map<String, Double> parameters = new HashMap<>();
    if (!transcript.isEmpty() && example.has("parameters")) {
      TomlReader given = example.tableOrEmpty("parameters");
      given.keys().forEach(key -> given.number(key).ifPresent(v -> parameters.put(key, v)));
    }
    byte[] reply = ProfileParser.hex(example, "reply");
    return new ProfileExample(
        example, reply, table, address, transcript, Map.copyOf(parameters), Map.copyOf(expected));
  }

  private static Expectation expectation(TomlReader expect, String name) {
    if (!expect.isText(name)) {
      return new Expectation.Value(expect.number(name).orElse(0.0));
    }
    String id = expect.string(name, "");
    Cause cause = CAUSES.get(id);
    if (cause == null) {
      String near = Suggestion.didYouMean(id, CAUSES.keySet());
      expect.problem(name, "a number or a cause is expected, not \"" + id + "\"" + near);
    }
    return new Expectation.Missing(cause == null ? Cause.UNDEFINED : cause);
  }

  /// Decodes the reply as the driver would and reports every difference to what is expected.
  void checkReply(Profile profile) {
    if (transcript.isEmpty()) {
      try {
        check(decode(profile));
      } catch (BusException.Corrupt damaged) {
        place.problem("reply", "the example's " + damaged.getMessage());
      }
    }
  }

  /// Reports every difference between `samples`, by channel name, and what is expected.
  void check(Map<String, Sample> samples) {
    expected.forEach((name, expectation) -> {
      Sample sample = samples.get(name);
      if (sample == null) {
        place.problem("the example says nothing of a channel \"" + name + "\"");
      } else if (!agree(expectation, sample)) {
        place.problem(
            "the example's "
                + name
                + " should be "
                + text(expectation)
                + " and is "
                + text(sample));
      }
    });
  }

  private Map<String, Sample> decode(Profile profile) throws BusException.Corrupt {
    Map<String, Sample> samples = new HashMap<>();
    switch (profile) {
      case I2cProfile(_, _, _, I2cProfile.Table program) -> {
        short[] words = I2cProfile.words(reply, program.checksum());
        for (I2cProfile.Field field : program.fields()) {
          new Number(field.channel(), field.encoding(), field.undefined(), field.word())
              .decode(words, samples);
        }
      }
      case I2cProfile _ -> place.problem("reply", "this part's examples are transcripts");
      case ModbusProfile modbus -> {
        boolean bits = table == Table.COIL || table == Table.DISCRETE_INPUT;
        short[] words = bits ? bits() : I2cProfile.words(reply, Optional.empty());
        for (ModbusProfile.Field field : modbus.fields()) {
          if (field.table() == table) {
            int index = field.address() - address;
            new Number(field.channel(), field.encoding(), field.undefined(), index)
                .decode(words, samples);
          }
        }
      }
    }
    return samples;
  }

  /// One word for each bit of the reply, least significant first.
  private short[] bits() {
    short[] words = new short[reply.length * 8];
    BitSet.valueOf(reply).stream().forEach(bit -> words[bit] = 1);
    return words;
  }

  /// A number that begins at `words[index]`, if it is there at all.
  private record Number(
      ChannelProfile profile, Encoding encoding, List<Long> undefined, int index) {
    void decode(short[] words, Map<String, Sample> samples) {
      if (index >= 0 && index + encoding.format().words() <= words.length) {
        Channel channel = new Channel("example", profile.name(), profile.quantity());
        Decoder decoder = new Decoder(channel, profile, encoding, undefined);
        samples.put(profile.name(), decoder.sample(NEVER, words, index));
      }
    }
  }

  private static boolean agree(Expectation expectation, Sample sample) {
    return switch (expectation) {
      case Expectation.Missing(Cause cause) -> sample instanceof Gap gap && gap.cause() == cause;
      case Expectation.Value(double expected) -> {
        double size = Math.abs(expected);
        double allowed = Math.max(1e-6, Math.max(0.01 * Math.min(1, size), 1e-6 * size));
        yield sample instanceof Reading reading && Math.abs(reading.value() - expected) <= allowed;
      }
    };
  }

  private static String text(Expectation expectation) {
    return switch (expectation) {
      case Expectation.Missing(Cause cause) -> cause.id();
      case Expectation.Value(double value) -> Double.toString(value);
    };
  }

  private static String text(Sample sample) {
    return switch (sample) {
      case Gap gap -> gap.cause().id();
      case Reading reading -> Double.toString(reading.value());
    };
  }
}
