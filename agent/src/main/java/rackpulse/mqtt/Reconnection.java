package rackpulse.mqtt;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.tinylog.Logger;
import rackpulse.mqtt.Message.Publication;
import rackpulse.mqtt.ReasonPolicy.Failure;
import rackpulse.mqtt.ReasonPolicy.Remedy;

/// When, where and with what will to connect next. The pauses are exponential with full jitter, so
/// that a thousand agents do not fall upon a broker that has just restarted; they become short
/// again only after a connection has lasted, so that a broker which accepts and throws out is not
/// hammered.
final class Reconnection {
  /// A connection that lives so long was no accident.
  static final Duration STABLE = Duration.ofSeconds(60);

  /// 2^20 times the first pause is more than any ceiling; keeps the shift from overflowing.
  private static final int MAX_DOUBLINGS = 20;

  /// A draw near zero must not become a busy loop.
  private static final long SHORTEST_MILLIS = 50;

  /// From here on, connections that come and go are told of like failures.
  private static final int MANY_FAILURES = 10;

  /// Some brokers tell nobody that another client with the same id threw it out (reason code 0x8E);
  /// Mosquitto 2.0 just closes the connection.
  private static final String SUSPICION =
      " soon after it was made, again; does another agent have the same id, site and rack?";

  /// Failures told apart; more arise only when a broker says something else each time.
  private static final int MAX_KINDS = 32;

  private final MqttSettings settings;
  private final Endpoint configured;
  private final LongSupplier nanoTime;
  private final RandomGenerator random;

  /// How often each kind of failure occurred since the last connection that lasted.
  private final Map<String, Integer> kinds = new HashMap<>();

  private Optional<Endpoint> elsewhere = Optional.empty();
  private int willQos = 1;
  private boolean willRetained = true;
  private String reason = "not yet connected";
  private long attemptNanos;
  private long connectedNanos;
  private int failures;
  private boolean up;
  private boolean shortLived;
  private boolean toldUp = true;

  Reconnection(MqttSettings settings, LongSupplier nanoTime, RandomGenerator random) {
    this.settings = settings;
    this.nanoTime = nanoTime;
    this.random = random;
    configured = Endpoint.of(settings.url());
    attemptNanos = nanoTime.getAsLong();
  }

  /// The broker to try next.
  Endpoint endpoint() {
    return elsewhere.orElse(configured);
  }

  /// The will in the strongest form that this broker takes.
  Link.Will will(Publication publication) {
    return new Link.Will(publication, willQos, willRetained);
  }

  /// What the broker now says of itself: a will made weaker for it is made strong again, or else
  /// nobody would see the agent offline after a broker was only for a while like that.
  void offered(boolean qosOne, boolean retained) {
    willQos = qosOne ? 1 : 0;
    willRetained = retained;
  }

  /// How long until the next attempt; not positive when it is due.
  long nanosLeft() {
    return attemptNanos - nanoTime.getAsLong();
  }

  /// Why there is no connection.
  String reason() {
    return reason;
  }

  /// A connection was made; true when it is told to the operator, false while connections come and
  /// go too fast to tell of each.
  boolean connected() {
    boolean flapping = !toldUp || shortLived;
    up = true;
    connectedNanos = nanoTime.getAsLong();
    toldUp = !flapping || failures < MANY_FAILURES || isWorthTelling(failures);
    if (toldUp) {
      tellUp();
    }
    return toldUp;
  }

  /// The connection is still there.
  void stillUp() {
    if (failures > 0 && hasLasted()) {
      if (!toldUp) {
        tellUp();
      }
      toldUp = true;
      failures = 0;
      kinds.clear();
    }
  }

  private boolean hasLasted() {
    return nanoTime.getAsLong() - connectedNanos >= STABLE.toNanos();
  }

  private void tellUp() {
    Logger.info(
        "connected to {}{}", endpoint(), failures == 0 ? "" : " after " + failures + " failures");
  }

  /// What refused the last attempt may be gone: the next need not wait.
  void atOnce() {
    attemptNanos = nanoTime.getAsLong();
  }

  /// The connection was given up by ourselves, to be made anew.
  void renewing() {
    up = false;
    reason = "connecting again with other certificates";
    atOnce();
  }

  /// An attempt failed, or the connection was lost.
  void failed(Failure failure) {
    Remedy remedy = ReasonPolicy.connection(failure.reasonCode());
    if (failure.reasonCode() == ReasonPolicy.RETAIN_NOT_SUPPORTED) {
      willRetained = false;
    }
    if (failure.reasonCode() == ReasonPolicy.QOS_NOT_SUPPORTED) {
      willQos = 0;
    }
    elsewhere =
        remedy == Remedy.ELSEWHERE
            ? configured.elsewhere(failure.serverReference(), settings.serverReferences())
            : Optional.empty();
    boolean lost = up;
    up = false;
    if (lost) {
      shortLived = !hasLasted();
    }
    reason = failure.text();
    if (lost && shortLived && failures > 0 && failure.reasonCode() == ReasonPolicy.HUNG_UP) {
      reason += SUSPICION;
    }
    Duration pause = pause(remedy);
    attemptNanos = nanoTime.getAsLong() + pause.toNanos();
    if (isWorthTelling(count(failure))) {
      tell(remedy, failure.serverReference(), pause);
    }
  }

  /// How often this has happened now; what the broker says beside its code does not count.
  private int count(Failure failure) {
    boolean coded = ReasonPolicy.isCode(failure.reasonCode());
    String kind = coded ? Integer.toHexString(failure.reasonCode()) : reason;
    boolean known = kinds.containsKey(kind) || kinds.size() < MAX_KINDS;
    return kinds.merge(known ? kind : "others", 1, Integer::sum);
  }

  /// Between next to nothing and a bound that doubles, and never less than `remedy` asks for.
  private Duration pause(Remedy remedy) {
    int doublings = Math.min(failures, MAX_DOUBLINGS);
    failures++;
    long floorMillis = Math.max(settings.reconnectFloor().toMillis(), SHORTEST_MILLIS);
    long ceilingMillis = Math.max(settings.reconnectCeiling().toMillis(), floorMillis);
    long boundMillis = Math.min(floorMillis << doublings, ceilingMillis);
    long pauseMillis = random.nextLong(SHORTEST_MILLIS, boundMillis + 1);
    long leastMillis = remedy.pause().toMillis();
    if (leastMillis > 0) {
      // spread as well: what one agent is refused, all of a fleet are
      pauseMillis = Math.max(pauseMillis, random.nextLong(leastMillis, 2 * leastMillis));
    }
    return Duration.ofMillis(pauseMillis);
  }

  private void tell(Remedy remedy, String serverReference, Duration pause) {
    String text =
        "no connection to the broker: "
            + reason
            + (remedy == Remedy.ELSEWHERE ? elsewhereWords(serverReference) : "")
            + "; next attempt in "
            + (pause.toMillis() + 500) / 1000
            + " s";
    if (remedy.loud()) {
      Logger.error(text);
    } else {
      Logger.warn(text);
    }
  }

  private String elsewhereWords(String serverReference) {
    return elsewhere.isPresent()
        ? ": going to " + elsewhere.get()
        : ": " + serverReference + ", which mqtt.server_references does not allow";
  }

  /// Failures since the last connection that lasted.
  int failures() {
    return failures;
  }

  /// Whether the `count`-th of equal events deserves a line in the log: the first and each power of
  /// ten.
  static boolean isWorthTelling(long count) {
    long power = 1;
    while (power < count) {
      power *= 10;
    }
    return power == count;
  }
}
