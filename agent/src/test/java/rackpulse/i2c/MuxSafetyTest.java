package rackpulse.i2c;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import rackpulse.bus.BusException;
import rackpulse.bus.I2cBus;
import rackpulse.bus.MuxChannel;

/// Whatever fails on a bus with chips of equal address behind several multiplexers, a value never
/// comes from another branch, and comes again when the bus is well.
class MuxSafetyTest {
  private static final int CHIP = 0x44;
  private static final int MUXES = 3;
  private static final int CHANNELS = 2;
  private static final int SEEDS = 300;
  private static final int TRANSFERS = 200;

  @Test
  void neverTakesAValueFromAnotherBranch() throws BusException {
    int good = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      TroubledWire wire = new TroubledWire(new SplittableRandom(seed));
      Muxes muxes = new Muxes(wire);
      List<I2cBus> branches = branches(wire, muxes);
      pollAll(branches, seed);
      wire.troubles = true;
      SplittableRandom random = new SplittableRandom(~seed);
      for (int i = 0; i < TRANSFERS; i++) {
        int branch = random.nextInt(branches.size());
        byte[] read = new byte[1];
        try {
          branches.get(branch).transfer(CHIP, new byte[0], read);
        } catch (BusException failure) {
          if (random.nextBoolean()) {
            muxes.deselectAll(); // as recovery does
          }
          continue;
        }
        assertEquals(idOf(branch), read[0], "seed " + seed + ", transfer " + i);
        good++;
      }
      wire.troubles = false;
      pollAll(branches, seed);
    }
    assertTrue(good > SEEDS * TRANSFERS / 4, "only " + good + " good transfers");
  }

  private static List<I2cBus> branches(TroubledWire wire, Muxes muxes) {
    List<I2cBus> branches = new ArrayList<>();
    for (int branch = 0; branch < MUXES * CHANNELS; branch++) {
      MuxChannel channel = new MuxChannel(0x70 + branch / CHANNELS, branch % CHANNELS);
      muxes.add(channel.address());
      branches.add(new MuxedI2cBus(wire, muxes, channel));
    }
    return branches;
  }

  private static void pollAll(List<I2cBus> branches, int seed) throws BusException {
    for (int branch = 0; branch < branches.size(); branch++) {
      byte[] read = new byte[1];
      branches.get(branch).transfer(CHIP, new byte[0], read);
      assertEquals(idOf(branch), read[0], "seed " + seed + ", without troubles");
    }
  }

  /// Any two of them together, as a wired AND, are none of them.
  private static byte idOf(int branch) {
    return (byte) ~(1 << branch);
  }

  /// Multiplexers as they are, on a wire on which everything goes wrong now and then.
  private static final class TroubledWire implements I2cBus {
    private final SplittableRandom random;
    private final int[] selected = new int[MUXES];
    private final int[] silentFor = new int[MUXES];
    private boolean troubles;

    private TroubledWire(SplittableRandom random) {
      this.random = random;
      for (int mux = 0; mux < MUXES; mux++) {
        selected[mux] = random.nextInt(1 << CHANNELS);
      }
    }

    @Override
    public void transfer(int address, byte[] write, byte[] read) throws BusException {
      int trouble = troubles ? random.nextInt(60) : Integer.MAX_VALUE;
      if (trouble == 0) {
        throw new BusException.NoAnswer("timed out before it arrived");
      }
      if (trouble == 1) {
        throw new BusException.NoAnswer("not acknowledged", true);
      }
      perform(address, write, read);
      if (trouble == 2) {
        throw new BusException.NoAnswer("timed out after it arrived");
      }
      if (trouble == 3) {
        throw new BusException.Corrupt("arbitration lost", new byte[0]);
      }
    }

    private void perform(int address, byte[] write, byte[] read) throws BusException {
      if (address == CHIP) {
        read[0] = (byte) answers();
        return;
      }
      int mux = address - 0x70;
      if (troubles && silentFor[mux] == 0 && random.nextInt(40) == 0) {
        silentFor[mux] = 1 + random.nextInt(12);
        if (random.nextBoolean()) {
          selected[mux] = 0; // it lost its power; otherwise it only hangs
        }
      }
      if (troubles && silentFor[mux] > 0) {
        silentFor[mux]--;
        throw new BusException.NoAnswer("mux not acknowledged", true);
      }
      if (write.length > 0) {
        selected[mux] = write[0];
      }
      if (read.length > 0) {
        read[0] = (byte) selected[mux];
      }
    }

    private int answers() throws BusException {
      int together = 0xFF;
      for (int branch = 0; branch < MUXES * CHANNELS; branch++) {
        if ((selected[branch / CHANNELS] >> branch % CHANNELS & 1) == 1) {
          together &= idOf(branch);
        }
      }
      if (together == 0xFF) {
        throw new BusException.NoAnswer("no chip connected", true);
      }
      return together;
    }

    @Override
    public void pause(Duration atLeast) {}
  }
}
