package rackpulse.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoubleToLongFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;
import rackpulse.config.Problems.Problem;

/// Typed access to one table of a TOML file. What is wrong becomes a [Problem] with line and column
/// and a fallback is returned, so that reading goes on and finds everything; [#finish] then reports
/// the keys nobody asked for.
public final class TomlReader {
  /// A thousand devices take 0.2 MB; more than this is not a configuration.
  public static final int MAX_FILE_BYTES = 4 << 20;

  private final Path file;
  private final String name;
  private final TomlTable table;
  private final int line;
  private final int column;
  private final Problems problems;
  private final Set<String> asked = new LinkedHashSet<>();
  private final Map<String, TomlReader> children = new LinkedHashMap<>();

  private TomlReader(
      Path file, String name, TomlTable table, @Nullable TomlPosition at, Problems problems) {
    this.file = file;
    this.name = name;
    this.table = table;
    this.line = at == null ? 0 : at.line();
    this.column = at == null ? 0 : at.column();
    this.problems = problems;
  }

  /// Reads and parses `file`; empty when it cannot be read or is not TOML.
  public static Optional<TomlReader> open(Path file, Problems problems) {
    try (InputStream in = Files.newInputStream(file)) {
      return parse(file, read(in), problems);
    } catch (NoSuchFileException missing) {
      problems.add(file, "no such file");
    } catch (CharacterCodingException notText) {
      problems.add(file, "not UTF-8 text");
    } catch (IOException failure) {
      problems.add(file, "cannot be read: " + failure.getMessage());
    }
    return Optional.empty();
  }

  /// Parses `text`; empty when it is not TOML.
  ///
  /// @param file named in problems
  public static Optional<TomlReader> parse(Path file, String text, Problems problems) {
    TomlParseResult result = Toml.parse(text);
    result
        .errors()
        .forEach(error -> {
          TomlPosition at = error.position();
          String message = error.getMessage();
          problems.add(
              new Problem(file, at.line(), at.column(), message == null ? "not TOML" : message));
        });
    return result.hasErrors()
        ? Optional.empty()
        : Optional.of(new TomlReader(file, "", result, null, problems));
  }

