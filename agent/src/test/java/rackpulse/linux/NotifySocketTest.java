package rackpulse.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NotifySocketTest {
  @Test
  void tellsARealSocket(@TempDir Path folder) {
    String path = folder.resolve("notify").toString();
    try (Peer systemd = Peer.datagrams(path);
        NotifySocket socket = NotifySocket.of(Map.of("NOTIFY_SOCKET", path))) {
      assertTrue(socket.present());
      socket.send("READY=1");
      socket.send("STATUS=7 devices, 2 buses\nWATCHDOG=1");
      assertEquals("READY=1", text(systemd));
      assertEquals("STATUS=7 devices, 2 buses\nWATCHDOG=1", text(systemd));
    }
  }

  @Test
  void tellsARealAbstractSocket() {
    String name = "rackpulse-test-" + ProcessHandle.current().pid();
    try (Peer systemd = Peer.datagrams("\0" + name);
        NotifySocket socket = NotifySocket.of(Map.of("NOTIFY_SOCKET", "@" + name))) {
      socket.send("STOPPING=1");
      assertEquals("STOPPING=1", text(systemd));
    }
  }

  @Test
  void survivesASocketThatIsGone(@TempDir Path folder) {
    String path = folder.resolve("nobody").toString();
    try (NotifySocket socket = NotifySocket.of(Map.of("NOTIFY_SOCKET", path))) {
      socket.send("WATCHDOG=1");
      socket.send("WATCHDOG=1");
      assertTrue(socket.present());
    }
  }

  @Test
  void opensOneSocketAndNeverWaits() {
    FakeLibc fake = new FakeLibc();
    NotifySocket socket = NotifySocket.of(Map.of("NOTIFY_SOCKET", "/run/n"), fake.libc());
    socket.send("A=1");
    socket.send("B=1");
    socket.close();
    assertEquals(
        List.of(
            "socket 1 80002 0", // AF_UNIX, SOCK_DGRAM and SOCK_CLOEXEC
            "sendto 4 413d31 4040 01002f72756e2f6e00", // MSG_NOSIGNAL and MSG_DONTWAIT
            "sendto 4 423d31 4040 01002f72756e2f6e00",
            "close 4"),
        fake.calls());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "relative/path", "vsock:2:1"})
  void isSilentWithoutASocket(String name) {
    FakeLibc fake = new FakeLibc();
    NotifySocket socket = NotifySocket.of(Map.of("NOTIFY_SOCKET", name), fake.libc());
    socket.send("READY=1");
    socket.close();
    assertFalse(socket.present());
    assertEquals(List.of(), fake.calls());
    assertFalse(NotifySocket.of(Map.of(), fake.libc()).present());
  }

  private static String text(Peer peer) {
    return new String(peer.read(), StandardCharsets.UTF_8);
  }
}
