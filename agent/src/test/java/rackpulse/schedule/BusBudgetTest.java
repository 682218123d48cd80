package rackpulse.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import rackpulse.bus.BusSettings;
import rackpulse.bus.BusSettings.I2cSettings;
import rackpulse.bus.BusSettings.ModbusRtuSettings;
import rackpulse.bus.BusSettings.ModbusTcpSettings;
import rackpulse.bus.BusSettings.Parity;
import rackpulse.bus.BusSettings.SerialFormat;
import rackpulse.bus.BusSettings.TranscriptSettings;
import rackpulse.schedule.BusBudget.Budget;
import rackpulse.schedule.BusBudget.PolledDevice;
import rackpulse.sensor.Workload.Exchange;

class BusBudgetTest {
  private static final BusSettings I2C = new I2cSettings("front", Path.of("/dev/i2c-1"), 100_000);

  /// At the start polls are moved onto their grids, which is not predicted.
  private static final int START_STEPS = 500;

  /// 120 registers in one request.
  private static final Exchange BIG = new Exchange(8, 245, Duration.ZERO);

  private static BusSettings serial(int baud, Parity parity, Duration turnaround) {
    return new ModbusRtuSettings(
        "power",
        Path.of("/dev/ttyS0"),
        baud,
        new SerialFormat(8, parity, 1),
        Duration.ofMillis(500),
        turnaround,
        false);
  }

  private static BusSettings net(long turnaroundMillis, int gatewayBaud) {
    return new ModbusTcpSettings(
        "net",
        "192.0.2.20",
        502,
        Duration.ofSeconds(1),
        false,
        Duration.ofMillis(turnaroundMillis),
        gatewayBaud);
  }

  private static PolledDevice device(String name, long everyMillis, int exchanges) {
    return new PolledDevice(
        name, Duration.ofMillis(everyMillis), false, Collections.nCopies(exchanges, BIG));
  }

  private static double pollMillis(BusSettings bus, boolean muxed, Exchange... exchanges) {
    PolledDevice device = new PolledDevice("a", Duration.ofSeconds(10), muxed, List.of(exchanges));
    return BusBudget.predict(bus, List.of(device)).devices().getFirst().poll().toNanos() / 1e6;
  }

  @Test
  void countsCharactersSilencesAndTurnaroundOfSerialLines() {
    // 253 characters of 11 bits at 19,200 Bd are 144.948 ms, 3.5 characters 2.005 ms
    BusSettings thinking = serial(19_200, Parity.EVEN, Duration.ofMillis(5));
    assertEquals(2.005 + 144.948 + 5, pollMillis(thinking, false, BIG), 0.001);
    // a device that is quicker than the silence still has to keep it
    BusSettings quick = serial(19_200, Parity.EVEN, Duration.ZERO);
    assertEquals(2 * 2.005 + 144.948, pollMillis(quick, false, BIG), 0.001);
    // 8N1: 10 bits a character at 115,200 Bd, and 1.75 ms that do not shrink
    BusSettings fast = serial(115_200, Parity.NONE, Duration.ZERO);
    assertEquals(2 * 1.75 + 253 * 10 / 115.2, pollMillis(fast, false, BIG), 0.001);
    // 8N1 at 9,600 Bd: silence is counted in characters of 11 bits
    BusSettings short8n1 = serial(9600, Parity.NONE, Duration.ZERO);
    assertEquals(2 * 38.5 / 9.6 + 2530 / 9.6, pollMillis(short8n1, false, BIG), 0.001);
  }

  @Test
  void countsBitsAndPausesOnI2c() {
    Exchange start = new Exchange(1, 0, Duration.ofMillis(20));
    Exchange fetch = new Exchange(0, 6, Duration.ZERO);
    // start, address, command, stop: 20 bits; start, address, six bytes, stop: 65 bits
    assertEquals(20 + 0.85, pollMillis(I2C, false, start, fetch), 1e-6);
    // each transfer switches the multiplexer on and off: twice start, two bytes, stop
    assertEquals(20 + 0.85 + 2 * 0.4, pollMillis(I2C, true, start, fetch), 1e-6);
    // start, address, register, repeated start, address, two bytes, stop
    assertEquals(0.48, pollMillis(I2C, false, new Exchange(1, 2, Duration.ZERO)), 1e-6);
  }

