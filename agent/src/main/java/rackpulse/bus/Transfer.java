package rackpulse.bus;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One I2C transaction.
///
/// @param line from 1; 0 where it is not of a transcript
/// @param asked how many bytes were to be read
/// @param read what came; without meaning where it failed
public record Transfer(
    int line, int address, byte[] write, int asked, byte[] read, @Nullable Failure failure) {
  private static final HexFormat HEX = HexFormat.ofDelimiter(" ");

  /// One that is not of a transcript.
  public Transfer(int address, byte[] write, byte[] read, @Nullable Failure failure) {
    this(0, address, write, read.length, read, failure);
  }

  /// Whether it asks for the same as `other`.
  boolean asksFor(Transfer other) {
    return address == other.address && asked == other.asked && Arrays.equals(write, other.write);
  }

  /// Whether it wrote `count` bytes, and did no more.
  boolean isWriteOf(int count) {
    return failure == null && write.length == count && asked == 0;
  }

  /// Whether it read `count` bytes, and did no more.
  boolean isReadOf(int count) {
    return failure == null && write.length == 0 && asked == count;
  }

  /// What was asked, such as `0x40 W 00 R 2`.
  String request() {
    return start() + (asked > 0 ? " R " + asked : "");
  }

  /// The line of the transcript.
  @Override
  public String toString() {
    if (failure != null) {
      return request() + " " + word(failure);
    }
    return start() + (asked > 0 ? " R " + hex(read) : "");
  }

  private String start() {
    String to = "0x" + HexFormat.of().toHexDigits((byte) address);
    if (write.length > 0) {
      return to + " W " + hex(write);
    }
    return asked > 0 ? to : to + " W";
  }

  /// Bytes as transcripts have them.
  static String hex(byte[] bytes) {
    return HEX.formatHex(bytes);
  }

  /// A constant's name as transcripts have it.
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// How an I2C transfer failed, by the word at the end of its line.
  public enum Failure {
    NAK,
    DATA_NAK,
    TIMEOUT,
    ARBITRATION,
    DOWN;

    /// How a transfer failed that threw `failure`.
    public static Failure of(BusException failure) {
      return switch (failure) {
        case BusException.NoAnswer silence -> silence.nobodyThere() ? NAK : TIMEOUT;
        case BusException.Refused _ -> DATA_NAK;
        // the latter is for drivers to say, not for an I2C bus
        case BusException.Corrupt _, BusException.WrongSender _ -> ARBITRATION;
        case BusException.Down _ -> DOWN;
      };
    }

    /// What a live bus counts when it fails so.
    WireEvent event() {
      return switch (this) {
        case NAK, DATA_NAK -> WireEvent.NAK;
        case TIMEOUT -> WireEvent.STUCK;
        case ARBITRATION -> WireEvent.ARBITRATION_LOST;
        case DOWN -> WireEvent.DISCONNECT;
      };
    }

    BusException at(String line) {
      return switch (this) {
        case NAK -> new BusException.NoAnswer("address not acknowledged, " + line, true);
        case DATA_NAK -> new BusException.Refused("data not acknowledged, " + line, 0, new byte[0]);
        case TIMEOUT -> new BusException.NoAnswer("no answer in time, " + line);
        case ARBITRATION -> new BusException.Corrupt("arbitration lost, " + line, new byte[0]);
        case DOWN -> new BusException.Down("the recorded bus was down, " + line);
      };
    }
  }
}
