package rackpulse.json;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SequencedMap;

/// A JSON value that was read.
public sealed interface JsonValue {
  /// Members in the order of the document.
  record JsonObject(SequencedMap<String, JsonValue> members) implements JsonValue {
    public JsonObject {
      members = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(members));
    }

    /// The member `key`, whatever it is.
    public Optional<JsonValue> value(String key) {
      return Optional.ofNullable(members.get(key));
    }

    /// The member `key` if it is a string.
    public Optional<String> text(String key) {
      return members.get(key) instanceof Text(String text) ? Optional.of(text) : Optional.empty();
    }

    /// The member `key` if it is a number with or without decimals.
    public OptionalDouble number(String key) {
      return switch (members.get(key)) {
        case Decimal(double number) -> OptionalDouble.of(number);
        case Whole(long number) -> OptionalDouble.of((double) number);
        case null, default -> OptionalDouble.empty();
      };
    }

    /// The member `key` if it is a number without decimals.
    public OptionalLong integer(String key) {
      return members.get(key) instanceof Whole(long number)
          ? OptionalLong.of(number)
          : OptionalLong.empty();
    }

    /// The member `key` if it is `true` or `false`.
    public Optional<Boolean> flag(String key) {
      return members.get(key) instanceof Flag(boolean flag) ? Optional.of(flag) : Optional.empty();
    }

    /// The members of the object `key`; none when it is absent or something else.
    public Map<String, JsonValue> object(String key) {
      return members.get(key) instanceof JsonObject object ? object.members : Map.of();
    }

    /// The elements of the array `key`; none when it is absent or something else.
    public List<JsonValue> array(String key) {
      return members.get(key) instanceof JsonArray(List<JsonValue> elements) ? elements : List.of();
    }
  }

  /// Elements in order.
  record JsonArray(List<JsonValue> elements) implements JsonValue {
    public JsonArray {
      elements = List.copyOf(elements);
    }
  }

  /// A string.
  record Text(String text) implements JsonValue {}

  /// A number without decimals that fits 63 bits and a sign.
  record Whole(long number) implements JsonValue {}

  /// Any other number.
  record Decimal(double number) implements JsonValue {}

  /// `true` or `false`.
  record Flag(boolean flag) implements JsonValue {}

  /// `null`.
  record Nothing() implements JsonValue {}
}
