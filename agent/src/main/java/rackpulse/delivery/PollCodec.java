package rackpulse.delivery;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import rackpulse.spool.Record;
import rackpulse.spool.Spool;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Loss;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;

/// Polls as they lie in the spool, small and with everything that a later message needs. A stream
/// is one device in one run of the agent; its layout names the channels, and a body is
///
/// ```
/// 0  wall clock, ms since 1970, 8 bytes
/// 8  monotonic clock, ns, 8 bytes
/// 16 1 when the wall clock was synchronised
/// 17 for each channel: 0 and 8 bytes of the value, or 1 + the place of the cause in Cause
/// ```
///
/// Used by the spool thread alone.
final class PollCodec {
  private static final int HEAD_BYTES = 17;

  private final String boot;
  private final Map<String, Layout> layouts = new HashMap<>();
  private ByteBuffer body = ByteBuffer.allocate(1024);

  private record Layout(List<Channel> channels, byte[] bytes) {
    boolean fits(List<Sample> samples) {
      if (samples.size() != channels.size()) {
        return false;
      }
      for (int i = 0; i < samples.size(); i++) {
        if (!samples.get(i).channel().equals(channels.get(i))) {
          return false;
        }
      }
      return true;
    }
  }

  PollCodec(String boot) {
    this.boot = boot;
  }

  /// The stream of `device` in this run.
  String stream(String device) {
    return boot + "/" + device;
  }

  /// The run that a stream is of.
  static String bootOf(String stream) {
    return stream.substring(0, Math.max(0, stream.indexOf('/')));
  }

  static String deviceOf(String stream) {
    return stream.substring(stream.indexOf('/') + 1);
  }

  /// How the body of `poll` is to be read; the same array as long as it is.
  byte[] layout(Poll poll) {
    Layout layout = layouts.get(poll.device());
    if (layout == null || !layout.fits(poll.samples())) {
      List<Channel> channels = poll.samples().stream().map(Sample::channel).toList();
      layout = new Layout(channels, layoutOf(channels));
      layouts.put(poll.device(), layout);
    }
    return layout.bytes;
  }

  /// One line for each channel: its name, a blank, its quantity.
  private static byte[] layoutOf(List<Channel> channels) {
    StringBuilder text = new StringBuilder();
    for (Channel channel : channels) {
      text.append(channel.name()).append(' ').append(channel.quantity().id()).append('\n');
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /// The body of `poll`, valid until the next call.
  ByteBuffer body(Poll poll) {
    int mostBytes = HEAD_BYTES + (1 + Double.BYTES) * poll.samples().size();
    if (body.capacity() < mostBytes) {
      body = ByteBuffer.allocate(mostBytes);
    }
    Stamp stamp = poll.stamp();
    body.clear().putLong(stamp.at().toEpochMilli()).putLong(stamp.monotonicNanos());
    body.put((byte) (stamp.clockSynchronised() ? 1 : 0));
    for (Sample sample : poll.samples()) {
      switch (sample) {
        case Reading reading -> body.put((byte) 0).putDouble(reading.value());
        case Gap gap -> body.put((byte) (1 + gap.cause().ordinal()));
      }
    }
    return body.flip();
  }

  /// The poll in `record`; empty when this program cannot read it.
  static Optional<Poll> poll(Record record) {
    String device = deviceOf(record.stream());
    ByteBuffer from = ByteBuffer.wrap(record.body());
    try {
      Instant at = Instant.ofEpochMilli(from.getLong());
      Stamp stamp = new Stamp(at, from.getLong(), from.get() == 1);
      List<Sample> samples = new ArrayList<>();
      for (String line : lines(record.layout())) {
        int blank = line.indexOf(' ');
        Quantity quantity = Quantity.byId(line.substring(blank + 1)).orElseThrow();
        Channel channel = new Channel(device, line.substring(0, blank), quantity);
        int gap = from.get();
        samples.add(
            gap == 0
                ? new Reading(channel, stamp, from.getDouble())
                : new Gap(channel, stamp, Cause.values()[gap - 1]));
      }
      return Optional.of(new Poll(device, stamp, record.from(), samples));
    } catch (RuntimeException unreadable) {
      // checksums guard against damage: written by a program that knew more than this one
      return Optional.empty();
    }
  }

  private static List<String> lines(byte[] layout) {
    return new String(layout, StandardCharsets.US_ASCII).lines().toList();
  }

  /// The number by which the spool knows a cause.
  static int number(Loss.Cause cause) {
    return switch (cause) {
      case SPOOL_OVERFLOW -> Spool.OVERFLOW;
      case DAMAGED -> Spool.DAMAGED;
      case MEMORY_OVERFLOW -> 3;
      case DISK_FULL -> 4;
      case TOO_LARGE -> 5;
      case REFUSED -> 6;
      case AGENT_STOPPED -> 7;
    };
  }

  static Loss.Cause cause(int number) {
    for (Loss.Cause cause : Loss.Cause.values()) {
      if (number(cause) == number) {
        return cause;
      }
    }
    return Loss.Cause.DAMAGED;
  }
}
