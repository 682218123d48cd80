package rackpulse.chip;

import java.time.Duration;
import rackpulse.bus.BusException;

/// Bosch BME280: temperature, relative humidity, pressure, measured on demand (forced mode).
///
/// Compensation as in its datasheet, section 4.2.3, in integers: the 32-bit form for temperature
/// and humidity, the 64-bit form for pressure. Facts from ESPHome
/// `components/bme280_base/bme280_base.cpp` and Linux `drivers/iio/pressure/bmp280-core.c`.
public final class Bme280 implements Chip {
  private static final int CALIBRATION_LOW = 0x88; // T1 to P9, an unused byte, H1
  private static final int CALIBRATION_LOW_BYTES = 26;
  private static final int CALIBRATION_HIGH = 0xE1; // H2 to H6
  private static final int CALIBRATION_HIGH_BYTES = 7;
  private static final int CONTROL_HUMIDITY = 0xF2;
  private static final int STATUS = 0xF3;
  private static final int CONTROL = 0xF4;
  private static final int MEASUREMENTS = 0xF7; // pressure 3 bytes, temperature 3, humidity 2

  private static final int ONE_SAMPLE = 0b001;
  private static final int ONE_SAMPLE_EACH_FORCED = 0b001_001_01;
  private static final int MEASURING = 0x08;
  private static final int SKIPPED_20_BITS = 0x80000;
  private static final int SKIPPED_16_BITS = 0x8000;

  /// 1.5 + 2.3 + (2.3 + 0.575) + (2.3 + 0.575) ms for one sample of each.
  public static final Duration CONVERSION = Duration.ofMillis(10);

  private static final Duration ASK_AGAIN = Duration.ofMillis(2);

  private final Registers registers;
  private Calibration calibration = new Calibration(new int[3], new int[9], new int[6]);

  public Bme280(Registers registers) {
    this.registers = registers;
  }

  /// Factory constants T1 to T3, P1 to P9, H1 to H6, each at its number less one.
  record Calibration(int[] t, int[] p, int[] h) {
    static Calibration of(byte[] low, byte[] high) {
      int[] t = new int[3];
      int[] p = new int[9];
      for (int i = 0; i < 3; i++) {
        t[i] = i == 0 ? unsigned(low, 0) : signed(low, 2 * i);
      }
      for (int i = 0; i < 9; i++) {
        p[i] = i == 0 ? unsigned(low, 6) : signed(low, 6 + 2 * i);
      }
      // H4 and H5 are 12 bits each and share the byte at E5h
      int h4 = high[3] << 4 | high[4] & 0x0F;
      int h5 = high[5] << 4 | (high[4] & 0xFF) >> 4;
      int[] h = {low[25] & 0xFF, signed(high, 0), high[2] & 0xFF, h4, h5, high[6]};
      return new Calibration(t, p, h);
    }

    private static int unsigned(byte[] bytes, int at) {
      return bytes[at] & 0xFF | (bytes[at + 1] & 0xFF) << 8;
    }

    private static int signed(byte[] bytes, int at) {
      return (short) unsigned(bytes, at);
    }
  }

  /// Temperature in °C, relative humidity in %, pressure in Pa. Without temperature there is
  /// nothing, as the other two are compensated with it.
  static double[] convert(Calibration calibration, byte[] raw) {
    int rawPressure = twentyBits(raw, 0);
    int rawTemperature = twentyBits(raw, 3);
    int rawHumidity = (raw[6] & 0xFF) << 8 | raw[7] & 0xFF;
    if (rawTemperature == SKIPPED_20_BITS) {
      return new double[] {Double.NaN, Double.NaN, Double.NaN};
    }
    int fine = fineTemperature(calibration.t, rawTemperature);
    return new double[] {
      (fine * 5 + 128 >> 8) / 100.0,
      rawHumidity == SKIPPED_16_BITS ? Double.NaN : humidity(calibration.h, rawHumidity, fine),
      rawPressure == SKIPPED_20_BITS ? Double.NaN : pressure(calibration.p, rawPressure, fine)
    };
  }

  private static int twentyBits(byte[] raw, int at) {
    return (raw[at] & 0xFF) << 12 | (raw[at + 1] & 0xFF) << 4 | (raw[at + 2] & 0xFF) >> 4;
  }

  /// The temperature in 1/5120 °C.
  static int fineTemperature(int[] t, int raw) {
    int linear = ((raw >> 3) - (t[0] << 1)) * t[1] >> 11;
    int distance = (raw >> 4) - t[0];
    int square = (distance * distance >> 12) * t[2] >> 14;
    return linear + square;
  }

  /// In %, from a result in 1/1024 %, which the datasheet limits to 0 to 100 %.
  private static double humidity(int[] h, int raw, int fine) {
    int x = fine - 76_800;
    int offset = (raw << 14) - (h[3] << 20) - h[4] * x + 16_384 >> 15;
    int bend = (x * h[5] >> 10) * ((x * h[2] >> 11) + 32_768) >> 10;
    int slope = (bend + 2_097_152) * h[1] + 8_192 >> 14;
    x = offset * slope;
    x -= ((x >> 15) * (x >> 15) >> 7) * h[0] >> 4;
    x = Math.clamp(x, 0, 419_430_400);
    return Math.rint((x >> 12) * 1000 / 1024.0) / 1000;
  }

  /// In Pa, from a result in 1/256 Pa.
  static double pressure(int[] p, int raw, int fine) {
    long x = fine - 128_000L;
    long offset = x * x * p[5] + (x * p[4] << 17) + ((long) p[3] << 35);
    long slope = (x * x * p[2] >> 8) + (x * p[1] << 12);
    slope = ((1L << 47) + slope) * p[0] >> 33;
    if (slope == 0) {
      return Double.NaN;
    }
    long y = (((1_048_576L - raw << 31) - offset) * 3125) / slope;
    long bend = p[8] * (y >> 13) * (y >> 13) >> 25;
    long tilt = p[7] * y >> 19;
    long result = (y + bend + tilt >> 8) + ((long) p[6] << 4);
    return Math.rint(result * 100 / 256.0) / 100;
  }

  @Override
  public void prepare() throws BusException {
    byte[] low = registers.bytes(CALIBRATION_LOW, CALIBRATION_LOW_BYTES);
    byte[] high = registers.bytes(CALIBRATION_HIGH, CALIBRATION_HIGH_BYTES);
    calibration = Calibration.of(low, high);
    if (calibration.t[0] == 0 || calibration.p[0] == 0) {
      throw new BusException.Corrupt("the chip has no calibration constants", low);
    }
  }

  /// Sets all it needs every time, so that a chip that lost its supply in between is right again.
  @Override
  public double[] measure() throws BusException {
    registers.setByte(CONTROL_HUMIDITY, ONE_SAMPLE);
    registers.setByte(CONTROL, ONE_SAMPLE_EACH_FORCED);
    registers.pause(CONVERSION);
    for (int ask = 1; ; ask++) {
      int status = registers.bytes(STATUS, 1)[0];
      if ((status & MEASURING) == 0) {
        return convert(calibration, registers.bytes(MEASUREMENTS, 8));
      }
      if (ask == Registers.MAX_ASKS) {
        throw registers.stillBusy(status);
      }
      registers.pause(ASK_AGAIN);
    }
  }
}
