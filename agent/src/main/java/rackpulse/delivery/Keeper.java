package rackpulse.delivery;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tinylog.Logger;
import rackpulse.spool.Record;
import rackpulse.spool.Spool;
import rackpulse.telemetry.Health;
import rackpulse.telemetry.Loss;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Stamp;

/// The work of the spool thread: writes every poll to the spool before it may be sent, reads ahead
/// what was not delivered, and tells the spool what has arrived. Without a spool that works polls
/// go on live from memory.
///
/// [#offer], [#finish] and [#health] are for any thread, all else for the spool thread. It has a
/// thread of its own because a poll must be safe at once, while the publish thread may be waiting
/// for a connection, and because a medium may take seconds.
public final class Keeper {
  /// Polls on their way to the spool: seconds of the busiest rack.
  private static final int INBOX_POLLS = 4096;

  /// How soon the spool hears of acknowledgements: what it has not heard of when the agent is
  /// killed is sent again.
  private static final Duration SETTLING = Duration.ofMillis(200);

  /// Longest wait.
  private static final Duration LOOK = Duration.ofSeconds(5);

  /// Shortest time between two waits for the medium that let live polls go.
  private static final Duration WANTED_SYNC = Duration.ofSeconds(1);

  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LAST_RETRY = Duration.ofSeconds(10);

  private final SpoolOpener opener;
  private final Outbox outbox;
  private final Losses losses;
  private final Supplier<Stamp> clock;
  private final Runnable wakePublisher;
  private final PollCodec codec;
  private final Mailbox<Poll> inbox = new Mailbox<>(INBOX_POLLS);
  private final List<Poll> batch = new ArrayList<>();
  private final List<Entry> unstored = new ArrayList<>();
  private @Nullable Spool spool;
  private long waitNanos;
  private long retryNanos;
  private long syncedNanos;
  private Duration retryAfter = FIRST_RETRY;
  private boolean failed;
  private volatile boolean ending;
  private volatile Health.Spool health = new Health.Spool("not yet open", 0, 0);

  /// @param boot the id of this run of the agent
  /// @param wakePublisher called when there is something to send
  public Keeper(
      SpoolOpener opener,
      String boot,
      Delivery delivery,
      Supplier<Stamp> clock,
      Runnable wakePublisher) {
    this.opener = opener;
    this.clock = clock;
    this.wakePublisher = wakePublisher;
    outbox = delivery.outbox;
    losses = delivery.losses;
    codec = new PollCodec(boot);
    retryNanos = clock.get().monotonicNanos();
    syncedNanos = retryNanos - WANTED_SYNC.toNanos();
    outbox.keptBy(this::wake);
  }

  /// Where polls go next.
  public record Delivery(Outbox outbox, Losses losses) {}

  /// Takes a poll for the spool and delivery.
  public void offer(Poll poll) {
    outbox.expect();
    Poll dropped = inbox.put(poll);
    if (dropped != null) {
      outbox.unexpect();
      losses.add(dropped, Loss.Cause.MEMORY_OVERFLOW);
    }
  }

  /// Lets [#work] come back at once.
  void wake() {
    inbox.wake();
  }

  /// Lets [#work] end after this round.
  public void finish() {
    ending = true;
    inbox.wake();
  }

  /// How the spool is.
  public Health.Spool health() {
    return health;
  }

  /// One round; returns after five seconds at most, unless the medium takes longer.
  ///
  /// @return whether there is a next round
  public boolean work() throws InterruptedException {
    boolean last = ending;
    inbox.drain(batch, last ? 0 : waitNanos);
    long nowNanos = clock.get().monotonicNanos();
    boolean due = nowNanos - retryNanos >= 0;
    if (spool == null && due) {
      open(nowNanos);
    }
    Spool present = spool;
    waitNanos = (batch.isEmpty() ? LOOK : SETTLING).toNanos();
    if (present == null || (failed && !due)) {
      keepInMemory();
    } else {
      store(present, nowNanos);
    }
    if (present != null) {
      maintain(present, nowNanos);
    }
    if (outbox.isSettling()) {
      waitNanos = Math.min(waitNanos, SETTLING.toNanos());
    }
    return !last;
  }

