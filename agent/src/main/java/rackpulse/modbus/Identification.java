package rackpulse.modbus;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/// One answer to a request for device identification (Modbus Application Protocol 1.1b3, 6.21).
///
/// @param objects text by object id; bytes that are not printable ASCII are replaced by `?`
/// @param nextObject where the next request shall begin when more follows
record Identification(Map<Integer, String> objects, boolean moreFollows, int nextObject) {
  private static final int MORE_FOLLOWS = 0xFF;

  /// Decodes a body whose form is [AnswerForm#GOOD].
  static Identification of(ByteBuffer body) {
    int start = body.position();
    Map<Integer, String> objects = new TreeMap<>();
    int position = start + AnswerForm.IDENTIFICATION_HEADER_BYTES;
    while (position < body.limit()) {
      int length = body.get(position + 1) & 0xFF;
      objects.put(body.get(position) & 0xFF, text(body, position + 2, length));
      position += 2 + length;
    }
    boolean moreFollows = (body.get(start + 4) & 0xFF) == MORE_FOLLOWS;
    return new Identification(objects, moreFollows, body.get(start + 5) & 0xFF);
  }

  private static String text(ByteBuffer body, int offset, int length) {
    StringBuilder text = new StringBuilder(length);
    for (int i = offset; i < offset + length; i++) {
      char character = (char) (body.get(i) & 0xFF);
      text.append(character >= ' ' && character <= '~' ? character : '?');
    }
    return text.toString().strip();
  }
}
