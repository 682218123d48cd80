package rackpulse.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import rackpulse.telemetry.Report;

/// A broker in memory: connected or not, acknowledging by itself or when told.
public final class FakeUplink implements Uplink {
  /// What was handed over, in order.
  ///
  /// @param boot the run of the agent that it is of; empty for this one
  public record Sent(Report report, boolean historical, String boot) implements Message {
    public Sent(Report report, boolean historical) {
      this(report, historical, "");
    }

    @Override
    public int bytes() {
      return 100;
    }
  }

  private final int window;
  private final boolean acknowledging;
  private final List<Sent> sent = new ArrayList<>();
  private final Map<Long, Sent> inFlight = new LinkedHashMap<>();
  private final List<Settled> settled = new ArrayList<>();
  private String boot = "now";
  private boolean connected;
  private boolean woken;
  private long connections;
  private boolean goodbye;
  private @Nullable Consumer<Duration> waiting;

  public FakeUplink(int window, boolean acknowledging) {
    this.window = window;
    this.acknowledging = acknowledging;
  }

  /// Gives this run of the agent another id.
  public void boot(String id) {
    boot = id;
  }

  /// Calls `hook` in place of waiting.
  public synchronized void waitBy(Consumer<Duration> hook) {
    waiting = hook;
  }

  public synchronized void connect() {
    connected = true;
    connections++;
    wake();
  }

  /// Loses the connection, and with it the fate of everything in flight.
  public synchronized void disconnect() {
    connected = false;
    settleAll(Fate.UNSENT);
    wake();
  }

  public synchronized void settleAll(Fate fate) {
    inFlight.keySet().forEach(id -> settled.add(new Settled(id, fate)));
    inFlight.clear();
    wake();
  }

  public synchronized List<Sent> sent() {
    return List.copyOf(sent);
  }

  public synchronized boolean saidGoodbye() {
    return goodbye;
  }

  /// Waits until `count` messages were handed over, ten seconds at most.
  public synchronized List<Sent> awaitSent(int count) throws InterruptedException {
    long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (sent.size() < count) {
      long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
      if (leftMillis <= 0) {
        throw new AssertionError("only " + sent.size() + " of " + count + " sent: " + sent);
      }
      wait(leftMillis);
    }
    return List.copyOf(sent);
  }

  @Override
  public Message encode(Report report, boolean historical) {
    return new Sent(report, historical);
  }

  @Override
  public Message encodeEarlier(Report report, String boot) {
    return new Sent(report, true, boot);
  }

  @Override
  public String boot() {
    return boot;
  }

  @Override
  public void maintain() {}

  @Override
  public synchronized long connection() {
    return connected ? connections : -1;
  }

  @Override
  public synchronized int room() {
    return connected ? window - inFlight.size() : 0;
  }

  @Override
  public synchronized void send(long id, Message message) {
    if (!connected) {
      settled.add(new Settled(id, Fate.UNSENT));
      return; // the connection was lost a moment ago
    }
    if (room() <= 0) {
      throw new AssertionError("sent beyond the window of " + window);
    }
    sent.add((Sent) message);
    if (acknowledging) {
      settled.add(new Settled(id, Fate.ACKNOWLEDGED));
    } else {
      inFlight.put(id, (Sent) message);
    }
    notifyAll();
  }

  @Override
  public synchronized List<Settled> settled() {
    List<Settled> known = List.copyOf(settled);
    settled.clear();
    return known;
  }

  @Override
  public synchronized void await(Duration atMost) {
    if (waiting != null) {
      waiting.accept(atMost);
      return;
    }
    try {
      long deadlineNanos = System.nanoTime() + atMost.toNanos();
      long leftMillis = atMost.toMillis();
      while (!woken && settled.isEmpty() && leftMillis > 0) {
        wait(leftMillis);
        leftMillis = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    woken = false;
  }

  @Override
  public synchronized void wake() {
    woken = true;
    notifyAll();
  }

  @Override
  public Duration untilMaintenance() {
    return Duration.ofSeconds(10);
  }

  @Override
  public synchronized Statistics statistics() {
    String reason = connected ? "" : "no broker";
    return new Statistics(connected, reason, connections, Map.of(), List.of());
  }

  @Override
  public synchronized void goodbye(Duration atMost) {
    goodbye = connected;
    connected = false;
  }

  @Override
  public void close() {}
}
