package rackpulse.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import rackpulse.analysis.Envelope.Range;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Quantity;

class EnvelopeTest {
  private static final Channel INLET = new Channel("inlet", "temperature", Quantity.TEMPERATURE);
  private static final Channel DEW_POINT = new Channel("inlet", "dew-point", Quantity.TEMPERATURE);
  private static final Channel HUMIDITY =
      new Channel("inlet", "humidity", Quantity.RELATIVE_HUMIDITY);
  private static final OptionalDouble NONE = OptionalDouble.empty();

  @Test
  void classesWidenFromTheRecommendedOne() {
    Envelope narrower = Envelope.ASHRAE_RECOMMENDED;
    for (Envelope envelope : Envelope.ALL) {
      for (Channel channel : new Channel[] {INLET, DEW_POINT, HUMIDITY}) {
        Range outer = envelope.range(channel).orElseThrow();
        Range inner = narrower.range(channel).orElseThrow();
        assertTrue(outer.high() >= inner.high(), () -> envelope + " " + channel);
        // the recommended envelope bounds dry air by its dew point alone
        boolean isBounded = inner.low() != 0;
        assertTrue(outer.low() <= inner.low() || !isBounded, () -> envelope + " " + channel);
      }
      narrower = envelope;
    }
  }

  @Test
  void knowsTheEdgesOfClassA1() {
    assertEquals(Optional.of(new Range(15, 32)), Envelope.ASHRAE_A1.range(INLET));
    assertEquals(Optional.of(new Range(-12, 17)), Envelope.ASHRAE_A1.range(DEW_POINT));
    assertEquals(Optional.of(new Range(8, 80)), Envelope.ASHRAE_A1.range(HUMIDITY));
    assertTrue(Envelope.ASHRAE_A1.temperature().contains(32));
  }

  @Test
  void saysNothingOfPower() {
    Channel power = new Channel("pdu", "power", Quantity.POWER);
    assertEquals(Optional.empty(), Envelope.ASHRAE_A1.range(power));
  }

  @Test
  void isNamedAsInTheConfiguration() {
    for (Envelope envelope : Envelope.ALL) {
      assertEquals(Optional.of(envelope), Envelope.byId(envelope.id()));
    }
    assertEquals("ashrae-recommended", Envelope.ASHRAE_RECOMMENDED.id());
    assertEquals(Optional.empty(), Envelope.byId("ashrae-a5"));
  }

  @Test
  void fillsInOnlyWhatIsNotGiven() {
    LimitSettings given =
        new LimitSettings(
            INLET, NONE, NONE, OptionalDouble.of(25), OptionalDouble.of(35), Duration.ZERO, 0.5);
    LimitSettings filled = Envelope.ASHRAE_RECOMMENDED.fill(given);
    assertEquals(OptionalDouble.of(18), filled.warnLow());
    assertEquals(OptionalDouble.of(25), filled.warnHigh());
    assertEquals(OptionalDouble.of(35), filled.alarmHigh());
    assertEquals(NONE, filled.alarmLow());
    assertEquals(0.5, filled.hysteresis());
  }

  @Test
  void keepsLimitsAscending() {
    LimitSettings strict =
        new LimitSettings(
            INLET, OptionalDouble.of(20), NONE, NONE, OptionalDouble.of(24), Duration.ZERO, 0);
    LimitSettings filled = Envelope.ASHRAE_A1.fill(strict);
    assertEquals(strict, filled);
    LimitSettings hot =
        new LimitSettings(INLET, NONE, OptionalDouble.of(40), NONE, NONE, Duration.ZERO, 0);
    assertEquals(hot, Envelope.ASHRAE_A1.fill(hot));
  }
}
