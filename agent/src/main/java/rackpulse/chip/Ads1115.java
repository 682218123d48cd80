package rackpulse.chip;

import java.time.Duration;
import java.util.List;
import rackpulse.bus.BusException;

/// TI ADS1115: four voltages against ground, each converted on demand.
///
/// Facts from Linux `drivers/iio/adc/ti-ads1015.c` and ESPHome `components/ads1115`.
public final class Ads1115 implements Chip {
  private static final int CONVERSION = 0x00;
  private static final int CONFIGURATION = 0x01;

  /// Full scale in V at each setting of the gain bits, from 0.
  public static final List<Double> FULL_SCALES = List.of(6.144, 4.096, 2.048, 1.024, 0.512, 0.256);

  /// Number of inputs.
  public static final int INPUTS = 4;

  private static final int START_OR_READY = 0x8000;
  private static final int INPUT_0_TO_GROUND = 0b100;
  private static final int SINGLE_860_PER_SECOND_NO_COMPARATOR = 0x01E3;

  /// 1.2 ms at 860 samples per second, and a tenth for the chip's own clock.
  public static final Duration CONVERSION_TIME = Duration.ofMillis(2);

  private static final Duration ASK_AGAIN = Duration.ofMillis(1);

  private final Registers registers;
  private final int gain;
  private final boolean[] wanted;

  /// @param fullScaleVolts one of [#FULL_SCALES]
  /// @param wanted which inputs to measure, four
  public Ads1115(Registers registers, double fullScaleVolts, boolean[] wanted) {
    this.registers = registers;
    this.gain = FULL_SCALES.indexOf(fullScaleVolts);
    this.wanted = wanted.clone();
  }

  /// In V; infinite at either end of the scale, where the voltage may be any beyond.
  static double convert(int raw, int gain) {
    short steps = (short) raw;
    if (steps == Short.MAX_VALUE || steps == Short.MIN_VALUE) {
      return Double.POSITIVE_INFINITY;
    }
    // 6.144 V / 32768 is 187.5 µV: whole numbers of 1/128 µV keep the decimals exact
    return steps * Math.rint(FULL_SCALES.get(gain) * 1e6 * 128 / 32_768) / 128e6;
  }

  @Override
  public void prepare() {
    // each measurement sets all it needs
  }

  @Override
  public double[] measure() throws BusException {
    double[] volts = new double[INPUTS];
    for (int input = 0; input < INPUTS; input++) {
      volts[input] = wanted[input] ? measure(input) : Double.NaN;
    }
    return volts;
  }

  private double measure(int input) throws BusException {
    int settings =
        INPUT_0_TO_GROUND + input << 12 | gain << 9 | SINGLE_860_PER_SECOND_NO_COMPARATOR;
    registers.setWord(CONFIGURATION, settings | START_OR_READY);
    registers.pause(CONVERSION_TIME);
    for (int ask = 1; ; ask++) {
      int state = registers.word(CONFIGURATION);
      if ((state & ~START_OR_READY) != settings) {
        byte[] evidence = {(byte) (state >> 8), (byte) state};
        throw new BusException.Corrupt("the chip lost its settings while it measured", evidence);
      }
      if ((state & START_OR_READY) != 0) {
        return convert(registers.word(CONVERSION), gain);
      }
      if (ask == Registers.MAX_ASKS) {
        throw registers.stillBusy(state);
      }
      registers.pause(ASK_AGAIN);
    }
  }
}
