package rackpulse.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.tinylog.Logger;
import rackpulse.delivery.Keeper;
import rackpulse.delivery.Losses;
import rackpulse.delivery.Mailbox;
import rackpulse.delivery.Outbox;
import rackpulse.delivery.Publisher;
import rackpulse.delivery.Uplink;
import rackpulse.engine.Engine.Rack;
import rackpulse.engine.Engine.Surroundings;
import rackpulse.memory.ModelFile;
import rackpulse.schedule.Errands.Retraining;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.DeviceDescription;
import rackpulse.telemetry.DeviceRemoval;
import rackpulse.telemetry.DeviceStatus;
import rackpulse.telemetry.Health;
import rackpulse.telemetry.Loss;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Stamp;
import rackpulse.watch.RackWatch;

/// From polls to the broker: the threads `analysis`, `spool` and `publish` and what lies between
/// them, the same for all buses and through all their restarts.
///
/// ```
/// bus-<name> ─ polls ─▶ inbox ─▶ analysis ─ polls ─▶ spool ─▶ outbox ─▶ publish ─▶ broker
///      └──────────── states ─────────┴──── other reports ───────▶┘
/// ```
final class Pipeline {
  /// Polls on their way to the analysis: seconds of the busiest rack, since it takes microseconds
  /// for each. What does not fit becomes a loss.
  private static final int INBOX_POLLS = 4096;

  /// More than can end between two polls.
  private static final int TOLD_ENDS = 1000;

  private static final Duration ANALYSIS_LIMIT = Duration.ofSeconds(60);

  /// Worn flash cards take seconds for a write, and many writes can be waiting.
  private static final Duration SPOOL_LIMIT = Duration.ofMinutes(2);

  /// The longest that an attempt to connect may take, with name lookup and TLS, and then some.
  private static final Duration PUBLISH_LIMIT = Duration.ofMinutes(2);

  /// As often as the rack is shown.
  private static final Duration MODELS_SHOWN_EVERY = Duration.ofSeconds(5);

  private final Surroundings around;
  private final Clocks rackClocks;
  private final Stamp started;
  private final Losses losses = new Losses();

  /// Ends of anomalies that the broker knows; one too many is told again after a restart.
  private final Mailbox<Anomaly> toldEnds = new Mailbox<>(TOLD_ENDS);

  private final Mailbox<Poll> inbox = new Mailbox<>(INBOX_POLLS);

  /// Replaced by the analysis thread only.
  private volatile RackWatch watch;

  private Rack rack;
  private final Publisher publisher;
  private final Worker analysis;
  private final Worker publish;
  private final Keeper keeper;
  private final Worker keep;
  private final Map<String, AtomicLong> sequences = new ConcurrentHashMap<>();
  private final Map<String, Poll> latest = new ConcurrentHashMap<>();
  private final Map<String, DeviceStatus> states = new ConcurrentHashMap<>();
  private volatile List<Health.ModelHealth> models = List.of();
  private volatile boolean ending;
  private volatile Map<String, String> busOf;

  /// Turns to another rack, when all is done that came before.
  private final AtomicReference<@Nullable Runnable> change = new AtomicReference<>();

  /// @param onEnd called by a thread that ends
  Pipeline(Rack rack, EngineSettings settings, Surroundings around, Runnable onEnd) {
    this.around = around;
    this.rack = rack;
    around.errands().onRetraining(inbox::wake);
    rackClocks = around.opener().clocks(around.clocks());
    started = rackClocks.stamp();
    busOf = rack.busOf();
    watch = watch(rack, started);
    Uplink uplink = around.uplink();
    Outbox outbox = new Outbox(settings.outboxBytes(), uplink, losses, rackClocks::corrected);
    keeper =
        new Keeper(
            around.spool(),
            uplink.boot(),
            new Keeper.Delivery(outbox, losses),
            this::moment,
            uplink::wake);
    publisher =
        new Publisher(uplink, outbox, this::arrived, this::moment, settings.backlogPerSecond());
    analysis = new Worker("analysis", new Analysis(), ANALYSIS_LIMIT, around.clocks(), onEnd);
    keep = new Worker("spool", new Keeping(), SPOOL_LIMIT, around.clocks(), onEnd);
    publish = new Worker("publish", new Publishing(), PUBLISH_LIMIT, around.clocks(), onEnd);
  }

