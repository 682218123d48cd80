package rackpulse.watch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import rackpulse.analysis.LimitSettings;
import rackpulse.analysis.Objective;
import rackpulse.state.UnusableState;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Anomaly.Kind;
import rackpulse.telemetry.Anomaly.State;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Health.ModelHealth;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Report;
import rackpulse.watch.WatchSettings.Target;

class RackWatchTest {
  private static final double START_SECONDS = 1_700_000_100;

  private final Random random = new Random(5);

  @Test
  void warnsBeforeALimitIsPassedAndEndsTheWarning() {
    Rig rig = new Rig(10, WatchSettings.USUAL, List.of(above(Rig.INLET, 32)));
    for (int i = 0; i < 600; i++) {
      assertEquals(List.of(), rig.poll(24 + noise(0.03)));
    }
    double inlet = 24;
    Anomaly first = null;
    while (first == null) {
      inlet += 0.15; // 0.9 K a minute
      assertTrue(inlet < 32, "it was to be told before");
      first = firstOf(Kind.APPROACHING_LIMIT, rig.poll(inlet + noise(0.03)));
    }
    Anomaly.Outlook outlook = first.outlook();
    assertNotNull(outlook);
    assertEquals((32 - inlet) / 0.9, outlook.minutes(), 2);
    assertEquals(32, outlook.limit());
    assertTrue(first.text().contains("inlet temperature is"), first.text());
    assertTrue(first.text().contains("and rising: it passes the alarm limit 32.0 °C in about"));
    Anomaly last = null;
    for (int i = 0; i < 120 && last == null; i++) {
      last = firstOver(Kind.APPROACHING_LIMIT, rig.poll(inlet + noise(0.03)));
    }
    assertNotNull(last);
    assertEquals(State.CLEARED, last.state());
    assertEquals(first.id(), last.id());
  }

  @Test
  void tellsWhatTheRestOfTheRackDoesNotExplain() {
    Rig rig = explained();
    learn(rig, 5 * 576);
    assertEquals("ready", rig.watch.health().getFirst().state());
    Anomaly raised = null;
    for (int i = 0; i < 60 && raised == null; i++) {
      raised = firstOf(Kind.RACK_MODEL, rig.rack(random, 4));
    }
    assertNotNull(raised);
    for (int i = 0; i < 20; i++) {
      Anomaly again = firstOf(Kind.RACK_MODEL, rig.rack(random, 4));
      raised = again == null ? raised : again;
    }
    assertEquals(4, raised.unexplained().orElseThrow(), 0.4);
    assertEquals(2, raised.shares().size());
    assertTrue(raised.text().startsWith("outlet temperature is "), raised.text());
    assertTrue(raised.text().contains(" from "), raised.text());
    Anomaly over = null;
    for (int i = 0; i < 400 && over == null; i++) {
      over = firstOver(Kind.RACK_MODEL, rig.rack(random, 0));
    }
    assertNotNull(over);
    assertEquals(raised.id(), over.id());
  }

  @Test
  void forecastsBetterWithACompanionThatComesBefore() {
    assertTrue(halfBand(Optional.of(Rig.POWER)) < 0.5 * halfBand(Optional.empty()));
  }

  /// Half the band of the forecast of an inlet that follows the load after a quarter of an hour.
  private static double halfBand(Optional<Channel> companion) {
    WatchSettings settings =
        new WatchSettings(
            List.of(), List.of(Rig.INLET), List.of(15), companion, List.of(), Set.of(), Set.of());
    Rig rig = new Rig(150, settings, List.of());
    Random random = new Random(8);
    double[] load = new double[5];
    for (int i = 0; i < 1000; i++) {
      load[i % 5] = 1000 * random.nextGaussian();
      // polled in turn, so that of the block that ends with the inlet the load is not known yet
      rig.poll(Rig.POWER, 4000 + load[i % 5]);
      rig.poll(Rig.INLET, 24 + 0.001 * load[(i + 1) % 5]);
    }
    Poll last = (Poll) rig.reports.getFirst();
    Poll.Forecast forecast = last.forecasts().getFirst();
    return (forecast.high() - forecast.low()) / 2;
  }

  @Test
  void saysWhyATargetIsNotExplainedAndWhatToDeclare() {
    WatchSettings outlets =
        new WatchSettings(
            List.of(
                new Target(Rig.INLET, List.of()),
                new Target(Rig.OUTLET, List.of()),
                new Target(Rig.POWER, List.of())),
            List.of(),
            List.of(),
            List.of(),
            Set.of(),
            Set.of("inlet", "outlet", "pdu"));
    Rig nothing = new Rig(150, outlets, List.of());
    ModelHealth alone = nothing.watch.health().get(1);
    assertEquals("outlet.temperature", alone.channel());
    assertEquals("rack-model", alone.model());
    assertEquals("suspended", alone.state());
    assertEquals(
        "nothing else is measured that could explain it: declare [model.outlet.temperature] inputs,"
            + " or enabled = false",
        alone.note());
    WatchSettings unrelated =
        new WatchSettings(
            List.of(new Target(Rig.OUTLET, List.of())),
            List.of(),
            List.of(),
            List.of(),
            Set.of(),
            Set.of("outlet"));
    Rig still = new Rig(150, unrelated, List.of());
    for (int i = 0; i < 2 * 570; i++) {
      still.pollAll(20, 30 + noise(0.1), 1000);
      assertEquals("not enough data yet", still.watch.health().getFirst().note());
    }
    for (int i = 0; i < 2 * 10; i++) {
      still.pollAll(20, 30 + noise(0.1), 1000);
    }
    assertTrue(
        still
            .watch
            .health()
            .getFirst()
            .note()
            .startsWith(
                "nothing that is measured goes with it: declare [model.outlet.temperature]"),
        still.watch.health()::toString);
  }

