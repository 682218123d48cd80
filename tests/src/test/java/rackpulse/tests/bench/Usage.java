package rackpulse.tests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What a process has used so far, as the kernel counts it.
///
/// @param threads by id
record Usage(Map<Long, Task> threads) {
  /// One thread.
  ///
  /// @param name as the kernel knows it, at most 15 characters
  /// @param cpuNanos time on a processor
  /// @param wakeUps how often it slept and was woken
  /// @param reads system calls that read
  record Task(String name, long cpuNanos, long wakeUps, long reads) {
    Task since(Task earlier) {
      return new Task(
          name, cpuNanos - earlier.cpuNanos, wakeUps - earlier.wakeUps, reads - earlier.reads);
    }

    Task plus(Task other) {
      return new Task(
          name, cpuNanos + other.cpuNanos, wakeUps + other.wakeUps, reads + other.reads);
    }
  }

  private static final Task NOTHING = new Task("", 0, 0, 0);

  static Usage of(long pid) throws IOException {
    Map<Long, Task> threads = new TreeMap<>();
    try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
      for (Path task : tasks.toList()) {
        threads.put(Long.valueOf(task.getFileName().toString()), task(task));
      }
    }
    return new Usage(threads);
  }

  private static Task task(Path task) throws IOException {
    String name = Files.readString(task.resolve("comm")).strip();
    String schedule = Files.readString(task.resolve("schedstat")).strip();
    long cpuNanos = Long.parseLong(schedule.substring(0, schedule.indexOf(' ')));
    long wakeUps = field(Files.readAllLines(task.resolve("status")), "voluntary_ctxt_switches:");
    long reads = field(Files.readAllLines(task.resolve("io")), "syscr:");
    return new Task(name, cpuNanos, wakeUps, reads);
  }

  /// Of threads that still run; those that ended meanwhile are few and short in an agent.
  Usage since(Usage earlier) {
    Map<Long, Task> used = new TreeMap<>();
    threads.forEach(
        (id, task) -> used.put(id, task.since(earlier.threads.getOrDefault(id, NOTHING))));
    return new Usage(used);
  }

  Task all() {
    return threads.values().stream().reduce(NOTHING, Task::plus);
  }

  /// Of threads whose name begins with `prefix`.
  Task named(String prefix) {
    return threads.values().stream()
        .filter(task -> task.name.startsWith(prefix))
        .reduce(NOTHING, Task::plus);
  }

  /// Resident memory of a process in KiB, the shared part divided among those who share it.
  static long proportionalKib(long pid) throws IOException {
    return field(Files.readAllLines(Path.of("/proc", Long.toString(pid), "smaps_rollup")), "Pss:");
  }

  /// Resident memory of a process in KiB.
  static long residentKib(long pid) throws IOException {
    return field(Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")), "VmRSS:");
  }

  private static long field(List<String> lines, String name) {
    String line = lines.stream().filter(text -> text.startsWith(name)).findFirst().orElseThrow();
    String digits = line.replaceAll("\\D", "");
    return Long.parseLong(digits);
  }
}