  @Test
  void countsRoundTripsOverTcpAndTheLineBehindAGateway() {
    assertEquals(40, pollMillis(net(20, 0), false, BIG, BIG), 1e-6);
    double wire = 38.5 / 9.6 + 253 * 11 / 9.6;
    assertEquals(wire + 20, pollMillis(net(20, 9600), false, BIG), 0.001);
    BusSettings recording = new TranscriptSettings("t", Path.of("t"), true);
    assertEquals(0, pollMillis(recording, false, BIG), 1e-6);
  }

  @Test
  void tellsWhatADeadDeviceCosts() {
    List<PolledDevice> meter = List.of(device("a", 1000, 2));
    Budget line = BusBudget.predict(serial(19_200, Parity.EVEN, Duration.ZERO), meter);
    // silence, eight characters, the time-out; the second request is not made
    double millis = line.devices().getFirst().deadCost().toNanos() / 1e6;
    assertEquals(2.005 + 4.583 + 500, millis, 0.001);
    // start, an address that nobody acknowledges, stop
    Budget bus = BusBudget.predict(I2C, meter);
    assertEquals(Duration.ofNanos(110_000), bus.devices().getFirst().deadCost());
  }

  @Test
  void addsUpDevices() {
    Budget budget =
        BusBudget.predict(net(100, 0), List.of(device("fast", 1000, 1), device("slow", 10_000, 2)));
    assertEquals("net", budget.bus());
    assertEquals(0.12, budget.utilisation(), 1e-9);
    assertEquals(Duration.ofMillis(300), budget.cycle());
    assertTrue(budget.fits());
    // a period, and one poll of each device
    assertEquals(Duration.ofMillis(1300), budget.devices().getFirst().worstAge());
    assertEquals(Duration.ofMillis(10_300), budget.devices().getLast().worstAge());
    assertEquals(2, budget.devices().getLast().requests());
    assertEquals(0.02, budget.devices().getLast().utilisation(), 1e-9);
  }

  @Test
  void saysWhenABusCannotKeepUp() {
    List<PolledDevice> devices = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      devices.add(device("d" + i, 1000, 1));
    }
    assertTrue(BusBudget.predict(net(100, 0), devices).fits());
    devices.add(device("last", 1000, 1));
    Budget budget = BusBudget.predict(net(100, 0), devices);
    assertFalse(budget.fits());
    assertEquals(1.1, budget.utilisation(), 1e-9);
    // two periods and one poll of each
    assertEquals(Duration.ofMillis(3100), budget.devices().getLast().worstAge());
  }

  @Test
  void noValueGetsOlderThanPredicted() {
    Random random = new Random(20_261_123);
    double tightest = Double.POSITIVE_INFINITY;
    for (int round = 0; round < 300; round++) {
      List<PolledDevice> devices = new ArrayList<>();
      for (int i = random.nextInt(8); i >= 0; i--) {
        long everyMillis = (1 + random.nextInt(10)) * (20L + random.nextInt(60));
        devices.add(device("d" + i, everyMillis, 1 + random.nextInt(6)));
      }
      Budget budget = BusBudget.predict(net(10, 0), devices);
      long[] oldestNanos = oldestNanos(devices, budget);
      for (int i = 0; i < devices.size(); i++) {
        double reached = (double) oldestNanos[i] / budget.devices().get(i).worstAge().toNanos();
        assertTrue(reached <= 1, "round " + round + ", device " + i + ": " + reached);
        tightest = Math.min(tightest, 1 / reached);
      }
    }
    assertEquals(1, tightest, 0.05, "no value ever gets nearly as old");
  }

  /// The oldest value of each device while the agent's own schedule runs on a bus of these times.
  private static long[] oldestNanos(List<PolledDevice> devices, Budget budget) {
    long[] takenNanos = new long[devices.size()];
    long[] oldestNanos = new long[devices.size()];
    Schedule schedule = new Schedule(devices.stream().map(PolledDevice::every).toList(), 1);
    long nowNanos = 1;
    for (int step = 0; step < 3000; step++) {
      int device = schedule.next(nowNanos);
      if (device == Schedule.NONE) {
        nowNanos = schedule.nextReleaseNanos(Long.MAX_VALUE);
        continue;
      }
      schedule.begin(device, nowNanos, true);
      long beganNanos = nowNanos;
      nowNanos += budget.devices().get(device).poll().toNanos();
      if (step > START_STEPS) {
        oldestNanos[device] = Math.max(oldestNanos[device], nowNanos - takenNanos[device]);
      }
      takenNanos[device] = beganNanos;
    }
    return oldestNanos;
  }
}
