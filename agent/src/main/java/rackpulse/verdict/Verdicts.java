package rackpulse.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import rackpulse.bus.WireEvent;
import rackpulse.verdict.History.Evidence;

/// From what was seen on a wire to what is wrong with it and what to do. Pure.
public final class Verdicts {
  /// Devices named in one sentence; the others have a verdict of their own.
  private static final int NAMES = 3;

  private Verdicts() {}

  private record Case(Subject subject, Evidence evidence) {
    String place() {
      return subject.place();
    }
  }

  /// What is wrong with one device of a bus; empty when nothing is, or too little was seen to tell.
  ///
  /// @param all the devices of the bus, `device` among them
  public static String of(Medium medium, Subject device, List<Subject> all) {
    boolean othersAnswer =
        all.stream().anyMatch(other -> other != device && answers(other.history().evidence()));
    return of(medium, new Case(device, device.history().evidence()), othersAnswer);
  }

  /// What is wrong with a bus; empty when nothing is, or too little was seen to tell.
  ///
  /// @param downReason why the bus cannot be used; empty while it can
  /// @param devices all that hang on it
  public static String of(Medium medium, String downReason, List<Subject> devices) {
    List<Case> cases =
        devices.stream().map(device -> new Case(device, device.history().evidence())).toList();
    boolean isStuck = mainCause(cases) == WireEvent.STUCK;
    if (!downReason.isEmpty()) {
      return isStuck ? stuck() : downReason;
    }
    List<Case> failing = cases.stream().filter(one -> one.evidence.failing()).toList();
    if (!failing.isEmpty() && failing.size() == cases.size()) {
      return allFail(medium, failing);
    }
    for (Case one : cases) {
      if (one.evidence.has(WireEvent.SECOND_ANSWER)) {
        return of(medium, one, true);
      }
    }
    if (failing.size() == 1) {
      return of(medium, failing.getFirst(), true);
    }
    if (!failing.isEmpty()) {
      return failing.size()
          + " of "
          + cases.size()
          + " devices fail ("
          + names(failing)
          + "): "
          + of(medium, failing.getFirst(), true);
    }
    return unsteady(medium, cases);
  }

  /// What `events` of a few requests say of a wire on which nothing answered rightly, for those who
  /// have no history; empty when they say nothing.
  public static String atFirstSight(Medium medium, Map<WireEvent, Long> events) {
    WireEvent main = null;
    long most = 0;
    for (Map.Entry<WireEvent, Long> event : events.entrySet()) {
      if (History.isCause(event.getKey()) && event.getValue() > most) {
        main = event.getKey();
        most = event.getValue();
      }
    }
    return allFail(medium, main, events.containsKey(WireEvent.ECHO));
  }

  private static String allFail(Medium medium, List<Case> failing) {
    boolean isEchoed = failing.stream().anyMatch(one -> one.evidence.has(WireEvent.ECHO));
    String verdict = allFail(medium, mainCause(failing), isEchoed);
    return verdict.isEmpty() ? of(medium, failing.getFirst(), false) : verdict;
  }

  private static String allFail(Medium medium, @Nullable WireEvent main, boolean isEchoed) {
    return switch (main) {
      case SILENCE ->
          isEchoed
              ? "own requests come back and no answer: switch off the transceiver's echo,"
                  + " check A/B wires and direction control"
              : switch (medium.kind()) {
                case LINE -> "no answer from any device: check power and A/B wires";
                case NETWORK ->
                    "connected, but no answer from any device: check unit ids and the line behind"
                        + " the gateway";
                case I2C -> "no answer from any device: check power, SDA and SCL";
              };
      case NAK -> "no device acknowledges its address: check power, SDA and SCL";
      case CRC, FRAMING -> damaged(medium);
      case EXCEPTION ->
          medium.kind() == Medium.Kind.NETWORK
              ? "the gateway reaches none of its units: check the line behind it"
              : "";
      case STUCK -> stuck();
      case ARBITRATION_LOST -> otherMaster();
      case null -> "";
      case WRONG_UNIT,
          WRONG_PART,
          DISCONNECT,
          LATE_ANSWER,
          SECOND_ANSWER,
          ECHO,
          STRAY_BYTES,
          RETRIED,
          MUXES_DESELECTED,
          REOPENED ->
          "";
    };
  }

  private static String damaged(Medium medium) {
    return switch (medium.kind()) {
      case I2C -> "answers with CRC errors: check cable length, pull-ups and interference";
      case LINE ->
          "answers with CRC errors"
              + medium.atSetting()
              + ": try "
              + medium.otherFormat()
              + ", termination or another baud";
      case NETWORK ->
          "what comes is damaged: does the port speak the protocol that is configured (kind)?";
    };
  }

