package rackpulse.schedule;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import rackpulse.telemetry.Poll;

/// What somebody wants done out of turn: a device polled now, dormant ones probed, models taught
/// anew. Bounded, from any thread to the one that owns what it is about.
public final class Errands {
  /// Of each kind and bus; whoever wants more has not waited for an answer.
  static final int MAX_WAITING = 4;

  /// Of the time of a bus, what polls out of turn may cost at most: one of 10 ms in 200 ms.
  static final int SHARE = 20;

  /// How long a poll out of turn waits for a moment in which it delays no other.
  static final Duration PATIENCE = Duration.ofSeconds(2);

  /// After so long nobody waits for it any more.
  static final Duration EXPIRY = Duration.ofSeconds(30);

  private final Map<String, Box> boxes = new ConcurrentSkipListMap<>();
  private final Queue<Retraining> retrainings = new ArrayBlockingQueue<>(MAX_WAITING);
  private volatile Runnable onRetraining = () -> {};

  /// What became of a wish.
  public enum Taken {
    YES,
    /// Nobody has what it is about.
    UNKNOWN,
    /// Too many wait.
    BUSY
  }

  /// Models of a device are to learn anew.
  ///
  /// @param channel all of the device's when empty
  /// @param then is told whose they were, by the thread that owns them
  public record Retraining(String device, Optional<String> channel, Consumer<List<String>> then) {}

  private record Read(String device, Consumer<@Nullable Poll> then) {}

  /// Has `device` polled soon.
  ///
  /// @param then takes the poll, by the thread of its bus; null when that ends
  public Taken read(String device, Consumer<@Nullable Poll> then) {
    for (Box box : boxes.values()) {
      if (box.devices.contains(device)) {
        return box.put(new Read(device, then)) ? Taken.YES : Taken.BUSY;
      }
    }
    return Taken.UNKNOWN;
  }

  /// Has the dormant devices of `bus` probed, or the bus opened, without further delay.
  ///
  /// @param bus all when empty
  /// @return the buses of that name
  public List<String> rescan(Optional<String> bus) {
    List<String> told = new ArrayList<>();
    boxes.forEach((name, box) -> {
      if (bus.isEmpty() || bus.get().equals(name)) {
        box.rescan();
        told.add(name);
      }
    });
    return told;
  }

  /// The devices that can be read, by their bus.
  public Map<String, List<String>> devices() {
    Map<String, List<String>> devices = new TreeMap<>();
    boxes.forEach((name, box) -> devices.put(name, box.devices));
    return devices;
  }

  /// Has models learn anew.
  public Taken retrain(Retraining retraining) {
    boolean taken = retrainings.offer(retraining);
    onRetraining.run();
    return taken ? Taken.YES : Taken.BUSY;
  }

  /// Calls `wake` when there is something for [#retrainAll].
  public void onRetraining(Runnable wake) {
    onRetraining = wake;
  }

  /// Lets the thread that owns the models do what waits.
  ///
  /// @param teacher tells whose models learn anew
  public void retrainAll(Function<Retraining, List<String>> teacher) {
    for (Retraining next = retrainings.poll(); next != null; next = retrainings.poll()) {
      next.then.accept(teacher.apply(next));
    }
  }

  /// A place for what is wanted of `bus`, from now on this one.
  public Box open(String bus, List<String> devices) {
    Box box = new Box(bus, devices);
    boxes.put(bus, box);
    return box;
  }

  /// What is wanted of one bus. The thread of the bus looks in.
  public final class Box {
    private final String bus;
    private final List<String> devices;
    private final Queue<Read> reads = new ArrayDeque<>();
    private volatile boolean hasNews;
    private volatile boolean isEmpty = true;
    private volatile @Nullable Thread owner;
    private boolean isRescanWanted;
    private boolean isClosed;

    /// When the oldest was first seen waiting, and when the bus has time for it at the earliest.
    private long sinceNanos;

    private long earliestNanos;
    private boolean isWaiting;
    private boolean isSpent;

    private Box(String bus, List<String> devices) {
      this.bus = bus;
      this.devices = List.copyOf(devices);
    }

    private synchronized boolean put(Read read) {
      if (isClosed || reads.size() >= MAX_WAITING) {
        return false;
      }
      reads.add(read);
      isEmpty = false;
      tell();
      return true;
    }

    private synchronized void rescan() {
      isRescanWanted = true;
      tell();
    }

    private void tell() {
      hasNews = true;
      LockSupport.unpark(owner);
    }

    /// Whether something came since [#takeRescan]; true ends the sleep of the thread that called
    /// it.
    public boolean hasNews() {
      return hasNews;
    }

    /// Whether a rescan is wanted, told once. To be called in each round.
    public boolean takeRescan() {
      if (owner == null) {
        owner = Thread.currentThread();
      }
      if (!hasNews) {
        return false;
      }
      synchronized (this) {
        hasNews = false;
        boolean wanted = isRescanWanted;
        isRescanWanted = false;
        return wanted;
      }
    }

    /// The device to be polled out of turn; null while there is none, or it must wait.
    public synchronized @Nullable String wanted(long nowNanos) {
      Read first = reads.peek();
      if (first == null) {
        isWaiting = false;
        return null;
      }
      if (!isWaiting) {
        isWaiting = true;
        sinceNanos = nowNanos;
      }
      if (nowNanos - sinceNanos >= EXPIRY.toNanos()) {
        drop();
        return null;
      }
      return first.device;
    }

    /// Whether a poll out of turn may be made now.
    ///
    /// @param idleNanos until the next poll is due
    /// @param costNanos that it will take
    public synchronized boolean allows(long nowNanos, long idleNanos, long costNanos) {
      boolean isPatient = nowNanos - sinceNanos < PATIENCE.toNanos();
      return !mustRest(nowNanos) && (idleNanos >= costNanos || !isPatient);
    }

    /// When to look again, if not before `otherwiseNanos`.
    public synchronized long nextNanos(long nowNanos, long otherwiseNanos) {
      if (reads.isEmpty()) {
        return otherwiseNanos;
      }
      long patientNanos = sinceNanos + PATIENCE.toNanos();
      long next = mustRest(nowNanos) ? earliestNanos : patientNanos;
      return next - nowNanos > 0 && next - otherwiseNanos < 0 ? next : otherwiseNanos;
    }

    /// A poll out of turn took `costNanos`.
    public synchronized void spent(long nowNanos, long costNanos) {
      earliestNanos = nowNanos + (SHARE - 1) * costNanos;
      isSpent = true;
    }

    private boolean mustRest(long nowNanos) {
      isSpent &= nowNanos - earliestNanos < 0;
      return isSpent;
    }

    /// A device was polled, for whatever reason: whoever waits for that is served.
    public void polled(Poll poll) {
      if (isEmpty) {
        return;
      }
      List<Read> served = new ArrayList<>();
      synchronized (this) {
        reads.removeIf(read -> read.device.equals(poll.device()) && served.add(read));
        isEmpty = reads.isEmpty();
        isWaiting &= served.isEmpty(); // whoever is next begins to be patient
      }
      served.forEach(read -> read.then.accept(poll));
    }

    private void drop() {
      Read first = reads.poll();
      isEmpty = reads.isEmpty();
      isWaiting = false;
      if (first != null) {
        first.then.accept(null);
      }
    }

    /// The thread of the bus ends.
    public void close() {
      boxes.remove(bus, this);
      synchronized (this) {
        isClosed = true;
        while (!reads.isEmpty()) {
          drop();
        }
      }
    }
  }
}
