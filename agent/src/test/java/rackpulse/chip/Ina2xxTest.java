package rackpulse.chip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import rackpulse.bus.BusException;
import rackpulse.bus.ScriptedI2cBus;

/// Worked values: 10 A through 2 mΩ at 11.98 V are 119.8 W.
class Ina2xxTest {
  private static final double[] EXPECTED = {11.98, 10, 119.8};

  @Test
  void convertsTheWorkedValues() {
    int bus219 = 2995 << 3 | 0x2;
    assertArrayEquals(EXPECTED, Ina2xx.Kind.INA219.convert(0x07D0, bus219, 0.002));
    assertArrayEquals(EXPECTED, Ina2xx.Kind.INA226.convert(8000, 9584, 0.002));
  }

  @Test
  void keepsTheSignOfTheCurrent() {
    double[] values = Ina2xx.Kind.INA219.convert(0xF830, 2995 << 3, 0.002);
    assertArrayEquals(new double[] {11.98, -10, -119.8}, values);
  }

  @Test
  void cannotMeasureBeyondTheShuntsRange() {
    double infinite = Double.POSITIVE_INFINITY;
    double[] beyond = {11.98, infinite, infinite};
    assertArrayEquals(beyond, Ina2xx.Kind.INA219.convert(32_000, 2995 << 3, 0.002));
    assertArrayEquals(beyond, Ina2xx.Kind.INA219.convert(0, 2995 << 3 | 1, 0.002));
    assertArrayEquals(beyond, Ina2xx.Kind.INA226.convert(0x7FFF, 9584, 0.002));
    assertArrayEquals(beyond, Ina2xx.Kind.INA226.convert(0x8000, 9584, 0.002));
    assertEquals(31_999 / 200.0, Ina2xx.Kind.INA219.convert(31_999, 2995 << 3, 0.002)[1]);
  }

  @Test
  void measuresWithInA219() throws BusException {
    ScriptedI2cBus bus =
        new ScriptedI2cBus(
            """
            0x40 W 00 39 9B
            pause 2 ms
            0x40 W 02 R 5D 98
            pause 2 ms
            0x40 W 02 R 5D 9A
            0x40 W 01 R 07 D0
            """);
    Ina2xx chip = new Ina2xx(Ina2xx.Kind.INA219, new Registers(bus, 0x40), 0.002);
    assertArrayEquals(EXPECTED, chip.measure());
    bus.assertConsumed();
  }

  @Test
  void measuresWithIna226() throws BusException {
    ScriptedI2cBus bus =
        new ScriptedI2cBus(
            """
            0x40 W 00 43 23
            pause 10 ms
            0x40 W 06 R 00 08
            0x40 W 02 R 25 70
            0x40 W 01 R 1F 40
            """);
    Ina2xx chip = new Ina2xx(Ina2xx.Kind.INA226, new Registers(bus, 0x40), 0.002);
    assertArrayEquals(EXPECTED, chip.measure());
    bus.assertConsumed();
  }

  @Test
  void givesUpOnAChipThatNeverFinishes() {
    String busy = "0x40 W 00 43 23\npause 10 ms\n0x40 W 06 R 00 00\n";
    ScriptedI2cBus bus = new ScriptedI2cBus(busy + "pause 2 ms\n0x40 W 06 R 00 00\n".repeat(4));
    Ina2xx chip = new Ina2xx(Ina2xx.Kind.INA226, new Registers(bus, 0x40), 0.002);
    assertThrows(BusException.Refused.class, chip::measure);
    bus.assertConsumed();
  }
}
