package rackpulse.tests.slaves;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import rackpulse.tests.slaves.Framing.Request;
import rackpulse.tests.slaves.Registers.Table;

/// What a good slave would answer, for a [Fault] to spoil.
///
/// @param request as it came
/// @param body function and data
public record Answer(Framing framing, byte[] request, int transaction, int unit, byte[] body) {
  static final int ILLEGAL_FUNCTION = 1;
  static final int ILLEGAL_ADDRESS = 2;

  /// Vendor, product code and revision, as `scan` shows them.
  static final List<String> IDENTIFICATION = List.of("Rackpulse tests", "FaultSlave", "1.0");

  private static final byte[] BASIC_IDENTIFICATION = {43, 14, 1, 1, 0, 0, 3};

  static Answer to(Request request, Framing framing, Registers registers) {
    Answer answer =
        new Answer(framing, request.bytes(), request.transaction(), request.unit(), request.body());
    return switch (request.function()) {
      case 1, 2, 3, 4 -> answer.read(request, registers);
      case 43 -> answer.withBody(identification());
      default -> answer.exception(ILLEGAL_FUNCTION);
    };
  }

  private Answer read(Request request, Registers registers) {
    Table table = Table.values()[request.function() - 1];
    int count = request.count();
    ByteBuffer data = ByteBuffer.allocate(table.bits() ? (count + 7) / 8 : 2 * count);
    for (int i = 0; i < count; i++) {
      OptionalInt word = registers.word(unit, table, request.address() + i);
      if (word.isEmpty()) {
        return exception(ILLEGAL_ADDRESS);
      }
      if (!table.bits()) {
        data.putShort((short) word.getAsInt());
      } else if (word.getAsInt() != 0) {
        data.array()[i / 8] |= (byte) (1 << i % 8);
      }
    }
    byte[] bytes = data.array();
    ByteBuffer frame = ByteBuffer.allocate(2 + bytes.length);
    return withBody(frame.put((byte) table.function()).put((byte) bytes.length).put(bytes).array());
  }

  private static byte[] identification() {
    ByteBuffer body = ByteBuffer.allocate(128).put(BASIC_IDENTIFICATION);
    for (int i = 0; i < IDENTIFICATION.size(); i++) {
      byte[] text = IDENTIFICATION.get(i).getBytes(StandardCharsets.US_ASCII);
      body.put((byte) i).put((byte) text.length).put(text);
    }
    byte[] bytes = new byte[body.flip().remaining()];
    body.get(bytes);
    return bytes;
  }

  Answer exception(int code) {
    return withBody(new byte[] {(byte) (body[0] | 0x80), (byte) code});
  }

  Answer withBody(byte[] other) {
    return new Answer(framing, request, transaction, unit, other);
  }

  Answer withUnit(int other) {
    return new Answer(framing, request, transaction, other, body);
  }

  Answer withTransaction(int other) {
    return new Answer(framing, request, other, unit, body);
  }

  /// The whole frame.
  byte[] bytes() {
    return framing.frame(transaction, unit, body);
  }
}
