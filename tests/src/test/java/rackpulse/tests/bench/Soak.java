package rackpulse.tests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import rackpulse.tests.slaves.Fault;
import rackpulse.tests.support.Account;
import rackpulse.tests.support.Resources;

/// Random faults of every kind for an hour, seeded: at the end the account must balance; memory,
/// descriptors and threads are printed by the minute.
///
/// `tests/soak [--minutes N] [--seed S]`
final class Soak {
  /// After the last fault: for the largest backlog, and for devices that were dormant.
  private static final Duration HEALING = Duration.ofMinutes(2);

  private static final long NANOS = Duration.ofSeconds(1).toNanos();
  private static final int LONGEST_FAULT_SECONDS = 12;
  private static final int LONGEST_PEACE_SECONDS = 8;

  private final SoakRig rig;
  private final Random random;
  private final SortedMap<String, Integer> done = new TreeMap<>();
  private final long startNanos = System.nanoTime();
  private long printNanos = startNanos + 10 * NANOS;

  /// Something that goes wrong for a while.
  private record Trouble(String name, Act begin, Act end) {}

  private interface Act {
    void run() throws Exception;
  }

  private Soak(SoakRig rig, Random random) {
    this.rig = rig;
    this.random = random;
  }

  static void run(Path directory, String[] arguments) throws Exception {
    int minutes = option(arguments, "--minutes", 60);
    int seed = option(arguments, "--seed", new Random().nextInt(1_000_000));
    System.out.printf(Locale.ROOT, "soak of %d minutes, seed %d%n", minutes, seed);
    try (SoakRig rig = new SoakRig(directory)) {
      new Soak(rig, new Random(seed)).run(Duration.ofMinutes(minutes));
    } catch (IllegalStateException e) {
      System.err.println(e.getMessage() + "\nsee " + directory);
      System.exit(1); // before anybody deletes what there is to see
    }
  }

  private static int option(String[] arguments, String name, int otherwise) {
    for (int i = 0; i + 1 < arguments.length; i++) {
      if (arguments[i].equals(name)) {
        return Integer.parseInt(arguments[i + 1]);
      }
    }
    return otherwise;
  }

  private void run(Duration time) throws Exception {
    Path executable = Path.of("/proc", Long.toString(rig.agent().pid()), "exe");
    System.out.println("agent: " + Files.readSymbolicLink(executable).getFileName());
    watch(10);
    while (System.nanoTime() - startNanos < time.toNanos()) {
      List<Trouble> troubles = troubles();
      for (Trouble trouble : troubles) {
        done.merge(trouble.name, 1, Integer::sum);
        trouble.begin.run();
      }
      watch(1 + random.nextInt(LONGEST_FAULT_SECONDS));
      for (Trouble trouble : troubles.reversed()) {
        trouble.end.run();
      }
      watch(1 + random.nextInt(LONGEST_PEACE_SECONDS));
    }
    heal();
    report();
  }

  /// At most one each of broker, agent and slaves, and at least one.
  private List<Trouble> troubles() {
    List<Trouble> troubles = new ArrayList<>();
    while (troubles.isEmpty()) {
      if (random.nextInt(2) == 0) {
        troubles.add(ofBroker());
      }
      if (random.nextInt(4) == 0) {
        troubles.add(ofAgent());
      }
      if (random.nextInt(2) == 0) {
        troubles.add(ofSlaves());
      }
    }
    return troubles;
  }

  private Trouble ofBroker() {
    return switch (random.nextInt(3)) {
      case 0 -> new Trouble("broker killed", rig::killBroker, rig::restartBroker);
      case 1 ->
          new Trouble("broker frozen", () -> rig.freezeBroker(true), () -> rig.freezeBroker(false));
      default ->
          new Trouble(
              "broker restarted",
              () -> {
                rig.killBroker();
                rig.restartBroker();
              },
              () -> {});
    };
  }

