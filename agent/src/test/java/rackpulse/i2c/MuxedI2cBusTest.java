package rackpulse.i2c;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import rackpulse.bus.BusException;
import rackpulse.bus.I2cBus;
import rackpulse.bus.MuxChannel;

class MuxedI2cBusTest {
  private static final byte[] NOTHING = {};
  private static final byte[] MEASURE = {(byte) 0xFD};

  private final BusException notAcknowledged = new BusException.NoAnswer("nobody", true);
  private final BusException stuck = new BusException.NoAnswer("timed out");
  private final FakeWire wire = new FakeWire();
  private final Muxes muxes = new Muxes(wire);
  private final I2cBus branch = new MuxedI2cBus(wire, muxes, new MuxChannel(0x70, 2));
  private final I2cBus other = new MuxedI2cBus(wire, muxes, new MuxChannel(0x71, 7));

  @Test
  void selectsReadsBackTransfersAndDeselects() throws BusException {
    byte[] read = new byte[2];
    branch.transfer(0x44, MEASURE, read);
    assertEquals(List.of("70 W 04", "70 R 1", "44 W fd R 2", "70 W 00"), wire.calls());
    assertArrayEquals(new byte[] {(byte) 0xA5, (byte) 0xA5}, read);
  }

  @Test
  void deselectsBetweenBranchesOfSeveralMuxes() throws BusException {
    branch.transfer(0x44, MEASURE, NOTHING);
    other.transfer(0x44, MEASURE, NOTHING);
    assertEquals(
        List.of(
            "70 W 04", "70 R 1", "44 W fd", "70 W 00", //
            "71 W 80", "71 R 1", "44 W fd", "71 W 00"),
        wire.calls());
  }

  @Test
  void deselectsAfterAFailureAndReportsTheFailure() {
    wire.failing("44 W fd", notAcknowledged);
    assertSame(notAcknowledged, failure(branch));
    assertEquals("70 W 00", wire.calls().getLast());
  }

  @Test
  void reportsTheFailureEvenWhenItCannotDeselect() {
    BusException.Corrupt corrupt = new BusException.Corrupt("noise", NOTHING);
    wire.failing("44 W fd", corrupt).failing("70 W 00", stuck);
    assertSame(corrupt, failure(branch));
  }

  @Test
  void doesNotTransferWhenTheMuxReadsBackSomethingElse() {
    I2cBus lying =
        new I2cBus() {
          @Override
          public void transfer(int address, byte[] write, byte[] read) throws BusException {
            wire.transfer(address, write, read);
            if (read.length == 1) {
              read[0] = 0x05;
            }
          }

          @Override
          public void pause(Duration atLeast) {}
        };
    I2cBus bus = I2cBuses.behind(lying, new MuxChannel(0x70, 2));
    BusException failure = failure(bus);
    assertEquals(
        "mux 0x70 did not connect channel 2: its control byte reads 0x5", failure.getMessage());
    assertArrayEquals(new byte[] {5}, failure.evidence());
    assertEquals(List.of("70 W 04", "70 R 1", "70 W 00"), wire.calls());
  }

  @Test
  void leavesAMuxAloneThatIsNotThere() {
    wire.failing("70 W 04", notAcknowledged);
    assertSame(notAcknowledged, failure(branch));
    assertEquals(List.of("70 W 04"), wire.calls());
  }

  @Test
  void deselectsAfterASelectThatMayHaveArrived() throws BusException {
    wire.failing("70 W 04", stuck).failing("70 W 00", stuck);
    assertSame(stuck, failure(branch));
    other.transfer(0x44, MEASURE, NOTHING);
    assertEquals(
        List.of(
            "70 W 04", "70 W 00", //
            "70 W 00", "71 W 80", "71 R 1", "44 W fd", "71 W 00"),
        wire.calls());
  }

  @Test
  void doesNotGoOnWhileTheBusIsStuckAndAMuxMayBeConnected() {
    wire.failing("70 W 00", stuck, stuck);
    assertSame(stuck, failure(branch), "the value is lost: the branch could not be closed");
    assertSame(stuck, failure(other));
    assertEquals(List.of("70 W 04", "70 R 1", "44 W fd", "70 W 00", "70 W 00"), wire.calls());
  }

  @Test
  void refusesAnAddressThatASilentConnectedMuxMayStillAnswerFor() throws BusException {
    wire.failing("70 W 00", notAcknowledged, notAcknowledged, notAcknowledged);
    assertSame(notAcknowledged, failure(branch));
    BusException refused = failure(other);
    assertEquals(
        "mux 0x70 fell silent while connected and a chip behind it has address 0x44 too: is the mux"
            + " powered?",
        refused.getMessage());
    other.transfer(0x48, MEASURE, NOTHING);
    other.transfer(0x44, MEASURE, NOTHING);
    assertEquals(
        List.of("70 W 00", "71 W 80", "71 R 1", "44 W fd", "71 W 00"),
        wire.calls().subList(wire.calls().size() - 5, wire.calls().size()));
  }

  @Test
  void deselectsAMuxThatAnEarlierProcessMayHaveLeftConnected() throws BusException {
    muxes.add(0x70);
    muxes.add(0x71);
    wire.failing("71 W 00", notAcknowledged);
    muxes.settle(0x48);
    muxes.settle(0x48);
    assertEquals(List.of("70 W 00", "71 W 00"), wire.calls());
    assertTrue(muxes.any());
  }

  @Test
  void selectsAroundABusThatWasOpenedElsewhere() throws BusException {
    I2cBus bus = I2cBuses.behind(wire, new MuxChannel(0x77, 0));
    bus.transfer(0x44, MEASURE, NOTHING);
    bus.pause(Duration.ofMillis(9));
    assertEquals(List.of("77 W 01", "77 R 1", "44 W fd", "77 W 00", "pause 9"), wire.calls());
  }

  private static BusException failure(I2cBus bus) {
    return assertThrows(BusException.class, () -> bus.transfer(0x44, MEASURE, NOTHING));
  }
}
