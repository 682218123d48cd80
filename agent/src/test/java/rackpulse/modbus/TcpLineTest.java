package rackpulse.modbus;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rackpulse.bus.BusException;
import rackpulse.bus.BusSettings.ModbusTcpSettings;

/// On loopback connections, whose other end is moved by the test's own thread.
@Timeout(20)
class TcpLineTest {
  private static final MonotonicClock CLOCK = System::nanoTime;

  private ServerSocket server;
  private TcpLine line;

  @BeforeEach
  void open() throws IOException {
    server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    line = new TcpLine(settings(server.getLocalPort()), CLOCK);
  }

  @AfterEach
  void close() throws IOException {
    line.close();
    server.close();
  }

  @Test
  void carriesBytesBothWays() throws Exception {
    line.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    try (Socket peer = server.accept()) {
      assertArrayEquals(new byte[] {1, 2, 3}, peer.getInputStream().readNBytes(3));
      peer.getOutputStream().write(new byte[] {4, 5});
      ByteBuffer into = ByteBuffer.allocate(10);
      while (into.position() < 2) {
        assertTrue(line.read(into, soon()) > 0);
      }
      assertEquals(5, into.get(1));
    }
  }

  @Test
  void isNotConnectedBeforeTheFirstWrite() throws BusException {
    assertEquals(0, line.read(ByteBuffer.allocate(10), soon()));
    assertEquals(0, line.discardInput());
  }

  @Test
  void readsNothingWhenTheDeadlinePasses() throws Exception {
    line.write(ByteBuffer.wrap(new byte[] {1}));
    assertEquals(0, line.read(ByteBuffer.allocate(10), CLOCK.nanoTime() + 2_000_000));
    assertEquals(0, line.read(ByteBuffer.allocate(10), CLOCK.nanoTime() - 1));
  }

  @Test
  void tellsThatThePeerClosedAndConnectsAnew() throws Exception {
    line.write(ByteBuffer.wrap(new byte[] {1}));
    server.accept().close();
    ByteBuffer into = ByteBuffer.allocate(10);
    assertThrows(BusException.Down.class, () -> line.read(into, soon()));
    line.write(ByteBuffer.wrap(new byte[] {7}));
    try (Socket peer = server.accept()) {
      assertEquals(7, peer.getInputStream().read());
    }
  }

  @Test
  void namesTheAddressThatRefuses() throws Exception {
    int port = server.getLocalPort();
    server.close();
    BusException.Down down =
        assertThrows(BusException.Down.class, () -> line.write(ByteBuffer.wrap(new byte[] {1})));
    String message = String.valueOf(down.getMessage());
    assertTrue(message.startsWith("cannot connect to 127.0.0.1:" + port), message);
  }

  @Test
  void throwsAwayWhatWasNotRead() throws Exception {
    line.write(ByteBuffer.wrap(new byte[] {1}));
    try (Socket peer = server.accept()) {
      peer.getOutputStream().write(new byte[600]);
      int discarded = line.read(ByteBuffer.allocate(1), soon());
      while (discarded < 600) {
        discarded += line.discardInput();
      }
      assertEquals(0, line.discardInput());
    }
  }

  @Test
  void returnsPromptlyWhenInterrupted() throws Exception {
    line.write(ByteBuffer.wrap(new byte[] {1}));
    Thread.currentThread().interrupt();
    assertEquals(0, line.read(ByteBuffer.allocate(10), CLOCK.nanoTime() + 3_600_000_000_000L));
    assertTrue(Thread.interrupted());
  }

  @Test
  void staysConnectedWhenInterrupted() throws Exception {
    line.write(ByteBuffer.wrap(new byte[] {1}));
    Thread.currentThread().interrupt();
    line.read(ByteBuffer.allocate(10), soon());
    line.write(ByteBuffer.wrap(new byte[] {2}));
    assertTrue(Thread.interrupted());
    try (Socket peer = server.accept()) {
      assertArrayEquals(new byte[] {1, 2}, peer.getInputStream().readNBytes(2));
    }
  }

  private static long soon() {
    return CLOCK.nanoTime() + Duration.ofSeconds(10).toNanos();
  }

  private static ModbusTcpSettings settings(int port) {
    return new ModbusTcpSettings("pdu", "127.0.0.1", port, Duration.ofSeconds(10), false);
  }
}
