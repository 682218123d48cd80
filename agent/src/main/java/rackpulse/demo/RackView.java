package rackpulse.demo;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  /// As many polls as a sparkline shows.
  static final int HISTORY = 30;

  private final Map<String, Row> rows = new TreeMap<>();
  private final Map<String, String> anomalies = new LinkedHashMap<>();
  private String agent = "unknown";

  /// Takes one message.
  ///
  /// @param levels the topic's levels after prefix, site and rack
  /// @return what a person should read in a log of events, in the order of the message
  List<String> take(List<String> levels, JsonObject payload) {
    return switch (levels.getLast()) {
      case "readings" -> readings(levels.getFirst(), payload);
      case "meta" -> meta(levels.getFirst(), payload);
      case "status" -> status(levels, payload);
      default ->
          levels.size() == 3 && levels.get(1).equals("anomaly")
              ? anomaly(levels.getFirst() + "." + levels.getLast(), payload)
              : List.of();
    };
  }

  /// Forgets what an empty retained message took back.
  void clear(List<String> levels) {
    if (levels.size() == 3 && levels.get(1).equals("anomaly")) {
      anomalies.remove(levels.getFirst() + "." + levels.getLast());
    }
  }

  /// One row for each channel, by device and name.
  List<Row> rows() {
    return List.copyOf(rows.values());
  }

  /// The sentences of the anomalies that are raised.
  List<String> anomalies() {
    return List.copyOf(anomalies.values());
  }

  /// What the agent says of itself.
  String agent() {
    return agent;
  }

  private List<String> readings(String device, JsonObject payload) {
    StringBuilder line = new StringBuilder(device);
    payload
        .object("values")
        .forEach((name, value) -> {
          Row row = row(device, name);
          row.value(number(value));
          line.append("  ").append(name).append(' ').append(row.text());
        });
    payload
        .object("gaps")
        .forEach((name, cause) -> {
          Row row = row(device, name);
          row.gap(cause instanceof Text(String text) ? text : "?");
          line.append("  ").append(name).append(" GAP ").append(row.text());
        });
    return List.of(line.toString());
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
    return List.of(levels.getFirst() + " is " + state + reason);
  }

  private List<String> anomaly(String key, JsonObject payload) {
    String text = payload.text("text").orElse(key);
    String state = payload.text("state").orElse("?");
    if (state.equals("raised")) {
      boolean news = anomalies.put(key, text) == null;
      return news ? List.of("ANOMALY " + text) : List.of();
    }
    anomalies.remove(key);
    return List.of("anomaly " + state + ": " + text);
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

    private void value(double value) {
      this.value = value;
      cause = "";
      remember(value);
    }

    private void gap(String cause) {
      this.cause = cause;
      remember(Double.NaN);
    }

    private void remember(double value) {
      past.add(value);
      if (past.size() > HISTORY) {
        past.remove();
      }
    }
  }
}