  @Test
  void saysWhichDeclaredInputIsMissing() {
    Rig rig = explained();
    for (int i = 0; i < 2 * 600; i++) {
      rig.poll(20 + noise(0.1));
      rig.poll(Rig.OUTLET, 30 + noise(0.1));
    }
    assertEquals(
        "its input pdu.power has no value most of the time", rig.watch.health().getFirst().note());
  }

  @Test
  void publishesForecastsWithTheReadings() {
    WatchSettings settings =
        new WatchSettings(
            List.of(), List.of(Rig.INLET), List.of(15, 30), List.of(), Set.of(), Set.of());
    Rig rig = new Rig(150, settings, List.of());
    for (int i = 0; i < 2 * 800; i++) {
      rig.poll(24 + Math.sin(rig.seconds * 2 * Math.PI / 86_400) + noise(0.05));
    }
    Poll poll = (Poll) rig.reports.getFirst();
    assertEquals(List.of(15, 30), poll.forecasts().stream().map(Poll.Forecast::minutes).toList());
    Poll.Forecast forecast = poll.forecasts().getFirst();
    double truth = 24 + Math.sin((rig.seconds + 900) * 2 * Math.PI / 86_400);
    assertEquals(truth, forecast.value(), 0.3);
    assertTrue(forecast.low() < forecast.value() && forecast.value() < forecast.high());
  }

  @Test
  void forecastsForThatTimeAfterTheReadingsNotAfterTheirBlock() {
    WatchSettings settings =
        new WatchSettings(
            List.of(), List.of(Rig.INLET), List.of(15), List.of(), Set.of(), Set.of());
    Rig rig = new Rig(60, settings, List.of());
    double sum = 0;
    int forecasts = 0;
    for (int i = 0; i < 6 * 1440; i++) {
      double angle = (rig.seconds + 60) * 2 * Math.PI / 86_400;
      rig.poll(24 + 10 * Math.sin(angle) + noise(0.01));
      Poll poll = (Poll) rig.reports.getFirst();
      if (i >= 5 * 1440 && !poll.forecasts().isEmpty()) {
        double truth = 24 + 10 * Math.sin(angle + 900 * 2 * Math.PI / 86_400);
        sum += (poll.forecasts().getFirst().value() - truth) * Math.signum(Math.cos(angle));
        forecasts++;
      }
    }
    assertTrue(forecasts > 1000, "only " + forecasts);
    assertEquals(0, sum / forecasts, 0.06, "a block earlier or later is 0.14 K away");
  }

  @Test
  void computesTheObjectiveOfEachBlock() {
    WatchSettings settings =
        new WatchSettings(
            List.of(),
            List.of(),
            List.of(),
            List.of(new Objective.Term(Rig.INLET, 2, 24, 3)),
            Set.of(),
            Set.of());
    Rig rig = new Rig(60, settings, List.of());
    assertEquals("rack-model", rig.watch.descriptions().getLast().device());
    Poll objective = null;
    for (int i = 0; i < 20; i++) {
      rig.poll(27);
      for (Report report : rig.reports) {
        if (report instanceof Poll poll && poll.device().equals("rack-model")) {
          objective = poll;
        }
      }
    }
    assertNotNull(objective);
    assertEquals(2, ((Reading) objective.samples().getFirst()).value(), 1e-9);
    assertEquals(100, ((Reading) objective.samples().get(1)).value(), 1e-9);
    assertEquals("inlet-temperature", objective.samples().get(3).channel().name());
  }

  @Test
  void goesOnBitByBitAfterARestart() throws UnusableState {
    Rig rig = explained();
    learn(rig, 1500);
    Rig restored = explained();
    assertEquals(List.of(), restored.watch.restore(rig.watch.save()));
    restored.follow(rig);
    Random here = new Random(9);
    Random there = new Random(9);
    for (int i = 0; i < 400; i++) {
      double fault = i > 100 ? 4 : 0;
      assertEquals(rig.rack(here, fault), restored.rack(there, fault));
    }
    assertEquals(rig.watch.health(), restored.watch.health());
    assertArrayEquals(rig.watch.save(), restored.watch.save());
  }