  /// The rack's date with the machine's time, in which disk and broker are waited for.
  private Stamp moment() {
    Stamp stamp = rackClocks.stamp();
    return new Stamp(stamp.at(), around.clocks().nanos(), stamp.clockSynchronised());
  }

  private RackWatch watch(Rack rack, Stamp now) {
    return rack.watched(now, device -> sequenceOf(device).incrementAndGet());
  }

  /// Says which devices there are, and which are no more, and starts the threads.
  void start() {
    announce(List.of(), started);
    keep.start();
    around.models().load(watch);
    around.alarms().ended().forEach(this::offer);
    tell(watch.restore(around.alarms().all(), started));
    analysis.start();
    publish.start();
  }

  private void tell(List<Anomaly> anomalies) {
    for (Anomaly anomaly : anomalies) {
      around.alarms().note(anomaly);
      offer(anomaly);
    }
  }

  /// Says which devices there are, as far as that is not what was said `before`, and which are no
  /// more.
  private void announce(List<DeviceDescription> before, Stamp now) {
    List<DeviceDescription> descriptions = watch.descriptions();
    List<String> names = descriptions.stream().map(DeviceDescription::device).toList();
    for (String gone : around.announced().announce(names)) {
      Logger.info("{} has left the configuration: its messages at the broker are emptied", gone);
      states.remove(gone);
      latest.remove(gone);
      offer(new DeviceRemoval(gone, now));
    }
    descriptions.stream()
        .filter(each -> before.stream().noneMatch(each::saysAsMuchAs))
        .forEach(this::offer);
    for (String name : names) {
      // computed by the agent itself, so it is there as long as the agent is
      if (!busOf.containsKey(name) && stateOf(name).filter(DeviceStatus::online).isEmpty()) {
        offer(new DeviceStatus(name, now, true, now.at(), ""));
      }
    }
  }

