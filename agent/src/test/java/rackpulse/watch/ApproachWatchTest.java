package rackpulse.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import rackpulse.analysis.LimitSettings;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Anomaly.Kind;
import rackpulse.telemetry.Anomaly.State;

class ApproachWatchTest {
  private static final int EVERY_SECONDS = 60;
  private static final int LEARNING = 400;

  private final Random random = new Random(11);
  private final Rig rig = new Rig(EVERY_SECONDS, WatchSettings.USUAL, List.of(limits()));

  @Test
  void aLimitThatIsLeftOnTheWayBackIsNotSaidToBeApproached() {
    hold(25, LEARNING);
    List<Anomaly> up = move(25, 42, 0.8);
    assertTrue(up.stream().anyMatch(told -> told.text().contains("and rising")));
    up.addAll(hold(42, 30));
    assertEquals(State.CLEARED, up.getLast().state());
    assertTrue(up.getLast().text().endsWith("runs towards no further limit"), up.toString());
    List<Anomaly> down = new ArrayList<>();
    down.addAll(move(42, 25, -0.8));
    down.addAll(hold(25, 60));
    assertEquals(List.of(), down);
  }

  private static LimitSettings limits() {
    return new LimitSettings(
        Rig.INLET,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.of(35),
        OptionalDouble.of(38),
        Duration.ofMinutes(2),
        1);
  }

  private List<Anomaly> hold(double value, int readings) {
    List<Anomaly> told = new ArrayList<>();
    for (int i = 0; i < readings; i++) {
      told.addAll(poll(value));
    }
    return told;
  }

  private List<Anomaly> move(double from, double to, double step) {
    List<Anomaly> told = new ArrayList<>();
    int steps = (int) Math.round((to - from) / step);
    for (int i = 1; i <= steps; i++) {
      told.addAll(poll(from + i * step));
    }
    return told;
  }

  private List<Anomaly> poll(double value) {
    return rig.poll(value + 0.03 * random.nextGaussian()).stream()
        .filter(anomaly -> anomaly.kind() == Kind.APPROACHING_LIMIT)
        .toList();
  }
}
