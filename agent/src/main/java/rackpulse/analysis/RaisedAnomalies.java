package rackpulse.analysis;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Stamp;

/// The anomalies that are raised now or of whose end the broker may not know, and the bytes in
/// which they outlive the process: one of each kind on each channel. Used by one thread.
public final class RaisedAnomalies {
  private static final String SECTION = "raised-anomalies";
  private static final long CONSTANTS = StateWriter.hash(2);

  /// Far more than a rack can have at once; beyond it the oldest are forgotten.
  static final int MAX = 1000;

  private static final int MAX_SHARES = 3;

  /// So that any characters fit into the text of a state.
  private static final int MAX_TEXT_CHARACTERS = 250;

  private final Map<String, Anomaly> raised = new LinkedHashMap<>();

  /// Those that are over, until the broker has been told.
  private final Map<String, Anomaly> ended = new LinkedHashMap<>();

  /// None.
  public RaisedAnomalies() {}

  /// What [#bytes] wrote.
  ///
  /// @param nowNanos the monotonic clock, which tells nothing about a time before the restart
  /// @throws UnusableState when they are something else, or damaged
  public static RaisedAnomalies of(byte[] bytes, long nowNanos) throws UnusableState {
    try {
      StateReader state = new StateReader(bytes);
      int section = state.open(SECTION, CONSTANTS);
      RaisedAnomalies anomalies = new RaisedAnomalies();
      int count = state.count(2 * MAX);
      for (int i = 0; i < count; i++) {
        Anomaly anomaly = anomaly(state, nowNanos);
        boolean over = anomaly.state() != Anomaly.State.RAISED;
        (over ? anomalies.ended : anomalies.raised).put(subjectOf(anomaly), anomaly);
      }
      state.close(section);
      return anomalies;
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new UnusableState("the saved anomalies make no sense: " + e.getMessage());
    }
  }

  /// Takes note of what was told of an anomaly.
  ///
  /// @return whether it was raised, became worse or better, or is over
  public boolean note(Anomaly anomaly) {
    String subject = subjectOf(anomaly);
    if (anomaly.state() != Anomaly.State.RAISED) {
      boolean over = raised.remove(subject) != null;
      if (over) {
        putBounded(ended, subject, anomaly);
      }
      return over;
    }
    ended.remove(subject); // at the broker the one raised now takes its place
    Anomaly before = putBounded(raised, subject, anomaly);
    return before == null
        || !before.id().equals(anomaly.id())
        || before.severity() != anomaly.severity();
  }

  /// Takes note that the broker knows of the end of an anomaly.
  ///
  /// @return whether that was still open
  public boolean arrived(Anomaly end) {
    Anomaly waiting = ended.get(subjectOf(end));
    return waiting != null
        && waiting.id().equals(end.id())
        && ended.remove(subjectOf(end), waiting);
  }

  private static String subjectOf(Anomaly anomaly) {
    return anomaly.channel().path() + "." + anomaly.kind().id();
  }

  private static @Nullable Anomaly putBounded(
      Map<String, Anomaly> anomalies, String subject, Anomaly anomaly) {
    Anomaly before = anomalies.put(subject, anomaly);
    if (anomalies.size() > MAX) {
      anomalies.remove(anomalies.keySet().iterator().next());
    }
    return before;
  }

  /// All that are raised, as they were told last.
  public List<Anomaly> all() {
    return List.copyOf(raised.values());
  }

  /// Those that are over without the broker's knowing, as far as anybody can tell.
  public List<Anomaly> ended() {
    return List.copyOf(ended.values());
  }

  /// All of them, to be read by [#of].
  public byte[] bytes() {
    StateWriter state = new StateWriter();
    int section = state.open(SECTION, CONSTANTS);
    state.number(raised.size() + ended.size());
    raised.values().forEach(anomaly -> write(anomaly, state));
    ended.values().forEach(anomaly -> write(anomaly, state));
    state.close(section);
    return state.toBytes();
  }

  private static void write(Anomaly anomaly, StateWriter state) {
    state.text(anomaly.id());
    state.text(anomaly.channel().device());
    state.text(anomaly.channel().name());
    state.text(anomaly.channel().quantity().name());
    state.text(anomaly.kind().name());
    state.text(anomaly.state().name());
    state.value(anomaly.severity());
    write(anomaly.stamp().at(), state);
    state.flag(anomaly.stamp().clockSynchronised());
    write(anomaly.since(), state);
    write(anomaly.observed(), state);
    write(anomaly.expected(), state);
    write(anomaly.low(), state);
    write(anomaly.high(), state);
    List<Anomaly.Share> shares =
        anomaly.shares().stream()
            .filter(share -> Double.isFinite(share.amount()))
            .limit(MAX_SHARES)
            .toList();
    state.number(shares.size());
    for (Anomaly.Share share : shares) {
      state.text(share.name());
      state.value(share.amount());
    }
    String text = anomaly.text();
    state.text(text.substring(0, Math.min(text.length(), MAX_TEXT_CHARACTERS)));
  }

  private static Anomaly anomaly(StateReader state, long nowNanos) throws UnusableState {
    String id = state.text();
    Channel channel = new Channel(state.text(), state.text(), Quantity.valueOf(state.text()));
    Anomaly.Kind kind = Anomaly.Kind.valueOf(state.text());
    Anomaly.State told = Anomaly.State.valueOf(state.text());
    double severity = state.value();
    Stamp stamp = new Stamp(instant(state), nowNanos, state.flag());
    return new Anomaly(
        id,
        channel,
        stamp,
        kind,
        told,
        severity,
        instant(state),
        optional(state),
        optional(state),
        optional(state),
        optional(state),
        shares(state),
        state.text());
  }

  private static List<Anomaly.Share> shares(StateReader state) throws UnusableState {
    int count = state.count(MAX_SHARES);
    List<Anomaly.Share> shares = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      shares.add(new Anomaly.Share(state.text(), state.value()));
    }
    return shares;
  }

  private static void write(Instant instant, StateWriter state) {
    state.number(instant.getEpochSecond());
    state.number(instant.getNano());
  }

  private static Instant instant(StateReader state) throws UnusableState {
    return Instant.ofEpochSecond(state.number(), state.number());
  }

  private static void write(OptionalDouble value, StateWriter state) {
    boolean isThere = value.isPresent() && Double.isFinite(value.getAsDouble());
    state.flag(isThere);
    if (isThere) {
      state.value(value.getAsDouble());
    }
  }

  private static OptionalDouble optional(StateReader state) throws UnusableState {
    return state.flag() ? OptionalDouble.of(state.value()) : OptionalDouble.empty();
  }
}
