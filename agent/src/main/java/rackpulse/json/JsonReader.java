package rackpulse.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import rackpulse.json.JsonValue.Decimal;
import rackpulse.json.JsonValue.Flag;
import rackpulse.json.JsonValue.JsonArray;
import rackpulse.json.JsonValue.JsonObject;
import rackpulse.json.JsonValue.Nothing;
import rackpulse.json.JsonValue.Text;
import rackpulse.json.JsonValue.Whole;

/// Reads one JSON document strictly: exactly one value, no key twice, nothing after it.
public final class JsonReader {
  /// The largest document there is, the status of a thousand devices, has about 1 MiB.
  public static final int MAX_BYTES = 8 << 20;

  /// Our deepest document has 5 levels; the limit keeps a hostile one from the stack.
  public static final int MAX_DEPTH = 32;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxDocumentLength(MAX_BYTES)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  private JsonReader() {}

  /// The value that `document`, in UTF-8, consists of.
  public static JsonValue read(byte[] document) throws JsonException {
    if (document.length > MAX_BYTES) {
      throw new JsonException(document.length + " bytes of JSON, at most " + MAX_BYTES);
    }
    try (JsonParser parser = FACTORY.createParser(document)) {
      if (parser.nextToken() == null) {
        throw new JsonException("no JSON at all");
      }
      JsonValue value = value(parser);
      if (parser.nextToken() != null) {
        throw new JsonException("more after the end of the JSON value" + place(parser));
      }
      return value;
    } catch (JsonProcessingException e) {
      throw new JsonException(e.getOriginalMessage() + place(e.getLocation()));
    } catch (IOException e) {
      throw new JsonException(String.valueOf(e.getMessage()));
    }
  }

  /// The object that `document` consists of.
  public static JsonObject readObject(byte[] document) throws JsonException {
    if (read(document) instanceof JsonObject object) {
      return object;
    }
    throw new JsonException("JSON, but not an object");
  }

  private static JsonValue value(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    return switch (token) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> array(parser);
      case VALUE_STRING -> new Text(parser.getText());
      case VALUE_NUMBER_INT -> integer(parser);
      case VALUE_NUMBER_FLOAT -> new Decimal(parser.getDoubleValue());
      case VALUE_TRUE -> new Flag(true);
      case VALUE_FALSE -> new Flag(false);
      case VALUE_NULL -> new Nothing();
      case END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
          throw new IllegalStateException("no value begins with " + token);
    };
  }

  private static JsonValue object(JsonParser parser) throws IOException {
    SequencedMap<String, JsonValue> members = new LinkedHashMap<>();
    for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
      parser.nextToken();
      members.put(key, value(parser));
    }
    return new JsonObject(members);
  }

  private static JsonValue array(JsonParser parser) throws IOException {
    List<JsonValue> elements = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      elements.add(value(parser));
    }
    return new JsonArray(elements);
  }

  private static JsonValue integer(JsonParser parser) throws IOException {
    return switch (parser.getNumberType()) {
      case INT, LONG -> new Whole(parser.getLongValue());
      case BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL -> new Decimal(parser.getDoubleValue());
    };
  }

  private static String place(JsonParser parser) {
    return place(parser.currentLocation());
  }

  private static String place(JsonLocation location) {
    return location == null
        ? ""
        : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
  }
}
