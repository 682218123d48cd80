package rackpulse.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import rackpulse.bus.BusException;
import rackpulse.bus.BusSettings.ModbusRtuSettings;
import rackpulse.bus.BusSettings.Parity;
import rackpulse.bus.BusSettings.SerialFormat;

/// [SerialPort] on a line of the real kernel.
class PseudoTerminalTest {
  private static final long PATIENCE_NANOS = Duration.ofSeconds(20).toNanos();

  private final Peer peer = Peer.terminal();

  @AfterEach
  void closePeer() {
    peer.close();
  }

  @Test
  void carriesEveryByteUnchangedBothWays() throws BusException {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    try (SerialPort port = open(19200)) {
      port.write(ByteBuffer.wrap(all));
      assertArrayEquals(all, peer.read());
      peer.write(all);
      ByteBuffer received = ByteBuffer.allocate(all.length);
      while (received.hasRemaining()) {
        assertTrue(port.read(received, System.nanoTime() + PATIENCE_NANOS) > 0, "timed out");
      }
      assertArrayEquals(all, received.array());
    }
  }

  @Test
  void toleratesThatParityIsDroppedAndTakesOddBaudRates() throws BusException {
    try (SerialPort port = open(250_000)) {
      assertEquals(0, port.discardInput());
    }
  }

  @Test
  void returnsWithNothingAfterTheDeadline() throws BusException {
    try (SerialPort port = open(9600)) {
      long start = System.nanoTime();
      assertEquals(0, port.read(ByteBuffer.allocate(8), start + 3_000_000));
      assertTrue(System.nanoTime() - start >= 3_000_000, "came back early");
      assertEquals(0, port.read(ByteBuffer.allocate(8), start));
    }
  }

  @Test
  void throwsReceivedBytesAway() throws BusException {
    try (SerialPort port = open(9600)) {
      peer.write(new byte[5]);
      peer.write((byte) 0x42);
      ByteBuffer one = ByteBuffer.allocate(1);
      assertEquals(1, port.read(one, System.nanoTime() + PATIENCE_NANOS));
      assertEquals(5, port.discardInput());
      assertEquals(0, port.read(ByteBuffer.allocate(8), System.nanoTime()));
    }
  }

  @Test
  void reportsAHangUp() throws BusException {
    try (SerialPort port = open(9600)) {
      peer.close();
      assertThrows(
          BusException.Down.class,
          () -> port.read(ByteBuffer.allocate(8), System.nanoTime() + PATIENCE_NANOS));
      assertThrows(BusException.Down.class, () -> port.write(ByteBuffer.allocate(8)));
    }
  }

  @Test
  void refusesASecondOpenerUntilTheFirstIsDone() throws BusException {
    SerialPort first = open(9600);
    BusException.Down refused = assertThrows(BusException.Down.class, () -> open(9600));
    assertTrue(String.valueOf(refused.getMessage()).contains("another program holds"));
    first.close();
    open(9600).close();
  }

  @Test
  void wakesWhenInterrupted() throws BusException, InterruptedException {
    AtomicBoolean kept = new AtomicBoolean();
    try (SerialPort port = open(9600)) {
      Thread reader =
          new Thread(() -> {
            try {
              port.read(ByteBuffer.allocate(8), System.nanoTime() + PATIENCE_NANOS);
            } catch (BusException.Down unexpected) {
              return;
            }
            kept.set(Thread.currentThread().isInterrupted());
          });
      reader.start();
      reader.interrupt();
      reader.join(Duration.ofSeconds(10));
      assertFalse(reader.isAlive());
      assertTrue(kept.get());
    }
  }

  @Test
  void saysThatADeviceIsNoSerialLine() {
    BusException.Down refused =
        assertThrows(BusException.Down.class, () -> open(Path.of("/dev/null"), 9600));
    assertTrue(String.valueOf(refused.getMessage()).contains("ENOTTY"), refused.getMessage());
  }

  private SerialPort open(int baud) throws BusException.Down {
    return open(peer.slave(), baud);
  }

  private static SerialPort open(Path device, int baud) throws BusException.Down {
    SerialFormat format = new SerialFormat(8, Parity.EVEN, 1);
    Duration timeout = Duration.ofMillis(300);
    return SerialPort.open(
        new ModbusRtuSettings("power", device, baud, format, timeout, Duration.ZERO, true));
  }
}