  private Trouble ofAgent() {
    return switch (random.nextInt(3)) {
      case 0 -> new Trouble("agent killed", rig::killAgent, rig::startAgent);
      case 1 ->
          new Trouble("agent frozen", () -> rig.signalAgent("STOP"), () -> rig.signalAgent("CONT"));
      default -> new Trouble("agent stopped", rig::stopAgent, rig::startAgent);
    };
  }

  private Trouble ofSlaves() {
    if (random.nextInt(5) == 0) {
      return new Trouble("gateway closed", rig::closeGateway, rig::openGateway);
    }
    boolean onLine = random.nextBoolean();
    int unit = 1 + random.nextInt(onLine ? SoakRig.LINE_UNITS : SoakRig.GATEWAY_UNITS);
    String where = onLine ? "line " : "gateway ";
    int kind = random.nextInt(6);
    Fault fault =
        switch (kind) {
          case 0 -> Fault.silence();
          case 1 -> Fault.exception(6);
          case 2 -> Fault.wrongUnit();
          case 3 -> Fault.truncated(2);
          case 4 -> Fault.late(Duration.ofMillis(200));
          default -> _ -> List.of(new Fault.Send(garbage()));
        };
    String name = List.of("silent", "busy", "wrong unit", "truncated", "late", "garbage").get(kind);
    return new Trouble(
        where + name, () -> spoil(onLine, unit, fault), () -> spoil(onLine, unit, Fault.none()));
  }

  private void spoil(boolean onLine, int unit, Fault fault) {
    if (onLine) {
      rig.spoilLine(unit, fault);
    } else {
      rig.spoilGateway(unit, fault);
    }
  }

  private byte[] garbage() {
    synchronized (random) {
      byte[] bytes = new byte[1 + random.nextInt(40)];
      random.nextBytes(bytes);
      return bytes;
    }
  }

  /// Lets time pass and prints a line by the minute.
  private void watch(int seconds) throws Exception {
    long untilNanos = System.nanoTime() + seconds * NANOS;
    while (System.nanoTime() - untilNanos < 0) {
      if (System.nanoTime() - printNanos >= 0 && rig.agent().alive()) {
        printUnlessItEnds();
      }
      Thread.sleep(200);
    }
  }

  private void printUnlessItEnds() throws Exception {
    try {
      print();
      printNanos += Duration.ofMinutes(1).toNanos();
    } catch (IOException e) {
      // it is being ended while it is looked at: the next one tells
    }
  }

  private void print() throws Exception {
    long pid = rig.agent().pid();
    System.out.printf(
        Locale.ROOT,
        "%3d min  start %d  %.1f MiB proportional  %s  %s%n",
        (System.nanoTime() - startNanos) / NANOS / 60,
        rig.starts(),
        Usage.proportionalKib(pid) / 1024.0,
        Resources.of(pid),
        summary(rig.account()));
  }

  private static String summary(Account account) {
    long missing = account.missing().values().stream().mapToLong(Set::size).sum();
    return account.readings() + " readings, " + account.lost() + " lost, " + missing + " open";
  }

  private void heal() throws Exception {
    String obituary = rig.obituary();
    if (obituary != null) {
      throw new IllegalStateException(obituary);
    }
    long deadlineNanos = System.nanoTime() + HEALING.toNanos();
    long readings;
    do {
      readings = rig.account().readings();
      watch(5);
    } while (System.nanoTime() - deadlineNanos < 0
        && !(rig.account().missing().isEmpty() && rig.account().readings() > readings));
  }

  private void report() throws Exception {
    print();
    System.out.println("faults: " + done);
    System.out.println(rig.counts() + " (" + rig.account().repeated() + " messages repeated)");
    if (!rig.account().missing().isEmpty()) {
      throw new IllegalStateException(
          "NOT BALANCED: " + rig.account() + "\n" + rig.agent().transcript());
    }
    System.out.println(
        "balanced: " + rig.account().lanes().size() + " devices and boots, " + rig.account());
  }
}
