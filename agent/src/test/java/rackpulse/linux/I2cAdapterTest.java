package rackpulse.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rackpulse.bus.BusException;
import rackpulse.bus.WireCounters;
import rackpulse.bus.WireEvent;

class I2cAdapterTest {
  private static final byte[] NOTHING = {};
  private static final String RDWR = "ioctl 707";
  private static final String FUNCS = "ioctl 705";

  private final FakeLibc fake = new FakeLibc();
  private final WireCounters counters = new WireCounters();

  @Test
  void preparesTheAdapterBeforeTheFirstTransferOnly() throws BusException {
    I2cAdapter adapter = open();
    adapter.transfer(0x44, new byte[] {(byte) 0xFD}, NOTHING);
    adapter.transfer(0x44, new byte[] {(byte) 0x89}, NOTHING);
    adapter.close();
    assertEquals(
        List.of(
            "open /dev/i2c-9 80002", // O_RDWR, O_CLOEXEC
            "ioctl 3 705",
            "flock 3 6",
            "ioctl 3 702 20",
            "ioctl 3 701 0",
            "ioctl 3 707 44 W fd",
            "ioctl 3 707 44 W 89",
            "close 3"),
        fake.calls());
  }

  @Test
  void joinsWriteAndReadByARepeatedStart() throws BusException {
    byte[] read = new byte[2];
    fake.answers(RDWR, 2, "C194");
    open().transfer(0x18, new byte[] {0x05}, read);
    assertEquals(List.of("ioctl 3 707 18 W 05 18 R 2"), fake.calls("ioctl 3 707"));
    assertArrayEquals(new byte[] {(byte) 0xC1, (byte) 0x94}, read);
  }

  @Test
  void readsWithoutWriting() throws BusException {
    byte[] read = new byte[6];
    fake.answers(RDWR, 1, "6666 93 72B0 DC");
    open().transfer(0x44, NOTHING, read);
    assertEquals(List.of("ioctl 3 707 44 R 6"), fake.calls("ioctl 3 707"));
    assertEquals((byte) 0xDC, read[5]);
  }

  @Test
  void probesWithoutDisturbingMemoryChips() throws BusException {
    I2cAdapter adapter = open();
    for (int address : new int[] {0x2F, 0x30, 0x37, 0x38, 0x4F, 0x50, 0x5F, 0x60}) {
      adapter.transfer(address, NOTHING, NOTHING);
    }
    assertEquals(
        List.of("2f W ", "30 R 1", "37 R 1", "38 W ", "4f W ", "50 R 1", "5f R 1", "60 W "),
        fake.calls("ioctl 3 707").stream().map(call -> call.substring(12)).toList());
  }

  @Test
  void probesByReadingWhereTheAdapterCannotSendNothing() throws BusException {
    fake.answers(FUNCS, 0, "0100000000000000");
    open().transfer(0x44, NOTHING, NOTHING);
    assertEquals(List.of("ioctl 3 707 44 R 1"), fake.calls("ioctl 3 707"));
  }

  @ParameterizedTest
  @CsvSource({
    "6,   NoAnswer, NAK",
    "121, NoAnswer, NAK",
    "5,   NoAnswer, NAK",
    "110, NoAnswer, STUCK",
    "16,  Down,     STUCK",
    "11,  Corrupt,  ARBITRATION_LOST",
    "71,  Corrupt,",
    "74,  Corrupt,",
    "4,   Corrupt,",
    "22,  Refused,",
    "95,  Refused,",
    "25,  Down,",
    "19,  Down,     DISCONNECT",
    "9,   Down,     DISCONNECT",
    "108, Down,     DISCONNECT",
    "61,  Down,     DISCONNECT",
  })
  void givesEveryErrorItsType(int errno, String type, @Nullable WireEvent event)
      throws BusException {
    I2cAdapter adapter = open();
    fake.fails(RDWR, errno);
    BusException failure =
        assertThrows(BusException.class, () -> adapter.transfer(0x44, new byte[] {1}, new byte[1]));
    assertEquals(type, failure.getClass().getSimpleName());
    String number = Errno.of(errno) == Errno.OTHER ? "errno 61" : Errno.of(errno).name();
    assertTrue(String.valueOf(failure.getMessage()).contains("(" + number + ", "));
    assertEquals(event == null ? Map.of() : Map.of(event, 1L), counters.seen());
  }

