package rackpulse.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Collects what is wrong in the operator's files, so that all of it is told at once.
public final class Problems {
  /// More would not be read; one broken line can cause many.
  private static final int MAX = 100;

  private final List<Problem> found = new ArrayList<>();
  private int total;

  /// One thing that is wrong in a file, and how to put it right.
  ///
  /// @param line from 1; 0 when it concerns the file as a whole
  /// @param column from 1; 0 when it concerns the line as a whole
  public record Problem(Path file, int line, int column, String message) {
    /// As compilers print it: `rackpulse.toml:14:9: message`.
    @Override
    public String toString() {
      StringBuilder text = new StringBuilder(file.toString());
      if (line > 0) {
        text.append(':').append(line);
      }
      if (column > 0) {
        text.append(':').append(column);
      }
      return text.append(": ").append(message).toString();
    }
  }

  /// Adds a problem; beyond the first hundred they are dropped.
  public void add(Problem problem) {
    total++;
    if (found.size() < MAX && !found.contains(problem)) {
      found.add(problem);
    }
  }

  /// Adds a problem of a file as a whole.
  public void add(Path file, String message) {
    add(new Problem(file, 0, 0, message));
  }

  /// Adds all of `others`.
  public void addAll(List<Problem> others) {
    others.forEach(this::add);
  }

  /// Whether none was found.
  public boolean isEmpty() {
    return found.isEmpty();
  }

  /// How many were added; a caller that compares before and after knows whether its part is sound.
  public int count() {
    return total;
  }

  /// All of them by place in the file; files in the order in which they first had a problem.
  public List<Problem> list() {
    List<Path> files = found.stream().map(Problem::file).distinct().toList();
    return found.stream()
        .sorted(
            Comparator.comparingInt((Problem problem) -> files.indexOf(problem.file()))
                .thenComparingInt(Problem::line)
                .thenComparingInt(Problem::column))
        .toList();
  }

  /// @throws ConfigurationException when any was found
  public void throwIfAny() throws ConfigurationException {
    if (!found.isEmpty()) {
      throw new ConfigurationException(list());
    }
  }
}