  /// Analyses and announces what `next` says from now on; returns when that is so. The threads of
  /// buses that change have ended, so what they said is passed on before.
  void change(Rack next) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    change.set(() -> turnTo(next, done));
    inbox.wake();
    done.await();
  }

  /// Called by the analysis thread.
  private void turnTo(Rack next, CountDownLatch done) {
    Stamp now = rackClocks.stamp();
    List<DeviceDescription> before = watch.descriptions();
    if (!next.looksLike(rack)) {
      RackWatch fresh = watch(next, now);
      ModelFile.handOver(watch, fresh);
      tell(fresh.goOnFrom(watch, around.alarms().all(), now));
      watch = fresh;
    }
    rack = next;
    busOf = next.busOf();
    announce(before, now);
    done.countDown();
  }

  /// Takes a poll for analysis and delivery; any thread may call.
  void receive(Poll poll) {
    Poll dropped = inbox.put(poll);
    if (dropped != null) {
      losses.add(dropped, Loss.Cause.MEMORY_OVERFLOW);
    }
  }

  /// Takes a report for delivery; any thread may call.
  void offer(Report report) {
    if (report instanceof DeviceStatus status) {
      states.put(status.device(), status);
    }
    if (report instanceof Poll poll) {
      keeper.offer(poll);
    } else {
      publisher.offer(report);
    }
  }

  /// Called by the publish thread.
  private void arrived(Report report) {
    if (report instanceof DeviceRemoval removal) {
      around.announced().forget(removal.device());
    } else if (report instanceof Anomaly anomaly && anomaly.state() != Anomaly.State.RAISED) {
      toldEnds.put(anomaly);
    }
  }

  /// The counter of the polls of `device`, which outlives the thread that counts.
  AtomicLong sequenceOf(String device) {
    return sequences.computeIfAbsent(device, _ -> new AtomicLong());
  }

  /// What was told last of `device`.
  Optional<DeviceStatus> stateOf(String device) {
    return Optional.ofNullable(states.get(device));
  }

  List<Worker> workers() {
    return List.of(analysis, keep, publish);
  }

  /// The last state and poll of every device, computed ones included.
  List<Snapshot.Device> devices() {
    List<Snapshot.Device> devices = new ArrayList<>();
    for (DeviceDescription description : watch.descriptions()) {
      String name = description.device();
      String bus = busOf.getOrDefault(name, "");
      devices.add(new Snapshot.Device(name, bus, states.get(name), latest.get(name)));
    }
    return devices;
  }

  /// The session as it was a moment ago.
  Uplink.Statistics broker() {
    return publisher.statistics();
  }

  /// How far the models were some seconds ago.
  List<Health.ModelHealth> models() {
    return models;
  }

  /// What waits and what was lost.
  Health.Delivery delivery() {
    return publisher.health(rackClocks.stamp(), losses.counts(), keeper.health());
  }

  /// Brings what is under way to the broker and ends both threads; to be called when the buses have
  /// stopped.
  void stop(long deadlineNanos) throws InterruptedException {
    // not by an interrupt, which would cut off what is just being saved
    ending = true;
    inbox.wake();
    long nowNanos = around.clocks().nanos();
    boolean analysed = analysis.join(nowNanos + (deadlineNanos - nowNanos) / 4);
    publisher.finish(deadlineNanos);
    publish.join(deadlineNanos);
    if (analysed) {
      saveAlarms(); // with what the broker was told at the end
    }
    keeper.finish();
    keep.join(deadlineNanos);
    Health.Delivery left = delivery();
    if (left.spool().messages() > 0) {
      Logger.info("{} messages wait in the spool for the next start", left.spool().messages());
    }
    long lost = left.waitingMessages() - left.spool().messages();
    if (lost > 0) {
      Logger.warn("the agent stops with {} messages that the broker has not acknowledged", lost);
    }
  }

  private void saveAlarms() {
    hearOfEnds();
    around.alarms().save();
  }

  private void hearOfEnds() {
    List<Anomaly> told = new ArrayList<>();
    toldEnds.drain(told);
    told.forEach(around.alarms()::arrived);
  }

  /// The duty of the analysis thread, which owns the watch.
  private final class Analysis implements Worker.Duty {
    private final List<Poll> batch = new ArrayList<>();
    private long healthDueNanos = around.clocks().nanos();

    @Override
    public boolean work() throws InterruptedException {
      boolean last = ending;
      Runnable wanted = change.getAndSet(null); // before all that was polled before it is taken out
      inbox.drain(batch, last || wanted != null ? 0 : ANALYSIS_LIMIT.toNanos() / 2);
      observe();
      if (wanted != null) {
        wanted.run();
      }
      around.errands().retrainAll(this::forget);
      hearOfEnds();
      long nowNanos = around.clocks().nanos();
      around.alarms().saveSometimes(nowNanos);
      around.models().saveSometimes(watch, nowNanos);
      if (nowNanos - healthDueNanos >= 0) {
        healthDueNanos = nowNanos + MODELS_SHOWN_EVERY.toNanos();
        models = watch.health();
      }
      return !last;
    }

    /// The buses have stopped: what they said last is still to be passed on.
    @Override
    public void end() {
      inbox.drain(batch);
      observe();
      saveAlarms();
      around.models().save(watch);
    }

    private List<String> forget(Retraining wanted) {
      Stamp now = rackClocks.stamp();
      List<Report> reports = new ArrayList<>();
      List<String> channels = watch.forget(wanted.device(), wanted.channel(), now, reports);
      reports.forEach(this::pass);
      around.models().saveSoon(around.clocks().nanos());
      return channels;
    }

    private void observe() {
      for (Poll poll : batch) {
        for (Report report : watch.observe(poll)) {
          pass(report);
        }
      }
      batch.clear();
    }

    private void pass(Report report) {
      note(report);
      offer(report);
    }

    private void note(Report report) {
      switch (report) {
        case Poll complete -> latest.put(complete.device(), complete);
        case Anomaly anomaly -> {
          around.alarms().note(anomaly);
          // the recorder sees silence itself
          if (anomaly.state() == Anomaly.State.RAISED && anomaly.kind() != Anomaly.Kind.MISSING) {
            String bus = busOf.getOrDefault(anomaly.channel().device(), "");
            around.recorder().alarm(bus, "anomaly: " + anomaly.text());
          }
        }
        case Loss _, DeviceDescription _, DeviceStatus _, DeviceRemoval _, Health _ -> {
          // not made by the detector
        }
      }
    }
  }

  /// The duty of the spool thread, which owns the spool.
  private final class Keeping implements Worker.Duty {
    @Override
    public boolean work() throws InterruptedException {
      return keeper.work();
    }

    @Override
    public void end() {
      keeper.end();
    }
  }

  /// The duty of the publish thread, which owns the session.
  private final class Publishing implements Worker.Duty {
    @Override
    public boolean work() {
      return publisher.work();
    }

    @Override
    public void end() {
      around.uplink().close();
    }
  }
}