  @Test
  void doesNotBelieveATransferThatEndedHalfWay() throws BusException {
    I2cAdapter adapter = open();
    fake.answers(RDWR, 1, "");
    BusException failure =
        assertThrows(BusException.class, () -> adapter.transfer(0x44, new byte[] {1}, new byte[1]));
    assertInstanceOf(BusException.Corrupt.class, failure);
  }

  @Test
  void refusesAnAdapterThatOnlyKnowsSmbusCommands() throws BusException {
    I2cAdapter adapter = open();
    fake.answers(FUNCS, 0, "0000FF0E00000000");
    assertEquals(
        "/dev/i2c-9 only knows SMBus commands: use an adapter with plain I2C transfers",
        downMessage(adapter));
  }

  @Test
  void refusesABusThatAnotherProgramHolds() throws BusException {
    I2cAdapter adapter = open();
    fake.fails("flock", Errno.EAGAIN);
    assertEquals(
        "/dev/i2c-9 is in use: another program holds the bus (is the agent running?)",
        downMessage(adapter));
  }

  @Test
  void preparesAgainAfterReopening() throws BusException {
    I2cAdapter adapter = open();
    adapter.transfer(0x44, new byte[] {1}, NOTHING);
    fake.answers("open", 7, "");
    adapter.reopen();
    adapter.transfer(0x44, new byte[] {2}, NOTHING);
    List<String> calls = fake.calls();
    assertEquals(
        List.of(
            "close 3",
            "open /dev/i2c-9 80002",
            "ioctl 7 705",
            "flock 7 6",
            "ioctl 7 702 20",
            "ioctl 7 701 0",
            "ioctl 7 707 44 W 02"),
        calls.subList(calls.indexOf("close 3"), calls.size()));
  }

  @Test
  void canBeTriedAgainWhenReopeningFailed() throws BusException {
    I2cAdapter adapter = open();
    fake.fails("open", Errno.ENOENT);
    assertEquals(
        "cannot open /dev/i2c-9 (ENOENT, no such file): is the bus enabled, and the module i2c-dev"
            + " loaded (modprobe i2c-dev)?",
        String.valueOf(assertThrows(BusException.Down.class, adapter::reopen).getMessage()));
    adapter.reopen();
    adapter.transfer(0x44, new byte[] {2}, NOTHING);
  }

  @Test
  void namesTheRemedyWhenItCannotOpen() {
    fake.fails("open", Errno.EACCES);
    String message = String.valueOf(assertThrows(BusException.Down.class, this::open).getMessage());
    assertEquals(
        "cannot open /dev/i2c-9 (EACCES, permission denied): is the user in group i2c?", message);
  }

  @Test
  void saysThatARealDeviceIsNoAdapter() throws BusException {
    try (I2cAdapter adapter = I2cAdapter.open(Path.of("/dev/null"), counters)) {
      assertEquals(
          "/dev/null is not an I2C adapter (ENOTTY, the device does not know this request)",
          downMessage(adapter));
    }
  }

  @ParameterizedTest
  @CsvSource({"7", "0", "-1", "120"})
  void takesDeviceAddressesOnly(int address) throws BusException {
    I2cAdapter adapter = open();
    assertThrows(IllegalArgumentException.class, () -> adapter.transfer(address, NOTHING, NOTHING));
  }

  private I2cAdapter open() throws BusException.Down {
    return I2cAdapter.open(Path.of("/dev/i2c-9"), counters, fake.libc());
  }

  private static String downMessage(I2cAdapter adapter) {
    return String.valueOf(
        assertThrows(BusException.Down.class, () -> adapter.transfer(0x44, new byte[] {1}, NOTHING))
            .getMessage());
  }
}