  /// Lets go of the spool; what is not delivered stays there for the next run.
  public void end() {
    Spool present = spool;
    spool = null;
    if (present != null) {
      try {
        present.close();
      } catch (IOException e) {
        Logger.warn("the spool was not closed properly: {}", e.toString());
      }
    }
  }

  private void open(long nowNanos) {
    try {
      Spool opened = opener.open(nowNanos);
      spool = opened;
      Spool.Depth depth = opened.depth();
      if (depth.records() > 0) {
        Logger.info("the spool holds {} messages from before", depth.records());
      }
      outbox.polls((lanes, _) -> {
        lanes.stored().unread(depth.records() > 0);
        lanes.stored().readable(true);
        return lanes;
      });
      works(opened);
    } catch (IOException e) {
      fails(SpoolTrouble.of(e, opener.words()), nowNanos);
    }
  }

  private void works(Spool present) {
    if (failed) {
      Logger.info("the spool works again");
    }
    failed = false;
    retryAfter = FIRST_RETRY;
    outbox.polls((lanes, _) -> {
      lanes.spooling(true, Loss.Cause.MEMORY_OVERFLOW);
      lanes.stored().synced(present.synced());
      return lanes;
    });
    show(present, "working");
  }

  private void fails(SpoolTrouble trouble, long nowNanos) {
    if (!failed) {
      Logger.error(
          "{}; {}: readings go on from memory, a crash would lose those not yet sent",
          trouble.what(),
          trouble.remedy());
    }
    failed = true;
    retryNanos = nowNanos + retryAfter.toNanos();
    retryAfter = retryAfter.multipliedBy(2);
    if (retryAfter.compareTo(LAST_RETRY) > 0) {
      retryAfter = LAST_RETRY;
    }
    outbox.polls((lanes, _) -> {
      lanes.spooling(false, trouble.cause());
      return lanes;
    });
    show(spool, trouble.what() + "; " + trouble.remedy());
  }

  private void show(@Nullable Spool present, String state) {
    Spool.Depth depth = present == null ? new Spool.Depth(0, 0) : present.depth();
    health = new Health.Spool(state, depth.records(), depth.bytes());
    long dropped = present == null ? 0 : present.droppedThrough();
    outbox.polls((lanes, _) -> {
      lanes.spooled(depth.records());
      lanes.dropped(dropped);
      return lanes;
    });
  }

  private void keepInMemory() {
    for (Poll poll : batch) {
      outbox.putExpected(poll, 0);
    }
    if (!batch.isEmpty()) {
      batch.clear();
      wakePublisher.run();
    }
  }

  /// All polls and losses there are, or none.
  private void store(Spool present, long nowNanos) {
    List<Loss> lost = losses.takeAll();
    List<Stored.Refusal> refused = outbox.polls((lanes, _) -> lanes.stored().takeRefusals());
    unstored.clear();
    unstored.addAll(outbox.polls(PollLanes::unstored));
    try {
      List<Long> places = append(present, lost, refused);
      present.write();
      // before these are live: newer ones would overtake them while the medium is waited for
      boolean safe = !syncWanted(nowNanos) || attempt(nowNanos, () -> sync(present, nowNanos));
      tell(present, places);
      refused.forEach(refusal -> losses.count(refusal.cause(), 1));
      if (failed && safe) {
        works(present);
      }
    } catch (IOException e) {
      present.rollBack();
      lost.forEach(losses::putBack);
      outbox.polls((lanes, _) -> {
        refused.forEach(lanes.stored()::refuse);
        return lanes;
      });
      fails(SpoolTrouble.of(e, opener.words()), nowNanos);
      keepInMemory();
    }
  }

  private List<Long> append(Spool present, List<Loss> lost, List<Stored.Refusal> refused)
      throws IOException {
    for (Loss loss : lost) {
      append(present, loss);
    }
    for (Stored.Refusal refusal : refused) {
      present.appendLoss(
          refusal.boot() + "/" + refusal.device(),
          refusal.sequence(),
          refusal.sequence(),
          PollCodec.number(refusal.cause()));
      present.replace(refusal.number());
    }
    List<Long> places = new ArrayList<>(unstored.size() + batch.size());
    for (Entry entry : unstored) {
      places.add(
          switch (entry.report) {
            case Poll poll -> append(present, poll);
            case Loss loss -> append(present, loss);
            case null, default -> 0L;
          });
    }
    for (Poll poll : batch) {
      places.add(append(present, poll));
    }
    return places;
  }

