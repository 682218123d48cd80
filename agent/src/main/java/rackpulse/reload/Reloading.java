package rackpulse.reload;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tinylog.Logger;
import rackpulse.config.Configuration;
import rackpulse.config.ConfigurationException;
import rackpulse.config.Problems;
import rackpulse.config.Problems.Problem;
import rackpulse.engine.Clocks;
import rackpulse.mqtt.MqttSettings;
import rackpulse.reload.Probation.Verdict;
import rackpulse.telemetry.Health;
import rackpulse.telemetry.Health.Reload;
import rackpulse.verdict.Outcomes.Tally;

/// Brings a new configuration into the running agent: reads all of it, changes nothing when
/// anything is wrong with it, else only what differs.
///
/// [#request] and [#latest] are for any thread, [#work] for one of its own.
public final class Reloading {
  /// For so long the files must have been as they are: one that is just being written may be sound
  /// for a moment and say half of what it shall.
  static final Duration SETTLING = Duration.ofMillis(200);

  /// Five seconds; nobody writes a configuration for longer.
  private static final int MOST_LOOKS = 25;

  /// Requests that wait; all that do are answered by one reload.
  private static final int MOST_WAITING = 16;

  private final Source source;
  private final Clocks clocks;
  private final BlockingQueue<Request> requests = new ArrayBlockingQueue<>(MOST_WAITING);
  private final Probation probation = new Probation();
  private Configuration running;
  private List<String> later = List.of();
  private volatile @Nullable Reload latest;

  private record Request(String origin, Consumer<Reload> answer) {}

  /// Where configurations come from.
  public interface Source {
    /// Reads and checks all of it.
    ///
    /// @throws ConfigurationException with everything that is wrong
    Configuration load() throws ConfigurationException;

    /// What changes whenever one of the files does.
    String fingerprint();

    /// Whether it is always the same, so that SIGHUP keeps its usual meaning.
    default boolean isFixed() {
      return false;
    }

    /// Always `configuration`.
    static Source fixed(Configuration configuration) {
      return new Source() {
        @Override
        public Configuration load() {
          return configuration;
        }

        @Override
        public String fingerprint() {
          return "";
        }

        @Override
        public boolean isFixed() {
          return true;
        }
      };
    }
  }

  /// The running agent, as far as a reload can change it.
  public interface Agent {
    /// A reload begins.
    void reloading();

    /// It is over, however it ended.
    void ready();

    /// Polls and watches from now on what `next` says; only the buses `restarts` are touched.
    void apply(Configuration next, Set<String> restarts) throws InterruptedException;

    /// Which of the latest polls of each device gave a value, by the device's name.
    Map<String, Tally> tallies();

    /// Talks to the broker as `next` says from now on.
    void renewSession(MqttSettings next);

    /// [Reloading#latest] has something new: tells it to everybody.
    void tell();
  }

  /// @param running what the agent runs
  public Reloading(Configuration running, Source source, Clocks clocks) {
    this.running = running;
    this.source = source;
    this.clocks = clocks;
  }

  /// Asks for a reload.
  ///
  /// @param origin who wants it, in a word for log and health, such as `SIGHUP`
  public void request(String origin) {
    request(origin, _ -> {});
  }

  /// Asks for a reload; `answer` receives what came of it, on the thread that reloads.
  ///
  /// @return false when too many wait already: nothing will be answered
  public boolean request(String origin, Consumer<Reload> answer) {
    return requests.offer(new Request(origin, answer));
  }

  /// What came of the latest reload.
  public Optional<Reload> latest() {
    return Optional.ofNullable(latest);
  }

  /// Waits for the next request and answers it, together with all that wait by then; or looks after
  /// the buses that the last one has changed.
  public void work(Agent agent) throws InterruptedException {
    Request first = probation.isEmpty() ? requests.take() : requests.poll(lookNanos(), NANOSECONDS);
    if (first == null) {
      look(agent);
      return;
    }
    List<Request> waiting = new ArrayList<>(List.of(first));
    requests.drainTo(waiting);
    agent.reloading();
    Reload reload = reload(waiting.getFirst().origin, agent);
    tell(reload, agent);
    waiting.forEach(request -> request.answer.accept(reload));
    agent.ready();
  }

  private void tell(Reload reload, Agent agent) {
    latest = reload;
    agent.tell();
  }

