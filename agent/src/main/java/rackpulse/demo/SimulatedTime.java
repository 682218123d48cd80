package rackpulse.demo;

import java.time.Duration;
import rackpulse.simulation.SimulatedRack;

/// Lets time pass in the simulated rack and on its clock, both at once.
public final class SimulatedTime {
  private final SimulatedRack rack;
  private final RackClock clock;

  /// @param clock by which the rack lives
  public SimulatedTime(SimulatedRack rack, RackClock clock) {
    this.rack = rack;
    this.clock = clock;
  }

  /// Lets time pass.
  public void advance(Duration time) {
    rack.advance(time.toNanos() / 1e9);
    clock.advance(time);
  }

  /// Tells the rack's time.
  public RackClock clock() {
    return clock;
  }
}
