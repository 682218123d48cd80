package rackpulse.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static rackpulse.analysis.Telemetry.at;
import static rackpulse.analysis.Telemetry.gap;
import static rackpulse.analysis.Telemetry.reading;

import java.util.List;
import org.junit.jupiter.api.Test;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Sample;

class DewPointTest {
  private static final Channel TEMPERATURE =
      new Channel("inlet", "temperature", Quantity.TEMPERATURE);
  private static final Channel HUMIDITY =
      new Channel("inlet", "humidity", Quantity.RELATIVE_HUMIDITY);
  private static final Channel DEW_POINT = new Channel("inlet", "dew-point", Quantity.TEMPERATURE);

  @Test
  void followsTheMagnusFormula() {
    assertEquals(13.85, DewPoint.celsius(25, 50), 0.005);
    assertEquals(25, DewPoint.celsius(25, 100), 1e-9);
    assertEquals(-10.0, DewPoint.celsius(-10, 100), 1e-9);
  }

  @Test
  void isUndefinedInPerfectlyDryAir() {
    assertEquals(new Gap(DEW_POINT, at(1), Cause.UNDEFINED), of(25, 0));
    assertEquals(new Gap(DEW_POINT, at(1), Cause.UNDEFINED), of(25, -0.1));
  }

  @Test
  void gapInEitherInputIsAGapWithItsCause() {
    Sample missing = gap(HUMIDITY, 1, Cause.CORRUPT);
    assertEquals(
        gap(DEW_POINT, 1, Cause.CORRUPT),
        dewPoint().from(List.of(reading(TEMPERATURE, 1, 25), missing)));
    Sample noTemperature = gap(TEMPERATURE, 1, Cause.NO_ANSWER);
    assertEquals(
        gap(DEW_POINT, 1, Cause.NO_ANSWER),
        dewPoint().from(List.of(noTemperature, reading(HUMIDITY, 1, 50))));
  }

  @Test
  void needsExactlyOneOfEachAndNoDewPointOfThePartItself() {
    Channel second = new Channel("inlet", "temperature-2", Quantity.TEMPERATURE);
    Channel moist = new Channel("inlet", "humidity-2", Quantity.RELATIVE_HUMIDITY);
    assertNull(DewPoint.of(List.of(TEMPERATURE)));
    assertNull(DewPoint.of(List.of(HUMIDITY)));
    assertNull(DewPoint.of(List.of(TEMPERATURE, HUMIDITY, second)));
    assertNull(DewPoint.of(List.of(TEMPERATURE, HUMIDITY, moist)));
    assertNull(DewPoint.of(List.of(HUMIDITY, DEW_POINT)));
    assertEquals(DEW_POINT, dewPoint().channel());
  }

  private static Sample of(double celsius, double percent) {
    Reading humidity = reading(HUMIDITY, 1, percent);
    return dewPoint().from(List.of(reading(TEMPERATURE, 1, celsius), humidity));
  }

  private static DewPoint dewPoint() {
    DewPoint dewPoint = DewPoint.of(List.of(TEMPERATURE, HUMIDITY));
    assertNotNull(dewPoint);
    return dewPoint;
  }
}
