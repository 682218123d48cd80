package rackpulse;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.tinylog.Logger;
import rackpulse.command.ExitCode;
import rackpulse.command.RackpulseCommand;
import rackpulse.command.Services;
import rackpulse.terminal.Terminal;

/// Starts whatever command the arguments name.
public final class Main {
  private static final String VERSION = "/version";

  private Main() {}

  public static void main(String[] arguments) {
    Thread.setDefaultUncaughtExceptionHandler(Main::died);
    Map<String, String> environment = System.getenv();
    String version = version();
    Services services =
        new Services(
            version,
            Terminal.of(System.out, environment),
            System.err,
            environment,
            new RealBuses(true),
            new RealBuses(false),
            new AgentProcess(version, environment));
    System.exit(RackpulseCommand.execute(services, arguments));
  }

  /// A thread of ours that dies is looked after by the engine; one that nobody looks after must not
  /// go unnoticed. The session outlives its library's threads, named `MQTT ...`, by reconnecting.
  private static void died(Thread thread, Throwable failure) {
    Logger.error(failure, "thread {} died", thread.getName());
    if (!thread.getName().startsWith("MQTT ")) {
      Runtime.getRuntime().halt(ExitCode.INTERNAL);
    }
  }

  /// What the build wrote into the program; a native image has no manifest to ask.
  private static String version() {
    try (InputStream in = Main.class.getResourceAsStream(VERSION)) {
      byte[] bytes = Objects.requireNonNull(in, VERSION).readAllBytes();
      return new String(bytes, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return "unknown";
    }
  }
}
