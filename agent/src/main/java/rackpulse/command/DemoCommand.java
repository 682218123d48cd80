package rackpulse.command;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import rackpulse.config.Configuration;
import rackpulse.config.ConfigurationException;
import rackpulse.config.ConfigurationFile;
import rackpulse.config.Profiles;
import rackpulse.demo.DemoScreen;
import rackpulse.demo.DemoScript;
import rackpulse.demo.SimulatedBuses;
import rackpulse.mqtt.Subscriber;
import rackpulse.simulation.SimulatedRack;
import rackpulse.terminal.Display;

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

  /// Often enough that the rack's air moves smoothly.
  private static final Duration TICK = Duration.ofMillis(100);

  private static final long DRAW_NANOS = 500_000_000L;

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

  DemoCommand(Services services) {
    this.services = services;
  }

  @Override
  public Integer call() throws IOException, ConfigurationException, InterruptedException {
    Path directory = Files.createTempDirectory("rackpulse-demo");
    try {
      return show(configuration(directory));
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

  private int show(Configuration configuration) throws InterruptedException {
    SimulatedRack rack = new SimulatedRack(SEED, System::nanoTime);
    AtomicInteger exitCode = new AtomicInteger(ExitCode.OK);
    Thread agent =
        new Thread(
            () ->
                exitCode.set(
                    services
                        .runner()
                        .run(configuration, new SimulatedBuses(rack, System::nanoTime))),
            "main");
    String prefix = configuration.mqtt().prefix();
    int fixedLevels = prefix.split("/", -1).length + 2;
    try (Subscriber subscriber =
            new Subscriber(configuration.mqtt(), "rackpulse-demo-audience", prefix + "/#");
        DemoScreen screen =
            new DemoScreen(services.terminal(), fixedLevels, "A simulated rack over MQTT 5")) {
      subscriber.receive(Duration.ZERO); // subscribed before the agent says its first word
      Optional<String> trouble = subscriber.trouble();
      if (trouble.isPresent()) {
        services.err().println("rackpulse: no broker to show anything from: " + trouble.get());
        return ExitCode.GAPS;
      }
      agent.start();
      watch(rack, screen, subscriber, agent);
    } finally {
      services.runner().stop();
      agent.join();
    }
    return exitCode.get();
  }

  private void watch(SimulatedRack rack, DemoScreen screen, Subscriber subscriber, Thread agent) {
    DemoScript script = new DemoScript();
    long startNanos = System.nanoTime();
    long advancedNanos = startNanos;
    long drawnNanos = startNanos - DRAW_NANOS;
    while (agent.isAlive()) {
      for (Subscriber.Arrival arrival : subscriber.receive(TICK)) {
        screen.message(arrival.topic(), arrival.payload(), Instant.now());
      }
      long now = System.nanoTime();
      double elapsedSeconds = (now - startNanos) / 1e9;
      if (elapsedSeconds >= seconds) {
        return;
      }
      if (now - advancedNanos >= TICK.toNanos()) {
        rack.advance((now - advancedNanos) / 1e9);
        advancedNanos = now;
      }
      for (SimulatedRack.Event event : script.due(elapsedSeconds)) {
        rack.play(event);
        screen.event("*** " + event.text(), Instant.now());
      }
      if (now - drawnNanos >= DRAW_NANOS) {
        screen.draw(Display.of(Duration.ofSeconds((long) elapsedSeconds)));
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