  static String read(InputStream in) throws IOException {
    byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
    if (bytes.length > MAX_FILE_BYTES) {
      throw new IOException("more than " + MAX_FILE_BYTES + " bytes");
    }
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  /// The table's place in the file, such as `device.inlet-top`; empty for the file itself.
  public String name() {
    return name;
  }

  /// The file it was read from.
  public Path file() {
    return file;
  }

  /// Where problems are collected.
  public Problems problems() {
    return problems;
  }

  /// Every key that is there.
  public Set<String> keys() {
    return table.keySet();
  }

  /// Whether `key` is there; counts as asked for.
  public boolean has(String key) {
    asked.add(key);
    return table.contains(List.of(key));
  }

  /// Whether the value of `key` is text; counts as asked for.
  public boolean isText(String key) {
    return has(key) && table.isString(List.of(key));
  }

  /// Reports each of `keys` that is missing.
  public void require(String... keys) {
    for (String key : keys) {
      if (!has(key)) {
        problem((name.isEmpty() ? "the file" : "[" + name + "]") + " needs \"" + key + "\"");
      }
    }
  }

  /// Reports a problem with the value of `key`, or with the table when there is no such key.
  public void problem(String key, String message) {
    problems.add(at(key, message));
  }

  /// Reports a problem with the table as a whole.
  public void problem(String message) {
    problems.add(at(message));
  }

  /// Something to say about the value of `key`, or about the table when there is no such key.
  public Problem at(String key, String message) {
    TomlPosition at = table.contains(List.of(key)) ? table.inputPositionOf(List.of(key)) : null;
    return at == null ? at(message) : new Problem(file, at.line(), at.column(), message);
  }

  /// Something to say about the table as a whole.
  public Problem at(String message) {
    return new Problem(file, line, column, message);
  }

  /// The text of `key`.
  public Optional<String> string(String key) {
    return value(key, "text in quotes", value -> value instanceof String text ? text : null);
  }

  /// The text of `key`, or `fallback`.
  public String string(String key, String fallback) {
    return string(key).orElse(fallback);
  }

  /// The path in `key`, as it is written.
  public Optional<Path> path(String key) {
    return value(key, "a path in quotes", TomlReader::toPath);
  }

  /// `true` or `false`.
  public boolean flag(String key, boolean fallback) {
    return value(key, "true or false", value -> value instanceof Boolean flag ? flag : null)
        .orElse(fallback);
  }

  /// A whole number from `low` to `high`.
  public long integer(String key, long fallback, long low, long high) {
    Optional<Long> number =
        value(key, "a whole number", value -> value instanceof Long whole ? whole : null);
    String range = low + " to " + high;
    return within(key, number, whole -> whole >= low && whole <= high, range).orElse(fallback);
  }

  /// A number, with or without decimals, that is not infinite.
  public Optional<Double> number(String key) {
    return value(key, "a number", TomlReader::toDouble);
  }

  /// A number from `low` to `high`.
  public double number(String key, double fallback, double low, double high) {
    String range = Amounts.text(low) + " to " + Amounts.text(high);
    return within(key, number(key), number -> number >= low && number <= high, range)
        .orElse(fallback);
  }

  /// A duration with its unit, from `low` to `high`.
  public Duration duration(String key, Duration fallback, Duration low, Duration high) {
    Optional<Duration> duration =
        amount(key, "a duration in quotes: " + Amounts.DURATION_FORM, Amounts::duration);
    String range = Amounts.text(low) + " to " + Amounts.text(high);
    return within(key, duration, d -> d.compareTo(low) >= 0 && d.compareTo(high) <= 0, range)
        .orElse(fallback);
  }

  /// A size with its unit, in bytes, from `low` to `high`.
  public long bytes(String key, long fallback, long low, long high) {
    Optional<Long> bytes = amount(key, "a size in quotes: " + Amounts.BYTES_FORM, Amounts::bytes);
    String range = Amounts.text(low) + " to " + Amounts.text(high);
    return within(key, bytes, size -> size >= low && size <= high, range).orElse(fallback);
  }

  /// A frequency with its unit, in hertz, from `low` to `high`.
  public int hertz(String key, int fallback, int low, int high) {
    Optional<Integer> hertz =
        amount(key, "a frequency in quotes: " + Amounts.HERTZ_FORM, Amounts::hertz);
    String range = low + " Hz to " + high + " Hz";
    return within(key, hertz, value -> value >= low && value <= high, range).orElse(fallback);
  }

  /// A share of a whole, written with %, where 100 % is 1; from `low` to `high`.
  public double share(String key, double fallback, double low, double high) {
    Optional<Double> share =
        amount(key, "a share in quotes: " + Amounts.SHARE_FORM, Amounts::share);
    String range = Amounts.text(low * 100) + " % to " + Amounts.text(high * 100) + " %";
    return within(key, share, value -> value >= low && value <= high, range).orElse(fallback);
  }

  /// One of the words that are the keys of `choices`.
  public <E> Optional<E> choice(String key, Map<String, E> choices) {
    Optional<String> word = string(key);
    if (word.isPresent() && !choices.containsKey(word.get())) {
      String near = Suggestion.didYouMean(word.get(), choices.keySet());
      String remedy = near.isEmpty() ? ", one of " + quoted(choices.keySet()) : near;
      problem(key, "unknown " + key + " \"" + word.get() + "\"" + remedy);
    }
    return word.flatMap(known -> Optional.ofNullable(choices.get(known)));
  }

  /// A list of texts; empty when there is none.
  public List<String> strings(String key) {
    return list(key, "texts in quotes", value -> value instanceof String text ? text : null);
  }

  /// A list of whole numbers; one number stands for a list of one.
  public List<Long> integers(String key) {
    return list(key, "whole numbers", value -> value instanceof Long whole ? whole : null);
  }

  /// A list of numbers.
  public List<Double> numbers(String key) {
    return list(key, "numbers", TomlReader::toDouble);
  }

  /// A list of numbers as bits: whole numbers are the bits, decimals go through `encode`.
  public List<Long> numbersOrBits(String key, DoubleToLongFunction encode) {
    return list(
        key,
        "numbers",
        value ->
            switch (value) {
              case Long bits -> bits;
              case Double number -> encode.applyAsLong(number);
              default -> null;
            });
  }

  /// The table `key`, written `[key]` or `{ ... }`.
  public Optional<TomlReader> table(String key) {
    return value(
        key, "a table", value -> value instanceof TomlTable child ? child(key, child, -1) : null);
  }

  /// The table `key`; an empty one when it is missing, so that its defaults are read.
  public TomlReader tableOrEmpty(String key) {
    return table(key).orElseGet(() -> new TomlReader(file, key, Toml.parse(""), null, problems));
  }

  /// The tables in `key` by their names: `[key.name]`.
  public Map<String, TomlReader> tables(String key) {
    Map<String, TomlReader> tables = new LinkedHashMap<>();
    Optional<TomlReader> outer = table(key);
    outer.ifPresent(reader -> {
      for (String child : reader.keys()) {
        reader.table(child).ifPresent(inner -> tables.put(child, inner));
      }
    });
    return tables;
  }

  /// The tables of a list, written `[[key]]` or `[ { ... } ]`.
  public List<TomlReader> tableList(String key) {
    List<TomlReader> tables = new ArrayList<>();
    value(key, "a list of tables", value -> value instanceof TomlArray list ? list : null)
        .ifPresent(list -> {
          for (int i = 0; i < list.size(); i++) {
            if (list.get(i) instanceof TomlTable child) {
              tables.add(child(key, child, i));
            } else {
              problem(key, "\"" + key + "\" must be a list of tables");
            }
          }
        });
    return tables;
  }

  /// Reports every key here and below that nobody asked for; called once, at the end, on the
  /// outermost table.
  public void finish() {
    for (String key : table.keySet()) {
      if (!asked.contains(key)) {
        String where = name.isEmpty() ? "" : " in [" + name + "]";
        String near = Suggestion.didYouMean(key, asked);
        String known = asked.isEmpty() ? "" : "; known are " + String.join(", ", asked);
        problem(key, "unknown key \"" + key + "\"" + where + (near.isEmpty() ? known : near));
      }
    }
    children.values().forEach(TomlReader::finish);
  }

  /// @param index its place in a list of tables, which shows as `[[key]]`; -1 for a lone table
  private TomlReader child(String key, TomlTable child, int index) {
    String unique = key + "#" + index;
    TomlReader known = children.get(unique);
    if (known != null) {
      return known;
    }
    TomlArray list = index < 0 ? null : table.getArray(List.of(key));
    TomlPosition at =
        list == null ? table.inputPositionOf(List.of(key)) : list.inputPositionOf(index);
    String path = name.isEmpty() ? key : name + "." + key;
    TomlReader reader =
        new TomlReader(file, list == null ? path : "[" + path + "]", child, at, problems);
    children.put(unique, reader);
    return reader;
  }

  private <T> Optional<T> value(String key, String form, Function<Object, @Nullable T> conversion) {
    if (!has(key)) {
      return Optional.empty();
    }
    Object value = table.get(List.of(key));
    T converted = value == null ? null : conversion.apply(value);
    if (converted == null) {
      problem(key, "\"" + key + "\" must be " + form);
    }
    return Optional.ofNullable(converted);
  }

  private <T> Optional<T> amount(String key, String form, Function<String, Optional<T>> parse) {
    return value(
        key, form, value -> value instanceof String text ? parse.apply(text).orElse(null) : null);
  }

  private <T> Optional<T> within(
      String key, Optional<T> value, Predicate<T> allowed, String range) {
    if (value.isPresent() && !allowed.test(value.get())) {
      problem(key, "\"" + key + "\" must be " + range);
    }
    return value.filter(allowed);
  }

  private <T> List<T> list(String key, String elements, Function<Object, @Nullable T> conversion) {
    Function<Object, @Nullable List<T>> all =
        value -> {
          List<Object> raw = value instanceof TomlArray array ? array.toList() : List.of(value);
          List<T> converted = new ArrayList<>();
          for (Object element : raw) {
            T item = conversion.apply(element);
            if (item == null) {
              return null;
            }
            converted.add(item);
          }
          return converted;
        };
    return value(key, "a list of " + elements, all).orElse(List.of());
  }

  private static @Nullable Path toPath(Object value) {
    boolean usable = value instanceof String text && !text.isEmpty() && text.indexOf('\0') < 0;
    return usable ? Path.of((String) value) : null;
  }

  private static @Nullable Double toDouble(Object value) {
    return switch (value) {
      case Long whole -> (double) whole;
      case Double number when Double.isFinite(number) -> number;
      default -> null;
    };
  }

  private static String quoted(Set<String> words) {
    return "\"" + String.join("\", \"", new TreeSet<>(words)) + "\"";
  }
}
