package rackpulse.mqtt;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tinylog.Logger;
import rackpulse.credentials.Access;
import rackpulse.credentials.CredentialException;
import rackpulse.credentials.Credentials;
import rackpulse.mqtt.ReasonPolicy.Failure;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Stamp;

/// The session with the broker: connects again and again, tells that the agent is there, sends what
/// it is given in a window and tells what became of it.
///
/// One thread calls it; [#encode] and [#wake] are for any.
public final class MqttSession implements AutoCloseable {
  /// [#untilMaintenance] is never longer, so that nothing depends on one wake-up.
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /// How long a goodbye may take before the same broker is greeted again.
  private static final Duration RENEWAL = Duration.ofSeconds(2);

  private final MqttSettings settings;
  private final Payloads payloads;
  private final String clientId;
  private final String commandTopic;
  private final Supplier<Stamp> clock;
  private final LongSupplier nanoTime;
  private final Reconnection reconnection;
  private final Credentials credentials;
  private final InFlight inFlight;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean woken;

  private @Nullable Link link;
  private Ear ear = Ear.deaf(this::wake);
  private long connections;
  private long pingNanos;
  private boolean closed;

  /// What became of a message, from good to bad.
  public enum Fate {
    /// The broker has it.
    ACKNOWLEDGED,
    /// Not known to have arrived: to be sent again.
    UNSENT,
    /// Exceeds what the broker takes: never to be sent again.
    TOO_LARGE,
    /// Refused for good: never to be sent again.
    REFUSED
  }

  /// The fate of the message that was sent under `id`.
  public record Settled(long id, Fate fate) {}

  /// @param reason why it is not connected; empty while connected
  /// @param reconnects connections made after the first
  /// @param certificateExpiry when certificates expire, by `own` and `broker`
  /// @param notes what an operator should see to although it works, in sentences
  public record Statistics(
      boolean connected,
      String reason,
      long reconnects,
      Map<String, Instant> certificateExpiry,
      List<String> notes) {
    public Statistics {
      certificateExpiry = Map.copyOf(certificateExpiry);
      notes = List.copyOf(notes);
    }
  }

  /// @param clock what the time is, and whether it can be believed
  /// @param nanoTime a clock that never jumps
  /// @param random for pauses; secrets do not depend on it
  public MqttSession(
      MqttSettings settings,
      AgentName name,
      Supplier<Stamp> clock,
      LongSupplier nanoTime,
      RandomGenerator random) {
    this.settings = settings;
    this.clock = clock;
    this.nanoTime = nanoTime;
    payloads = new Payloads(name);
    commandTopic = new Topics(name).agentCommands();
    clientId =
        "rackpulse-" + name.site() + "-" + name.rack() + "-" + name.agent().replace('.', '-');
    reconnection = new Reconnection(settings, nanoTime, random);
    inFlight = new InFlight(nanoTime, this::wake);
    Endpoint endpoint = reconnection.endpoint();
    credentials = new Credentials(settings.credentialFiles(), endpoint.tls(), nanoTime);
    if (settings.allowPlain() && endpoint.isPlainBeyondLoopback()) {
      Logger.warn("readings and passwords travel unencrypted to {}: allow_plain = true", endpoint);
    }
  }

