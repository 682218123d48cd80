package rackpulse.chip;

import java.time.Duration;
import rackpulse.bus.BusException;

/// TI INA219 and INA226: supply voltage and the current through a shunt, measured on demand.
///
/// Current and power are computed here from the voltage across the shunt. The chips could do it
/// too, in a register that falls to 0 with their calibration when the supply dips, and 0 A looks
/// like a value. Facts from Linux `drivers/hwmon/ina2xx.c`, `drivers/iio/adc/ina2xx-adc.c` and
/// ESPHome `components/ina219`, `components/ina226`.
public final class Ina2xx implements Chip {
  private static final int CONFIGURATION = 0x00;
  private static final int SHUNT_VOLTAGE = 0x01;
  private static final int BUS_VOLTAGE = 0x02;
  private static final int MASK_ENABLE = 0x06; // INA226

  private static final int INA219_READY = 0x0002; // in BUS_VOLTAGE
  private static final int INA219_OVERFLOW = 0x0001;
  private static final int INA226_READY = 0x0008; // in MASK_ENABLE

  private static final Duration ASK_AGAIN = Duration.ofMillis(2);

  /// The two kinds.
  public enum Kind {
    /// 32 V and ±320 mV ranges, 12 bits, two conversions of 532 µs.
    INA219(0x399B, 100_000, 32_000, Duration.ofMillis(2)),
    /// Average of 4, two conversions of 1.1 ms each.
    INA226(0x4323, 400_000, 32_767, Duration.ofMillis(10));

    private final int trigger;
    private final double shuntStepsPerVolt;
    private final int shuntLimit;
    private final Duration conversion;

    Kind(int trigger, double shuntStepsPerVolt, int shuntLimit, Duration conversion) {
      this.trigger = trigger;
      this.shuntStepsPerVolt = shuntStepsPerVolt;
      this.shuntLimit = shuntLimit;
      this.conversion = conversion;
    }

    /// The time that a measurement takes.
    public Duration conversion() {
      return conversion;
    }

    /// The highest voltage across the shunt that can be measured, in V.
    public double maxShuntVolts() {
      return shuntLimit / shuntStepsPerVolt;
    }

    /// Voltage in V, current in A, power in W.
    double[] convert(int rawShunt, int rawBus, double shuntOhms) {
      short shunt = (short) rawShunt;
      double volts = this == INA219 ? (rawBus >> 3) * 4 / 1000.0 : rawBus * 125 / 100_000.0;
      boolean overflow =
          Math.abs(shunt) >= shuntLimit || this == INA219 && (rawBus & INA219_OVERFLOW) != 0;
      double amperes =
          overflow ? Double.POSITIVE_INFINITY : micro(shunt / (shuntStepsPerVolt * shuntOhms));
      return new double[] {volts, amperes, overflow ? amperes : micro(volts * amperes)};
    }

    private static double micro(double value) {
      return Math.rint(value * 1e6) / 1e6;
    }
  }

  private final Kind kind;
  private final Registers registers;
  private final double shuntOhms;

  /// @param shuntOhms greater than 0
  public Ina2xx(Kind kind, Registers registers, double shuntOhms) {
    this.kind = kind;
    this.registers = registers;
    this.shuntOhms = shuntOhms;
  }

  @Override
  public void prepare() {
    // each measurement sets all it needs
  }

  @Override
  public double[] measure() throws BusException {
    registers.setWord(CONFIGURATION, kind.trigger);
    registers.pause(kind.conversion);
    int register = kind == Kind.INA219 ? BUS_VOLTAGE : MASK_ENABLE;
    int ready = kind == Kind.INA219 ? INA219_READY : INA226_READY;
    int state = registers.word(register);
    for (int ask = 1; (state & ready) == 0; ask++) {
      if (ask == Registers.MAX_ASKS) {
        throw registers.stillBusy(state);
      }
      registers.pause(ASK_AGAIN);
      state = registers.word(register);
    }
    int bus = kind == Kind.INA219 ? state : registers.word(BUS_VOLTAGE);
    return kind.convert(registers.word(SHUNT_VOLTAGE), bus, shuntOhms);
  }
}
