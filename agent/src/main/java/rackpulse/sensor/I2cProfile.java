package rackpulse.sensor;

import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import rackpulse.bus.BusException;
import rackpulse.bus.Crc8;
import rackpulse.chip.Ads1115;
import rackpulse.chip.Ina2xx;
import rackpulse.telemetry.Quantity;

/// A part on I2C.
///
/// @param addresses the 7-bit addresses it can have
/// @param identity how to tell that it is this part
/// @param program how it is read
public record I2cProfile(
    Header header, List<Integer> addresses, Optional<Identity> identity, Program program)
    implements Profile {
  public I2cProfile {
    addresses = List.copyOf(addresses);
  }

  @Override
  public List<ChannelProfile> channels() {
    return switch (program) {
      case Table table -> table.fields().stream().map(Field::channel).toList();
      case Chip chip -> chip.channels();
    };
  }

  @Override
  public List<Parameter> parameters() {
    return switch (program) {
      case Table _ -> List.of();
      case Chip chip -> chip.kind().parameters();
    };
  }

  @Override
  public Optional<String> objection(Map<String, Double> parameters) {
    return switch (program) {
      case Table _ -> Optional.empty();
      case Chip chip -> chip.kind().objection(parameters);
    };
  }

  /// The 16-bit words of joined replies, most significant byte first.
  ///
  /// @param checksum follows each word
  /// @throws BusException.Corrupt when a checksum is wrong
  public static short[] words(byte[] reply, Optional<Crc8> checksum) throws BusException.Corrupt {
    int stride = checksum.isPresent() ? 3 : 2;
    short[] words = new short[reply.length / stride];
    for (int i = 0; i < words.length; i++) {
      int at = i * stride;
      if (checksum.isPresent()) {
        int expected = checksum.get().of(reply, at, 2);
        if (expected != (reply[at + 2] & 0xFF)) {
          throw new BusException.Corrupt(
              "checksum of word " + i + " is wrong, it should be 0x" + hex(expected), reply);
        }
      }
      words[i] = (short) (reply[at] << 8 | reply[at + 1] & 0xFF);
    }
    return words;
  }

  private static String hex(int value) {
    return HexFormat.of().withUpperCase().toHexDigits((byte) value);
  }

  /// How a part is read: by a table, or by a class of its own where the arithmetic does not fit.
  public sealed interface Program permits Table, Chip {}

  /// Fixed steps whose replies, joined and without checksums, are 16-bit words.
  ///
  /// @param setup done once after the bus was opened or the device had been away
  /// @param steps done at every poll
  /// @param checksum follows each word of a reply
  public record Table(
      List<Step> setup, List<Step> steps, Optional<Crc8> checksum, List<Field> fields)
      implements Program {
    public Table {
      setup = List.copyOf(setup);
      steps = List.copyOf(steps);
      fields = List.copyOf(fields);
    }
  }

  /// A part that has a driver class.
  public record Chip(ChipKind kind, List<ChannelProfile> channels) implements Program {
    public Chip {
      channels = List.copyOf(channels);
    }
  }

  /// The parts that have a driver class.
  public enum ChipKind {
    BME280,
    INA219,
    INA226,
    ADS1115;

    /// The channels it can have.
    public List<Output> outputs() {
      return switch (this) {
        case BME280 ->
            List.of(
                new Output("temperature", Quantity.TEMPERATURE),
                new Output("humidity", Quantity.RELATIVE_HUMIDITY),
                new Output("pressure", Quantity.PRESSURE));
        case INA219, INA226 ->
            List.of(
                new Output("voltage", Quantity.VOLTAGE),
                new Output("current", Quantity.CURRENT),
                new Output("power", Quantity.POWER));
        case ADS1115 ->
            List.of(
                new Output("ain0", Quantity.VOLTAGE),
                new Output("ain1", Quantity.VOLTAGE),
                new Output("ain2", Quantity.VOLTAGE),
                new Output("ain3", Quantity.VOLTAGE));
      };
    }

    /// What it asks of the site.
    List<Parameter> parameters() {
      return switch (this) {
        case BME280 -> List.of();
        case INA219, INA226 ->
            List.of(
                new Parameter(
                    "shunt_ohms", "resistance of the shunt in ohms", 1e-6, 100, Optional.empty()),
                new Parameter(
                    "max_amps",
                    "highest current through the shunt in amperes",
                    1e-3,
                    1e4,
                    Optional.empty()));
        case ADS1115 ->
            List.of(
                new Parameter(
                    "full_scale_volts",
                    "highest voltage to be measured: 6.144, 4.096, 2.048, 1.024, 0.512 or 0.256",
                    0.256,
                    6.144,
                    Optional.of(6.144)));
      };
    }

    /// What speaks against `given`, parameters that are each allowed.
    Optional<String> objection(Map<String, Double> given) {
      return switch (this) {
        case BME280 -> Optional.empty();
        case INA219 -> shunt(Ina2xx.Kind.INA219, given);
        case INA226 -> shunt(Ina2xx.Kind.INA226, given);
        case ADS1115 ->
            Ads1115.FULL_SCALES.contains(given.getOrDefault("full_scale_volts", 6.144))
                ? Optional.empty()
                : Optional.of("\"full_scale_volts\" is one of " + Ads1115.FULL_SCALES);
      };
    }

    private static Optional<String> shunt(Ina2xx.Kind kind, Map<String, Double> given) {
      double volts = given.getOrDefault("shunt_ohms", 0.0) * given.getOrDefault("max_amps", 0.0);
      return volts <= kind.maxShuntVolts()
          ? Optional.empty()
          : Optional.of(
              "\"max_amps\" through \"shunt_ohms\" is "
                  + volts
                  + " V, the chip measures up to "
                  + kind.maxShuntVolts()
                  + " V: check the value of the shunt");
    }
  }

  /// A channel that a driver class offers.
  public record Output(String name, Quantity quantity) {}

  /// One exchange: write, wait, read. Without a wait, write and read are joined by a repeated
  /// start.
  ///
  /// @param read how many bytes, checksums included, 0 to 32
  /// @param retries how often a refused or unanswered read is tried again after another `pause`,
  ///   for chips that do not acknowledge while they measure, 0 to 20
  public record Step(byte[] write, Duration pause, int read, int retries) {
    /// By the bytes, so that a profile read twice is the same.
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Step step
          && Arrays.equals(write, step.write)
          && pause.equals(step.pause)
          && read == step.read
          && retries == step.retries;
    }

    @Override
    public int hashCode() {
      return Objects.hash(Arrays.hashCode(write), pause, read, retries);
    }
  }

  /// A channel and where its number lies in the joined replies.
  ///
  /// @param word index of its first 16-bit word
  public record Field(ChannelProfile channel, int word, Encoding encoding, List<Long> undefined) {
    public Field {
      undefined = List.copyOf(undefined);
    }
  }

  /// A question whose answer only this part gives.
  ///
  /// @param steps what is asked; the replies are joined, without checksums
  /// @param checksum follows each word of a reply
  /// @param mask which bits of the answer count; as long as `expected`
  /// @param expected what they must be
  public record Identity(List<Step> steps, Optional<Crc8> checksum, byte[] mask, byte[] expected) {
    public Identity {
      steps = List.copyOf(steps);
    }

    /// By the bytes, so that a profile read twice is the same.
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Identity identity
          && steps.equals(identity.steps)
          && checksum.equals(identity.checksum)
          && Arrays.equals(mask, identity.mask)
          && Arrays.equals(expected, identity.expected);
    }

    @Override
    public int hashCode() {
      return Objects.hash(steps, checksum, Arrays.hashCode(mask), Arrays.hashCode(expected));
    }
  }
}
