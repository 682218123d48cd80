package rackpulse.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rackpulse.bus.BusException;
import rackpulse.bus.BusSettings.ModbusRtuSettings;
import rackpulse.bus.BusSettings.Parity;
import rackpulse.bus.BusSettings.SerialFormat;

class SerialPortTest {
  private static final SerialFormat FORMAT_8N1 = new SerialFormat(8, Parity.NONE, 1);
  private static final String SETTINGS_8N1_9600 =
      "01000000 00000000 b0180000 00000000 00" + " 00".repeat(19) + " 80250000 80250000";

  private final FakeLibc fake = new FakeLibc();

  /// Advances by 150 ms with every look at it.
  private final AtomicLong clockNanos = new AtomicLong();

  @Test
  void opensForThisProcessAloneWithoutEverWaiting() throws BusException {
    open(FORMAT_8N1, 9600, false).close();
    assertEquals(
        List.of(
            "open /dev/ttyFake 80902", // O_RDWR, O_NOCTTY, O_NONBLOCK, O_CLOEXEC
            "flock 3 6",
            "ioctl 3 540c 0",
            "ioctl 3 802c542a",
            "ioctl 3 402c542b " + SETTINGS_8N1_9600.replace(" ", ""),
            "ioctl 3 802c542a",
            "ioctl 3 541e",
            "ioctl 3 541f " + "00".repeat(16) + "00200000" + "00".repeat(52),
            "ioctl 3 540b 2",
            "ioctl 3 540d 0",
            "close 3"),
        fake.calls());
  }

  /// c_iflag and c_cflag in the order of their bytes in memory.
  @ParameterizedTest
  @CsvSource({
    "8, NONE, 1, 01000000, b0180000",
    "8, EVEN, 1, 11000000, b0190000",
    "8, ODD,  1, 11000000, b01b0000",
    "8, NONE, 2, 01000000, f0180000",
    "8, EVEN, 2, 11000000, f0190000",
    "8, ODD,  2, 11000000, f01b0000",
    "7, NONE, 1, 01000000, a0180000",
    "7, EVEN, 1, 11000000, a0190000",
    "7, ODD,  1, 11000000, a01b0000",
    "7, NONE, 2, 01000000, e0180000",
    "7, EVEN, 2, 11000000, e0190000",
    "7, ODD,  2, 11000000, e01b0000",
  })
  void describesEveryFormat(int data, Parity parity, int stop, String iflag, String cflag)
      throws BusException {
    open(new SerialFormat(data, parity, stop), 19200, false);
    String rest = "00000000" + "00".repeat(20) + "004b0000" + "004b0000";
    assertEquals(
        List.of("ioctl 3 402c542b " + iflag + "00000000" + cflag + rest),
        fake.calls("ioctl 3 402c542b"));
  }

  @ParameterizedTest
  @CsvSource({"300, 2c010000", "9600, 80250000", "250000, 90d00300", "4000000, 00093d00"})
  void asksForAnyBaud(int baud, String bytes) throws BusException {
    open(FORMAT_8N1, baud, false);
    assertTrue(fake.calls("ioctl 3 402c542b").getFirst().endsWith(bytes + bytes));
  }

  @ParameterizedTest
  @CsvSource({"9600, c9240000, 9417", "9600, c4240000, 9412", "9600, 43260000, 9795"})
  void refusesADriverThatChoosesAnotherBaud(int baud, String bytes, int chosen)
      throws BusException {
    String readBack = SETTINGS_8N1_9600.replace(" 80250000 80250000", bytes + bytes);
    fake.answers("ioctl 802c542a", 0, "");
    fake.answers("ioctl 802c542a", 0, readBack);
    if (Math.abs(chosen - baud) * 50 <= baud) {
      open(FORMAT_8N1, baud, false);
    } else {
      assertEquals(
          "/dev/ttyFake cannot run at 9600 baud: its driver chose " + chosen, openFailure());
      assertEquals("close 3", fake.calls().getLast());
    }
  }

  @Test
  void refusesADriverThatDropsTheParity() {
    fake.answers("ioctl 802c542a", 0, "");
    fake.answers("ioctl 802c542a", 0, SETTINGS_8N1_9600);
    String message =
        assertThrows(
                BusException.Down.class,
                () -> open(new SerialFormat(7, Parity.EVEN, 1), 9600, false))
            .getMessage();
    assertEquals("/dev/ttyFake cannot send 7E1, its driver chose 8N1", message);
  }

