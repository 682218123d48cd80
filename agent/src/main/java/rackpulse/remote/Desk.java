package rackpulse.remote;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.tinylog.Logger;
import rackpulse.json.JsonWriter;
import rackpulse.remote.Verdict.Granted;
import rackpulse.remote.Verdict.Reason;
import rackpulse.remote.Verdict.Refused;
import rackpulse.telemetry.Stamp;

/// Takes calls in, has them judged and carried out, and answers each: a flood of them costs no more
/// than counting them.
///
/// [#arrived] is for any thread, [#work] for the publish thread.
public final class Desk {
  /// Calls that nobody has looked at; the publish thread does so at once, unless it is connecting.
  static final int MAX_WAITING = 16;

  /// Commands under way: each takes seconds at most.
  static final int MAX_OPEN = 16;

  /// No command takes longer, unless a bus or a disk hangs.
  static final Duration PATIENCE = Duration.ofSeconds(30);

  /// As often as recordings are written by themselves: each replaces the oldest, which may be the
  /// one that shows how a fault began.
  static final Duration BETWEEN_DUMPS = Duration.ofMinutes(10);

  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final RemoteSettings settings;
  private final ResponseTopics topics;
  private final Reception reception;
  private final Deeds deeds;
  private final Line line;
  private final Supplier<Stamp> clock;
  private final Rate calls;
  private final Rate refusals;
  private final Rate dumps = new Rate(1, BETWEEN_DUMPS);
  private final Queue<Waiting> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
  private final AtomicLong ignored = new AtomicLong();
  private final Set<Open> open = new HashSet<>();

  /// Bounded by [#MAX_OPEN]: one for each that is open, or was when it timed out.
  private final Queue<Outcome> outcomes = new ConcurrentLinkedQueue<>();

  private long ignoredDueNanos;

  /// The way out.
  public interface Line {
    /// Sends an answer, for the publish thread.
    void answer(String topic, byte[] payload, byte[] correlation);

    /// Has the publish thread call [#work]; any thread may call.
    void wake();
  }

  private record Waiting(Call call, boolean isTooOften) {}

  /// @param why empty when it was done
  private record Outcome(Open of, List<Refused> why, Consumer<JsonWriter> members) {}

  public Desk(
      RemoteSettings settings,
      ResponseTopics topics,
      Deeds deeds,
      Line line,
      Supplier<Stamp> clock) {
    this.settings = settings;
    this.topics = topics;
    this.deeds = deeds;
    this.line = line;
    this.clock = clock;
    reception = new Reception(settings, topics);
    calls = new Rate(settings.maxPerMinute(), MINUTE);
    refusals = new Rate(settings.maxPerMinute(), MINUTE);
    ignoredDueNanos = clock.get().monotonicNanos();
  }

  /// Takes a call without looking into it. Those beyond the rate are refused as often again; more
  /// are only counted, or the answers would be a flood of their own.
  public void arrived(Call call) {
    long nowNanos = clock.get().monotonicNanos();
    boolean isInTime = calls.allows(nowNanos);
    if ((isInTime || refusals.allows(nowNanos)) && waiting.offer(new Waiting(call, !isInTime))) {
      line.wake();
    } else {
      ignored.incrementAndGet();
    }
  }

  /// Does what there is to do; returns soon.
  public void work() {
    Stamp now = clock.get();
    for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
      receive(next, now);
    }
    for (Outcome next = outcomes.poll(); next != null; next = outcomes.poll()) {
      if (open.remove(next.of)) {
        conclude(next);
      }
    }
    for (Open each : List.copyOf(open)) {
      if (now.monotonicNanos() - each.deadlineNanos >= 0) {
        open.remove(each);
        refuse(each.call, new Refused(Reason.TIMED_OUT, each.command.id() + " has not ended"));
      }
    }
    if (now.monotonicNanos() - ignoredDueNanos >= 0) {
      ignoredDueNanos = now.monotonicNanos() + MINUTE.toNanos();
      tellIgnored();
    }
  }

  private void receive(Waiting next, Stamp now) {
    Call call = next.call;
    if (next.isTooOften) {
      String text = "more than " + settings.maxPerMinute() + " commands in a minute";
      refuse(call, new Refused(Reason.TOO_OFTEN, text));
      return;
    }
    switch (reception.judge(call, now)) {
      case Refused refused -> refuse(call, refused);
      case Granted(Request request) -> begin(call, request, now);
    }
  }

  private void begin(Call call, Request request, Stamp now) {
    if (open.size() >= MAX_OPEN) {
      refuse(call, new Refused(Reason.BUSY, open.size() + " commands are under way"));
    } else if (request instanceof Request.DumpRecorder && !dumps.allows(now.monotonicNanos())) {
      String text = "recordings are written once in " + BETWEEN_DUMPS.toMinutes() + " minutes";
      refuse(call, new Refused(Reason.TOO_OFTEN, text));
    } else {
      Logger.info("a command over MQTT: {}", request);
      Open begun = new Open(call, request.command(), now.monotonicNanos() + PATIENCE.toNanos());
      open.add(begun);
      deeds.perform(request, begun);
    }
  }

  private void refuse(Call call, Refused why) {
    Logger.warn("a command over MQTT is refused, {}: {}", why.reason().id(), why.text());
    answer(
        call,
        json -> json.flag("ok", false).text("reason", why.reason().id()).text("text", why.text()));
  }

  private void conclude(Outcome outcome) {
    Open of = outcome.of;
    if (outcome.why.isEmpty()) {
      answer(
          of.call,
          json -> outcome.members.accept(json.flag("ok", true).text("command", of.command.id())));
    } else {
      refuse(of.call, outcome.why.getFirst());
    }
  }

  private void answer(Call call, Consumer<JsonWriter> members) {
    String topic = call.responseTopic().orElse("");
    if (topic.isEmpty() || topics.objection(topic).isPresent()) {
      return; // nobody to tell; it is in the log
    }
    JsonWriter json = new JsonWriter().beginObject().integer("v", 1).time("ts", clock.get().at());
    members.accept(json);
    boolean isTooLong = call.correlation().length > Reception.MAX_CORRELATION_BYTES;
    line.answer(topic, json.end().bytes(), isTooLong ? new byte[0] : call.correlation());
  }

  private void tellIgnored() {
    long count = ignored.getAndSet(0);
    if (count > 0) {
      Logger.warn("{} more commands over MQTT were dropped unread: far too many came", count);
    }
  }

  /// A command under way.
  private final class Open implements Deeds.Reply {
    private final Call call;
    private final Command command;
    private final long deadlineNanos;
    private final AtomicBoolean isTold = new AtomicBoolean();

    Open(Call call, Command command, long deadlineNanos) {
      this.call = call;
      this.command = command;
      this.deadlineNanos = deadlineNanos;
    }

    @Override
    public void done(Consumer<JsonWriter> members) {
      tell(new Outcome(this, List.of(), members));
    }

    @Override
    public void notFound(String text) {
      tell(Reason.NOT_FOUND, text);
    }

    @Override
    public void busy(String text) {
      tell(Reason.BUSY, text);
    }

    @Override
    public void failed(String text) {
      tell(Reason.FAILED, text);
    }

    private void tell(Reason reason, String text) {
      tell(new Outcome(this, List.of(new Refused(reason, text)), _ -> {}));
    }

    private void tell(Outcome outcome) {
      if (isTold.compareAndSet(false, true)) {
        outcomes.add(outcome);
        line.wake();
      }
    }
  }
}
