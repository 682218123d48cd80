package rackpulse.tests.slaves;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/// How a slave spoils its answer.
@FunctionalInterface
public interface Fault {
  /// What it does instead of sending `good`.
  List<Act> acts(Answer good);

  /// One thing that a slave does on the wire.
  sealed interface Act {}

  /// Sends bytes, on a paced line one character after the other.
  record Send(byte[] bytes) implements Act {}

  /// Waits, with the line idle.
  record Idle(Duration duration) implements Act {}

  /// Closes the connection; on a line nothing happens.
  record HangUp() implements Act {}

  static Fault none() {
    return good -> List.of(new Send(good.bytes()));
  }

  static Fault silence() {
    return _ -> List.of();
  }

  static Fault wrongChecksum() {
    return good -> {
      byte[] bytes = good.bytes();
      bytes[bytes.length - 1] ^= 0x55;
      return List.of(new Send(bytes));
    };
  }

  /// @param code such as 2 for illegal data address
  static Fault exception(int code) {
    return good -> List.of(new Send(good.exception(code).bytes()));
  }

  /// An intact answer from the next unit.
  static Fault wrongUnit() {
    return good -> List.of(new Send(good.withUnit(good.unit() + 1).bytes()));
  }

  static Fault wrongTransaction() {
    return good -> List.of(new Send(good.withTransaction(good.transaction() ^ 0x4000).bytes()));
  }

  /// The last bytes are missing.
  static Fault truncated(int missing) {
    return good -> {
      byte[] bytes = good.bytes();
      return List.of(new Send(Arrays.copyOf(bytes, bytes.length - missing)));
    };
  }

  static Fault disconnectMidFrame() {
    return good -> {
      byte[] bytes = good.bytes();
      return List.of(new Send(Arrays.copyOf(bytes, bytes.length / 2)), new HangUp());
    };
  }

  /// The right answer after the agent has given up.
  static Fault late(Duration by) {
    return good -> List.of(new Idle(by), new Send(good.bytes()));
  }

  /// Zero bytes around the answer, as some transceivers make when they switch.
  static Fault strayBytes(int before, int after) {
    return good -> {
      byte[] bytes = good.bytes();
      byte[] padded = new byte[before + bytes.length + after];
      System.arraycopy(bytes, 0, padded, before, bytes.length);
      return List.of(new Send(padded));
    };
  }

  /// The adapter returns what was sent, then the answer comes.
  static Fault echo() {
    return good -> List.of(new Send(good.request()), new Send(good.bytes()));
  }
}
