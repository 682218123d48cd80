package rackpulse.simulation;

import java.util.function.DoubleSupplier;
import rackpulse.bus.Crc8;

/// A Sensirion SHT4x: command FDh starts a measurement, which does not acknowledge reads until it
/// is done (datasheet version 6, 4.5 and 4.6).
final class Sht4xChip implements SimulatedChip {
  private static final int MEASURE_HIGH = 0xFD;
  private static final int SERIAL_NUMBER = 0x89;
  private static final long MEASURING_NANOS = 8_300_000L;

  private final DoubleSupplier celsius;
  private final DoubleSupplier percent;
  private final int serial;
  private long readyNanos;
  private byte[] answer = {};

  Sht4xChip(DoubleSupplier celsius, DoubleSupplier percent, int serial) {
    this.celsius = celsius;
    this.percent = percent;
    this.serial = serial;
  }

  @Override
  public boolean transfer(byte[] write, byte[] read, long nowNanos) {
    if (write.length > 0 && !command(write[0] & 0xFF, nowNanos)) {
      return false;
    }
    if (read.length == 0) {
      return true;
    }
    if (answer.length == 0 || nowNanos - readyNanos < 0) {
      return false;
    }
    System.arraycopy(answer, 0, read, 0, Math.min(read.length, answer.length));
    return true;
  }

  private boolean command(int code, long nowNanos) {
    switch (code) {
      case MEASURE_HIGH -> {
        double temperature = (celsius.getAsDouble() + 45) / 175 * 65535;
        double humidity = (percent.getAsDouble() + 6) / 125 * 65535;
        answer = words((int) Math.rint(temperature), (int) Math.rint(humidity));
        readyNanos = nowNanos + MEASURING_NANOS;
      }
      case SERIAL_NUMBER -> {
        answer = words(serial >>> 16, serial & 0xFFFF);
        readyNanos = nowNanos;
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private static byte[] words(int first, int second) {
    byte[] bytes = new byte[6];
    word(bytes, 0, first);
    word(bytes, 3, second);
    return bytes;
  }

  private static void word(byte[] bytes, int at, int word) {
    int clamped = Math.clamp(word, 0, 0xFFFF);
    bytes[at] = (byte) (clamped >> 8);
    bytes[at + 1] = (byte) clamped;
    bytes[at + 2] = (byte) Crc8.SENSIRION.of(bytes, at, 2);
  }
}
