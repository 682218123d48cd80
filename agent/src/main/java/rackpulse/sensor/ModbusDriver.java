package rackpulse.sensor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tinylog.Logger;
import rackpulse.bus.BusException;
import rackpulse.bus.ModbusBus;
import rackpulse.bus.ModbusBus.BitTable;
import rackpulse.bus.ModbusBus.RegisterTable;
import rackpulse.sensor.ModbusProfile.Field;
import rackpulse.sensor.ModbusProfile.Identity;
import rackpulse.sensor.ModbusProfile.Table;
import rackpulse.sensor.RegisterSpans.Span;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;

/// Reads any part that speaks Modbus, as its profile describes it.
///
/// A span that the device refuses as a whole is split until the rest of it answers; the plan that
/// works is kept as long as the driver lives. Called only by the thread that owns the bus.
public final class ModbusDriver implements Driver {
  /// After so many polls a register that the device does not have is asked for again, in case the
  /// device was only starting up; at most one such request in each poll.
  static final int REASK_POLLS = 100;

  /// Or after so long, for devices that are polled seldom.
  static final long REASK_NANOS = Duration.ofMinutes(5).toNanos();

  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private final ModbusBus bus;
  private final String name;
  private final int unit;
  private final Optional<Identity> identity;
  private final List<Field> fields;
  private final List<Channel> channels;
  private final List<Decoder> decoders;
  private final List<Request> plan = new ArrayList<>();
  private final Sample[] samples;
  private final short[] words;
  private boolean trusted;
  private boolean learnt;
  private long polls;

  /// @param settings the device whose profile is `profile`
  public ModbusDriver(ModbusBus bus, DeviceSettings settings, ModbusProfile profile) {
    this.bus = bus;
    name = settings.name();
    unit = settings.address();
    identity = profile.identity();
    fields = wanted(settings, profile);
    channels =
        fields.stream()
            .map(Field::channel)
            .map(channel -> new Channel(name, channel.name(), channel.quantity()))
            .toList();
    decoders =
        IntStream.range(0, fields.size())
            .mapToObj(i -> decoder(channels.get(i), fields.get(i)))
            .toList();
    samples = new Sample[fields.size()];
    int longest = identity.map(known -> known.expected().size()).orElse(0);
    for (Span span : RegisterSpans.merge(fields, profile.requests())) {
      plan.add(new Request(span));
      longest = Math.max(longest, span.count());
    }
    words = new short[longest];
  }

  /// The fields of `profile` whose channels `device` is to deliver.
  static List<Field> wanted(DeviceSettings device, ModbusProfile profile) {
    return profile.fields().stream().filter(field -> device.wants(field.channel().name())).toList();
  }

  private static Decoder decoder(Channel channel, Field field) {
    return new Decoder(channel, field.channel(), field.encoding(), field.undefined());
  }

  @Override
  public List<Channel> channels() {
    return channels;
  }

  /// Forgets that the device is the configured part, but not which requests it answers.
  @Override
  public void reset() {
    trusted = false;
    plan.forEach(request -> request.askAgainAtPoll = 0);
  }

  @Override
  public List<Sample> read(Stamp stamp) throws BusException {
    polls++;
    learnt = false;
    boolean answered = checkIdentity();
    boolean silent = false;
    boolean mayReask = true;
    // a device that is asked nothing could be gone and nobody would know
    boolean allRefused = allRefused();
    for (int i = 0; i < plan.size(); i++) {
      Request request = plan.get(i);
      if (silent || (request.refused && !(mayReask && (allRefused || request.isDue(stamp))))) {
        request.fail(stamp, silent ? Cause.NO_ANSWER : Cause.REFUSED);
        continue;
      }
      mayReask &= !request.refused;
      BusException failure =
          ask(request.span.table(), request.span.address(), request.span.count());
      switch (failure) {
        case null -> request.succeed(stamp);
        case BusException.Down down -> throw down;
        case BusException.NoAnswer none -> {
          if (!answered) {
            throw none;
          }
          // A dying device must not cost the others their time: the rest is not asked for.
          silent = true;
          request.fail(stamp, Cause.NO_ANSWER);
        }
        case BusException.Refused refused -> {
          if (isNoSuchRegister(refused) && split(i)) {
            i--; // its first part is next
          } else {
            request.refuse(stamp, refused);
          }
        }
        case BusException.Corrupt _, BusException.WrongSender _ ->
            request.fail(stamp, Causes.of(failure));
      }
      answered = true;
    }
    if (learnt) {
      sayPlan();
    }
    return List.of(samples);
  }

  private boolean allRefused() {
    for (Request request : plan) {
      if (!request.refused) {
        return false;
      }
    }
    return true;
  }

  /// Checks the identity where that is still to be done; true when the device answered.
  ///
  /// @throws BusException.WrongSender when the device is another part than the configured one
  private boolean checkIdentity() throws BusException {
    if (trusted || identity.isEmpty()) {
      return false;
    }
    Identity known = identity.get();
    int count = known.expected().size();
    BusException failure = ask(known.table(), known.address(), count);
    if (failure instanceof BusException.Refused refused && isNoSuchRegister(refused)) {
      throw wrongPart(known, "it has no such registers");
    }
    if (failure != null) {
      throw failure;
    }
    for (int i = 0; i < count; i++) {
      if ((words[i] & 0xFFFF) != known.expected().get(i)) {
        throw wrongPart(known, "they hold " + found(known, count));
      }
    }
    trusted = true;
    return true;
  }

