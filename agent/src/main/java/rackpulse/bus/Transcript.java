package rackpulse.bus;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableSet;
import java.util.StringTokenizer;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import rackpulse.bus.Transfer.Failure;

/// A recorded bus, one line of text for each thing that happened, as the flight recorder writes it,
/// people write it for tests, and [Playback] plays it.
///
/// ```
/// bus i2c                         # or modbus-rtu, modbus-tcp; what follows # is a comment
/// +0.120s 0x44 W fd               # when it happened; disregarded
/// poll inlet-top                  # a device's poll begins; see Playback
/// pause 9 ms
/// 0x44 R 66 66 93 72 b0 dc
/// 0x40 W 00 R 12 34               # joined by a repeated start
/// 0x45 W nak                      # a bare probe; also data-nak, timeout, arbitration, down
/// 0x44 R 6 timeout                # a read that failed names how many bytes were asked
/// ```
///
/// A Modbus transcript has the bytes on the line, from the agent's point of view:
///
/// ```
/// bus modbus-rtu
/// W 01 03 00 00 00 01 84 0a       # with `down` as last word: could not be sent
/// R 01 03 02                      # each R is one chunk of what came; without R: silence
/// R 00 2a 39 9b
/// R                               # nothing came in the time waited; what follows came later
/// close                           # the peer disconnected, or the line failed
/// ```
///
/// Bytes are two hexadecimal digits of either case, with or without `0x`.
public final class Transcript {
  /// Longest file that is read: hours of a busy bus, and a small part of the agent's memory.
  public static final int MAX_CHARACTERS = 8 * 1024 * 1024;

  /// Most lines, since each costs memory beyond its text.
  public static final int MAX_LINES = 200_000;

  /// Most bytes in one line: what Linux moves in one I2C message (drivers/i2c/i2c-dev.c).
  static final int MAX_BYTES = 8192;

  private final String name;
  private final Kind kind;
  private final NavigableSet<Integer> polls;
  private final List<String> lines;
  private final List<Transfer> transfers;
  private final List<Arrival> unasked;
  private final List<Exchange> exchanges;

  /// What sort of bus was recorded. RTU frames are RTU whether on a serial line or in TCP.
  public enum Kind {
    I2C,
    MODBUS_RTU,
    MODBUS_TCP;

    /// The name in a transcript's first line, such as `modbus-rtu`.
    public String id() {
      return Transfer.word(this);
    }
  }

  /// A text that is no transcript; the message names place, expectation and finding.
  @SuppressWarnings("serial") // never serialised
  public static final class FormatException extends IOException {
    FormatException(String message) {
      super(message);
    }
  }

  /// A request on a line and what came after it.
  record Exchange(int line, byte[] request, boolean isDown, List<Arrival> arrivals) {}

  /// What a reader of a line met.
  record Arrival(int line, What what, byte[] bytes) {
    /// Bytes, nothing in the time waited, or the end of the connection.
    enum What {
      DATA,
      SILENCE,
      CLOSE
    }
  }

  private Transcript(Parser parsed, Kind kind) {
    this.name = parsed.name;
    this.kind = kind;
    this.polls = Collections.unmodifiableNavigableSet(parsed.polls);
    this.lines = parsed.lines;
    this.transfers = Collections.unmodifiableList(parsed.transfers);
    this.unasked = Collections.unmodifiableList(parsed.unasked);
    this.exchanges = Collections.unmodifiableList(parsed.exchanges);
  }

