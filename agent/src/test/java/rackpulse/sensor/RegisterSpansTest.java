package rackpulse.sensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import rackpulse.bus.ModbusBus;
import rackpulse.sensor.Encoding.Format;
import rackpulse.sensor.ModbusProfile.Field;
import rackpulse.sensor.ModbusProfile.RequestLimits;
import rackpulse.sensor.ModbusProfile.Table;
import rackpulse.sensor.RegisterSpans.Span;
import rackpulse.telemetry.Quantity;

class RegisterSpansTest {
  private static final int ROUNDS = 500;

  @Test
  void coversEveryFieldExactlyOnce() {
    Random random = new Random(1);
    for (int round = 0; round < ROUNDS; round++) {
      List<Field> fields = fields(random, 60, 400);
      List<Field> covered =
          RegisterSpans.merge(fields, limits(random)).stream()
              .flatMap(span -> span.fields().stream())
              .toList();

      assertEquals(fields.size(), covered.size());
      assertEquals(new HashSet<>(fields), new HashSet<>(covered));
    }
  }

  @Test
  void keepsEverySpanWithinItsLimits() {
    Random random = new Random(2);
    for (int round = 0; round < ROUNDS; round++) {
      RequestLimits limits = limits(random);
      for (Span span : RegisterSpans.merge(fields(random, 60, 400), limits)) {
        assertWithin(span, limits);
      }
    }
  }

  @Test
  void neverNeedsMoreRequestsForAWiderHoleOrALongerRequest() {
    Random random = new Random(3);
    for (int round = 0; round < ROUNDS; round++) {
      List<Field> fields = fields(random, 40, 300);
      RequestLimits limits = limits(random);
      RequestLimits wider =
          new RequestLimits(limits.maxRegisters(), limits.maxHole() + 1 + random.nextInt(9), false);
      RequestLimits longer =
          new RequestLimits(
              Math.min(125, limits.maxRegisters() + 1 + random.nextInt(9)),
              limits.maxHole(),
              false);
      int requests = RegisterSpans.merge(fields, limits).size();

      assertTrue(RegisterSpans.merge(fields, wider).size() <= requests);
      assertTrue(RegisterSpans.merge(fields, longer).size() <= requests);
    }
  }

  @Test
  void needsNoMoreRequestsThanTheBestOfAllPlans() {
    Random random = new Random(4);
    for (int round = 0; round < ROUNDS; round++) {
      List<Field> fields = fields(random, 7, 24);
      RequestLimits limits = new RequestLimits(4 + random.nextInt(8), random.nextInt(4), false);

      assertEquals(
          fewest(fields, 0, new ArrayList<>(), limits), RegisterSpans.merge(fields, limits).size());
    }
  }

  @Test
  void asksForEachFieldAloneWhenThePartWantsIt() {
    List<Field> fields = List.of(u16("a", 0), u16("b", 1), u32("c", 2));

    List<Span> spans = RegisterSpans.merge(fields, new RequestLimits(125, 8, true));

    assertEquals(fields.stream().map(List::of).toList(), spans.stream().map(Span::fields).toList());
  }

  @Test
  void sharesTheRegisterOfBitFieldsEvenWhenAskedAlone() {
    Field low = bits("low", 5, 7, 0);
    Field high = bits("high", 5, 15, 8);

    List<Span> spans = RegisterSpans.merge(List.of(high, low), new RequestLimits(125, 0, true));

    assertEquals(1, spans.size());
    assertEquals(1, spans.getFirst().count());
  }

  @Test
  void readsAFieldWithinAnother() {
    Field whole = u32("whole", 10);
    Field half = u16("half", 11);

    List<Span> spans = RegisterSpans.merge(List.of(half, whole), new RequestLimits(2, 0, false));

    assertEquals(List.of(new Span(Table.INPUT, 10, 2, List.of(whole, half))), spans);
  }

  @Test
  void countsHolesOfBitsInRegisters() {
    List<Field> fields = List.of(bit("a", 0), bit("b", 17), bit("c", 34));

    assertEquals(1, RegisterSpans.merge(fields, new RequestLimits(125, 1, false)).size());
    assertEquals(3, RegisterSpans.merge(fields, new RequestLimits(125, 0, false)).size());
  }

  @Test
  void refusesAFieldLongerThanARequest() {
    assertThrows(
        IllegalArgumentException.class,
        () -> RegisterSpans.merge(List.of(u32("x", 0)), new RequestLimits(1, 0, false)));
  }

  @Test
  void splitsAtTheWidestHoleNearestTheMiddle() {
    List<Field> fields =
        List.of(u16("a", 0), u16("b", 2), u16("c", 3), u16("d", 4), u16("e", 6), u16("f", 8));
    Span span = RegisterSpans.merge(fields, RequestLimits.DEFAULT).getFirst();

    List<Span> parts = RegisterSpans.split(span);

    assertEquals(fields.subList(0, 4), parts.getFirst().fields());
    assertEquals(fields.subList(4, 6), parts.getLast().fields());
  }

