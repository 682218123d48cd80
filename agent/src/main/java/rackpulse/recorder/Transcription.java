package rackpulse.recorder;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import rackpulse.bus.Transcript;
import rackpulse.bus.Transcript.Kind;
import rackpulse.bus.Transfer;
import rackpulse.bus.Transfer.Failure;

/// Turns what was on a tape into the text of a [Transcript]. Pure.
final class Transcription {
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final byte[] NOTHING = {};
  private static final Failure[] FAILURES = Failure.values();
  private static final String HEX = "0123456789abcdef";

  private final StringBuilder text = new StringBuilder();
  private final long zeroNanos;
  private int lines;

  private Transcription(long zeroNanos) {
    this.zeroNanos = zeroNanos;
  }

  /// The text of `kind`, with `comments` at its head; of too many polls the oldest are left out, so
  /// that the result can be read again.
  ///
  /// @param zeroNanos when its times begin
  static String of(Kind kind, List<String> comments, Tape.Taken taken, long zeroNanos) {
    Transcription head = new Transcription(zeroNanos);
    head.line("bus " + kind.id());
    comments.forEach(comment -> head.line("# " + comment));
    if (!taken.openings().isEmpty()) {
      head.line("# how devices were identified and set up, long before the rest");
      taken.openings().forEach(poll -> head.events(ByteBuffer.wrap(poll)));
      head.line("# the latest traffic");
    }
    List<Transcription> polls = new ArrayList<>();
    ByteBuffer events = ByteBuffer.wrap(taken.polls());
    while (events.hasRemaining()) {
      Transcription poll = new Transcription(zeroNanos);
      poll.event(events);
      while (events.hasRemaining() && Event.of(events.get(events.position())) != Event.POLL) {
        poll.event(events);
      }
      polls.add(poll);
    }
    int from = polls.size();
    int characters = head.text.length();
    int lines = head.lines;
    while (from > 0
        && characters + polls.get(from - 1).text.length() < Transcript.MAX_CHARACTERS
        && lines + polls.get(from - 1).lines < Transcript.MAX_LINES) {
      from--;
      characters += polls.get(from).text.length();
      lines += polls.get(from).lines;
    }
    polls.subList(from, polls.size()).forEach(poll -> head.text.append(poll.text));
    return head.text.toString();
  }

  private void events(ByteBuffer events) {
    while (events.hasRemaining()) {
      event(events);
    }
  }

  private void event(ByteBuffer events) {
    Event event = Event.of(events.get());
    int aux = events.get() & 0xFF;
    stamp(events.getLong());
    int first = events.getShort() & 0xFFFF;
    int second = events.getShort() & 0xFFFF;
    int number = first << 16 | second;
    switch (event) {
      case POLL -> line("poll " + new String(bytes(events, first), StandardCharsets.US_ASCII));
      case TRANSFER -> {
        byte[] write = bytes(events, first);
        line(new Transfer(aux, write, bytes(events, second), null).toString());
      }
      case FAILED_TRANSFER -> {
        int address = events.get();
        byte[] write = bytes(events, first);
        line(new Transfer(address, write, new byte[second], FAILURES[aux]).toString());
      }
      case PAUSE -> line("pause " + number + " ms");
      case WRITE -> line("W", bytes(events, first));
      case FAILED_WRITE -> {
        hex("W", bytes(events, first));
        line(" down");
      }
      case READ -> line("R", bytes(events, first));
      case SILENCE -> line("R", NOTHING);
      case CLOSE -> line("close");
      case DISCARDED -> line("# " + number + " bytes thrown away unread");
    }
  }

  private static byte[] bytes(ByteBuffer events, int count) {
    byte[] bytes = new byte[count];
    events.get(bytes);
    return bytes;
  }

  private void stamp(long nanos) {
    long millis = Math.max(0, nanos - zeroNanos) / NANOS_PER_MILLI;
    long part = millis % 1000;
    text.append('+').append(millis / 1000).append('.');
    text.append(part < 100 ? "0" : "").append(part < 10 ? "0" : "").append(part).append("s ");
  }

  private void line(String words) {
    text.append(words).append('\n');
    lines++;
  }

  private void line(String word, byte[] bytes) {
    hex(word, bytes);
    line("");
  }

  private void hex(String word, byte[] bytes) {
    text.append(word);
    for (byte each : bytes) {
      text.append(' ').append(HEX.charAt(each >> 4 & 0xF)).append(HEX.charAt(each & 0xF));
    }
  }
}
