package rackpulse.demo;

import rackpulse.bus.Bus;
import rackpulse.bus.BusException;
import rackpulse.bus.BusSettings;
import rackpulse.bus.BusSettings.I2cSettings;
import rackpulse.bus.BusSettings.ModbusRtuSettings;
import rackpulse.bus.I2cBus;
import rackpulse.bus.MuxChannel;
import rackpulse.bus.Transcript;
import rackpulse.bus.WireCounters;
import rackpulse.engine.BusOpener;
import rackpulse.engine.Clocks;
import rackpulse.i2c.I2cBuses;
import rackpulse.modbus.ModbusBuses;
import rackpulse.modbus.MonotonicClock;
import rackpulse.recorder.Tape;
import rackpulse.simulation.SimulatedRack;
import rackpulse.simulation.WireClock;

/// Opens the simulated rack's buses where an operator's configuration would name real ones.
public final class SimulatedBuses implements BusOpener {
  private final SimulatedRack rack;
  private final MonotonicClock wires;
  private final Clocks clocks;

  /// @param wires the time by which the rack's lines take theirs
  /// @param clocks the rack's
  public SimulatedBuses(SimulatedRack rack, WireClock wires, Clocks clocks) {
    this.rack = rack;
    this.clocks = clocks;
    this.wires =
        new MonotonicClock() {
          @Override
          public long nanoTime() {
            return wires.nanoTime();
          }

          @Override
          public void sleepUntil(long deadlineNanos) {
            wires.sleepUntil(deadlineNanos);
          }
        };
  }

  @Override
  public OpenedBus open(BusSettings settings, WireCounters counters, Tape tape)
      throws BusException {
    return switch (settings) {
      case I2cSettings _ -> new Simulated(tape.of(rack.front()));
      case ModbusRtuSettings line ->
          new Simulated(
              ModbusBuses.rtu(
                  tape.of(rack.power(), Transcript.Kind.MODBUS_RTU), line, wires, counters));
      case BusSettings.ModbusTcpSettings _, BusSettings.TranscriptSettings _ ->
          throw new BusException.Down("the simulated rack has no such bus");
    };
  }

  @Override
  public Clocks clocks(Clocks machine) {
    return clocks;
  }

  @Override
  public I2cBus behind(I2cBus bus, MuxChannel channel) {
    return I2cBuses.behind(bus, channel);
  }

  /// A bus that lives as long as the rack.
  private record Simulated(Bus bus) implements OpenedBus {
    @Override
    public void close() {
      // nothing was opened
    }
  }
}
