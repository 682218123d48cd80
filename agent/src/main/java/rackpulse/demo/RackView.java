package rackpulse.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import rackpulse.json.JsonValue;
import rackpulse.json.JsonValue.Decimal;
import rackpulse.json.JsonValue.JsonObject;
import rackpulse.json.JsonValue.Text;
import rackpulse.json.JsonValue.Whole;
import rackpulse.telemetry.Quantity;
import rackpulse.terminal.Display;

/// What a subscriber knows of the rack: built from messages alone, nothing from inside the agent.
final class RackView {
  /// As many values as a sparkline shows.
  static final int HISTORY = 36;

  /// Of the rack's time, from one of them to the next.
  static final Duration BETWEEN = Duration.ofMinutes(5);

  /// By so much more severe an anomaly is news again: the alarm limit after the warning limit.
  private static final double WORSE = 0.25;

  private final Map<String, Row> rows = new TreeMap<>();
  private final Map<String, Told> anomalies = new LinkedHashMap<>();
  private final Map<String, String> states = new HashMap<>();
  private final Map<String, Instant> heard = new HashMap<>();
  private String agent = "unknown";

  private record Told(String text, double severity) {}

  /// Takes one message.
  ///
  /// @param levels the topic's levels after prefix, site and rack
  /// @param at when it came, in the rack's time
  /// @return what a person should read in a log of events, in the order of the message
  List<String> take(List<String> levels, JsonObject payload, Instant at) {
    return switch (levels.getLast()) {
      case "readings" -> readings(levels.getFirst(), payload, at);
      case "meta" -> meta(levels.getFirst(), payload);
      case "status" -> status(levels, payload);
      default ->
          levels.size() == 3 && levels.get(1).equals("anomaly")
              ? anomaly(levels, payload)
              : List.of();
    };
  }

  /// Forgets what an empty retained message took back.
  void clear(List<String> levels) {
    if (levels.size() == 3 && levels.get(1).equals("anomaly")) {
      anomalies.remove(key(levels));
    }
  }

  /// One row for each channel, by device and name.
  List<Row> rows() {
    return List.copyOf(rows.values());
  }

  /// The sentences of the anomalies that are raised.
  List<String> anomalies() {
    return anomalies.values().stream().map(Told::text).toList();
  }

  /// Device, channel and kind of each, such as `inlet.temperature.limit`.
  Set<String> raised() {
    return Set.copyOf(anomalies.keySet());
  }

  /// When the device was heard of that has been silent for the longest; empty before the first.
  Optional<Instant> heard() {
    return heard.values().stream().min(Comparator.naturalOrder());
  }

  /// What the agent says of itself.
  String agent() {
    return agent;
  }

  /// Readings as such are no news, but that they are missing is, and that they are back.
  private List<String> readings(String device, JsonObject payload, Instant at) {
    heard.put(device, at);
    List<String> news = new ArrayList<>();
    List<String> returned = new ArrayList<>();
    payload
        .object("values")
        .forEach((name, value) -> {
          Row row = row(device, name);
          if (row.gap()) {
            returned.add(name);
          }
          row.value(number(value), at);
        });
    List<String> lost = new ArrayList<>();
    payload
        .object("gaps")
        .forEach((name, cause) -> {
          Row row = row(device, name);
          String why = cause instanceof Text(String text) ? text : "?";
          if (!row.text().equals(why)) {
            lost.add(name + " GAP " + why);
          }
          row.gap(why, at);
        });
    if (!lost.isEmpty()) {
      news.add(device + "  " + String.join(", ", lost));
    }
    if (!returned.isEmpty()) {
      news.add(device + "  " + String.join(", ", returned) + " read again");
    }
    return news;
  }

  private static double number(JsonValue value) {
    return switch (value) {
      case Decimal(double number) -> number;
      case Whole(long number) -> number;
      default -> Double.NaN;
    };
  }

  private List<String> meta(String device, JsonObject payload) {
    payload
        .object("channels")
        .forEach((name, channel) -> {
          if (channel instanceof JsonObject object) {
            object
                .text("quantity")
                .flatMap(Quantity::byId)
                .ifPresent(quantity -> row(device, name).quantity(quantity));
          }
        });
    return List.of();
  }

