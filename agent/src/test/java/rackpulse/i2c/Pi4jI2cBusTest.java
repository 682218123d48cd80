package rackpulse.i2c;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.pi4j.Pi4J;
import com.pi4j.context.Context;
import com.pi4j.io.i2c.I2C;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import rackpulse.bus.BusException;
import rackpulse.bus.BusSettings.I2cSettings;
import rackpulse.bus.I2cBus;
import rackpulse.bus.MuxChannel;
import rackpulse.bus.WireCounters;
import rackpulse.bus.WireEvent;
import rackpulse.linux.FakeLibc;

/// The whole way of a transfer: our bus, Pi4J, our provider, the ioctl of a C library.
class Pi4jI2cBusTest {
  private static final byte[] NOTHING = {};
  private static final Path DEVICE = Path.of("/dev/i2c-9");
  private static final String RDWR = "ioctl 707";

  private final FakeLibc fake = new FakeLibc();
  private final WireCounters counters = new WireCounters();
  private final List<Duration> pauses = new ArrayList<>();

  @Test
  void carriesTransfersThroughPi4j() throws BusException {
    byte[] read = new byte[6];
    try (Pi4jI2cBus bus = open()) {
      bus.transfer(0x44, new byte[] {(byte) 0xFD}, NOTHING);
      bus.pause(Duration.ofMillis(9));
      fake.answers(RDWR, 1, "66 66 93 72 B0 DC");
      bus.transfer(0x44, NOTHING, read);
      bus.transfer(0x18, new byte[] {5}, new byte[2]);
      bus.transfer(0x48, NOTHING, NOTHING);
    }
    assertEquals(List.of("44 W fd", "44 R 6", "18 W 05 18 R 2", "48 W "), transfers());
    assertArrayEquals(new byte[] {0x66, 0x66, (byte) 0x93, 0x72, (byte) 0xB0, (byte) 0xDC}, read);
    assertEquals(List.of(Duration.ofMillis(9)), pauses);
    assertEquals("close 3", fake.calls().getLast());
  }

  @Test
  void keepsTheTypeOfAFailureOnTheWayBack() throws BusException {
    try (Pi4jI2cBus bus = open()) {
      fake.fails(RDWR, 6);
      BusException.NoAnswer failure =
          assertThrows(BusException.NoAnswer.class, () -> bus.transfer(0x44, NOTHING, new byte[1]));
      assertEquals(
          "0x44 on /dev/i2c-9 does not acknowledge (ENXIO, no such device or address)",
          failure.getMessage());
      assertTrue(failure.nobodyThere());
      assertEquals(1, counters.of(WireEvent.NAK));
    }
  }

  @Test
  void servesEveryAddressOfABus() throws BusException {
    try (Pi4jI2cBus bus = open()) {
      for (int round = 0; round < 2; round++) {
        for (int address = 0x08; address <= 0x77; address++) {
          bus.transfer(address, new byte[] {1}, NOTHING);
        }
      }
    }
    assertEquals(224, transfers().size());
  }

  @Test
  void servesOtherUsersOfPi4j() throws BusException {
    Context context =
        Pi4J.newContextBuilder()
            .noAutoDetect()
            .disableShutdownHook()
            .add(new LinuxI2cProvider(fake.adapter(DEVICE, counters)))
            .build();
    I2C chip = context.create(I2C.newConfigBuilder(context).bus(9).device(0x29).build());
    fake.answers(RDWR, 1, "C8");
    assertEquals(0xC8, chip.read(), "bytes are not signed");
    fake.answers(RDWR, 2, "FF");
    assertEquals(0xFF, chip.readRegister(0x80));
    chip.write((byte) 7);
    chip.writeRegister(0x12, (byte) 0x34);
    chip.writeRegister(0x12, new byte[] {9, 1, 2, 9}, 1, 2);
    byte[] buffer = new byte[4];
    fake.answers(RDWR, 2, "AABB");
    assertEquals(2, chip.readRegister(0x10, buffer, 1, 2));
    assertArrayEquals(new byte[] {0, (byte) 0xAA, (byte) 0xBB, 0}, buffer);
    assertEquals(3, chip.<Integer>execute(() -> 3));
    fake.fails(RDWR, 5);
    CarriedFailure carried = assertThrows(CarriedFailure.class, chip::read);
    assertInstanceOf(BusException.NoAnswer.class, carried.failure());
    context.shutdown();
    assertEquals(
        List.of(
            "29 R 1",
            "29 W 80 29 R 1",
            "29 W 07",
            "29 W 1234",
            "29 W 120102",
            "29 W 10 29 R 2",
            "29 R 1"),
        transfers());
  }

  @Test
  void recoversThroughTheAdapter() throws BusException {
    OpenI2cBus bus = I2cBuses.recovering(open(), "front", counters, UnaryOperator.identity());
    fake.answers(RDWR, 1, "");
    fake.fails(RDWR, 19);
    fake.answers(RDWR, 1, "");
    fake.answers(RDWR, 1, "");
    fake.answers(RDWR, 1, "08");
    I2cBus branch = I2cBuses.behind(bus, new MuxChannel(0x70, 3));
    branch.transfer(0x44, new byte[] {(byte) 0xFD}, NOTHING);
    bus.close();
    assertEquals(
        List.of("70 W 00", "70 W 08", "70 W 00", "70 W 08", "70 R 1", "44 W fd", "70 W 00"),
        transfers());
    assertEquals(1, counters.of(WireEvent.REOPENED));
  }

  @Test
  void recordsWhatTravelsBelowMuxesAndRecovery() throws BusException {
    FakeWire recorded = new FakeWire();
    OpenI2cBus bus = I2cBuses.recovering(open(), "front", counters, _ -> recorded);
    I2cBuses.behind(bus, new MuxChannel(0x70, 3)).transfer(0x44, new byte[] {1}, NOTHING);
    bus.pause(Duration.ofMillis(4));
    bus.close();
    assertEquals(
        List.of("70 W 00", "70 W 08", "70 R 1", "44 W 01", "70 W 00", "pause 4"), recorded.calls());
  }

  @Test
  void saysThatARealDeviceIsNoAdapter() throws BusException {
    I2cSettings settings = new I2cSettings("front", Path.of("/dev/null"), 100_000);
    try (OpenI2cBus bus = I2cBuses.open(settings, counters)) {
      BusException.Down down =
          assertThrows(
              BusException.Down.class, () -> bus.transfer(0x44, new byte[] {1}, new byte[2]));
      assertEquals(
          "/dev/null is not an I2C adapter (ENOTTY, the device does not know this request)",
          down.getMessage());
    }
  }

  @Test
  void looksAroundWithoutRecovery() throws BusException {
    I2cSettings settings = new I2cSettings("front", Path.of("/dev/null"), 100_000);
    try (OpenI2cBus bus = I2cBuses.openBare(settings, counters)) {
      assertThrows(BusException.Down.class, () -> bus.transfer(0x44, NOTHING, NOTHING));
      assertEquals(0, counters.of(WireEvent.REOPENED));
    }
  }

  private Pi4jI2cBus open() throws BusException.Down {
    return new Pi4jI2cBus(fake.adapter(DEVICE, counters), DEVICE, pauses::add);
  }

  private List<String> transfers() {
    return fake.calls("ioctl 3 707").stream().map(call -> call.substring(12)).toList();
  }
}
