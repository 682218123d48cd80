package rackpulse.tests.support;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;

/// A JSON object flattened to paths: `values.temperature` is `21.4`. Numbers and strings are kept
/// as they stand, so that a test sees `21.0` and not `21`.
public record Json(Map<String, String> leaves) {
  private static final JsonFactory FACTORY = new JsonFactory();

  /// Reads one object.
  public static Json parse(String text) {
    Map<String, String> leaves = new LinkedHashMap<>();
    try (JsonParser parser = FACTORY.createParser(text)) {
      parser.nextToken();
      collect(parser, "", leaves);
    } catch (IOException e) {
      throw new UncheckedIOException("not JSON: " + text, e);
    }
    return new Json(leaves);
  }

  private static void collect(JsonParser parser, String path, Map<String, String> leaves)
      throws IOException {
    boolean array = parser.currentToken() == JsonToken.START_ARRAY;
    if (!array && parser.currentToken() != JsonToken.START_OBJECT) {
      leaves.put(path, parser.getText());
      return;
    }
    int index = 0;
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_OBJECT && token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      String name = array ? Integer.toString(index++) : parser.currentName();
      if (!array) {
        parser.nextToken();
      }
      collect(parser, path.isEmpty() ? name : path + "." + name, leaves);
    }
  }

  /// The text at `path`; fails when there is none.
  public String text(String path) {
    String text = leaves.get(path);
    if (text == null) {
      throw new AssertionError("no " + path + " in " + leaves);
    }
    return text;
  }

  public boolean has(String path) {
    return leaves.containsKey(path);
  }

  public double number(String path) {
    return new BigDecimal(text(path)).doubleValue();
  }

  public long integer(String path) {
    return new BigDecimal(text(path)).longValueExact();
  }
}
