package rackpulse.simulation;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import rackpulse.bus.BusException;
import rackpulse.bus.I2cBus;
import rackpulse.bus.WireCounters;
import rackpulse.bus.WireEvent;

/// An I2C bus with simulated chips, which can be unplugged while it runs.
final class SimulatedI2cBus implements I2cBus {
  private final Map<Integer, SimulatedChip> chips = new HashMap<>();
  private final Set<Integer> unplugged = new HashSet<>();
  private final WireCounters counters;
  private final WireClock clock;

  SimulatedI2cBus(WireCounters counters, WireClock clock) {
    this.clock = clock;
    this.counters = counters;
  }

  SimulatedI2cBus with(int address, SimulatedChip chip) {
    chips.put(address, chip);
    return this;
  }

  /// Pulls the plug of whatever is at `address`, or puts it back.
  synchronized void plug(int address, boolean in) {
    if (in) {
      unplugged.remove(address);
    } else {
      unplugged.add(address);
    }
  }

  @Override
  public synchronized void transfer(int address, byte[] write, byte[] read) throws BusException {
    SimulatedChip chip = chipAt(address);
    if (chip == null || !chip.transfer(write, read, clock.nanoTime())) {
      counters.count(WireEvent.NAK);
      throw new BusException.NoAnswer("no acknowledgement from 0x" + Integer.toHexString(address));
    }
  }

  private @Nullable SimulatedChip chipAt(int address) {
    if (unplugged.contains(address)) {
      return null;
    }
    SimulatedChip direct = chips.get(address);
    if (direct != null) {
      return direct;
    }
    for (SimulatedChip chip : chips.values()) {
      SimulatedChip behind = chip.behind(address);
      if (behind != null) {
        return behind;
      }
    }
    return null;
  }

  @Override
  public void pause(Duration atLeast) {
    clock.sleepUntil(clock.nanoTime() + atLeast.toNanos());
  }
}
