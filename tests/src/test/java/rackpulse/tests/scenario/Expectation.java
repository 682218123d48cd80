package rackpulse.tests.scenario;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import rackpulse.tests.support.Json;
import rackpulse.tests.support.Witness.Message;

/// A message that must appear, from one line of `expected.jsonl`: its `topics` (or its one `topic`)
/// below the rack, and the leaves that its payload must have. It may have others, except that a
/// channel has either a value or a gap.
///
/// A number must be met to half of the last decimal that is written, and be an integer or a decimal
/// as written.
public record Expectation(String line, List<String> topics, Map<String, String> leaves) {
  private static final BigDecimal HALF = new BigDecimal("0.5");

  static Expectation parse(String line) {
    Map<String, String> leaves = new LinkedHashMap<>(Json.parse(line).leaves());
    List<String> keys = leaves.keySet().stream().filter(Expectation::isTopic).toList();
    List<String> topics = keys.stream().map(leaves::remove).toList();
    if (topics.isEmpty()) {
      throw new IllegalArgumentException("no topic in " + line);
    }
    return new Expectation(line, topics, Map.copyOf(leaves));
  }

  private static boolean isTopic(String key) {
    return key.equals("topic") || key.startsWith("topics.");
  }

  /// Whether `message` is as expected.
  public boolean isMetBy(Message message) {
    if (message.payload().isEmpty()) {
      return false;
    }
    Json json = message.json();
    return leaves.entrySet().stream().allMatch(leaf -> isMet(leaf.getKey(), leaf.getValue(), json));
  }

  private static boolean isMet(String path, String expected, Json json) {
    if (path.startsWith("gaps.") && json.has(path.replaceFirst("gaps", "values"))
        || path.startsWith("values.") && json.has(path.replaceFirst("values", "gaps"))) {
      return false;
    }
    return json.has(path) && isMet(expected, json.text(path));
  }

  private static boolean isMet(String expected, String actual) {
    if (!isNumber(expected) || !isNumber(actual)) {
      return expected.equals(actual);
    }
    boolean decimal = isDecimal(expected);
    if (decimal != isDecimal(actual)) {
      return false;
    }
    BigDecimal number = new BigDecimal(expected);
    BigDecimal tolerance = decimal ? number.ulp().multiply(HALF) : BigDecimal.ZERO;
    return number.subtract(new BigDecimal(actual)).abs().compareTo(tolerance) <= 0;
  }

  private static boolean isNumber(String text) {
    String start = text.startsWith("-") ? text.substring(1) : text;
    return !start.isEmpty()
        && Character.isDigit(start.charAt(0))
        && text.chars()
            .allMatch(
                c -> Character.isDigit(c) || Set.of('.', '-', '+', 'e', 'E').contains((char) c));
  }

  private static boolean isDecimal(String number) {
    return number.contains(".") || number.contains("e") || number.contains("E");
  }
}
