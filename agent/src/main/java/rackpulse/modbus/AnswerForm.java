package rackpulse.modbus;

import java.nio.ByteBuffer;
import rackpulse.modbus.Request.Function;

/// What the body of an answer is, seen against the request. Pure.
///
/// ```
/// functions 1 to 4 | function | data bytes n | data (n) |
/// function 43      | 2B | 0E | category | conformity | more | next | objects n | n objects |
/// exception        | function + 80 | code |
/// one object       | id | length l | text (l) |
/// ```
enum AnswerForm {
  /// The answer to the request, in its full length.
  GOOD,
  /// The device refuses the request.
  EXCEPTION,
  /// An answer to another function.
  OTHER_FUNCTION,
  /// An answer to the function, but not as long as asked, or not as long as it says itself.
  OTHER_LENGTH;

  static final int EXCEPTION_BIT = 0x80;
  static final int EXCEPTION_BODY_BYTES = 2;
  static final int IDENTIFICATION_HEADER_BYTES = 7;

  /// The answer to [#bodyBytes] while the bytes present do not tell yet.
  static final int UNKNOWN_YET = 0;

  /// The answer to [#bodyBytes] when no answer begins like this.
  static final int IMPOSSIBLE = -1;

  /// The form of the body of `length` bytes at `offset`.
  static AnswerForm of(Request request, ByteBuffer bytes, int offset, int length) {
    int code = bytes.get(offset) & 0xFF;
    int asked = request.function().code();
    if (code == (asked | EXCEPTION_BIT)) {
      return length == EXCEPTION_BODY_BYTES ? EXCEPTION : OTHER_LENGTH;
    }
    if (code != asked) {
      return OTHER_FUNCTION;
    }
    boolean isExpected =
        request.answerDataBytes() < 0
            || (length >= 2 && (bytes.get(offset + 1) & 0xFF) == request.answerDataBytes());
    return isExpected && bodyBytes(bytes, offset, length) == length ? GOOD : OTHER_LENGTH;
  }

  /// How long the body that begins at `offset` is by its own words: its bytes, [#UNKNOWN_YET] or
  /// [#IMPOSSIBLE].
  ///
  /// @param available bytes present from `offset`; later ones are not looked at
  static int bodyBytes(ByteBuffer bytes, int offset, int available) {
    if (available < 1) {
      return UNKNOWN_YET;
    }
    int code = bytes.get(offset) & 0xFF;
    int function = code & ~EXCEPTION_BIT;
    boolean isIdentification = function == Function.READ_DEVICE_IDENTIFICATION.code();
    boolean isKnown =
        isIdentification
            || (function >= Function.READ_COILS.code()
                && function <= Function.READ_INPUT_REGISTERS.code());
    if (!isKnown) {
      return IMPOSSIBLE;
    }
    if (code != function) {
      return EXCEPTION_BODY_BYTES;
    }
    return isIdentification
        ? identificationBytes(bytes, offset, available)
        : dataBytes(bytes, offset, available);
  }

  private static int dataBytes(ByteBuffer bytes, int offset, int available) {
    if (available < 2) {
      return UNKNOWN_YET;
    }
    int length = 2 + (bytes.get(offset + 1) & 0xFF);
    return length > 2 && length <= Request.MAX_BODY_BYTES ? length : IMPOSSIBLE;
  }

  private static int identificationBytes(ByteBuffer bytes, int offset, int available) {
    if (available >= 2 && bytes.get(offset + 1) != Request.MEI_TYPE) {
      return IMPOSSIBLE;
    }
    if (available < IDENTIFICATION_HEADER_BYTES) {
      return UNKNOWN_YET;
    }
    int objects = bytes.get(offset + 6) & 0xFF;
    int length = IDENTIFICATION_HEADER_BYTES;
    for (int i = 0; i < objects; i++) {
      if (length + 2 > Request.MAX_BODY_BYTES) {
        return IMPOSSIBLE;
      }
      if (length + 2 > available) {
        return UNKNOWN_YET;
      }
      length += 2 + (bytes.get(offset + length + 1) & 0xFF);
    }
    return length <= Request.MAX_BODY_BYTES ? length : IMPOSSIBLE;
  }
}
