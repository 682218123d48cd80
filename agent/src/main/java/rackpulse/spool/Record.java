package rackpulse.spool;

/// What the spool gives back: one record, or the word that some of a stream are lost.
///
/// @param number its place in the spool, by which it is acknowledged
/// @param stream the name of whatever counts the sequence
/// @param layout how to read the body, in words of whoever wrote it; empty for a loss
/// @param from the sequence number, or the first lost one
/// @param to the same, or the last lost one
/// @param cause 0 for a record, else why it was lost: [Spool#OVERFLOW], [Spool#DAMAGED], or a
///   number of whoever wrote it
/// @param body of a record; empty for a loss
/// @param count how many records this loss is about that no earlier loss was about; 0 for a record
/// @param replaced the number of the loss whose place this one takes, which is done with; else 0
public record Record(
    long number,
    String stream,
    byte[] layout,
    long from,
    long to,
    int cause,
    byte[] body,
    long count,
    long replaced) {
  /// Losses with equal keys can become one.
  String key() {
    return cause + stream;
  }

  Record numbered(long place) {
    return new Record(place, stream, layout, from, to, cause, body, count, replaced);
  }

  /// The loss of all that `before` and this one are about.
  Record replacing(Record before) {
    long last = Math.max(before.to, to);
    return new Record(number, stream, layout, before.from, last, cause, body, count, before.number);
  }

  /// The loss of this record.
  Record lostBy(int why) {
    byte[] nothing = {};
    return new Record(number, stream, nothing, from, to, why, nothing, 1, 0);
  }

  /// One loss for this one and the next.
  Record joined(Record next) {
    return new Record(number, stream, layout, from, next.to, cause, body, count + next.count, 0);
  }
}
