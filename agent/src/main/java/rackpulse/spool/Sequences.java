package rackpulse.spool;

import java.util.LinkedHashMap;
import java.util.Map;

/// How far each stream had come where a reader is, and which numbers went missing in damage.
final class Sequences {
  /// Streams remembered, those seen last: a stream is a device in one run of the agent, and an
  /// agent that restarts for days makes many.
  private static final int MAX_STREAMS = 10_000;

  private final Map<String, Place> places =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Place> eldest) {
          return size() > MAX_STREAMS;
        }
      };

  private int damages;

  /// @param damages how many damaged places lay before
  private record Place(long sequence, int damages) {}

  /// There was a damaged place: whatever a stream skips across it was in it.
  void damaged() {
    damages++;
  }

  /// A stream goes on with `from` and has come to `to`.
  ///
  /// @return the first sequence number that went missing in damage; `from` when none did
  long reached(String stream, long from, long to) {
    Place place = places.get(stream);
    long last = place == null ? 0 : place.sequence;
    int before = place == null ? 0 : place.damages;
    if (place == null || to > last || before != damages) {
      places.put(stream, new Place(Math.max(last, to), damages));
    }
    return before != damages && last + 1 < from ? last + 1 : from;
  }

  /// Lets a stream begin where a checkpoint says that it is.
  ///
  /// @return the first sequence number that went missing; `last + 1` when none did
  long checkpoint(String stream, long last) {
    return reached(stream, last + 1, last);
  }
}