  private Reload reload(String origin, Agent agent) throws InterruptedException {
    Logger.info("{}: reading the configuration anew", origin);
    Configuration wanted;
    try {
      wanted = settled();
    } catch (ConfigurationException e) {
      e.problems().forEach(problem -> Logger.error(problem.toString()));
      String text = "the new configuration is refused and nothing is changed: " + count(e);
      Logger.error("{}: {}", origin, text);
      return report(origin, "refused", text, e.problems());
    }
    Plan plan = Plan.of(running, wanted);
    plan.lines().forEach(line -> Logger.info("{}: {}", origin, line));
    Configuration before = running;
    Map<String, Tally> tallies = agent.tallies();
    apply(plan, agent);
    if (running.agent().probation().isPositive()) {
      probation.begin(plan, before, tallies, clocks.nanos());
    }
    return report(origin, "applied", String.join("; ", plan.lines()), List.of());
  }

  private long lookNanos() {
    return running.agent().probation().toNanos() / Probation.LOOKS;
  }

  /// Gives buses that do worse than before their old configuration back.
  void look(Agent agent) throws InterruptedException {
    Duration length = running.agent().probation();
    for (Optional<Verdict> worse = probation.judge(agent.tallies(), length, clocks.nanos());
        worse.isPresent();
        worse = probation.judge(agent.tallies(), length, clocks.nanos())) {
      tell(restore(worse.get(), agent), agent);
    }
  }

  private Reload restore(Verdict verdict, Agent agent) throws InterruptedException {
    Optional<Restoration> found = Restoration.of(running, verdict.old(), verdict.bus());
    if (found.isEmpty()) {
      String text = verdict.text() + "; another bus is on its old wire now, so it stays as it is";
      Logger.error(text);
      return report("probation", "kept", text, List.of());
    }
    String text =
        verdict.text()
            + ": the old configuration is back for bus "
            + String.join(", ", found.get().buses())
            + " until the next reload";
    Logger.error(text);
    Plan plan = Plan.of(running, found.get().configuration());
    probation.end(plan.restarts());
    plan.lines().forEach(line -> Logger.info("probation: {}", line));
    List<String> waiting = later;
    apply(plan, agent);
    later = waiting;
    return report("probation", "restored", text, List.of());
  }

  private void apply(Plan plan, Agent agent) throws InterruptedException {
    boolean isPaced = plan.next().engine().equals(running.engine());
    if (!plan.buses().isEmpty() || plan.analysis() || !isPaced) {
      agent.apply(plan.next(), plan.restarts());
    }
    if (plan.session()) {
      agent.renewSession(plan.next().mqtt());
    }
    running = plan.next();
    later = plan.later();
  }

  private static String count(ConfigurationException e) {
    int count = e.problems().size();
    return count + (count == 1 ? " problem" : " problems") + ", first " + e.problems().getFirst();
  }

  /// Reads files that nobody is writing.
  private Configuration settled() throws ConfigurationException, InterruptedException {
    String before = source.fingerprint();
    for (int i = 0; i < MOST_LOOKS; i++) {
      clocks.sleepUntil(clocks.nanos() + SETTLING.toNanos());
      Read read = read();
      String after = source.fingerprint();
      if (after.equals(before)) {
        return read.orThrow();
      }
      before = after;
    }
    throw problem("changes all the time: reload when it is written");
  }

  private Read read() {
    try {
      return new Read(source.load(), null);
    } catch (ConfigurationException e) {
      return new Read(null, e);
    } catch (RuntimeException e) {
      // whatever an operator writes must not end an agent that works
      Logger.error(e, "the configuration cannot be understood");
      return new Read(null, problem("cannot be read, by a fault of this program: " + e));
    }
  }

  private static ConfigurationException problem(String message) {
    Problems problems = new Problems();
    problems.add(Path.of("configuration"), message);
    return new ConfigurationException(problems.list());
  }

  private record Read(
      @Nullable Configuration configuration, @Nullable ConfigurationException failure) {
    Configuration orThrow() throws ConfigurationException {
      if (failure != null) {
        throw failure;
      }
      return Objects.requireNonNull(configuration);
    }
  }

  private Reload report(String origin, String outcome, String text, List<Problem> problems) {
    List<Health.Problem> told =
        problems.stream()
            .map(each ->
                new Health.Problem(
                    each.file().toString(), each.line(), each.column(), each.message()))
            .toList();
    return new Reload(clocks.stamp().at(), origin, outcome, text, told, later);
  }
}