  private long append(Spool present, Loss loss) throws IOException {
    return present.appendLoss(
        codec.stream(loss.device()), loss.from(), loss.to(), PollCodec.number(loss.cause()));
  }

  /// @return its place; 0 when it is too large for the spool and stays in memory
  private long append(Spool present, Poll poll) throws IOException {
    byte[] layout = codec.layout(poll);
    var body = codec.body(poll);
    return Spool.fits(layout.length, body.remaining())
        ? present.append(codec.stream(poll.device()), layout, poll.sequence(), body)
        : 0;
  }

  private void tell(Spool present, List<Long> places) {
    for (int i = 0; i < unstored.size(); i++) {
      Entry entry = unstored.get(i);
      long place = places.get(i);
      if (place > 0) {
        outbox.polls((lanes, inFlight) -> {
          lanes.placed(entry, place, inFlight);
          return lanes;
        });
      }
    }
    for (int i = 0; i < batch.size(); i++) {
      outbox.putExpected(batch.get(i), places.get(unstored.size() + i));
    }
    boolean news = !batch.isEmpty();
    batch.clear();
    if (tellLosses(present) || news) {
      wakePublisher.run();
    }
  }

  private boolean tellLosses(Spool present) {
    List<Record> found = present.takeLosses();
    for (Record loss : found) {
      losses.count(PollCodec.cause(loss.cause()), loss.count());
    }
    if (!found.isEmpty()) {
      outbox.polls((lanes, inFlight) -> {
        lanes.putStored(found, inFlight);
        return lanes;
      });
    }
    return !found.isEmpty();
  }

  /// What is acknowledged, what has to be on the medium, what is to be read next.
  private void maintain(Spool present, long nowNanos) {
    for (long place : outbox.polls((lanes, _) -> lanes.stored().takeAcknowledged())) {
      present.acknowledge(place);
    }
    attempt(nowNanos, () -> present.tidy(nowNanos));
    if (syncWanted(nowNanos) || present.syncDue(nowNanos)) {
      attempt(nowNanos, () -> sync(present, nowNanos));
    }
    if (outbox.polls((lanes, _) -> lanes.stored().wantsMore())) {
      boolean readable = attempt(nowNanos, () -> readAhead(present));
      outbox.polls((lanes, _) -> {
        lanes.stored().readable(readable);
        return lanes;
      });
      attempt(nowNanos, present::write); // what was found missing
      tellLosses(present);
    }
    show(present, failed ? health.state() : "working");
  }

  /// Something that the disk may refuse.
  private interface Step {
    void run() throws IOException;
  }

  private boolean attempt(long nowNanos, Step step) {
    try {
      step.run();
      return true;
    } catch (IOException e) {
      if (failed) {
        Logger.debug("still: {}", e.toString()); // must not put off the next try
      } else {
        fails(SpoolTrouble.of(e, opener.words()), nowNanos);
      }
      return false;
    }
  }

  /// Not more often than a medium can bear when a slow broker makes polls overtake each other.
  private boolean syncWanted(long nowNanos) {
    boolean wanted = outbox.polls((lanes, _) -> lanes.stored().wantsSync());
    long leftNanos = syncedNanos + WANTED_SYNC.toNanos() - nowNanos;
    if (wanted && leftNanos > 0) {
      waitNanos = Math.min(waitNanos, leftNanos);
    }
    return wanted && leftNanos <= 0;
  }

  private void sync(Spool present, long nowNanos) throws IOException {
    present.sync();
    syncedNanos = nowNanos;
    outbox.polls((lanes, _) -> {
      lanes.stored().synced(present.synced());
      return lanes;
    });
    wakePublisher.run();
  }

  private void readAhead(Spool present) throws IOException {
    List<Record> records = present.read(Stored.AHEAD);
    outbox.polls((lanes, inFlight) -> {
      lanes.putRead(records, inFlight, present.position(), records.size() == Stored.AHEAD);
      return lanes;
    });
    wakePublisher.run();
  }
}