  @Test
  void letsTheDriverSwitchTheTransmitter() throws BusException {
    open(FORMAT_8N1, 9600, true);
    assertEquals(List.of("ioctl 3 542f 03000000" + "00".repeat(28)), fake.calls("ioctl 3 542f"));
  }

  @Test
  void reliesOnTheAdapterWhereTheDriverCannotSwitch() throws BusException {
    fake.fails("ioctl 542f", Errno.ENOTTY);
    fake.fails("ioctl 541e", Errno.ENOTTY);
    open(FORMAT_8N1, 9600, true);
    assertEquals(1, fake.calls("ioctl 3 542f").size());
    assertEquals(0, fake.calls("ioctl 3 541f").size());
  }

  @Test
  void keepsTheOtherFlagsWhenItAsksForLowLatency() throws BusException {
    fake.answers("ioctl 541e", 0, "00".repeat(16) + "10000400" + "11".repeat(52));
    open(FORMAT_8N1, 9600, false);
    assertEquals(
        List.of("ioctl 3 541f " + "00".repeat(16) + "10200400" + "11".repeat(52)),
        fake.calls("ioctl 3 541f"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          2  | cannot open /dev/ttyFake (ENOENT, no such file): is the adapter plugged in?
          13 | cannot open /dev/ttyFake (EACCES, permission denied): is the user in group dialout?
          16 | cannot open /dev/ttyFake (EBUSY, busy): another program holds it
          24 | cannot open /dev/ttyFake (EMFILE, too many open files)
          61 | cannot open /dev/ttyFake (errno 61, unexpected error)
          """)
  void namesTheRemedyWhenItCannotOpen(int errno, String message) {
    fake.fails("open", errno);
    assertEquals(message, openFailure());
  }

  @Test
  void refusesALineThatAnotherProgramHolds() {
    fake.fails("flock", Errno.EAGAIN);
    assertEquals(
        "/dev/ttyFake is in use: another program holds the line (is the agent running?)",
        openFailure());
    assertEquals("close 3", fake.calls().getLast());
  }

  @Test
  void saysWhatIsNoSerialLine() {
    fake.fails("ioctl 802c542a", Errno.ENOTTY);
    assertEquals(
        "cannot read the settings of /dev/ttyFake (ENOTTY, the device does not know this"
            + " request): it is not a serial line",
        openFailure());
  }

  @Test
  void sendsTheRestAfterAPartialWrite() throws BusException {
    SerialPort port = open(FORMAT_8N1, 9600, false);
    fake.answers("write", 3, "");
    fake.fails("write", Errno.EAGAIN);
    fake.answers("write", 2, "");
    ByteBuffer frame = ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6});
    port.write(frame);
    assertFalse(frame.hasRemaining());
    assertEquals(
        List.of(
            "write 3 010203040506",
            "write 3 040506",
            "ppoll 3 events 4 200000000 ns",
            "write 3 040506",
            "write 3 06"),
        callsAfterOpening());
  }

  @Test
  void givesUpOnALineThatTakesNothing() throws BusException {
    SerialPort port = open(FORMAT_8N1, 9600, false);
    for (int i = 0; i < 20; i++) {
      fake.fails("write", Errno.EAGAIN);
    }
    ByteBuffer frame = ByteBuffer.allocate(8);
    String message = goneMessage(() -> port.write(frame));
    assertTrue(message.startsWith("/dev/ttyFake takes no more bytes"), message);
    assertEquals(7, fake.calls("write").size(), "1 s and 17 ms in steps of 150 ms");
  }

  @Test
  void writesLongFramesInPieces() throws BusException {
    SerialPort port = open(FORMAT_8N1, 9600, false);
    port.write(ByteBuffer.allocate(1000));
    assertEquals(
        List.of(512, 488),
        fake.calls("write 3 ").stream().map(call -> (call.length() - 8) / 2).toList());
  }

  @Test
  void readsWhatIsThereWithoutWaiting() throws BusException {
    SerialPort port = open(FORMAT_8N1, 9600, false);
    fake.answers("read", 5, "0103020017");
    ByteBuffer into = ByteBuffer.allocate(8);
    assertEquals(5, port.read(into, 0));
    assertArrayEquals(new byte[] {1, 3, 2, 0, 0x17, 0, 0, 0}, into.array(), "and nothing beyond");
    assertEquals(List.of("read 3 8"), callsAfterOpening());
  }

  @Test
  void waitsInSlicesUntilTheDeadline() throws BusException {
    SerialPort port = open(FORMAT_8N1, 9600, false);
    fake.answers("read", 0, "");
    int count = port.read(ByteBuffer.allocate(4), Duration.ofMillis(500).toNanos());
    assertEquals(0, count);
    assertEquals(
        List.of(
            "read 3 4",
            "ppoll 3 events 1 200000000 ns",
            "read 3 4",
            "ppoll 3 events 1 200000000 ns",
            "read 3 4",
            "ppoll 3 events 1 200000000 ns",
            "read 3 4",
            "ppoll 3 events 1 50000000 ns",
            "read 3 4"),
        callsAfterOpening());
  }

  @Test
  void stopsWaitingWhenInterruptedAndKeepsTheFlag() throws BusException {
    SerialPort port = open(FORMAT_8N1, 9600, false);
    Thread.currentThread().interrupt();
    int count = port.read(ByteBuffer.allocate(4), Long.MAX_VALUE / 2);
    assertTrue(Thread.interrupted());
    assertEquals(0, count);
    assertEquals(List.of("read 3 4"), callsAfterOpening());
  }

  @Test
  void stopsWritingWhenInterruptedAndKeepsTheFlag() throws BusException {
    SerialPort port = open(FORMAT_8N1, 9600, false);
    fake.fails("write", Errno.EAGAIN);
    Thread.currentThread().interrupt();
    port.write(ByteBuffer.allocate(4));
    assertTrue(Thread.interrupted());
    assertEquals(List.of("write 3 00000000"), callsAfterOpening());
  }

  @ParameterizedTest
  @CsvSource({"0800", "1000", "1100", "2000"})
  void reportsALineThatHangsUp(String revents) throws BusException {
    SerialPort port = open(FORMAT_8N1, 9600, false);
    fake.answers("ppoll", 1, revents);
    BusException.Down down =
        assertThrows(
            BusException.Down.class,
            () -> port.read(ByteBuffer.allocate(4), Duration.ofSeconds(1).toNanos()));
    assertEquals(
        "serial line /dev/ttyFake is gone (hang-up): was the adapter unplugged?",
        down.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"5, EIO", "19, ENODEV", "6, ENXIO"})
  void reportsALineThatIsGone(int errno, String name) throws BusException {
    SerialPort port = open(FORMAT_8N1, 9600, false);
    fake.fails("read", errno);
    fake.fails("write", errno);
    fake.fails("read", errno);
    assertTrue(goneMessage(() -> port.read(ByteBuffer.allocate(4), 0)).contains(name));
    assertTrue(goneMessage(() -> port.write(ByteBuffer.allocate(4))).contains(name));
    assertTrue(goneMessage(port::discardInput).contains(name));
  }

  @Test
  void countsWhatItThrowsAway() throws BusException {
    SerialPort port = open(FORMAT_8N1, 9600, false);
    fake.answers("read", 512, "");
    fake.answers("read", 7, "");
    assertEquals(519, port.discardInput());
    assertEquals(0, port.discardInput());
  }

  @Test
  void endsThrowingAwayWhenADeviceTalksWithoutEnd() throws BusException {
    SerialPort port = open(FORMAT_8N1, 9600, false);
    fake.answers("read", SerialPort.MAX_DISCARD, "");
    assertEquals(SerialPort.MAX_DISCARD, port.discardInput());
    assertEquals(1, callsAfterOpening().size());
  }

  @Test
  void closesOnce() throws BusException {
    SerialPort port = open(FORMAT_8N1, 9600, false);
    port.close();
    port.close();
    assertEquals(1, fake.calls("close").size());
  }

  private SerialPort open(SerialFormat format, int baud, boolean rs485) throws BusException.Down {
    ModbusRtuSettings settings =
        new ModbusRtuSettings(
            "power",
            Path.of("/dev/ttyFake"),
            baud,
            format,
            Duration.ofMillis(300),
            Duration.ofMillis(5),
            rs485);
    long stepNanos = Duration.ofMillis(150).toNanos();
    return SerialPort.open(settings, fake.libc(), () -> clockNanos.getAndAdd(stepNanos));
  }

  private String openFailure() {
    return String.valueOf(
        assertThrows(BusException.Down.class, () -> open(FORMAT_8N1, 9600, false)).getMessage());
  }

  private static String goneMessage(Executable action) {
    return String.valueOf(assertThrows(BusException.Down.class, action).getMessage());
  }

  private List<String> callsAfterOpening() {
    List<String> calls = fake.calls();
    return calls.subList(calls.indexOf("ioctl 3 540b 2") + 1, calls.size());
  }
}
