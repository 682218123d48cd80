package rackpulse.i2c;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import rackpulse.bus.BusException;
import rackpulse.bus.I2cBus;
import rackpulse.bus.MuxChannel;
import rackpulse.bus.WireCounters;
import rackpulse.bus.WireEvent;

class RecoveringI2cBusTest {
  private static final byte[] NOTHING = {};
  private static final byte[] MEASURE = {(byte) 0xFD};

  private final BusException silence = new BusException.NoAnswer("nobody", true);
  private final BusException noise = new BusException.Corrupt("noise", NOTHING);
  private final BusException gone = new BusException.Down("gone");
  private final FakeWire wire = new FakeWire();
  private final WireCounters counters = new WireCounters();
  private final Muxes muxes = new Muxes(wire);
  private final Ladder ladder = new Ladder(wire, muxes, wire::reopen, counters);
  private final I2cBus bus = new RecoveringI2cBus(wire, ladder, "bus front");

  @Test
  void doesNothingMoreWhenAllIsWell() throws BusException {
    bus.transfer(0x44, MEASURE, NOTHING);
    assertEquals(List.of("44 W fd"), wire.calls());
    assertEquals(Map.of(), counters.seen());
  }

  @Test
  void retriesOnceAfterAMoment() throws BusException {
    wire.failing("44 W fd", silence);
    bus.transfer(0x44, MEASURE, NOTHING);
    assertEquals(List.of("44 W fd", "pause 1", "44 W fd"), wire.calls());
    assertEquals(Map.of(WireEvent.RETRIED, 1L), counters.seen());
  }

  @Test
  void deselectsAllMuxesWhenARetryDoesNotHelp() throws BusException {
    muxes.add(0x70);
    muxes.add(0x73);
    wire.failing("44 W fd", noise, silence);
    bus.transfer(0x44, MEASURE, NOTHING);
    assertEquals(
        List.of(
            "70 W 00", "73 W 00", "44 W fd", //
            "pause 1", "44 W fd", //
            "70 W 00", "73 W 00", "44 W fd"),
        wire.calls());
    assertEquals(Map.of(WireEvent.RETRIED, 1L, WireEvent.MUXES_DESELECTED, 1L), counters.seen());
  }

  @Test
  void selectsAnewWhenAllMuxesWereDeselected() throws BusException {
    muxes.add(0x70);
    muxes.settle(0x44);
    I2cBus branch =
        new RecoveringI2cBus(
            new MuxedI2cBus(wire, muxes, new MuxChannel(0x70, 1)), ladder, "bus front, mux 0x70");
    wire.failing("44 W fd", silence, silence);
    branch.transfer(0x44, MEASURE, NOTHING);
    List<String> attempt = List.of("70 W 02", "70 R 1", "44 W fd", "70 W 00");
    assertEquals(attempt, wire.calls().subList(1, 5));
    assertEquals("70 W 00", wire.calls().get(10));
    assertEquals(attempt, wire.calls().subList(11, 15));
    assertEquals(15, wire.calls().size());
  }

  @Test
  void doesNotReopenTheAdapterWhileOthersAnswer() {
    for (int i = 0; i < 3; i++) {
      wire.failing("44 W fd", silence, silence);
      assertSame(silence, failure());
      answer(0x45);
    }
    assertEquals(0, counters.of(WireEvent.REOPENED));
    assertEquals(3, counters.of(WireEvent.RETRIED));
  }

  @Test
  void reopensTheAdapterWhenNothingAnswers() {
    wire.failing("44 W fd", silence, silence);
    assertSame(silence, failure());
    wire.failing("44 W fd", silence, silence);
    answer(0x44);
    assertEquals(
        List.of("44 W fd", "pause 1", "44 W fd", "reopen", "44 W fd"), wire.calls().subList(3, 8));
    assertEquals(1, counters.of(WireEvent.REOPENED));
  }

  @Test
  void onlyReopensWhenTheAdapterIsGone() {
    wire.failing("44 W fd", gone);
    answer(0x44);
    assertEquals(List.of("44 W fd", "reopen", "44 W fd"), wire.calls());
    assertEquals(Map.of(WireEvent.REOPENED, 1L), counters.seen());
  }

  @Test
  void givesUpWithTheLastFailure() {
    wire.failing("44 W fd", gone);
    BusException.Down absent = new BusException.Down("cannot open");
    wire.failing("reopen", absent);
    assertSame(absent, failure());
  }

  @Test
  void acceptsWhatIsNoFailureOfTheWire() {
    BusException refused = new BusException.Refused("cannot", 0, NOTHING);
    wire.failing("44 W fd", refused);
    assertSame(refused, failure());
    assertEquals(List.of("44 W fd"), wire.calls());
  }

  @Test
  void doesNotClimbWhileStopping() {
    wire.failing("44 W fd", silence);
    Thread.currentThread().interrupt();
    assertSame(silence, failure());
    assertTrue(Thread.interrupted());
    assertEquals(List.of("44 W fd"), wire.calls());
  }

  private void answer(int address) {
    try {
      bus.transfer(address, MEASURE, NOTHING);
    } catch (BusException failure) {
      throw new AssertionError(failure);
    }
  }

  private BusException failure() {
    return assertThrows(BusException.class, () -> bus.transfer(0x44, MEASURE, NOTHING));
  }
}