  @Test
  void splitsASpanWithoutHolesInTheMiddle() {
    List<Field> fields = List.of(u16("a", 0), u16("b", 1), u16("c", 2), u16("d", 3));
    Span span = RegisterSpans.merge(fields, RequestLimits.DEFAULT).getFirst();

    assertEquals(List.of(2, 2), RegisterSpans.split(span).stream().map(Span::count).toList());
  }

  @Test
  void splitsDownToSingleRegistersAndNoFurther() {
    Random random = new Random(5);
    for (int round = 0; round < ROUNDS; round++) {
      List<Field> fields = fields(random, 30, 100);
      List<Span> open =
          new ArrayList<>(RegisterSpans.merge(fields, new RequestLimits(125, 100, false)));
      int left = 0;
      while (!open.isEmpty()) {
        List<Span> parts = RegisterSpans.split(open.removeLast());
        if (parts.size() == 1) {
          left += parts.getFirst().fields().size();
        } else {
          open.addAll(parts);
        }
      }
      assertEquals(fields.size(), left);
    }
    Span shared =
        RegisterSpans.merge(List.of(bits("a", 1, 3, 0), bits("b", 1, 7, 4)), RequestLimits.DEFAULT)
            .getFirst();
    assertEquals(List.of(shared), RegisterSpans.split(shared));
  }

  /// The size of the smallest partition of `fields` into spans within `limits`, by trying all.
  private static int fewest(
      List<Field> fields, int next, List<List<Field>> groups, RequestLimits limits) {
    if (next == fields.size()) {
      boolean allowed =
          groups.stream()
              .allMatch(group ->
                  group.stream().map(Field::table).distinct().count() == 1
                      && within(group, limits));
      return allowed ? groups.size() : Integer.MAX_VALUE;
    }
    int best = Integer.MAX_VALUE;
    for (int i = 0; i <= groups.size() && i < best; i++) {
      boolean added = i == groups.size();
      if (added) {
        groups.add(new ArrayList<>());
      }
      groups.get(i).add(fields.get(next));
      best = Math.min(best, fewest(fields, next + 1, groups, limits));
      groups.get(i).removeLast();
      if (added) {
        groups.removeLast();
      }
    }
    return best;
  }

  private static boolean within(List<Field> fields, RequestLimits limits) {
    int unit = fields.getFirst().encoding().format() == Format.BIT ? 16 : 1;
    List<Field> sorted = fields.stream().sorted(Comparator.comparingInt(Field::address)).toList();
    int start = sorted.getFirst().address();
    int end = start;
    for (Field field : sorted) {
      if (field.address() - end > limits.maxHole() * unit) {
        return false;
      }
      end = Math.max(end, field.address() + field.encoding().format().words());
    }
    return end - start <= Math.min(limits.maxRegisters() * unit, ModbusBus.MAX_BITS);
  }

  private static void assertWithin(Span span, RequestLimits limits) {
    assertTrue(within(span.fields(), limits), span::toString);
    for (Field field : span.fields()) {
      assertEquals(span.table(), field.table());
      assertTrue(field.address() >= span.address());
      assertTrue(
          field.address() + field.encoding().format().words() <= span.address() + span.count());
    }
    assertEquals(span.address(), span.fields().getFirst().address());
  }

  private static RequestLimits limits(Random random) {
    return new RequestLimits(4 + random.nextInt(122), random.nextInt(20), false);
  }

  /// Up to `most` fields of any table and format, overlapping or not, below `top`.
  private static List<Field> fields(Random random, int most, int top) {
    List<Field> fields = new ArrayList<>();
    for (int i = random.nextInt(most); i >= 0; i--) {
      Table table = Table.values()[random.nextInt(4)];
      boolean bit = table == Table.COIL || table == Table.DISCRETE_INPUT;
      Format format = bit ? Format.BIT : Format.values()[1 + random.nextInt(8)];
      int address = random.nextInt(bit ? 16 * top : top);
      fields.add(field("f" + i, table, address, Encoding.of(format)));
    }
    return fields;
  }

  private static Field u16(String name, int address) {
    return field(name, Table.INPUT, address, Encoding.of(Format.U16));
  }

  private static Field u32(String name, int address) {
    return field(name, Table.INPUT, address, Encoding.of(Format.U32));
  }

  private static Field bits(String name, int address, int high, int low) {
    return field(name, Table.INPUT, address, new Encoding(Format.U16, false, false, high, low));
  }

  private static Field bit(String name, int address) {
    return field(name, Table.COIL, address, Encoding.of(Format.BIT));
  }

  private static Field field(String name, Table table, int address, Encoding encoding) {
    ChannelProfile channel =
        new ChannelProfile(
            name,
            Quantity.RAW,
            Conversion.IDENTITY,
            Double.NEGATIVE_INFINITY,
            Double.POSITIVE_INFINITY);
    return new Field(channel, table, address, encoding, List.of());
  }
}
