package rackpulse.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import rackpulse.bus.ModbusBus.BitTable;
import rackpulse.bus.ModbusBus.RegisterTable;
import rackpulse.modbus.RtuReceiver.Found;

class RtuReceiverTest {
  private static final String GOOD = Hex.withCrc("03 03 04 12 34 FF FE");

  private final RtuReceiver receiver = new RtuReceiver();
  private final Request request = new Request().registers(3, RegisterTable.HOLDING, 0, 2);

  @Test
  void findsEveryKindOfAnswerInPiecesOfAnySize() {
    Request[] requests = {
      new Request().registers(3, RegisterTable.HOLDING, 0, 2),
      new Request().registers(3, RegisterTable.INPUT, 0, 125),
      new Request().bits(3, BitTable.COIL, 0, 10),
      new Request().bits(3, BitTable.DISCRETE_INPUT, 0, 2000),
      new Request().identification(3, 0),
      new Request().registers(3, RegisterTable.HOLDING, 0, 2),
    };
    String[] answers = {
      "03 03 04 12 34 FF FE",
      "03 04 FA" + " 03 84".repeat(125),
      "03 01 02 CD 03",
      "03 02 FA" + " 03".repeat(250),
      "03 2B 0E 01 01 00 00 02 00 03 41 42 43 01 00",
      "03 83 02",
    };
    for (int i = 0; i < requests.length; i++) {
      byte[] answer = Hex.bytes(Hex.withCrc(answers[i]));
      for (int size = 1; size <= answer.length; size++) {
        checkInPieces(requests[i], answer, size);
      }
    }
  }

  private void checkInPieces(Request asked, byte[] answer, int size) {
    receiver.clear();
    for (int at = 0; at < answer.length; at += size) {
      if (at > 0) {
        assertEquals(Found.UNDERWAY, receiver.search(asked, false), "after " + at);
        boolean isExpected = at > 1 || answer[1] > 0;
        assertTrue(!isExpected || receiver.missingBytes() <= answer.length - at, "after " + at);
      }
      receiver.space().put(answer, at, Math.min(size, answer.length - at));
    }
    boolean isException = answer[1] < 0;
    assertEquals(isException ? Found.EXCEPTION : Found.GOOD, receiver.search(asked, false));
    ByteBuffer body = receiver.body();
    assertEquals(ByteBuffer.wrap(answer, 1, answer.length - 3), body);
  }

  @Test
  void findsAGoodFrameWhateverIsAroundIt() {
    Random random = new Random(20_250_101);
    byte[] good = Hex.bytes(GOOD);
    for (int i = 0; i < 50_000; i++) {
      byte[] before = noise(random, 20);
      byte[] after = noise(random, 20);
      receiver.clear();
      receiver.space().put(before).put(good).put(after);
      Found found = receiver.search(request, false);
      if (found == Found.UNDERWAY) { // the noise looks like the beginning of the answer
        found = receiver.search(request, true);
      }
      assertEquals(Found.GOOD, found);
      assertEquals(0x1234FFFE, receiver.body().getInt(receiver.body().position() + 2));
      assertEquals(before.length, receiver.skippedBytes());
      assertEquals(after.length, receiver.size());
    }
  }

  /// Bytes among them many that begin like an answer; none of them is a frame.
  private static byte[] noise(Random random, int most) {
    byte[] noise = new byte[random.nextInt(most)];
    random.nextBytes(noise);
    for (int i = 0; i < noise.length; i++) {
      if (random.nextInt(3) == 0) {
        noise[i] = (byte) (random.nextBoolean() ? 3 : 0x83);
      }
    }
    return noise;
  }

  @Test
  void believesNoFrameWithASingleBitChanged() {
    byte[] good = Hex.bytes(GOOD);
    for (int bit = 0; bit < 8 * good.length; bit++) {
      byte[] damaged = good.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      receiver.clear();
      receiver.space().put(damaged);
      Found found = receiver.search(request, true);
      assertEquals(Found.NOTHING, found, "bit " + bit);
    }
  }

