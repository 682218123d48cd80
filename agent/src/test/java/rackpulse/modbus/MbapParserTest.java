package rackpulse.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import rackpulse.bus.ModbusBus.RegisterTable;
import rackpulse.modbus.MbapParser.Found;

class MbapParserTest {
  private final MbapParser parser = new MbapParser();

  @Test
  void cutsAStreamInPiecesOfAnySize() {
    byte[] stream =
        Hex.bytes(
            "0001 0000 0007 03 03 04 1234 FFFE"
                + "FFFF 0000 0003 FF 83 02"
                + "0002 0000 00FD 01 04 FA"
                + " 0405".repeat(125));
    for (int size = 1; size <= stream.length; size++) {
      parser.clear();
      List<String> frames = new ArrayList<>();
      for (int at = 0; at < stream.length; at += size) {
        parser.space().put(stream, at, Math.min(size, stream.length - at));
        Found found = parser.next();
        while (found == Found.FRAME) {
          frames.add(parser.transaction() + "/" + parser.unit() + "/" + parser.body().remaining());
          found = parser.next();
        }
        assertEquals(Found.INCOMPLETE, found);
      }
      assertEquals(List.of("1/3/6", "65535/255/2", "2/1/252"), frames, "pieces of " + size);
    }
  }

  @Test
  void seesAtOnceThatAStreamIsNotModbus() {
    for (String header :
        List.of("0001 0001 0007", "0001 0000 0002", "0001 0000 00FF", "4854 5450 2F31")) {
      parser.clear();
      parser.space().put(Hex.bytes(header));
      assertEquals(Found.MALFORMED, parser.next(), header);
    }
  }

  @Test
  void survivesWhateverComes() {
    Random random = new Random(43);
    long frames = 0;
    for (int i = 0; i < 200_000; i++) {
      parser.clear();
      byte[] stream = Hex.bytes("0001 0000 0007 03 03 04 1234 FFFE 0002 0000 0003 03 83 02");
      for (int changes = random.nextInt(5); changes > 0; changes--) {
        stream[random.nextInt(stream.length)] = (byte) random.nextInt(256);
      }
      int split = random.nextInt(stream.length + 1);
      parser.space().put(stream, 0, split);
      frames += consumed();
      parser.space().put(stream, split, stream.length - split);
      frames += consumed();
      assertTrue(parser.evidence().length <= stream.length);
    }
    assertTrue(frames > 200_000);
  }

  private int consumed() {
    int frames = 0;
    while (parser.next() == Found.FRAME) {
      ByteBuffer body = parser.body();
      assertTrue(body.remaining() >= 2 && body.remaining() <= Request.MAX_BODY_BYTES);
      for (int function = 1; function < 5; function++) {
        AnswerForm.of(
            new Request().registers(3, RegisterTable.HOLDING, 0, function),
            body,
            body.position(),
            body.remaining());
      }
      AnswerForm.of(new Request().identification(3, 0), body, body.position(), body.remaining());
      frames++;
    }
    return frames;
  }

  @Test
  void hasRoomForAFrameBehindOthers() {
    byte[] largest = Hex.bytes("0002 0000 00FE 01 04 FA" + "0405".repeat(125) + "00");
    for (int i = 0; i < 100; i++) {
      ByteBuffer space = parser.space();
      assertTrue(space.remaining() >= MbapParser.MAX_FRAME_BYTES);
      space.put(largest).put(largest, 0, 100);
      assertEquals(Found.FRAME, parser.next());
      assertEquals(Found.INCOMPLETE, parser.next());
      parser.space().put(largest, 100, largest.length - 100);
      assertEquals(Found.FRAME, parser.next());
    }
  }
}