  /// Reads a file of at most 8 MiB and 200,000 lines.
  ///
  /// @throws FormatException when it is no transcript
  public static Transcript read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_CHARACTERS + 1);
      return parse(file.toString(), new String(bytes, StandardCharsets.UTF_8));
    }
  }

  /// The transcript in `text`.
  ///
  /// @param name of the file, for messages
  public static Transcript parse(String name, String text) throws FormatException {
    return new Parser(name).parse(text);
  }

  public Kind kind() {
    return kind;
  }

  /// Lines at which a poll begins, where that was recorded.
  NavigableSet<Integer> polls() {
    return polls;
  }

  String name() {
    return name;
  }

  List<Transfer> transfers() {
    return transfers;
  }

  /// What came before the first request.
  List<Arrival> unasked() {
    return unasked;
  }

  List<Exchange> exchanges() {
    return exchanges;
  }

  /// A line and its place, for messages.
  String line(int number) {
    return place(number) + ": " + lines.get(number - 1);
  }

  String place(int number) {
    return name + ":" + number;
  }

  /// Goes through a text line by line, and through a line word by word.
  private static final class Parser {
    private static final int MAX_WORDS = MAX_BYTES + 8;
    private static final String BYTE = "a byte as two hexadecimal digits";

    private final String name;
    private final List<String> lines = new ArrayList<>();
    private final List<Transfer> transfers = new ArrayList<>();
    private final List<Arrival> unasked = new ArrayList<>();
    private final List<Exchange> exchanges = new ArrayList<>();
    private final NavigableSet<Integer> polls = new TreeSet<>();
    private final List<String> words = new ArrayList<>();
    private List<Arrival> arrivals = unasked;
    private int next;

    Parser(String name) {
      this.name = name;
    }

    Transcript parse(String text) throws FormatException {
      if (text.length() > MAX_CHARACTERS) {
        throw new FormatException(
            name + ": expected at most 8 MiB, found more: cut it into pieces");
      }
      Kind kind = null;
      Iterator<String> rest = text.lines().iterator();
      while (rest.hasNext()) {
        if (lines.size() == MAX_LINES) {
          throw expected("at most " + MAX_LINES + " lines", "more: cut it into pieces");
        }
        lines.add(rest.next().strip());
        splitLine();
        if (next == words.size()) {
          continue;
        }
        if (kind == null) {
          kind = kind();
        } else if (take("poll")) {
          polls.add(lines.size());
          next = words.size(); // whose it is, is for people
        } else if (kind == Kind.I2C) {
          i2c();
        } else {
          modbus();
        }
        if (next < words.size()) {
          throw unexpected("the end of the line");
        }
      }
      if (kind == null) {
        throw expected(kinds(), "nothing");
      }
      return new Transcript(this, kind);
    }

    private void splitLine() throws FormatException {
      words.clear();
      next = 0;
      String line = lines.getLast();
      int comment = line.indexOf('#');
      StringTokenizer tokens =
          new StringTokenizer(comment < 0 ? line : line.substring(0, comment), " \t");
      while (tokens.hasMoreTokens()) {
        if (words.size() == MAX_WORDS) {
          throw expected("at most " + MAX_BYTES + " bytes in a line", "more");
        }
        words.add(tokens.nextToken());
      }
      if (!words.isEmpty() && isStamp(words.getFirst())) {
        next = 1;
      }
    }

    private Kind kind() throws FormatException {
      if (take("bus")) {
        for (Kind kind : Kind.values()) {
          if (take(kind.id())) {
            return kind;
          }
        }
      }
      throw unexpected(kinds());
    }

    private static String kinds() {
      List<String> headers = new ArrayList<>();
      for (Kind kind : Kind.values()) {
        headers.add("\"bus " + kind.id() + "\"");
      }
      return "a first line " + String.join(" or ", headers);
    }

    private void i2c() throws FormatException {
      if (take("pause")) {
        number("milliseconds", Integer.MAX_VALUE);
        expect("ms");
        return;
      }
      int address = takeByte("\"pause\" or the address, 0x08 to 0x77,") & 0xFF;
      if (address < 0x08 || address > 0x77) {
        next--;
        throw unexpected("an address, 0x08 to 0x77,");
      }
      Failure failure = takeFailure();
      boolean isWrite = take("W");
      byte[] write = isWrite ? takeBytes() : new byte[0];
      byte[] read = new byte[0];
      int asked = 0;
      if ((write.length > 0 || !isWrite) && take("R")) {
        read = failure == null ? takeBytes() : read;
        asked = failure == null ? read.length : number("bytes", MAX_BYTES);
        if (asked == 0) {
          throw unexpected(BYTE);
        }
      } else if (!isWrite) {
        throw unexpected("\"W\" or \"R\"");
      }
      transfers.add(new Transfer(lines.size(), address, write, asked, read, failure));
    }

    private void modbus() throws FormatException {
      int line = lines.size();
      if (take("W")) {
        byte[] request = takeBytes();
        if (request.length == 0) {
          throw unexpected(BYTE);
        }
        arrivals = new ArrayList<>();
        exchanges.add(new Exchange(line, request, take("down"), arrivals));
      } else if (take("R")) {
        byte[] bytes = takeBytes();
        boolean isSilence = bytes.length == 0;
        arrivals.add(
            new Arrival(line, isSilence ? Arrival.What.SILENCE : Arrival.What.DATA, bytes));
      } else if (take("close")) {
        arrivals.add(new Arrival(line, Arrival.What.CLOSE, new byte[0]));
      } else {
        throw unexpected("\"W\", \"R\" or \"close\"");
      }
    }

    /// The failure at the end of the line.
    private @Nullable Failure takeFailure() {
      for (Failure failure : Failure.values()) {
        if (next < words.size() && words.getLast().equals(Transfer.word(failure))) {
          words.removeLast();
          return failure;
        }
      }
      return null;
    }

    private byte[] takeBytes() throws FormatException {
      int end = next;
      while (end < words.size() && digits(words.get(end)) != null) {
        end++;
      }
      if (end - next > MAX_BYTES) {
        throw expected("at most " + MAX_BYTES + " bytes in a line", "more");
      }
      byte[] bytes = new byte[end - next];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = takeByte(BYTE);
      }
      return bytes;
    }

    private byte takeByte(String what) throws FormatException {
      String digits = next < words.size() ? digits(words.get(next)) : null;
      if (digits == null) {
        throw unexpected(what);
      }
      next++;
      return (byte) HexFormat.fromHexDigits(digits);
    }

    private static @Nullable String digits(String word) {
      String digits = word.startsWith("0x") || word.startsWith("0X") ? word.substring(2) : word;
      return digits.length() == 2
              && HexFormat.isHexDigit(digits.charAt(0))
              && HexFormat.isHexDigit(digits.charAt(1))
          ? digits
          : null;
    }

    private int number(String unit, int max) throws FormatException {
      String word = next < words.size() ? words.get(next) : "";
      if (isDecimal(word) && word.length() <= 9) {
        int number = Integer.parseInt(word);
        if (number <= max) {
          next++;
          return number;
        }
      }
      throw unexpected("a number of " + unit);
    }

    private static boolean isStamp(String word) {
      int end = word.length() - 1;
      int point = word.indexOf('.');
      return end >= 2
          && word.charAt(0) == '+'
          && word.charAt(end) == 's'
          && isDecimal(word.substring(1, point < 0 ? end : point))
          && (point < 0 || isDecimal(word.substring(point + 1, end)));
    }

    private static boolean isDecimal(String text) {
      return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private boolean take(String word) {
      boolean found = next < words.size() && words.get(next).equals(word);
      next += found ? 1 : 0;
      return found;
    }

    private void expect(String word) throws FormatException {
      if (!take(word)) {
        throw unexpected('"' + word + '"');
      }
    }

    private FormatException unexpected(String what) {
      if (next >= words.size()) {
        return expected(what, "the end of the line");
      }
      String found = words.get(next);
      int end = Math.min(found.length(), 40); // a message is one line in a log
      return expected(what, '"' + found.substring(0, end) + '"');
    }

    private FormatException expected(String what, String found) {
      int line = Math.max(lines.size(), 1);
      return new FormatException(name + ":" + line + ": expected " + what + ", found " + found);
    }
  }
}
