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

  /// Made beforehand: when it is needed there is no memory to make it.
  private static final byte[] OUT_OF_MEMORY =
      "rackpulse: out of memory: the process ends, so that a fresh one can be started\n"
          .getBytes(StandardCharsets.UTF_8);

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
  /// Without memory nothing can be looked after, whoever noticed it first.
  private static void died(Thread thread, Throwable failure) {
    boolean isOutOfMemory = failure instanceof OutOfMemoryError;
    try {
      if (isOutOfMemory) {
        System.err.write(OUT_OF_MEMORY, 0, OUT_OF_MEMORY.length);
      } else {
        Logger.error(failure, "thread {} died", thread.getName());
      }
    } finally {
      if (isOutOfMemory || !thread.getName().startsWith("MQTT ")) {
        Runtime.getRuntime().halt(ExitCode.INTERNAL);
      }
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