  private static String of(Medium medium, Case device, boolean othersAnswer) {
    String place = device.place();
    if (device.evidence.has(WireEvent.SECOND_ANSWER)) {
      return "two devices answer at " + place + ": give one of them another address";
    }
    if (device.evidence.failing()) {
      return failing(medium, device, othersAnswer);
    }
    if (device.evidence.failsOften()) {
      return device.evidence.failed()
          + " of the last "
          + device.evidence.polls()
          + " polls of "
          + place
          + " failed"
          + because(device.evidence.main())
          + ": check its cable and plugs";
    }
    return habit(device);
  }

  private static String failing(Medium medium, Case device, boolean othersAnswer) {
    String place = device.place();
    String others = othersAnswer ? "; others on the bus do" : "";
    WireEvent main = device.evidence.main();
    return switch (main) {
      case SILENCE ->
          device.evidence.has(WireEvent.LATE_ANSWER)
              ? place + " answers later than the time-out: raise \"timeout\" of the bus"
              : "no answer from " + place + others + ": check its power, cable and address";
      case NAK -> place + " does not acknowledge" + others + ": check that device";
      case CRC, FRAMING ->
          othersAnswer && medium.kind() != Medium.Kind.I2C
              ? place
                  + " answers with CRC errors"
                  + medium.atSetting()
                  + ", others do not: two devices at "
                  + place
                  + ", another baud or format there, or its cable"
              : place + " " + damaged(medium);
      case EXCEPTION ->
          medium.kind() == Medium.Kind.NETWORK
              ? "the gateway gets no answer from " + place + ": check its power, cable and address"
              : place + " refuses every request: check its profile";
      case WRONG_UNIT ->
          "another device answers in place of "
              + place
              + ": check unit ids, and whether a second master is on the line";
      case WRONG_PART ->
          "another part than configured answers at " + place + ": check profile and address";
      case STUCK -> place + " holds the clock, or SDA or SCL is stuck: power-cycle that device";
      case ARBITRATION_LOST -> otherMaster();
      case DISCONNECT ->
          "the connection breaks when " + place + " is asked: check that device and the gateway";
      case null -> "";
      case LATE_ANSWER, SECOND_ANSWER, ECHO, STRAY_BYTES, RETRIED, MUXES_DESELECTED, REOPENED -> "";
    };
  }

  /// What is tolerated, and still ought to be repaired.
  private static String habit(Case device) {
    if (device.evidence.has(WireEvent.ECHO)) {
      return "own requests come back: switch off the transceiver's echo";
    }
    if (device.evidence.has(WireEvent.LATE_ANSWER)) {
      return device.place()
          + " often answers later than the time-out: raise \"timeout\" of the bus";
    }
    if (device.evidence.has(WireEvent.ARBITRATION_LOST)) {
      return otherMaster();
    }
    if (device.evidence.has(WireEvent.CRC) || device.evidence.has(WireEvent.FRAMING)) {
      return device.place() + " sends damaged answers now and then: check termination and cable";
    }
    return "";
  }

  private static String unsteady(Medium medium, List<Case> cases) {
    List<Case> often = cases.stream().filter(one -> one.evidence.failsOften()).toList();
    WireEvent main = mainCause(often);
    if (often.size() > 1 && (main == WireEvent.CRC || main == WireEvent.FRAMING)) {
      return "damaged answers"
          + medium.atSetting()
          + " from "
          + often.size()
          + " devices ("
          + names(often)
          + "): check termination, shield and cable length";
    }
    List<Case> inOrder = new ArrayList<>(often);
    inOrder.addAll(cases);
    return inOrder.stream()
        .map(one -> of(medium, one, true))
        .filter(verdict -> !verdict.isEmpty())
        .findFirst()
        .orElse("");
  }

  private static String stuck() {
    return "SDA or SCL held low: power-cycle the bus, then unplug one device after the other";
  }

  private static String otherMaster() {
    return "another master uses the bus: let only one of them poll";
  }

  private static String because(@Nullable WireEvent main) {
    return main == null ? "" : " (" + main.id() + ")";
  }

  private static String names(List<Case> cases) {
    String names =
        cases.stream()
            .limit(NAMES)
            .map(one -> one.subject.name())
            .collect(Collectors.joining(", "));
    return cases.size() > NAMES ? names + ", …" : names;
  }

  private static boolean answers(Evidence evidence) {
    return evidence.polls() > 0 && !evidence.failing();
  }

  /// What makes most of the devices fail.
  private static @Nullable WireEvent mainCause(List<Case> cases) {
    int[] count = new int[WireEvent.values().length];
    WireEvent main = null;
    for (Case one : cases) {
      WireEvent event = one.evidence.main();
      if (event != null) {
        count[event.ordinal()]++;
        main = main == null || count[event.ordinal()] > count[main.ordinal()] ? event : main;
      }
    }
    return main;
  }
}
