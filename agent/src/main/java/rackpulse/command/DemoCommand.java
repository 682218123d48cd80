package rackpulse.command;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import rackpulse.bus.BusException;
import rackpulse.config.Configuration;
import rackpulse.config.ConfigurationException;
import rackpulse.config.ConfigurationFile;
import rackpulse.config.Profiles;
import rackpulse.demo.DemoScreen;
import rackpulse.demo.DemoScript;
import rackpulse.demo.Pacing;
import rackpulse.demo.PastDays;
import rackpulse.demo.RackClock;
import rackpulse.demo.SimulatedBuses;
import rackpulse.demo.SimulatedTime;
import rackpulse.demo.SkippingClock;
import rackpulse.engine.Engine;
import rackpulse.mqtt.Message.Arrival;
import rackpulse.mqtt.Subscriber;
import rackpulse.reload.Reloading;
import rackpulse.simulation.SimulatedRack;
import rackpulse.terminal.Display;
import rackpulse.terminal.ProgressBar;
import rackpulse.terminal.Terminal;

/// `rackpulse demo`: the real agent on a rack that is simulated below its buses, and what a
/// subscriber sees of it.
@Command(
    name = "demo",
    description = {
      "Runs the agent on a simulated rack and shows what a subscriber of the broker sees.",
      "agent/demo does all of it, with a broker of its own."
    })
final class DemoCommand implements Callable<Integer> {
  private static final String CONFIGURATION = "/demo/rackpulse.toml";
  private static final long SEED = 20_260_101;
  private static final int DAYS = 7;
  private static final int HOURS = 24 * DAYS;

  /// Often enough that the rack lives smoothly.
  private static final Duration TICK = Duration.ofMillis(20);

  /// So far the rack runs ahead of what the audience has heard; then it waits.
  private static final Duration AHEAD = Duration.ofSeconds(100);

  private static final long DRAW_NANOS = 500_000_000L;
  private static final int USUAL_HEIGHT = 30;
  private static final int MOST_PACE = 3600;

  private final Services services;

