package rackpulse.tests.slaves;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/// The speed of a wire, which a pseudo-terminal does not have: a request needs its time to arrive,
/// the slave waits for the silence behind it and thinks, and its answer comes character by
/// character.
public final class Pace {
  /// A UART hands over what it has about every millisecond or eight characters.
  private static final long CHUNK_NANOS = 500_000;

  private final long characterNanos;
  private final long quietNanos;
  private long arrivedNanos;

  private Pace(long characterNanos, long quietNanos) {
    this.characterNanos = characterNanos;
    this.quietNanos = quietNanos;
  }

  /// Everything at once.
  public static Pace instant() {
    return new Pace(0, 0);
  }

  /// @param bitsPerCharacter start, data, parity and stop bits
  /// @param turnaroundNanos what the slave needs after the 3.5 characters of silence (1.75 ms above
  ///   19200 baud) that end a request
  public static Pace of(int baud, int bitsPerCharacter, long turnaroundNanos) {
    long characterNanos = 1_000_000_000L * bitsPerCharacter / baud;
    return new Pace(characterNanos, silenceNanos(baud, characterNanos) + turnaroundNanos);
  }

  /// The silence between frames.
  public static long silenceNanos(int baud, long characterNanos) {
    return baud > 19200 ? 1_750_000 : characterNanos * 7 / 2;
  }

  /// A request of `bytes` was written just now: its last character arrives after its time on the
  /// wire.
  void received(int bytes) {
    arrivedNanos = System.nanoTime() + bytes * characterNanos;
  }

  void send(byte[] bytes, TtyStream tty) throws IOException {
    if (characterNanos == 0) {
      tty.write(bytes);
      return;
    }
    // behind a frame that was sent before, without a gap
    long startNanos = arrivedNanos + quietNanos;
    for (int sent = 0; sent < bytes.length; ) {
      int chunk = (int) Math.max(1, CHUNK_NANOS / characterNanos);
      int next = Math.min(bytes.length, sent + chunk);
      idle(startNanos + next * characterNanos - System.nanoTime());
      tty.write(Arrays.copyOfRange(bytes, sent, next));
      sent = next;
    }
    arrivedNanos = startNanos + bytes.length * characterNanos - quietNanos;
  }

  static void idle(long nanos) {
    long deadlineNanos = System.nanoTime() + nanos;
    for (long left = nanos; left > 0; left = deadlineNanos - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