  /// The first thing that keeps these settings from working, found without asking the broker: a
  /// plain connection that is not allowed, a file that is missing, damaged or open to everybody.
  public static Optional<String> objection(MqttSettings settings) {
    try {
      Endpoint endpoint = Endpoint.of(settings.url());
      if (endpoint.isPlainBeyondLoopback() && !settings.allowPlain()) {
        return Optional.of(
            endpoint
                + " would send readings and passwords unencrypted to another host: use"
                + " mqtts://, or set allow_plain = true");
      }
      Access.read(settings.credentialFiles(), endpoint.tls());
      return Optional.empty();
    } catch (IllegalArgumentException | CredentialException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /// The report as it will travel; `historical` polls never overwrite the latest value.
  public Message encode(Report report, boolean historical) {
    return payloads.encode(report, historical);
  }

  /// A poll or loss of the earlier run `boot` of the agent as it will travel.
  public Message encodeEarlier(Report report, String boot) {
    return payloads.encodeEarlier(report, boot);
  }

  /// Gives `listener` what comes in on the topic of commands, from the next connection on. It is
  /// called by a thread of its own and must not block.
  public void listen(Consumer<Message.Arrival> listener) {
    ear = Ear.on(commandTopic, listener, this::wake);
  }

  /// Sends the answer to a command, unless the connection is lost.
  public void answer(Message.Publication publication) {
    if (isUp()) {
      inFlight.addAnswer(publication);
      pump();
    }
  }

  /// Connects when it is due, keeps the connection alive, gives it up when it is dead. Blocks as
  /// long as one attempt to connect takes.
  public void maintain() {
    if (closed) {
      return;
    }
    Link present = link;
    Instant now = clock.get().at();
    switch (credentials.look(now)) {
      case RENEWED -> renewed(present);
      case FOR_NEXT -> reconnection.atOnce();
      case NONE -> credentials.warn(now);
    }
    if (link != null && present != null) {
      keep(present);
    } else if (reconnection.nanosLeft() <= 0) {
      connect();
    }
  }

  private void keep(Link present) {
    long now = nanoTime.getAsLong();
    Failure lost = present.lost();
    if (lost != null) {
      drop(lost);
      return;
    }
    inFlight.collect();
    long oldestNanos = inFlight.oldestSentNanos().orElse(now);
    if (now - oldestNanos >= settings.ackTimeout().toNanos()) {
      String text = "no acknowledgement for " + settings.ackTimeout().toMillis() + " ms";
      drop(new Failure(text));
      return;
    }
    if (present.keepAlive().isPositive() && now - pingNanos >= 0) {
      pingNanos = now + present.ping().toNanos();
    }
    reconnection.stillUp();
  }

  /// Other certificates lie in the files. A broker that they would not accept is kept as long as it
  /// is there.
  private void renewed(@Nullable Link present) {
    if (present == null || !isUp()) {
      reconnection.atOnce();
    } else if (credentials.accepts(present.brokerChain())) {
      Logger.info("certificates in the files of mqtt have changed: connecting again");
      link = null;
      present.disconnect(RENEWAL);
      inFlight.fail();
      reconnection.renewing();
    }
  }

  private void connect() {
    Endpoint endpoint = reconnection.endpoint();
    try {
      Access access = credentials.access(clock.get().at());
      Link.Will will = reconnection.will(payloads.will(clock.get().at()));
      Link.Identity identity = new Link.Identity(clientId, Optional.of(will));
      connected(Link.open(settings, access, endpoint, identity, ear));
    } catch (CredentialException e) {
      reconnection.failed(new Failure(e.text()));
    } catch (Failure e) {
      reconnection.failed(e);
    }
  }

  private void connected(Link opened) {
    link = opened;
    connections++;
    pingNanos = nanoTime.getAsLong() + opened.keepAlive().toNanos();
    credentials.accepted(opened.brokerChain());
    reconnection.offered(opened.acknowledging(), opened.retaining());
    if (reconnection.connected()) {
      warn(opened);
    }
    ear.attach(opened);
    inFlight.addFirst(payloads.birth(clock.get()));
    pump();
  }

  private void warn(Link opened) {
    if (!opened.acknowledging()) {
      Logger.warn("the broker takes QoS 0 only: messages can be lost on their way");
    }
    if (!opened.retaining()) {
      Logger.warn("the broker keeps no retained messages: late subscribers see no latest values");
    }
  }

  /// A connection that was up is no more.
  private void drop(Failure failure) {
    Link ended = link;
    link = null;
    if (ended != null) {
      ended.abort();
    }
    inFlight.fail();
    reconnection.failed(failure);
  }

  /// Counts connections made; negative while there is none.
  public long connection() {
    return isUp() ? connections : -1;
  }

  /// How many more messages the window takes now; 0 while not connected.
  public int room() {
    Link present = link;
    return present == null || !isUp() ? 0 : inFlight.room(present.window(settings.window()));
  }

  /// Sends `message`; its fate is told by [#settled] under `id`, which is not negative.
  public void send(long id, Message message) {
    if (isUp()) {
      inFlight.add(id, message);
      pump();
    } else {
      inFlight.refuse(id, Fate.UNSENT);
    }
  }

  /// Fates of messages in the order in which they became known; empties the list.
  public List<Settled> settled() {
    inFlight.collect();
    pump();
    return inFlight.take();
  }

  /// A failure here ends the connection; [#maintain] sees it.
  private void pump() {
    Link present = link;
    if (present == null || present.lost() != null) {
      return;
    }
    try {
      inFlight.pump(present, present.window(settings.window()));
    } catch (Failure e) {
      wake();
    }
  }

  private boolean isUp() {
    Link present = link;
    return present != null && present.lost() == null;
  }

  /// Waits until a fate is known, the connection is lost, somebody calls [#wake] or `atMost` has
  /// passed. An interrupted thread does not wait.
  public void await(Duration atMost) {
    long nanos = atMost.toNanos();
    lock.lock();
    try {
      while (!woken && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
      woken = false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /// Ends an [#await]; any thread may call it.
  public void wake() {
    lock.lock();
    try {
      woken = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /// When [#maintain] has something to do.
  public Duration untilMaintenance() {
    Link present = link;
    long now = nanoTime.getAsLong();
    long nanos = LONGEST_PAUSE.toNanos();
    if (present == null) {
      nanos = reconnection.nanosLeft(); // may be long: nothing else is to be done
    } else if (present.lost() != null) {
      nanos = 0;
    } else {
      long acknowledgedNanos = inFlight.oldestSentNanos().orElse(now);
      nanos = Math.min(nanos, acknowledgedNanos + settings.ackTimeout().toNanos() - now);
      if (present.keepAlive().isPositive()) {
        nanos = Math.min(nanos, pingNanos - now);
      }
      nanos = Math.min(nanos, inFlight.nanosLeft().orElse(nanos));
    }
    return Duration.ofNanos(Math.max(0, Math.min(nanos, credentials.nanosLeft())));
  }

  /// What an operator wants to know.
  public Statistics statistics() {
    return new Statistics(
        isUp(),
        isUp() ? "" : reason(),
        Math.max(0, connections - 1),
        credentials.expiry(),
        Stream.concat(credentials.notes(clock.get().at()).stream(), ear.notes().stream()).toList());
  }

  private String reason() {
    Link present = link;
    Failure lost = present == null ? null : present.lost();
    return lost != null ? lost.text() : reconnection.reason();
  }

  /// Publishes the agent as offline and disconnects; waits at most `atMost`, also when the thread
  /// is interrupted: this is what it was interrupted for.
  public void goodbye(Duration atMost) {
    boolean interrupted = Thread.interrupted();
    long deadlineNanos = nanoTime.getAsLong() + atMost.toNanos();
    closed = true;
    Link present = link;
    if (present != null && isUp()) {
      inFlight.addFirst(payloads.offline(clock.get()));
      pump();
      while (isUp() && inFlight.size() > 0 && nanoTime.getAsLong() - deadlineNanos < 0) {
        await(Duration.ofNanos(deadlineNanos - nanoTime.getAsLong()));
        inFlight.collect();
        pump();
      }
      present.disconnect(Duration.ofNanos(Math.max(0, deadlineNanos - nanoTime.getAsLong())));
    }
    link = null;
    inFlight.fail();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed = true;
    Link present = link;
    link = null;
    if (present != null) {
      present.abort();
    }
    inFlight.fail();
  }
}