  private List<String> status(List<String> levels, JsonObject payload) {
    String state = payload.text("state").orElse("unknown");
    if (levels.getFirst().equals("agent")) {
      agent = state;
      return List.of("agent is " + state);
    }
    String reason = payload.text("reason").map(text -> " (" + text + ")").orElse("");
    String told = levels.getFirst() + " is " + state + reason;
    // it is said again now and then, so that it does not expire
    return told.equals(states.put(levels.getFirst(), told)) ? List.of() : List.of(told);
  }

  /// @param levels the device, `anomaly`, and the channel with the kind
  private List<String> anomaly(List<String> levels, JsonObject payload) {
    String key = key(levels);
    String text = payload.text("text").orElse(key);
    String state = payload.text("state").orElse("?");
    if (!state.equals("raised")) {
      anomalies.remove(key);
      return List.of("anomaly " + state + ": " + text);
    }
    double severity = payload.number("severity").orElse(0);
    Told before = anomalies.put(key, new Told(text, severity));
    if (before != null && severity < before.severity + WORSE) {
      return List.of();
    }
    List<String> news = new ArrayList<>();
    news.add("ANOMALY " + text);
    if (kindOf(key).equals("rack-model")) {
      String channel = levels.getLast().substring(0, levels.getLast().lastIndexOf('.'));
      news.add(shares(payload, row(levels.getFirst(), channel).quantity()));
    }
    return news;
  }

  private static String key(List<String> levels) {
    return levels.getFirst() + "." + levels.getLast();
  }

  private static String kindOf(String key) {
    return key.substring(key.lastIndexOf('.') + 1);
  }

  /// What each input does to what is expected, and what none of them explains.
  private static String shares(JsonObject anomaly, Quantity quantity) {
    StringBuilder line = new StringBuilder("  shares:");
    for (JsonValue share : anomaly.array("shares")) {
      if (share instanceof JsonObject object) {
        line.append(' ').append(object.text("name").orElse("?").replace('.', ' '));
        line.append(' ').append(signed(object.number("amount").orElse(0), quantity)).append(',');
      }
    }
    double unexplained = anomaly.number("unexplained").orElse(Double.NaN);
    return line + " unexplained: " + signed(unexplained, quantity);
  }

  private static String signed(double value, Quantity quantity) {
    return (value < 0 ? "" : "+") + Display.of(quantity, value);
  }

  private Row row(String device, String channel) {
    return rows.computeIfAbsent(device + "." + channel, _ -> new Row(device, channel));
  }

  /// One channel and its recent past.
  static final class Row {
    private final String device;
    private final String channel;
    private final Deque<Double> past = new ArrayDeque<>();
    private Quantity quantity = Quantity.NUMBER;
    private double value = Double.NaN;
    private String cause = "";
    private long lastSlot;

    private Row(String device, String channel) {
      this.device = device;
      this.channel = channel;
    }

    String device() {
      return device;
    }

    String channel() {
      return channel;
    }

    Quantity quantity() {
      return quantity;
    }

    /// Whether the last poll brought no value.
    boolean gap() {
      return !cause.isEmpty();
    }

    /// The value with its unit, or the cause why there is none; empty before the first poll.
    String text() {
      if (gap()) {
        return cause;
      }
      return past.isEmpty() ? "" : Display.of(quantity, value);
    }

    /// The recent values, oldest first, NaN for gaps.
    double[] past() {
      return past.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private void quantity(Quantity quantity) {
      this.quantity = quantity;
    }

    private void value(double value, Instant at) {
      this.value = value;
      cause = "";
      remember(value, at);
    }

    private void gap(String cause, Instant at) {
      this.cause = cause;
      remember(Double.NaN, at);
    }

    private void remember(double value, Instant at) {
      long slot = at.getEpochSecond() / BETWEEN.toSeconds();
      if (!past.isEmpty() && slot <= lastSlot) {
        past.removeLast();
      }
      lastSlot = slot;
      past.add(value);
      if (past.size() > HISTORY) {
        past.remove();
      }
    }
  }
}
