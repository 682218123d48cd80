package rackpulse.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import rackpulse.telemetry.Quantity;

class WordingTest {
  @Test
  void writesValuesWithFewDigitsAndTheirUnit() {
    assertEquals("32.0 °C", Wording.value(32, Quantity.TEMPERATURE));
    assertEquals("-0.05 °C", Wording.value(-0.05, Quantity.TEMPERATURE));
    assertEquals("34.23 °C", Wording.value(34.2345, Quantity.TEMPERATURE));
    assertEquals("12345.7 W", Wording.value(12345.678, Quantity.POWER));
    assertEquals("0.0012 A", Wording.value(0.0012, Quantity.CURRENT));
    assertEquals("0.987", Wording.value(0.987, Quantity.POWER_FACTOR));
    assertEquals("0.0 V", Wording.value(0, Quantity.VOLTAGE));
    assertEquals("513", Wording.value(513, Quantity.STATE));
  }

  @Test
  void writesTimesInTheUnitPeopleWouldChoose() {
    assertEquals("0 s", Wording.duration(Duration.ofMillis(900).toNanos()));
    assertEquals("119 s", Wording.duration(Duration.ofSeconds(119).toNanos()));
    assertEquals("2 min", Wording.duration(Duration.ofSeconds(170).toNanos()));
    assertEquals("3 h", Wording.duration(Duration.ofMinutes(185).toNanos()));
  }
}
