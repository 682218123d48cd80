package rackpulse.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import rackpulse.json.JsonException;
import rackpulse.json.JsonReader;
import rackpulse.json.JsonValue;
import rackpulse.json.JsonValue.JsonArray;
import rackpulse.json.JsonValue.JsonObject;
import rackpulse.json.JsonValue.Text;

/// What the native image is told by hand: everything has its reason, and what the C library is
/// called with is what the code calls it with.
class NativeConfigTest {
  private static final Path CONFIG = Path.of("..", "native-config");
  private static final Set<String> SECTIONS = Set.of("reflection", "resources", "foreign");
  private static final int SHORTEST_REASON = 10;

  @Test
  void everyEntryHasItsReason() throws Exception {
    List<String> without = new ArrayList<>();
    JsonObject metadata = metadata();
    assertEquals(SECTIONS, metadata.members().keySet());
    int entries = 0;
    for (JsonValue entry : entries(metadata)) {
      entries++;
      if (!hasReason((JsonObject) entry)) {
        without.add(entry.toString());
      }
    }
    assertEquals(List.of(), without);
    assertTrue(entries > 20, entries + " entries");
  }

  @Test
  void everyBuildArgumentHasItsReason() throws IOException {
    List<String> without = new ArrayList<>();
    boolean explained = false;
    int arguments = 0;
    for (String line : Files.readAllLines(CONFIG.resolve("build.args"))) {
      if (line.startsWith("#")) {
        explained |= line.length() > SHORTEST_REASON;
      } else if (line.isBlank()) {
        explained = false;
      } else if (!line.startsWith("  ")) { // else it goes on from the line above
        arguments++;
        if (!explained) {
          without.add(line);
        }
        explained = false; // a reason is for one argument
      }
    }
    assertEquals(List.of(), without);
    assertTrue(arguments > 5, arguments + " arguments");
  }

  @Test
  void downcallsAreThoseOfTheCode() throws Exception {
    Set<String> configured = new TreeSet<>();
    JsonObject foreign = new JsonObject(new LinkedHashMap<>(metadata().object("foreign")));
    for (JsonValue entry : foreign.array("downcalls")) {
      assertTrue(configured.add(downcall((JsonObject) entry)), "twice: " + entry);
    }
    Set<String> called = new TreeSet<>();
    for (NativeFunction function : NativeFunction.values()) {
      called.add(downcall(function));
    }
    assertEquals(called, configured);
  }

  @Test
  void aChangedDescriptorWouldBeSeen() {
    assertFalse(
        downcall(NativeFunction.OPEN).equals(downcall(NativeFunction.FLOCK)),
        "open is variadic, flock is not");
    assertEquals("jint(jint,jlong,void*) errno variadic 2", downcall(NativeFunction.IOCTL));
  }

  private static JsonObject metadata() throws IOException, JsonException {
    return JsonReader.readObject(Files.readAllBytes(CONFIG.resolve("reachability-metadata.json")));
  }

  private static List<JsonValue> entries(JsonObject metadata) {
    List<JsonValue> entries = new ArrayList<>();
    entries.addAll(metadata.array("reflection"));
    entries.addAll(metadata.array("resources"));
    for (JsonValue kind : metadata.object("foreign").values()) {
      entries.addAll(((JsonArray) kind).elements());
    }
    return entries;
  }

  private static boolean hasReason(JsonObject entry) {
    return entry.text("reason").filter(text -> text.length() >= SHORTEST_REASON).isPresent();
  }

  private static String downcall(JsonObject entry) {
    List<String> parameters =
        entry.array("parameterTypes").stream().map(type -> ((Text) type).text()).toList();
    Map<String, JsonValue> options = entry.object("options");
    assertTrue(Set.of("captureCallState", "firstVariadicArg").containsAll(options.keySet()));
    JsonObject asked = new JsonObject(new LinkedHashMap<>(options));
    return downcall(
        entry.text("returnType").orElseThrow(),
        parameters,
        asked.flag("captureCallState").orElse(false),
        (int) asked.integer("firstVariadicArg").orElse(-1));
  }

  private static String downcall(NativeFunction function) {
    FunctionDescriptor descriptor = function.descriptor();
    int variadic = -1;
    boolean errno = false;
    for (Object option : function.options()) {
      // the one public view of an option: CaptureCallState[..], FirstVariadicArg[index=2]
      String text = option.toString();
      errno |= text.startsWith("CaptureCallState");
      if (text.startsWith("FirstVariadicArg")) {
        variadic = Integer.parseInt(text.replaceAll("\\D", ""));
      }
    }
    return downcall(
        type(descriptor.returnLayout().orElseThrow()),
        descriptor.argumentLayouts().stream().map(NativeConfigTest::type).toList(),
        errno,
        variadic);
  }

  private static String downcall(
      String returned, List<String> parameters, boolean errno, int variadic) {
    return returned
        + "("
        + String.join(",", parameters)
        + ")"
        + (errno ? " errno" : "")
        + (variadic < 0 ? "" : " variadic " + variadic);
  }

  /// The names that native-image has for the types of java.lang.foreign.
  private static String type(MemoryLayout layout) {
    return switch (layout) {
      case AddressLayout _ -> "void*";
      case ValueLayout.OfInt _ -> "jint";
      case ValueLayout.OfLong _ -> "jlong";
      default -> throw new AssertionError("no name is known for " + layout);
    };
  }
}
