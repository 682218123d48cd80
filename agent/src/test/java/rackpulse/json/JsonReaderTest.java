package rackpulse.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rackpulse.json.JsonValue.Decimal;
import rackpulse.json.JsonValue.Flag;
import rackpulse.json.JsonValue.JsonArray;
import rackpulse.json.JsonValue.JsonObject;
import rackpulse.json.JsonValue.Nothing;
import rackpulse.json.JsonValue.Text;
import rackpulse.json.JsonValue.Whole;

class JsonReaderTest {
  @Test
  void readsEveryKindOfValue() throws JsonException {
    JsonObject object =
        JsonReader.readObject(
            bytes("{\"a\":[1,2.0,\"x\",true,null,{}],\"b\":{\"c\":-3},\"d\":1e3}"));
    assertEquals(
        List.of(
            new Whole(1),
            new Decimal(2),
            new Text("x"),
            new Flag(true),
            new Nothing(),
            JsonReader.read(bytes("{}"))),
        object.array("a"));
    assertEquals(new Whole(-3), object.object("b").get("c"));
    assertEquals(1000, object.number("d").orElseThrow());
    assertEquals(Optional.empty(), object.text("d"));
    assertTrue(object.integer("d").isEmpty());
  }

  @Test
  void keepsIntegersExactAndLargerOnesAsDecimals() throws JsonException {
    assertEquals(
        new JsonArray(List.of(new Whole(Long.MAX_VALUE), new Decimal(9.223372036854776E18))),
        JsonReader.read(bytes("[9223372036854775807,9223372036854775808]")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "{\"a\":1,\"a\":2}",
        "[1,]",
        "{} {}",
        "nul",
        "{'a':1}",
        "[01]",
        "[NaN]",
        "// x\n1",
        "\"\u0001\"",
      })
  void refusesWhatIsNotExactlyOneValue(String text) {
    assertThrows(JsonException.class, () -> JsonReader.read(bytes(text)));
  }

  @Test
  void namesThePlace() {
    JsonException e =
        assertThrows(JsonException.class, () -> JsonReader.read(bytes("{\n  \"a\": ?\n}")));
    assertTrue(String.valueOf(e.getMessage()).contains("at line 2, column"), e.getMessage());
  }

  @Test
  void refusesDeepDocuments() {
    String deep = "[".repeat(JsonReader.MAX_DEPTH + 1) + "]".repeat(JsonReader.MAX_DEPTH + 1);
    assertThrows(JsonException.class, () -> JsonReader.read(bytes(deep)));
  }

  @Test
  void refusesLargeDocuments() {
    byte[] large = bytes("\"" + "x".repeat(JsonReader.MAX_BYTES) + "\"");
    assertThrows(JsonException.class, () -> JsonReader.read(large));
  }

  @Test
  void damagedDocumentsAreRefusedOrReadButNeverWorse() {
    byte[] good = bytes("{\"v\":1,\"values\":{\"temperature\":21.4},\"gaps\":[null,true,\"é\"]}");
    Random random = new Random(4711);
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged = good.clone();
      for (int hits = random.nextInt(1, 4); hits > 0; hits--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      try {
        JsonReader.read(damaged);
      } catch (JsonException expected) {
        assertFalse(String.valueOf(expected.getMessage()).isEmpty());
      }
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