  @Option(
      names = "--broker",
      paramLabel = "URL",
      required = true,
      description = "an MQTT 5 broker on this machine, such as mqtt://127.0.0.1:1883")
  private String broker = "";

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "ends by itself after N seconds (default: never)")
  private int seconds = Integer.MAX_VALUE;

  @Option(
      names = "--pace",
      paramLabel = "N",
      description = "how many seconds of the rack pass in one, 1 to 3600 (default: 360)")
  private int pace = 360;

  @Spec private CommandSpec spec;

  DemoCommand(Services services) {
    this.services = services;
  }

  /// The simulated rack, what leads to it, and its time.
  private record Stage(SimulatedRack rack, SimulatedTime time, SimulatedBuses buses) {}

  @Override
  public Integer call()
      throws IOException, ConfigurationException, InterruptedException, BusException {
    if (pace < 1 || pace > MOST_PACE) {
      throw new ParameterException(spec.commandLine(), "--pace: not 1 to " + MOST_PACE);
    }
    Path directory = Files.createTempDirectory("rackpulse-demo");
    try {
      Configuration configuration = configuration(directory);
      SkippingClock wires = new SkippingClock(System::nanoTime);
      SimulatedRack rack = new SimulatedRack(SEED, wires);
      // so that the days before end where the present hour began
      Instant start = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(DAYS, ChronoUnit.DAYS);
      RackClock clock = new RackClock(start);
      SimulatedTime time = new SimulatedTime(rack, clock);
      Stage stage = new Stage(rack, time, new SimulatedBuses(rack, wires, clock));
      wires.skip(true);
      learn(configuration, stage);
      wires.skip(false);
      return show(configuration, stage);
    } finally {
      remove(directory);
    }
  }

  private Configuration configuration(Path directory) throws IOException, ConfigurationException {
    Path file = directory.resolve("rackpulse.toml");
    try (InputStream in = DemoCommand.class.getResourceAsStream(CONFIGURATION)) {
      byte[] bytes = Objects.requireNonNull(in, CONFIGURATION).readAllBytes();
      String text = new String(bytes, StandardCharsets.UTF_8);
      Files.writeString(
          file, text.replace("{broker}", broker).replace("{state}", directory.toString()));
    }
    return ConfigurationFile.load(file, new Profiles(List.of()), services.environment());
  }

  private void learn(Configuration configuration, Stage stage) throws BusException {
    Engine.Rack rack =
        new Engine.Rack(
            configuration.buses(),
            configuration.devices(),
            configuration.derived(),
            configuration.limits(),
            configuration.watch());
    PastDays days = new PastDays(rack, stage.buses, stage.time);
    Terminal terminal = services.terminal();
    long startNanos = System.nanoTime();
    try (ProgressBar bar = new ProgressBar(terminal, "learning", HOURS, System::nanoTime)) {
      for (int hour = 1; hour <= HOURS; hour++) {
        days.pass(Duration.ofHours(1));
        bar.show(hour, "hours of the rack");
      }
    }
    days.leave(configuration.agent().stateDirectory());
    terminal.line(
        "learned from "
            + DAYS
            + " days of the rack, "
            + days.polls()
            + " polls through the same drivers and models as below, in "
            + Display.of(Duration.ofNanos(System.nanoTime() - startNanos)));
  }

  private int show(Configuration configuration, Stage stage) throws InterruptedException {
    AtomicInteger exitCode = new AtomicInteger(ExitCode.OK);
    Thread agent =
        new Thread(
            () ->
                exitCode.set(
                    services
                        .runner()
                        .run(configuration, Reloading.Source.fixed(configuration), stage.buses)),
            "main");
    String prefix = configuration.mqtt().prefix();
    try (Subscriber subscriber =
            new Subscriber(configuration.mqtt(), "rackpulse-demo-audience", prefix + "/#");
        DemoScreen screen = screen(prefix)) {
      subscriber.receive(Duration.ZERO); // subscribed before the agent says its first word
      Optional<String> trouble = subscriber.trouble();
      if (trouble.isPresent()) {
        services.err().println("rackpulse: no broker to show anything from: " + trouble.get());
        return ExitCode.GAPS;
      }
      agent.start();
      watch(stage, screen, subscriber, agent);
    } finally {
      services.runner().stop();
      agent.join();
    }
    return exitCode.get();
  }

  private DemoScreen screen(String prefix) {
    String pacing =
        "one second here is "
            + Display.of(Duration.ofSeconds(pace))
            + " of the rack; all times are the rack's, also those published";
    if (!services.terminal().interactive()) {
      services.terminal().line(pacing);
    }
    return new DemoScreen(
        services.terminal(),
        height(services.environment().get("LINES")),
        prefix.split("/", -1).length + 2,
        List.of("A simulated rack over MQTT 5", pacing));
  }

  private static int height(@Nullable String text) {
    try {
      return text == null ? USUAL_HEIGHT : Integer.parseInt(text);
    } catch (NumberFormatException _) {
      return USUAL_HEIGHT;
    }
  }

  private void watch(Stage stage, DemoScreen screen, Subscriber subscriber, Thread agent) {
    DemoScript script = new DemoScript();
    RackClock clock = stage.time.clock();
    Instant begin = clock.stamp().at();
    long startNanos = System.nanoTime();
    long drawnNanos = startNanos - DRAW_NANOS;
    Pacing pacing = new Pacing(pace, startNanos);
    while (agent.isAlive()) {
      Instant at = clock.stamp().at();
      boolean isFollowed = screen.isCurrent(at.minus(AHEAD));
      Duration patience = isFollowed && pacing.isBehind() ? Duration.ZERO : TICK;
      for (Arrival arrival : subscriber.receive(patience)) {
        screen.message(arrival.topic(), arrival.payload(), at);
      }
      long now = System.nanoTime();
      if (now - startNanos >= seconds * 1_000_000_000L) {
        return;
      }
      stage.time.advance(pacing.step(now, isFollowed));
      script
          .due(Duration.between(begin, at), screen.raised())
          .ifPresent(event -> {
            stage.rack.play(event);
            screen.event("*** " + event.text(), at);
          });
      if (now - drawnNanos >= DRAW_NANOS) {
        screen.draw(at);
        drawnNanos = now;
      }
    }
  }

  private static void remove(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
