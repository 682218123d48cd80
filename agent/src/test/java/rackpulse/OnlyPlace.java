package rackpulse;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/// Something that only few places of the agent may touch.
///
/// @param what how a violation calls it
/// @param targets beginnings of full type names (`org.ejml.`) or members (`java.lang.System.exit`)
/// @param places packages (`linux`) and single types (`engine.Worker`) that may touch it
record OnlyPlace(String what, List<String> targets, Set<String> places) {
  static final List<OnlyPlace> ALL = new ArrayList<>();

  static {
    only("native calls", "java.lang.foreign.").in("linux");
    only("method handles", "java.lang.invoke.MethodHandle").in("linux");
    only("Pi4J", "com.pi4j.").in("i2c");
    only("EJML", "org.ejml.").in("model");
    only("Paho", "org.eclipse.paho.").in("mqtt");
    only("TLS", "javax.net.", "java.security.cert.").in("credentials", "mqtt");
    only("keys", "java.security.Key", "java.security.PrivateKey").in("credentials");
    only("TOML", "org.tomlj.").in("config");
    only("picocli", "picocli.").in("command");
    only("Jackson", "com.fasterxml.").in("json");

    only("sockets", "java.net.Socket.", "java.net.DatagramSocket", "java.net.ServerSocket.")
        .in(
            "modbus", // to devices
            "mqtt", // made for Paho, with our time-outs and TLS
            "simulation"); // the simulated devices listen on loopback
    only("channels", "java.nio.channels.Socket", "java.nio.channels.ServerSocket").in("modbus");

    only("ending the process", "java.lang.System.exit", "java.lang.Runtime.").in("rackpulse");
    only("signals", "sun.").in("rackpulse");
    only("reflection", "java.lang.reflect.", "java.lang.Class.forName").in("rackpulse.Signals");
    only(
            "real clocks",
            "java.lang.System.nanoTime",
            "java.lang.System.currentTimeMillis",
            "java.time.Clock.system",
            "java.time.Instant.now",
            "java.time.LocalDateTime.now",
            "java.time.ZonedDateTime.now")
        .in(
            "rackpulse",
            "command", // wires what runs once: read, scan, demo
            "linux"); // waits until a deadline in poll(2) slices
    only(
            "unseeded randomness",
            "java.lang.Math.random",
            "java.util.concurrent.ThreadLocalRandom",
            "java.util.UUID.randomUUID",
            "java.security.SecureRandom")
        .in("rackpulse");
    only(
            "threads",
            "java.lang.Thread.<init>",
            "java.lang.Thread.of",
            "java.lang.Thread.startVirtualThread",
            "java.util.concurrent.Executors",
            "java.util.concurrent.ForkJoinPool",
            "java.util.concurrent.CompletableFuture",
            "java.util.Timer")
        .in("engine", "command.DemoCommand"); // the agent runs beside its audience

    only("the process's own streams", "java.lang.System.out", "java.lang.System.err")
        .in("command", "terminal", "rackpulse", "log");
    only("reading the keyboard", "java.lang.System.in", "java.lang.System.console")
        .in("command", "terminal");
    only(
            "durable file writes",
            "java.nio.channels.FileChannel.force",
            "java.io.RandomAccessFile",
            "java.nio.file.Files.move")
        .in("spool");

    only("log messages", "org.tinylog.Logger").in(everywhereBut("telemetry", "bus", "json"));
    only(
            "tinylog's inside",
            "org.tinylog.configuration.",
            "org.tinylog.core.",
            "org.tinylog.format",
            "org.tinylog.pattern.",
            "org.tinylog.provider.",
            "org.tinylog.runtime.",
            "org.tinylog.throwable.",
            "org.tinylog.writers.")
        .in("log");
    only("SLF4J", "org.slf4j.").in();
    only("java.util.logging", "java.util.logging.").in("log", "mqtt"); // Paho logs through it

    only(
            "regular expressions and format strings (slow, and garbage, in the poll path)",
            "java.util.regex.",
            "java.lang.String.format",
            "java.util.Formatter")
        .in(
            "config",
            "command",
            "terminal",
            "history",
            "plot",
            "simulation",
            "rackpulse",
            "scan",
            "demo");
    only("stubs", "java.lang.UnsupportedOperationException.<init>").in();
  }

  boolean forbids(String packageName, String typeName, String touched) {
    return targets.stream().anyMatch(touched::startsWith)
        && !places.contains(packageName)
        && !places.contains(typeName);
  }

  private static Row only(String what, String... targets) {
    return new Row(what, targets);
  }

  private static String[] everywhereBut(String... packages) {
    List<String> others = new ArrayList<>(PackageTable.ROWS.keySet());
    others.removeAll(Arrays.asList(packages));
    return others.toArray(String[]::new);
  }

  private record Row(String what, String... targets) {
    void in(String... places) {
      ALL.add(new OnlyPlace(what, List.of(targets), Set.of(places)));
    }
  }
}
