package rackpulse.engine;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import rackpulse.bus.BusException;
import rackpulse.bus.BusSettings;
import rackpulse.bus.WireCounters;
import rackpulse.bus.WireEvent;
import rackpulse.sensor.DeviceSettings;
import rackpulse.sensor.I2cProfile;
import rackpulse.sensor.ModbusProfile;
import rackpulse.telemetry.Health.DeviceHealth;
import rackpulse.verdict.History;
import rackpulse.verdict.Medium;
import rackpulse.verdict.Subject;
import rackpulse.verdict.Verdicts;

/// Tells what is seen on one bus apart by the device that was asked, and says what is wrong.
///
/// [#asked] is for the bus thread, all else for any.
final class WireWatch {
  /// Most devices of a bus that are told of one by one, so that a report has a bounded size.
  static final int MAX_TOLD = 16;

  private static final WireEvent[] EVENTS = WireEvent.values();

  private final Medium medium;
  private final WireCounters counters;
  private final List<Subject> subjects;
  private final long[] known = new long[EVENTS.length];
  private long knownTotal;

  /// Who owes an answer, if anybody.
  private @Nullable Subject silent;

  /// @param counters what is seen on the bus
  WireWatch(BusSettings settings, WireCounters counters, List<DeviceSession> devices) {
    this.counters = counters;
    subjects = devices.stream().map(DeviceSession::subject).toList();
    boolean isI2c = devices.getFirst().settings().profile() instanceof I2cProfile;
    medium = Medium.of(settings, isI2c ? Medium.Kind.I2C : Medium.Kind.LINE);
  }

  /// Where a device is on its bus, in words.
  static String place(DeviceSettings device) {
    return switch (device.profile()) {
      case I2cProfile _ ->
          "I2C address 0x"
              + Integer.toHexString(device.address())
              + device
                  .mux()
                  .map(mux ->
                      " behind mux 0x" + Integer.toHexString(mux.address()) + ":" + mux.channel())
                  .orElse("");
      case ModbusProfile _ -> "unit " + device.address();
    };
  }

  /// `device` was polled: what was seen since the last poll belongs to it.
  ///
  /// @param failure of the poll as a whole, if it failed
  /// @param useless whether it gave nothing that can be used
  void asked(Subject device, @Nullable BusException failure, boolean useless) {
    int events = counters.total() == knownTotal ? 0 : assign(device);
    WireEvent unseen = unseen(failure, events);
    if (unseen != null) {
      counters.count(unseen);
      events |= assign(device);
    }
    device.history().add(events, useless);
    silent = (events & History.bit(WireEvent.SILENCE)) == 0 ? silent : device;
  }

  /// Gives what is new in the counters to whom it belongs, and tells what `device` has got.
  private int assign(Subject device) {
    int events = 0;
    for (WireEvent event : EVENTS) {
      long fresh = counters.of(event) - known[event.ordinal()];
      if (fresh > 0) {
        known[event.ordinal()] += fresh;
        if (event == WireEvent.LATE_ANSWER && silent != null && silent != device) {
          silent.count(event, fresh);
          silent.history().amend(event);
        } else {
          device.count(event, fresh);
          events |= History.bit(event);
        }
      }
    }
    knownTotal = counters.total();
    return events;
  }

  /// What only a driver sees: bytes that came well and do not fit together.
  private static @Nullable WireEvent unseen(@Nullable BusException failure, int events) {
    int foreign = History.bit(WireEvent.WRONG_UNIT) | History.bit(WireEvent.LATE_ANSWER);
    return switch (failure) {
      case BusException.Corrupt _ when !History.tellCause(events) -> WireEvent.CRC;
      case BusException.WrongSender _ when (events & foreign) == 0 -> WireEvent.WRONG_PART;
      case null, default -> null;
    };
  }

  /// All that was seen since start, by event.
  Map<String, Long> errors() {
    return byId(counters.seen());
  }

  /// What is wrong with the bus, in a sentence; empty when nothing is.
  String verdict(String downReason) {
    return Verdicts.of(medium, downReason, subjects);
  }

  /// Devices of which there is something to tell: those with a verdict first, then those on which
  /// the most was seen.
  List<DeviceHealth> troubled() {
    return subjects.stream()
        .filter(subject -> subject.events() > 0)
        .sorted(Comparator.comparingLong(Subject::events).reversed())
        .map(this::told)
        .sorted(Comparator.comparing(device -> device.verdict().isEmpty()))
        .limit(MAX_TOLD)
        .toList();
  }

  private DeviceHealth told(Subject subject) {
    return new DeviceHealth(
        subject.name(), Verdicts.of(medium, subject, subjects), byId(subject.seen()));
  }

  private static Map<String, Long> byId(Map<WireEvent, Long> seen) {
    Map<String, Long> errors = new TreeMap<>();
    seen.forEach((event, count) -> errors.put(event.id(), count));
    return errors;
  }
}
