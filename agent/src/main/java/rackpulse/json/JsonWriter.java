package rackpulse.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/// Writes one JSON document into memory, compact, in UTF-8.
///
/// Methods are named for the type that the reader will see, so that no overload turns a decimal
/// into an integer. Calls that do not make a document (a value where a key belongs) are programmer
/// errors and throw.
public final class JsonWriter {
  private static final JsonFactory FACTORY = new JsonFactory();

  /// Most payloads fit; the buffer grows.
  private static final int USUAL_BYTES = 512;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(USUAL_BYTES);
  private final JsonGenerator generator;

  public JsonWriter() {
    try {
      generator = FACTORY.createGenerator(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Begins an object: the document itself, or an element of an array.
  public JsonWriter beginObject() {
    return write(JsonGenerator::writeStartObject);
  }

  /// Begins an object under `key`.
  public JsonWriter beginObject(String key) {
    return write(json -> json.writeObjectFieldStart(key));
  }

  /// Begins an array: the document itself, or an element of an array.
  public JsonWriter beginArray() {
    return write(JsonGenerator::writeStartArray);
  }

  /// Begins an array under `key`.
  public JsonWriter beginArray(String key) {
    return write(json -> json.writeArrayFieldStart(key));
  }

  /// Ends the object or array begun last.
  public JsonWriter end() {
    return write(json -> {
      if (json.getOutputContext().inArray()) {
        json.writeEndArray();
      } else {
        json.writeEndObject();
      }
    });
  }

  /// A string under `key`.
  public JsonWriter text(String key, String value) {
    return write(json -> json.writeStringField(key, value));
  }

  /// A string as element of an array.
  public JsonWriter text(String value) {
    return write(json -> json.writeString(value));
  }

  /// A number without decimals under `key`.
  public JsonWriter integer(String key, long value) {
    return write(json -> json.writeNumberField(key, value));
  }

  /// A number without decimals under `key`, for what exceeds 63 bits.
  public JsonWriter integer(String key, BigInteger value) {
    return write(json -> json.writeNumberField(key, value));
  }

  /// A number with decimals under `key`: `21.0`, `4444200000.0`, `0.0001`.
  public JsonWriter decimal(String key, double value) {
    String digits = Decimals.text(value);
    return write(json -> {
      json.writeFieldName(key);
      json.writeNumber(digits);
    });
  }

  /// A number with decimals as element of an array.
  public JsonWriter decimal(double value) {
    String digits = Decimals.text(value);
    return write(json -> json.writeNumber(digits));
  }

  /// `true` or `false` under `key`.
  public JsonWriter flag(String key, boolean value) {
    return write(json -> json.writeBooleanField(key, value));
  }

  /// A point in time under `key`: `2026-11-23T18:00:00.123Z`.
  public JsonWriter time(String key, Instant value) {
    return text(key, Times.text(value));
  }

  /// The finished document; the writer is used up.
  public byte[] bytes() {
    if (!generator.getOutputContext().inRoot()) {
      throw new IllegalStateException("the JSON document is not complete");
    }
    write(JsonGenerator::close);
    return bytes.toByteArray();
  }

  /// The finished document as text; the writer is used up.
  public String text() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  private JsonWriter write(Step step) {
    try {
      step.on(generator);
    } catch (IOException e) {
      throw new UncheckedIOException("not a JSON document", e); // memory never fails to be written
    }
    return this;
  }

  private interface Step {
    void on(JsonGenerator generator) throws IOException;
  }
}
