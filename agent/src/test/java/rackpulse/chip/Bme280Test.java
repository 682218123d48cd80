package rackpulse.chip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import rackpulse.bus.BusException;
import rackpulse.bus.ScriptedI2cBus;

class Bme280Test {
  /// The example set of Bosch for temperature and pressure, and constants of a real chip's size for
  /// humidity.
  private static final String LOW =
      "70 6B 43 67 18 FC 7D 8E 43 D6 D0 0B 27 0B 8C 00 F9 FF 8C 3C F8 C6 70 17 00 4B";

  private static final String HIGH = "6A 01 00 14 21 03 1E";

  private static byte[] hex(String bytes) {
    return HexFormat.ofDelimiter(" ").parseHex(bytes);
  }

  private static Bme280.Calibration calibration() {
    return Bme280.Calibration.of(hex(LOW), hex(HIGH));
  }

  @Test
  void readsConstantsFromTheirBytes() {
    Bme280.Calibration constants = calibration();
    assertArrayEquals(new int[] {27504, 26435, -1000}, constants.t());
    assertArrayEquals(
        new int[] {36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000}, constants.p());
    assertArrayEquals(new int[] {75, 362, 0, 0x141, 0x032, 30}, constants.h());
    Bme280.Calibration negative = Bme280.Calibration.of(hex(LOW), hex("00 80 00 F1 8F F2 80"));
    assertArrayEquals(new int[] {75, -32768, 0, -225, -216, -128}, negative.h());
  }

  @Test
  void compensatesTheDatasheetsExample() {
    assertEquals(128_422, Bme280.fineTemperature(calibration().t(), 519_888));
    double[] values = Bme280.convert(calibration(), raw(415_148, 519_888, 0x8000));
    assertEquals(25.08, values[0]);
    assertEquals(100_653.25, values[2], 0.02);
  }

  /// The datasheet gives the humidity formula in integers and in floating point; one is checked
  /// with the other.
  @Test
  void agreesWithTheFloatingPointFormula() {
    Random random = new Random(280);
    Bme280.Calibration c = calibration();
    for (int i = 0; i < 2000; i++) {
      int rawTemperature = 400_000 + random.nextInt(200_000);
      int rawHumidity = 15_000 + random.nextInt(25_000);
      int rawPressure = 250_000 + random.nextInt(300_000);
      double[] values = Bme280.convert(c, raw(rawPressure, rawTemperature, rawHumidity));
      int fine = Bme280.fineTemperature(c.t(), rawTemperature);
      assertEquals(humidity(c.h(), rawHumidity, fine), values[1], 0.01);
      assertEquals(pressure(c.p(), rawPressure, fine), values[2], 0.2);
    }
  }

  private static double humidity(int[] h, double raw, double fine) {
    double x = fine - 76_800;
    double offset = raw - (h[3] * 64.0 + h[4] / 16_384.0 * x);
    double bend = 1 + h[5] / 67_108_864.0 * x * (1 + h[2] / 67_108_864.0 * x);
    double linear = offset * (h[1] / 65_536.0 * bend);
    return Math.clamp(linear * (1 - h[0] * linear / 524_288.0), 0, 100);
  }

  private static double pressure(int[] p, double raw, double fine) {
    double x = fine / 2 - 64_000;
    double offset = x * x * p[5] / 32_768.0 + x * p[4] * 2;
    offset = offset / 4 + p[3] * 65_536.0;
    double slope = (p[2] * x * x / 524_288.0 + p[1] * x) / 524_288.0;
    slope = (1 + slope / 32_768.0) * p[0];
    double y = (1_048_576 - raw - offset / 4096) * 6250 / slope;
    return y + (p[8] * y * y / 2_147_483_648.0 + y * p[7] / 32_768.0 + p[6]) / 16;
  }

  private static byte[] raw(int pressure, int temperature, int humidity) {
    long bits = (long) pressure << 44 | (long) temperature << 20 | humidity;
    byte[] raw = new byte[8];
    for (int i = 0; i < 8; i++) {
      raw[i] = (byte) (bits >> 56 - 8 * i);
    }
    return raw;
  }

  @Test
  void hasNoValueForWhatWasNotMeasured() {
    double[] values = Bme280.convert(calibration(), raw(0x80000, 519_888, 0x8000));
    assertArrayEquals(new double[] {25.08, Double.NaN, Double.NaN}, values);
    double[] nothing = Bme280.convert(calibration(), raw(415_148, 0x80000, 30_000));
    assertArrayEquals(new double[] {Double.NaN, Double.NaN, Double.NaN}, nothing);
  }

  @Test
  void refusesAChipWithoutConstants() {
    String zeros = "00 ".repeat(26).strip();
    ScriptedI2cBus bus =
        new ScriptedI2cBus("0x76 W 88 R " + zeros + "\n0x76 W E1 R 00 00 00 00 00 00 00");
    Bme280 chip = new Bme280(new Registers(bus, 0x76));
    assertThrows(BusException.Corrupt.class, chip::prepare);
  }

  @Test
  void asksAgainUntilTheMeasurementIsDone() throws BusException {
    ScriptedI2cBus bus =
        new ScriptedI2cBus(
            """
            0x76 W 88 R %s
            0x76 W E1 R %s
            0x76 W F2 01
            0x76 W F4 25
            pause 10 ms
            0x76 W F3 R 08
            pause 2 ms
            0x76 W F3 R 00
            0x76 W F7 R 65 5A C0 7E ED 00 6B 96
            """
                .formatted(LOW, HIGH));
    Bme280 chip = new Bme280(new Registers(bus, 0x76));
    chip.prepare();
    assertEquals(25.08, chip.measure()[0]);
    bus.assertConsumed();
  }

  @Test
  void givesUpOnAChipThatNeverFinishes() {
    String busy = "0x76 W F2 01\n0x76 W F4 25\npause 10 ms\n0x76 W F3 R 08\n";
    ScriptedI2cBus bus = new ScriptedI2cBus(busy + "pause 2 ms\n0x76 W F3 R 08\n".repeat(4));
    Bme280 chip = new Bme280(new Registers(bus, 0x76));
    assertThrows(BusException.Refused.class, chip::measure);
    bus.assertConsumed();
  }
}
