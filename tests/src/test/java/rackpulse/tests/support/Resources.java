package rackpulse.tests.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// What a process holds now, as the kernel counts it.
///
/// @param descriptors open files and sockets
/// @param threads by name, without those that a Java virtual machine starts and stops for itself
/// @param residentKib resident memory
public record Resources(long descriptors, List<String> threads, long residentKib) {
  /// Compilers and collectors come and go as they like.
  private static final List<String> OF_THE_MACHINE = List.of("C1 ", "C2 ", "G1 ", "GC ", "VM ");

  public static Resources of(long pid) {
    Path process = Path.of("/proc", Long.toString(pid));
    try (Stream<Path> descriptors = Files.list(process.resolve("fd"));
        Stream<Path> tasks = Files.list(process.resolve("task"))) {
      List<String> names = tasks.map(Resources::name).filter(Resources::isOfTheProgram).toList();
      return new Resources(descriptors.count(), names, resident(process));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String name(Path task) {
    try {
      return Files.readString(task.resolve("comm")).strip();
    } catch (IOException e) {
      return ""; // it has just ended
    }
  }

  private static boolean isOfTheProgram(String name) {
    return !name.isEmpty() && OF_THE_MACHINE.stream().noneMatch(name::startsWith);
  }

  private static long resident(Path process) throws IOException {
    String line =
        Files.readAllLines(process.resolve("status")).stream()
            .filter(text -> text.startsWith("VmRSS:"))
            .findFirst()
            .orElseThrow();
    return Long.parseLong(line.replaceAll("\\D", ""));
  }

  /// Whether no descriptor and no thread is more than `before`.
  public boolean atMost(Resources before) {
    return descriptors <= before.descriptors && threads.size() <= before.threads.size();
  }

  @Override
  public String toString() {
    return "%d descriptors, %d threads, %d KiB resident"
        .formatted(descriptors, threads.size(), residentKib);
  }
}