  @Test
  void theOrderInWhichDevicesAreReadChangesNothing() {
    Rig one = new Rig(10, WatchSettings.USUAL, List.of(above(Rig.INLET, 32)));
    Rig other = new Rig(10, WatchSettings.USUAL, List.of(above(Rig.INLET, 32)));
    List<Anomaly> told = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      double inlet = 24 + noise(0.05) + (i > 2000 ? Math.min(7.5, 0.02 * (i - 2000)) : 0);
      double outlet = i > 2500 && i < 2600 ? 35 : 35 + noise(0.05);
      double power = 1000 + noise(9);
      List<Anomaly> here = one.pollAll(inlet, outlet, power);
      List<Anomaly> there = other.pollBackwards(inlet, outlet, power);
      assertEquals(Set.copyOf(here), Set.copyOf(there));
      told.addAll(here);
    }
    assertTrue(told.stream().map(Anomaly::channel).distinct().count() >= 2, told::toString);
    assertEquals(one.watch.health(), other.watch.health());
    assertArrayEquals(one.watch.save(), other.watch.save());
  }

  @Test
  void learnsAnewWhatIsConfiguredOtherwiseAndRefusesDamage() throws UnusableState {
    Rig rig = new Rig(10, WatchSettings.USUAL, List.of(above(Rig.INLET, 32)));
    rig.poll(24);
    byte[] bytes = rig.watch.save();
    Rig other = new Rig(10, WatchSettings.USUAL, List.of());
    List<String> anew = other.watch.restore(bytes);
    assertEquals(1, anew.size());
    assertTrue(anew.getFirst().startsWith("inlet.temperature: "), anew.getFirst());
    bytes[bytes.length / 2]++;
    assertThrows(UnusableState.class, () -> other.watch.restore(bytes));
  }

  @Test
  void goesOnWithAnAnomalyThatWasRaisedAndEndsWhatIsNoLongerWatched() {
    Rig rig = new Rig(10, WatchSettings.USUAL, List.of());
    for (int i = 0; i < 600; i++) {
      rig.poll(24 + noise(0.1));
    }
    List<Anomaly> told = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      told.addAll(rig.poll(24.11));
    }
    Anomaly stuck = told.getLast();
    Rig restarted = new Rig(10, WatchSettings.USUAL, List.of());
    restarted.seconds = rig.seconds;
    List<Anomaly> again = restarted.watch.restore(List.of(stuck), Rig.at(rig.seconds));
    assertEquals(List.of(stuck), again);
    Anomaly over = null;
    int readings = 0;
    while (over == null && readings++ < 100) {
      over = firstOver(Kind.SENSOR_STUCK, restarted.poll(24 + noise(0.1)));
    }
    assertEquals(60, readings, "not ended by a state that does not know of it");
    assertNotNull(over);
    assertEquals(stuck.id(), over.id());
    Rig empty = new Rig(10, WatchSettings.USUAL, List.of());
    Anomaly limit =
        new Anomaly(
            "x",
            Rig.POWER,
            stuck.stamp(),
            Kind.APPROACHING_LIMIT,
            State.RAISED,
            0.5,
            stuck.since(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            List.of(),
            "");
    assertEquals(
        State.CLEARED, empty.watch.restore(List.of(limit), Rig.at(rig.seconds)).getFirst().state());
  }

  @Test
  void acceptsAfterThreeDays() {
    Episode episode = new Episode(Rig.INLET, Kind.NOVELTY, 1);
    assertTrue(episode.wants(Rig.at(0), true));
    episode.tell(Rig.at(0), State.RAISED, Finding.of(0.5, 1, ""));
    assertFalse(episode.wants(Rig.at(59), true));
    assertFalse(episode.isAcceptable(Rig.at(3 * 86_400 - 1)));
    assertTrue(episode.isAcceptable(Rig.at(3 * 86_400)));
  }

  private static Rig explained() {
    WatchSettings settings =
        new WatchSettings(
            List.of(new Target(Rig.OUTLET, List.of(Rig.INLET, Rig.POWER))),
            List.of(),
            List.of(),
            List.of(),
            Set.of("inlet"),
            Set.of("outlet"));
    return new Rig(150, settings, List.of());
  }

  private void learn(Rig rig, int polls) {
    for (int i = 0; i < polls; i++) {
      rig.rack(random, 0);
    }
  }

  static LimitSettings above(Channel channel, double limit) {
    OptionalDouble none = OptionalDouble.empty();
    return new LimitSettings(
        channel, none, none, none, OptionalDouble.of(limit), Duration.ofSeconds(30), 0);
  }

  static @Nullable Anomaly firstOf(Kind kind, List<Anomaly> told) {
    return told.stream()
        .filter(anomaly -> anomaly.kind() == kind && anomaly.state() == State.RAISED)
        .findFirst()
        .orElse(null);
  }

  static @Nullable Anomaly firstOver(Kind kind, List<Anomaly> told) {
    return told.stream()
        .filter(anomaly -> anomaly.kind() == kind && anomaly.state() != State.RAISED)
        .findFirst()
        .orElse(null);
  }

  private double noise(double deviation) {
    return noise(random, deviation);
  }

  static double noise(Random random, double deviation) {
    return Math.rint(100 * deviation * random.nextGaussian()) / 100;
  }

  static double start() {
    return START_SECONDS;
  }
}
