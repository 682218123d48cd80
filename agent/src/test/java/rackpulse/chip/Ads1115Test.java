package rackpulse.chip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import rackpulse.bus.BusException;
import rackpulse.bus.ScriptedI2cBus;

class Ads1115Test {
  @Test
  void convertsWithTheStepOfEachRange() {
    double[] microvolts = {187.5, 125, 62.5, 31.25, 15.625, 7.8125};
    for (int gain = 0; gain < microvolts.length; gain++) {
      assertEquals(microvolts[gain] / 1e6, Ads1115.convert(1, gain));
      assertEquals(-16_000 * microvolts[gain] / 1e6, Ads1115.convert(-16_000, gain), 1e-15);
    }
    assertEquals(3.3, Ads1115.convert(17_600, 0));
  }

  @Test
  void cannotMeasureBeyondEitherEndOfTheScale() {
    assertEquals(Double.POSITIVE_INFINITY, Ads1115.convert(0x7FFF, 0));
    assertEquals(Double.POSITIVE_INFINITY, Ads1115.convert(0x8000, 0));
  }

  @Test
  void measuresOnlyTheInputsWanted() throws BusException {
    ScriptedI2cBus bus =
        new ScriptedI2cBus(
            """
            0x48 W 01 C1 E3
            pause 2 ms
            0x48 W 01 R C1 E3
            0x48 W 00 R 44 C0
            0x48 W 01 F1 E3
            pause 2 ms
            0x48 W 01 R 71 E3
            pause 1 ms
            0x48 W 01 R F1 E3
            0x48 W 00 R FF FF
            """);
    boolean[] wanted = {true, false, false, true};
    Ads1115 chip = new Ads1115(new Registers(bus, 0x48), 6.144, wanted);
    double[] expected = {3.3, Double.NaN, Double.NaN, -187.5e-6};
    assertArrayEquals(expected, chip.measure());
    bus.assertConsumed();
  }

  @Test
  void noticesThatTheChipWasReset() {
    ScriptedI2cBus bus = new ScriptedI2cBus("0x48 W 01 C3 E3\npause 2 ms\n0x48 W 01 R 85 83");
    boolean[] wanted = {true, false, false, false};
    Ads1115 chip = new Ads1115(new Registers(bus, 0x48), 4.096, wanted);
    assertThrows(BusException.Corrupt.class, chip::measure);
    bus.assertConsumed();
  }
}
