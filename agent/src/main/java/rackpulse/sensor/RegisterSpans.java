package rackpulse.sensor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import rackpulse.bus.ModbusBus;
import rackpulse.sensor.ModbusProfile.Field;
import rackpulse.sensor.ModbusProfile.RequestLimits;
import rackpulse.sensor.ModbusProfile.Table;

/// Plans which consecutive registers are read in one request: the fewest requests that read every
/// field once.
public final class RegisterSpans {
  private static final int BITS_PER_REGISTER = 16;

  private static final Comparator<Field> BY_PLACE =
      Comparator.comparing(Field::table)
          .thenComparingInt(Field::address)
          .thenComparingInt(RegisterSpans::end);

  private RegisterSpans() {}

  /// What one request reads.
  ///
  /// @param address first register or bit, as on the wire
  /// @param count how many registers or bits
  /// @param fields what lies in them, by address
  public record Span(Table table, int address, int count, List<Field> fields) {
    public Span {
      fields = List.copyOf(fields);
    }

    private static Span of(List<Field> fields) {
      Field first = fields.getFirst();
      int end = fields.stream().mapToInt(RegisterSpans::end).max().orElseThrow();
      return new Span(first.table(), first.address(), end - first.address(), fields);
    }
  }

  /// The fewest spans that read `fields` within `limits`, by table and address. Fields cut from the
  /// very same registers share a span even where `limits` ask for single requests.
  ///
  /// Taking each field in order of its address into the current span as long as it fits is optimal.
  /// Let f be the first field that the first span S leaves out. Where f lies beyond a hole too
  /// wide, no span can have fields from both sides of that hole, as every field of S ends before
  /// it. Else f ends beyond the reach of the first field, so in any plan they are in different
  /// spans. Take any plan of k spans: its span with the first field can hold, of f and the fields
  /// after it, only such that end before f does, hence lie within f; give these, wherever they are,
  /// to the span that reads f: it grows no longer. Drop from the others what S has already: those
  /// fields too end before f does, and what is left there ends after f, so no hole widens. So k − 1
  /// spans are enough for all from f on, and the argument repeats. As a wider hole or a longer
  /// request only allows more plans, neither can add a request.
  ///
  /// @throws IllegalArgumentException when a field alone is longer than a request may be
  public static List<Span> merge(List<Field> fields, RequestLimits limits) {
    List<Span> spans = new ArrayList<>();
    List<Field> open = new ArrayList<>();
    int openEnd = 0;
    for (Field field : fields.stream().sorted(BY_PLACE).toList()) {
      if (end(field) - field.address() > maxCount(field.table(), limits)) {
        throw new IllegalArgumentException(
            field.channel().name() + " is longer than a request to this part may be");
      }
      if (!open.isEmpty() && !joins(open, openEnd, field, limits)) {
        spans.add(Span.of(open));
        open.clear();
      }
      openEnd = open.isEmpty() ? end(field) : Math.max(openEnd, end(field));
      open.add(field);
    }
    if (!open.isEmpty()) {
      spans.add(Span.of(open));
    }
    return spans;
  }

  private static boolean joins(List<Field> open, int openEnd, Field field, RequestLimits limits) {
    Field first = open.getFirst();
    if (limits.single()) {
      return samePlace(first, field);
    }
    int end = Math.max(openEnd, end(field));
    return field.table() == first.table()
        && end - first.address() <= maxCount(field.table(), limits)
        && field.address() - openEnd <= maxHole(field.table(), limits);
  }

  /// The two parts of a span that a device refused as a whole; the span alone when it cannot be
  /// divided.
  ///
  /// The widest hole is the likeliest reason for the refusal, so the cut is there; between equals,
  /// nearest to the middle, so that a search takes few steps.
  static List<Span> split(Span span) {
    List<Field> fields = span.fields();
    int best = 0;
    int bestHole = Integer.MIN_VALUE;
    int end = 0;
    for (int cut = 1; cut < fields.size(); cut++) {
      end = Math.max(end, end(fields.get(cut - 1)));
      if (samePlace(fields.get(cut - 1), fields.get(cut))) {
        continue;
      }
      int hole = fields.get(cut).address() - end;
      int middle = fields.size() / 2;
      if (hole > bestHole
          || (hole == bestHole && Math.abs(cut - middle) < Math.abs(best - middle))) {
        best = cut;
        bestHole = hole;
      }
    }
    return best == 0
        ? List.of(span)
        : List.of(Span.of(fields.subList(0, best)), Span.of(fields.subList(best, fields.size())));
  }

  private static boolean samePlace(Field a, Field b) {
    return BY_PLACE.compare(a, b) == 0;
  }

  private static int end(Field field) {
    return field.address() + field.encoding().format().words();
  }

  private static boolean bits(Table table) {
    return switch (table) {
      case COIL, DISCRETE_INPUT -> true;
      case HOLDING, INPUT -> false;
    };
  }

  /// A part that takes shorter requests than the specification has a small buffer, which holds as
  /// many bytes of bits as of registers.
  private static int maxCount(Table table, RequestLimits limits) {
    return bits(table)
        ? Math.min(ModbusBus.MAX_BITS, limits.maxRegisters() * BITS_PER_REGISTER)
        : limits.maxRegisters();
  }

  private static int maxHole(Table table, RequestLimits limits) {
    return bits(table) ? limits.maxHole() * BITS_PER_REGISTER : limits.maxHole();
  }
}