  @Test
  void tellsADamagedAnswerFromNoise() {
    receive("03 03 04 12 34 FF FE 00 00");
    assertEquals(Found.NOTHING, receiver.search(request, true));
    assertTrue(receiver.isDamaged());
    receiver.clear();
    receive("17 17 17 17 17 17 17 17 17");
    assertEquals(Found.NOTHING, receiver.search(request, true));
    assertFalse(receiver.isDamaged());
  }

  @Test
  void doesNotTakeAnAnswerOfAnotherLengthForTheAnswer() {
    receive(Hex.withCrc("03 03 02 12 34"));
    assertEquals(Found.FOREIGN, receiver.search(request, false));
    assertEquals(3, receiver.unit());
  }

  @Test
  void findsAnAnswerBehindThatOfAnotherUnit() {
    receive(Hex.withCrc("07 03 04 DE AD BE EF") + GOOD);
    assertEquals(Found.GOOD, receiver.search(request, false));
    receiver.clear();
    receive(Hex.withCrc("07 03 04 DE AD BE EF"));
    assertEquals(Found.FOREIGN, receiver.search(request, false));
    assertEquals(7, receiver.unit());
    receive(GOOD);
    assertEquals(Found.GOOD, receiver.search(request, false));
  }

  @Test
  void findsAnEchoWithNoiseBeforeIt() {
    ByteBuffer sent = ByteBuffer.wrap(Hex.bytes(Hex.withCrc("03 03 00 00 00 02")));
    receive("00 03");
    assertFalse(receiver.takeEcho(sent));
    receive(HexFormat.of().formatHex(sent.array()) + GOOD);
    assertTrue(receiver.takeEcho(sent));
    assertEquals(2, receiver.skippedBytes());
    assertEquals(Found.GOOD, receiver.search(request, false));
  }

  @Test
  void survivesWhateverComes() {
    Random random = new Random(42);
    byte[] good = Hex.bytes(GOOD);
    long accepted = 0;
    for (int i = 0; i < 200_000; i++) {
      byte[] frame = mutated(random, good);
      receiver.clear();
      int split = random.nextInt(frame.length + 1);
      receiver.space().put(frame, 0, split);
      Found found = receiver.search(request, false);
      if (found != Found.GOOD) {
        receiver.space().put(frame, split, frame.length - split);
        found = receiver.search(request, random.nextBoolean());
      }
      if (found == Found.GOOD || found == Found.EXCEPTION || found == Found.FOREIGN) {
        assertIntact(receiver, found);
        accepted++;
      }
    }
    assertNotEquals(0, accepted);
  }

  private static byte[] mutated(Random random, byte[] good) {
    byte[] frame = Arrays.copyOf(good, 1 + random.nextInt(good.length + 8));
    if (random.nextInt(4) == 0) {
      random.nextBytes(frame);
    }
    for (int changes = random.nextInt(4); changes > 0; changes--) {
      frame[random.nextInt(frame.length)] = (byte) random.nextInt(256);
    }
    return frame;
  }

  /// Judged by the bytes alone, with the CRC computed anew bit by bit.
  private static void assertIntact(RtuReceiver receiver, Found found) {
    ByteBuffer body = receiver.body();
    byte[] frame = new byte[body.remaining() + 3];
    frame[0] = (byte) receiver.unit();
    body.duplicate().get(frame, 1, body.remaining());
    byte[] all = receiver.evidence();
    int crc = slowCrc(Arrays.copyOf(frame, frame.length - 2));
    frame[frame.length - 2] = (byte) crc;
    frame[frame.length - 1] = (byte) (crc >> 8);
    String haystack = HexFormat.ofDelimiter(" ").formatHex(all);
    assertTrue(
        haystack.contains(HexFormat.ofDelimiter(" ").formatHex(frame)), found + " in " + haystack);
    if (found == Found.GOOD) {
      assertEquals(3, frame[0]);
      assertEquals(3, frame[1]);
      assertEquals(4, frame[2]);
    }
  }

  private static int slowCrc(byte[] bytes) {
    int crc = 0xFFFF;
    for (byte value : bytes) {
      crc ^= value & 0xFF;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xA001 : crc >> 1;
      }
    }
    return crc;
  }

  private void receive(String hex) {
    receiver.space().put(Hex.bytes(hex));
  }
}
