package rackpulse.config;

import java.util.List;
import java.util.stream.Collectors;
import rackpulse.config.Problems.Problem;

/// The operator's files cannot be used; carries every problem found, not only the first.
@SuppressWarnings("serial") // never serialised
public final class ConfigurationException extends Exception {
  private final List<Problem> problems;

  /// @param problems at least one
  public ConfigurationException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  /// Every problem, in the order of the files.
  public List<Problem> problems() {
    return problems;
  }
}