  private String found(Identity known, int count) {
    return known.text().isEmpty()
        ? IntStream.range(0, count).mapToObj(i -> hex(words[i])).collect(Collectors.joining(" "))
        : '"' + Decoder.text(words, count) + '"';
  }

  private BusException.WrongSender wrongPart(Identity known, String found) {
    String expected =
        known.text().isEmpty()
            ? known.expected().stream().map(ModbusDriver::hex).collect(Collectors.joining(" "))
            : '"' + known.text() + '"';
    return new BusException.WrongSender(
        name
            + ": unit "
            + unit
            + " is another part than its profile describes: "
            + (known.table() == Table.INPUT ? "input" : "holding")
            + " registers from "
            + hex(known.address())
            + " on should hold "
            + expected
            + " and "
            + found
            + "; check the profile and the unit id",
        new byte[0]);
  }

  private static String hex(int word) {
    return "0x" + HEX.toHexDigits((short) word);
  }

  /// Fills [#words]; null when that succeeded. A damaged answer is asked for once more.
  private @Nullable BusException ask(Table table, int address, int count) {
    BusException failure = attempt(table, address, count);
    return failure instanceof BusException.Corrupt ? attempt(table, address, count) : failure;
  }

  private @Nullable BusException attempt(Table table, int address, int count) {
    try {
      switch (table) {
        case HOLDING -> bus.readRegisters(unit, RegisterTable.HOLDING, address, count, words);
        case INPUT -> bus.readRegisters(unit, RegisterTable.INPUT, address, count, words);
        case COIL -> spread(bus.readBits(unit, BitTable.COIL, address, count), count);
        case DISCRETE_INPUT ->
            spread(bus.readBits(unit, BitTable.DISCRETE_INPUT, address, count), count);
      }
      return null;
    } catch (BusException.Refused refused) {
      return isGatewaySilence(refused)
          ? new BusException.NoAnswer("the gateway gets no answer from unit " + unit)
          : refused;
    } catch (BusException failure) {
      return failure;
    }
  }

  /// One word of 0 or 1 for each bit.
  private void spread(BitSet bits, int count) {
    for (int i = 0; i < count; i++) {
      words[i] = (short) (bits.get(i) ? 1 : 0);
    }
  }

  /// Exceptions 1 to 3 (illegal function, address, value): devices answer with any of them when
  /// they are asked for registers they do not have.
  private static boolean isNoSuchRegister(BusException.Refused refused) {
    return refused.code() >= 1 && refused.code() <= 3;
  }

  /// Exceptions 10 and 11: a gateway says that it could not reach the device (Modbus Application
  /// Protocol 1.1b3, 7).
  private static boolean isGatewaySilence(BusException.Refused refused) {
    return refused.code() == 10 || refused.code() == 11;
  }

  /// Puts two requests in the place of the one at `index`; false when it cannot be divided.
  private boolean split(int index) {
    List<Span> parts = RegisterSpans.split(plan.get(index).span);
    if (parts.size() == 1) {
      return false;
    }
    plan.set(index, new Request(parts.getFirst()));
    plan.add(index + 1, new Request(parts.getLast()));
    learnt = true;
    return true;
  }

  private void sayPlan() {
    String missing =
        plan.stream()
            .filter(request -> request.refused)
            .flatMap(request -> request.span.fields().stream())
            .map(field -> field.channel().name())
            .collect(Collectors.joining(", "));
    Logger.warn(
        "{}: the device refuses some of its profile's registers; it is now read in {} requests{}",
        name,
        plan.size(),
        missing.isEmpty() ? "" : ", and these channels are gaps: " + missing);
  }

  /// One request of the plan.
  private final class Request {
    private final Span span;

    /// Where its fields stand among the driver's.
    private final int[] places;

    private boolean refused;
    private long askAgainAtPoll;
    private long refusedNanos;

    private Request(Span span) {
      this.span = span;
      places = span.fields().stream().mapToInt(fields::indexOf).toArray();
    }

    private void succeed(Stamp stamp) {
      learnt |= refused;
      refused = false;
      for (int i = 0; i < places.length; i++) {
        int index = span.fields().get(i).address() - span.address();
        samples[places[i]] = decoders.get(places[i]).sample(stamp, words, index);
      }
    }

    private boolean isDue(Stamp stamp) {
      return polls >= askAgainAtPoll || stamp.monotonicNanos() - refusedNanos >= REASK_NANOS;
    }

    private void refuse(Stamp stamp, BusException.Refused refusal) {
      if (isNoSuchRegister(refusal)) {
        learnt |= !refused;
        refused = true;
        askAgainAtPoll = polls + REASK_POLLS;
        refusedNanos = stamp.monotonicNanos();
      }
      fail(stamp, Causes.of(refusal));
    }

    private void fail(Stamp stamp, Cause cause) {
      for (int place : places) {
        samples[place] = new Gap(channels.get(place), stamp, cause);
      }
    }
  }
}
