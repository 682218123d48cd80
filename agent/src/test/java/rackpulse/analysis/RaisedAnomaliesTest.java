package rackpulse.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import rackpulse.state.UnusableState;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Anomaly.State;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Stamp;

class RaisedAnomaliesTest {
  private static final long NOW_NANOS = 5;
  private static final Instant AT = Instant.parse("2026-11-24T01:02:03.123456789Z");

  private final RaisedAnomalies raised = new RaisedAnomalies();

  @Test
  void comeBackAsTheyWere() throws UnusableState {
    Anomaly full = anomaly("inlet", 1, State.RAISED, OptionalDouble.of(34.2));
    Anomaly sparse = anomaly("outlet", 0.5, State.RAISED, OptionalDouble.empty());
    raised.note(full);
    raised.note(sparse);
    assertEquals(List.of(full, sparse), RaisedAnomalies.of(raised.bytes(), NOW_NANOS).all());
    assertEquals(List.of(), RaisedAnomalies.of(new RaisedAnomalies().bytes(), NOW_NANOS).all());
  }

  @Test
  void changeWhenRaisedWorseOrOverButNotWithEachValue() {
    OptionalDouble value = OptionalDouble.of(30);
    assertTrue(raised.note(anomaly("inlet", 0.5, State.RAISED, value)));
    assertFalse(raised.note(anomaly("inlet", 0.5, State.RAISED, OptionalDouble.of(31))));
    assertTrue(raised.note(anomaly("inlet", 1, State.RAISED, value)));
    assertTrue(raised.note(anomaly("inlet", 1, State.CLEARED, value)));
    assertFalse(raised.note(anomaly("inlet", 1, State.CLEARED, value)));
    assertEquals(List.of(), raised.all());
  }

  @Test
  void endsAreKeptUntilToldOrOverwrittenByARaise() throws UnusableState {
    OptionalDouble value = OptionalDouble.of(30);
    Anomaly end = anomaly("inlet", 1, State.CLEARED, value);
    raised.note(end);
    assertEquals(List.of(), raised.ended(), "never raised");
    raised.note(anomaly("inlet", 1, State.RAISED, value));
    raised.note(end);
    assertEquals(List.of(end), RaisedAnomalies.of(raised.bytes(), NOW_NANOS).ended());
    assertTrue(raised.arrived(end));
    assertFalse(raised.arrived(end));
    assertEquals(List.of(), raised.ended());
    raised.note(anomaly("inlet", 1, State.RAISED, value));
    raised.note(end);
    raised.note(anomaly("inlet", 1, State.RAISED, value));
    assertEquals(List.of(), raised.ended());
    assertEquals(1, raised.all().size());
  }

  @Test
  void areBounded() {
    for (int i = 0; i <= RaisedAnomalies.MAX; i++) {
      raised.note(anomaly("d" + i, 1, State.RAISED, OptionalDouble.empty()));
    }
    assertEquals(RaisedAnomalies.MAX, raised.all().size());
    assertEquals("d1", raised.all().getFirst().channel().device());
    for (int i = 0; i < 2 * RaisedAnomalies.MAX; i++) {
      raised.note(anomaly("e" + i, 1, State.RAISED, OptionalDouble.empty()));
      raised.note(anomaly("e" + i, 1, State.CLEARED, OptionalDouble.empty()));
    }
    assertEquals(RaisedAnomalies.MAX, raised.ended().size());
  }

  @Test
  void damagedBytesAreRefusedWhereverTheyAreDamaged() {
    raised.note(anomaly("inlet", 1, State.RAISED, OptionalDouble.of(34.2)));
    byte[] bytes = raised.bytes();
    for (int i = 0; i < bytes.length; i++) {
      byte[] damaged = bytes.clone();
      damaged[i] ^= 0x10;
      assertThrows(UnusableState.class, () -> RaisedAnomalies.of(damaged, NOW_NANOS));
      byte[] torn = Arrays.copyOf(bytes, i);
      assertThrows(UnusableState.class, () -> RaisedAnomalies.of(torn, NOW_NANOS));
    }
  }

  private static Anomaly anomaly(
      String device, double severity, State state, OptionalDouble observed) {
    return new Anomaly(
        device + ".temperature.limit.1",
        new Channel(device, "temperature", Quantity.TEMPERATURE),
        new Stamp(AT, NOW_NANOS, true),
        Anomaly.Kind.LIMIT,
        state,
        severity,
        AT.minusSeconds(30),
        observed,
        OptionalDouble.empty(),
        OptionalDouble.of(15),
        OptionalDouble.of(27),
        List.of(new Anomaly.Share("power", 2.5)),
        device + " temperature is too high");
  }
}
