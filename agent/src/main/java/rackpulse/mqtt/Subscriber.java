package rackpulse.mqtt;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import rackpulse.credentials.Access;
import rackpulse.credentials.CredentialException;
import rackpulse.mqtt.Message.Arrival;
import rackpulse.mqtt.ReasonPolicy.Failure;

/// Sees what the broker tells everybody; the demonstration draws it. Belongs to one thread.
public final class Subscriber implements AutoCloseable {
  /// When nobody receives, later messages are dropped: a display needs the state, not all history.
  private static final int MAX_WAITING = 10_000;

  private static final Duration RETRY = Duration.ofSeconds(1);

  private final MqttSettings settings;
  private final String clientId;
  private final String filter;
  private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>(MAX_WAITING);
  private @Nullable Link link;
  private Optional<String> trouble = Optional.of("not yet connected");

  /// @param filter which topics, such as [Topics#everything]
  public Subscriber(MqttSettings settings, String clientId, String filter) {
    this.settings = settings;
    this.clientId = clientId;
    this.filter = filter;
  }

  /// What has arrived, in order; waits at most `atMost` for the first, and as long as one attempt
  /// to connect takes when there is no connection.
  public List<Arrival> receive(Duration atMost) {
    Link present = link;
    if (present != null && present.lost() != null) {
      present.abort();
      link = null;
      trouble = Optional.of(present.lost().text());
    } else if (present != null) {
      present.ping();
    } else if (!connect()) {
      return drain(atMost.compareTo(RETRY) < 0 ? atMost : RETRY);
    }
    return drain(atMost);
  }

  /// Why nothing arrives; empty while connected.
  public Optional<String> trouble() {
    return trouble;
  }

  private boolean connect() {
    Endpoint endpoint = Endpoint.of(settings.url());
    try {
      Access access = Access.read(settings.credentialFiles(), endpoint.tls());
      Link.Identity identity = new Link.Identity(clientId, Optional.empty());
      Link opened = Link.open(settings, access, endpoint, identity, new Arriving());
      link = opened;
      subscribe(opened);
      trouble = Optional.empty();
      return true;
    } catch (CredentialException | Failure e) {
      trouble = Optional.of(String.valueOf(e.getMessage()));
      Link useless = link;
      if (useless != null) {
        useless.abort();
        link = null;
      }
      return false;
    }
  }

  private void subscribe(Link opened) throws Failure {
    long timeoutMillis = settings.connectTimeout().toMillis();
    BlockingQueue<Integer> answer = new ArrayBlockingQueue<>(1);
    opened.subscribe(filter, answer::offer);
    Integer code = null;
    try {
      code = answer.poll(timeoutMillis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (code == null || code == ReasonPolicy.NONE) {
      throw new Failure("the broker does not answer the subscription");
    }
    if (ReasonPolicy.isError(code)) {
      throw new Failure(code, ReasonPolicy.words(code), "");
    }
  }

  private List<Arrival> drain(Duration atMost) {
    List<Arrival> arrived = new ArrayList<>();
    try {
      Arrival first = arrivals.poll(atMost.toNanos(), TimeUnit.NANOSECONDS);
      if (first != null) {
        arrived.add(first);
        arrivals.drainTo(arrived);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return arrived;
  }

  @Override
  public void close() {
    Link present = link;
    if (present != null) {
      link = null;
      present.disconnect(RETRY);
    }
  }

  private final class Arriving implements Link.Events {
    @Override
    public void wake() {}

    @Override
    public void arrived(Arrival arrival) {
      arrivals.offer(arrival);
    }
  }
}
