package rackpulse.tests.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// What a process holds now, as the kernel counts it.
///
/// @param descriptors open files and sockets
/// @param threads without those that a Java virtual machine starts and stops for itself
/// @param residentKib resident memory
public record Resources(long descriptors, long threads, long residentKib) {
  /// Compilers and collectors come and go as they like.
  private static final List<String> OF_THE_MACHINE = List.of("C1 ", "C2 ", "G1 ", "GC ", "VM ");

  public static Resources of(long pid) {
    Path process = Path.of("/proc", Long.toString(pid));
    try (Stream<Path> descriptors = Files.list(process.resolve("fd"));
        Stream<Path> tasks = Files.list(process.resolve("task"))) {
      return new Resources(
          descriptors.count(), tasks.filter(Resources::isOfTheProgram).count(), resident(process));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isOfTheProgram(Path task) {
    try {
      String name = Files.readString(task.resolve("comm"));
      return OF_THE_MACHINE.stream().noneMatch(name::startsWith);
    } catch (NoSuchFileException e) {
      return false; // it has just ended
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
    return descriptors <= before.descriptors && threads <= before.threads;
  }

  @Override
  public String toString() {
    return "%d descriptors, %d threads, %d KiB resident"
        .formatted(descriptors, threads, residentKib);
  }
}
