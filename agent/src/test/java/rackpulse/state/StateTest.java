package rackpulse.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class StateTest {
  private static final long CONSTANTS = StateWriter.hash(1, 0.5, 20);

  @Test
  void comesBackBitByBit() throws UnusableState {
    double[] values = {0.1, -0.0, Double.MIN_VALUE, Double.MAX_VALUE};
    StateWriter writer = new StateWriter();
    int outer = writer.open("channel", CONSTANTS);
    writer.text("einlaß.temperature");
    int inner = writer.open("edge-ls", CONSTANTS);
    writer.values(values);
    writer.close(inner);
    writer.flag(true);
    writer.number(-7);
    writer.value(Math.PI);
    writer.close(outer);
    StateReader reader = new StateReader(writer.toBytes());
    int outerRead = reader.open("channel", CONSTANTS);
    assertEquals("einlaß.temperature", reader.text());
    int innerRead = reader.open("edge-ls", CONSTANTS);
    double[] read = new double[values.length];
    reader.values(read);
    reader.close(innerRead);
    assertTrue(reader.flag());
    assertEquals(-7, reader.number());
    assertEquals(Math.PI, reader.value());
    reader.close(outerRead);
    assertArrayEquals(values, read);
    assertEquals(Double.doubleToRawLongBits(-0.0), Double.doubleToRawLongBits(read[1]));
    assertTrue(reader.isAtEnd());
  }

  @Test
  void refusesEveryDamagedByteAndEveryPrefix() {
    byte[] good = oneSection();
    for (int i = 0; i < good.length; i++) {
      byte[] damaged = good.clone();
      damaged[i] ^= 0x10;
      assertThrows(UnusableState.class, () -> new StateReader(damaged), "byte " + i);
      byte[] prefix = Arrays.copyOf(good, i);
      assertThrows(UnusableState.class, () -> new StateReader(prefix), "first " + i);
    }
  }

  @Test
  void refusesOtherConstantsAndOtherSections() throws UnusableState {
    StateReader reader = new StateReader(oneSection());
    UnusableState refusal =
        assertThrows(UnusableState.class, () -> reader.open("edge-ls", CONSTANTS + 1));
    assertEquals("the state of edge-ls was made with other constants", refusal.getMessage());
    StateReader again = new StateReader(oneSection());
    assertThrows(UnusableState.class, () -> again.open("forecast", CONSTANTS));
    assertNotEquals(StateWriter.hash(1, 0.5, 20), StateWriter.hash(2, 0.5, 20));
    assertNotEquals(StateWriter.hash(1, 0.5, 20), StateWriter.hash(1, 20, 0.5));
  }

  @Test
  void skipsWhatNobodyWants() throws UnusableState {
    StateReader reader = new StateReader(oneSection());
    reader.skip();
    assertTrue(reader.isAtEnd());
    StateReader halfRead = new StateReader(oneSection());
    int section = halfRead.open("edge-ls", CONSTANTS);
    halfRead.value();
    assertThrows(UnusableState.class, () -> halfRead.close(section));
    halfRead.skip(section);
    assertTrue(halfRead.isAtEnd());
    assertThrows(UnusableState.class, halfRead::number);
    assertThrows(UnusableState.class, halfRead::text);
  }

  @Test
  void refusesWhatIsNotFiniteOrDoesNotFit() throws UnusableState {
    for (double odd : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      StateWriter writer = new StateWriter();
      writer.value(odd);
      StateReader reader = new StateReader(writer.toBytes());
      assertThrows(UnusableState.class, reader::value);
    }
    StateWriter writer = new StateWriter();
    writer.values(new double[3]);
    writer.number(12);
    StateReader reader = new StateReader(writer.toBytes());
    assertThrows(UnusableState.class, () -> reader.values(new double[4]));
    StateReader counts = new StateReader(writer.toBytes());
    counts.values(new double[3]);
    assertThrows(UnusableState.class, () -> counts.count(11));
  }

  @Test
  void numbersOfEverySizeComeBack() throws UnusableState {
    StateWriter writer = new StateWriter();
    List<Long> numbers = new ArrayList<>(List.of(0L, 300L, Long.MAX_VALUE, Long.MIN_VALUE));
    for (int bit = 0; bit < Long.SIZE; bit++) {
      for (long about = -1; about <= 1; about++) {
        numbers.add((1L << bit) + about);
        numbers.add(-(1L << bit) + about);
      }
    }
    numbers.forEach(writer::number);
    StateReader reader = new StateReader(writer.toBytes());
    for (long number : numbers) {
      assertEquals(number, reader.number());
    }
    assertTrue(reader.isAtEnd());
  }

  @Test
  void aSymmetricMatrixTakesItsTriangle() throws UnusableState {
    double[] matrix = {1, 2, 3, 2, 4, 5, 3, 5, 6};
    StateWriter writer = new StateWriter();
    int before = writer.lengthBytes();
    writer.symmetric(matrix, 3);
    assertEquals(1 + 6 * 8, writer.lengthBytes() - before);
    byte[] bytes = writer.toBytes();
    double[] read = new double[9];
    new StateReader(bytes).symmetric(read, 3);
    assertArrayEquals(matrix, read);
    StateReader other = new StateReader(bytes);
    assertThrows(UnusableState.class, () -> other.symmetric(new double[4], 2));
  }

  @Test
  void refusesTheFormatBefore() {
    byte[] bytes = oneSection();
    bytes[7] = 1;
    UnusableState refusal = assertThrows(UnusableState.class, () -> new StateReader(bytes));
    assertEquals("saved in format 1, this program reads 2", refusal.getMessage());
  }

  @Test
  void growsUpToItsBound() throws UnusableState {
    StateWriter writer = new StateWriter();
    double[] many = new double[100_000];
    Arrays.setAll(many, i -> i);
    writer.values(many);
    int lengthBytes = writer.lengthBytes();
    byte[] bytes = writer.toBytes();
    assertEquals(lengthBytes, bytes.length);
    double[] read = new double[many.length];
    new StateReader(bytes).values(read);
    assertArrayEquals(many, read);
  }

  private static byte[] oneSection() {
    StateWriter writer = new StateWriter();
    int section = writer.open("edge-ls", CONSTANTS);
    writer.value(1.5);
    writer.value(2.5);
    writer.close(section);
    return writer.toBytes();
  }
}
