package rackpulse.tests.slaves;

import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/// What a slave holds: words and bits by unit, table and 0-based address.
public final class Registers {
  private final Map<Place, Integer> words = new ConcurrentHashMap<>();

  /// The four tables of a Modbus device, with the function code that reads each.
  public enum Table {
    COIL(1),
    DISCRETE_INPUT(2),
    HOLDING(3),
    INPUT(4);

    private final int function;

    Table(int function) {
      this.function = function;
    }

    int function() {
      return function;
    }

    boolean bits() {
      return this == COIL || this == DISCRETE_INPUT;
    }

    static Table of(String name) {
      return switch (name) {
        case "coil" -> COIL;
        case "discrete-input" -> DISCRETE_INPUT;
        case "holding" -> HOLDING;
        case "input" -> INPUT;
        default -> throw new IllegalArgumentException("no such table: " + name);
      };
    }
  }

  /// Where a word or bit is.
  public record Place(int unit, Table table, int address) {}

  /// Reads `slave.csv`: lines of `unit,table,address,words`, the words in hexadecimal from that
  /// address on, bits as 0 and 1; `#` begins a comment.
  public static Registers parse(String csv) {
    Registers registers = new Registers();
    csv.lines()
        .map(line -> line.replaceFirst("#.*", "").strip())
        .filter(line -> !line.isEmpty())
        .forEach(registers::addRow);
    return registers;
  }

  private void addRow(String line) {
    String[] cells = line.split("\\s*,\\s*", 4);
    String[] hex = cells[3].strip().split("\\s+", -1);
    int[] values = new int[hex.length];
    for (int i = 0; i < hex.length; i++) {
      values[i] = Integer.parseInt(hex[i], 16);
    }
    with(Integer.parseInt(cells[0]), Table.of(cells[1]), Integer.decode(cells[2]), values);
  }

  /// Sets words from `address` on.
  public Registers with(int unit, Table table, int address, int... values) {
    for (int i = 0; i < values.length; i++) {
      words.put(new Place(unit, table, address + i), values[i]);
    }
    return this;
  }

  OptionalInt word(int unit, Table table, int address) {
    Integer word = words.get(new Place(unit, table, address));
    return word == null ? OptionalInt.empty() : OptionalInt.of(word);
  }

  Set<Integer> units() {
    Set<Integer> units = new TreeSet<>();
    words.keySet().forEach(place -> units.add(place.unit()));
    return units;
  }

  void forEach(BiConsumer<Place, Integer> action) {
    words.forEach(action);
  }
}
