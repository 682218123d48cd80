package rackpulse.delivery;

import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import rackpulse.telemetry.Loss;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Report;
import rackpulse.telemetry.Stamp;

/// One report on its way.
final class Entry {
  /// Memory of a waiting message beside its encoded bytes: entry, map node, references.
  static final int BYTES = 160;

  /// Memory of a sample that is not yet encoded: reading and boxed reference, about.
  private static final int SAMPLE_BYTES = 48;

  /// Of this run of the agent.
  static final String OURS = "";

  final long ticket;
  final @Nullable SequencedMap<String, Entry> lane;
  final String key;
  final String subject;
  final Stamp stamp;

  /// Of a poll; 0 for everything else.
  final long sequence;

  /// The earlier run of the agent that it is of, or [#OURS].
  final String boot;

  /// Its place in the spool; 0 when it is not there.
  long number;

  /// The last place in the spool taken before it.
  long barrier;

  /// Null for a poll in memory of which only the message is kept.
  @Nullable Report report;

  Uplink.@Nullable Message message;
  int bytes = BYTES;

  Entry(long ticket, Poll poll, String boot, long number) {
    this.ticket = ticket;
    this.boot = boot;
    this.number = number;
    lane = null;
    key = poll.device();
    subject = key;
    stamp = poll.stamp();
    sequence = poll.sequence();
    report = poll;
    bytes += SAMPLE_BYTES * poll.samples().size();
  }

  Entry(long ticket, Loss loss, String boot, long number) {
    this.ticket = ticket;
    this.boot = boot;
    this.number = number;
    lane = null;
    key = "";
    subject = "";
    stamp = loss.stamp();
    sequence = 0;
    report = loss;
  }

  Entry(
      long ticket,
      @Nullable SequencedMap<String, Entry> lane,
      String key,
      String subject,
      Report report) {
    this.ticket = ticket;
    this.lane = lane;
    this.key = key;
    this.subject = subject;
    this.report = report;
    boot = OURS;
    stamp = report.stamp();
    sequence = 0;
  }

  boolean poll() {
    return sequence > 0;
  }

  boolean stored() {
    return number > 0;
  }

  boolean ours() {
    return boot.equals(OURS);
  }
}
