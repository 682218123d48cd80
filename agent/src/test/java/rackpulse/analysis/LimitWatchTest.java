package rackpulse.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static rackpulse.analysis.Telemetry.at;
import static rackpulse.analysis.Telemetry.gap;
import static rackpulse.analysis.Telemetry.reading;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Anomaly.State;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Stamp;

class LimitWatchTest {
  private static final Channel CHANNEL =
      new Channel("inlet-top", "temperature", Quantity.TEMPERATURE);

  private final LimitWatch watch = watch(30, 1.0);
  private double seconds;

  @Test
  void raisesWhenTheLimitWasPassedForTheDelay() {
    assertNull(observe(34.2));
    assertNull(after(29, 34.2));
    Anomaly anomaly = told(after(1, 34.2));
    assertEquals(State.RAISED, anomaly.state());
    assertEquals(Anomaly.Kind.LIMIT, anomaly.kind());
    assertEquals(LimitWatch.ALARM_SEVERITY, anomaly.severity());
    assertEquals(at(30).at(), anomaly.since());
    assertEquals(OptionalDouble.of(34.2), anomaly.observed());
    assertEquals(OptionalDouble.of(27), anomaly.high());
    assertEquals(
        "inlet-top temperature is 34.2 °C, above the alarm limit 32.0 °C for 30 s", anomaly.text());
  }

  @Test
  void oneGoodReadingStartsTheDelayAnew() {
    assertNull(observe(28));
    assertNull(after(29, 27));
    assertNull(after(1, 28));
    assertNull(after(29, 28));
    assertEquals(LimitWatch.WARN_SEVERITY, told(after(1, 28)).severity());
  }

  @Test
  void gapNeitherRaisesNorClearsNorCountsForTheDelay() {
    assertNull(observe(28));
    seconds = 1000;
    assertNull(watch.observe(gap(CHANNEL, seconds, Cause.NO_ANSWER)));
    assertNull(after(1000, 28));
    assertNull(after(29, 28));
    assertNotNull(after(1, 28));
    assertNull(watch.observe(gap(CHANNEL, seconds, Cause.DORMANT)));
    assertEquals(State.RAISED, told(after(1000, 20)).state(), "told once a minute");
    assertNull(after(29, 20));
    assertEquals(State.CLEARED, told(after(1, 20)).state());
  }

  @Test
  void clearsOnlyInsideTheHysteresisForTheDelay() {
    raise(28);
    assertNull(after(10, 26.5));
    assertEquals(
        "inlet-top temperature is 26.5 °C, not yet clear of the warning limit 27.0 °C",
        told(after(60, 26.5)).text());
    assertNull(after(1, 26));
    assertNull(after(29, 25));
    Anomaly cleared = told(after(1, 25.5));
    assertEquals(State.CLEARED, cleared.state());
    assertEquals("inlet-top temperature is 25.5 °C, back within its limits", cleared.text());
  }

  @Test
  void keepsItsIdAndBeginningFromRaiseToClear() {
    Anomaly first = raise(28);
    assertNull(after(1, 33));
    Anomaly alarm = told(after(30, 33));
    assertEquals(LimitWatch.ALARM_SEVERITY, alarm.severity());
    assertNull(after(1, 28));
    Anomaly warning = told(after(30, 28));
    assertEquals(LimitWatch.WARN_SEVERITY, warning.severity());
    assertNull(after(1, 20));
    Anomaly cleared = told(after(30, 20));
    for (Anomaly later : new Anomaly[] {alarm, warning, cleared}) {
      assertEquals(first.id(), later.id());
      assertEquals(first.since(), later.since());
    }
    assertNull(after(30, 20));
    assertEquals(false, first.id().equals(raise(28).id()));
  }

  @Test
  void tellsThePresentValueOnceAMinute() {
    raise(28);
    assertNull(after(59, 29));
    assertEquals(OptionalDouble.of(29.5), told(after(1, 29.5)).observed());
    assertNull(after(59, 30));
  }

  @Test
  void watchesLowLimitsToo() {
    LimitWatch instant = watch(0, 0);
    Anomaly low = told(instant.observe(reading(CHANNEL, 1, 9.999)));
    assertEquals("inlet-top temperature is 9.999 °C, below the alarm limit 10.0 °C", low.text());
    Anomaly warning = told(instant.observe(reading(CHANNEL, 2, 17.9)));
    assertEquals(LimitWatch.WARN_SEVERITY, warning.severity());
    assertEquals(State.CLEARED, told(instant.observe(reading(CHANNEL, 3, 18))).state());
  }

  @Test
  void goesOnAfterARestartWithTheSameAnomaly() {
    Anomaly before = raise(33);
    LimitWatch restarted = watch(30, 1.0);
    restarted.restore(before);
    assertNull(restarted.observe(gap(CHANNEL, 1000, Cause.NO_ANSWER)));
    Anomaly again = told(restarted.observe(reading(CHANNEL, 1001, 33)));
    assertEquals(State.RAISED, again.state());
    assertEquals(before.id(), again.id());
    assertEquals(before.since(), again.since());
    assertEquals(LimitWatch.ALARM_SEVERITY, again.severity());
    assertNull(restarted.observe(reading(CHANNEL, 1002, 20)));
    Anomaly cleared = told(restarted.observe(reading(CHANNEL, 1032, 20)));
    assertEquals(State.CLEARED, cleared.state());
    assertEquals(before.id(), cleared.id());
  }

  @Test
  void clearsAfterARestartWhatIsOverMeanwhile() {
    Anomaly before = raise(28);
    LimitWatch restarted = watch(30, 1.0);
    restarted.restore(before);
    Anomaly again = told(restarted.observe(reading(CHANNEL, 1000, 20)));
    assertEquals(
        "inlet-top temperature is 20.0 °C, not yet clear of the warning limit 27.0 °C",
        again.text());
    assertEquals(State.CLEARED, told(restarted.observe(reading(CHANNEL, 1030, 20))).state());
  }

  @Test
  void datesItsBeginningWhenTheClockIsSynchronised() {
    Anomaly early = told(watch(0, 0).observe(reading(CHANNEL, 0, 28)));
    assertEquals(at(0).at(), early.since());
    LimitWatch atBoot = watch(0, 0);
    Stamp astray = new Stamp(Instant.EPOCH, 0, false);
    told(atBoot.observe(new Reading(CHANNEL, astray, 28)));
    Instant noon = Instant.parse("2026-11-24T12:00:00Z");
    Stamp right = new Stamp(noon, 90_000_000_000L, true);
    assertEquals(
        noon.minusSeconds(90), told(atBoot.observe(new Reading(CHANNEL, right, 28))).since());
  }

  private static LimitWatch watch(int delaySeconds, double hysteresis) {
    return new LimitWatch(
        new LimitSettings(
            CHANNEL,
            OptionalDouble.of(10),
            OptionalDouble.of(18),
            OptionalDouble.of(27),
            OptionalDouble.of(32),
            Duration.ofSeconds(delaySeconds),
            hysteresis));
  }

  private Anomaly raise(double value) {
    assertNull(after(1, value));
    return told(after(30, value));
  }

  private @Nullable Anomaly after(double passedSeconds, double value) {
    seconds += passedSeconds;
    return observe(value);
  }

  private @Nullable Anomaly observe(double value) {
    return watch.observe(reading(CHANNEL, seconds, value));
  }

  private static Anomaly told(@Nullable Anomaly anomaly) {
    assertNotNull(anomaly);
    return anomaly;
  }
}
