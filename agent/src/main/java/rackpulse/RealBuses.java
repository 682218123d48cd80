package rackpulse;

import rackpulse.bus.Bus;
import rackpulse.bus.BusException;
import rackpulse.bus.BusSettings;
import rackpulse.bus.BusSettings.I2cSettings;
import rackpulse.bus.BusSettings.ModbusRtuSettings;
import rackpulse.bus.BusSettings.ModbusTcpSettings;
import rackpulse.bus.BusSettings.TranscriptSettings;
import rackpulse.bus.I2cBus;
import rackpulse.bus.Line;
import rackpulse.bus.MuxChannel;
import rackpulse.bus.Transcript;
import rackpulse.bus.WireCounters;
import rackpulse.engine.BusOpener;
import rackpulse.i2c.I2cBuses;
import rackpulse.i2c.OpenI2cBus;
import rackpulse.linux.SerialPort;
import rackpulse.modbus.ModbusBuses;
import rackpulse.modbus.MonotonicClock;
import rackpulse.recorder.Tape;

/// Opens the machine's own buses.
final class RealBuses implements BusOpener {
  private static final MonotonicClock CLOCK = System::nanoTime;

  private final boolean recovering;

  /// @param recovering whether an I2C bus climbs its ladder of recovery when a chip is silent
  RealBuses(boolean recovering) {
    this.recovering = recovering;
  }

  @Override
  public OpenedBus open(BusSettings settings, WireCounters counters, Tape tape)
      throws BusException {
    return switch (settings) {
      case I2cSettings i2c -> i2c(i2c, counters, tape);
      case ModbusRtuSettings serial -> serial(serial, counters, tape);
      case ModbusTcpSettings tcp -> {
        ModbusBuses.Connection connection =
            ModbusBuses.open(tcp, CLOCK, counters, line -> tape.of(line, kind(tcp)));
        yield new Opened(connection.bus(), connection::close);
      }
      case TranscriptSettings transcript -> Transcripts.open(transcript, CLOCK, counters, tape);
    };
  }

  private static Transcript.Kind kind(ModbusTcpSettings tcp) {
    return tcp.rtuFrames() ? Transcript.Kind.MODBUS_RTU : Transcript.Kind.MODBUS_TCP;
  }

  private OpenedBus i2c(I2cSettings settings, WireCounters counters, Tape tape)
      throws BusException {
    OpenI2cBus bus =
        recovering
            ? I2cBuses.open(settings, counters, tape::of)
            : I2cBuses.openBare(settings, counters);
    return new Opened(bus, bus::close);
  }

  private static OpenedBus serial(ModbusRtuSettings settings, WireCounters counters, Tape tape)
      throws BusException {
    SerialPort port = SerialPort.open(settings);
    Line line = tape.of(port, Transcript.Kind.MODBUS_RTU);
    return new Opened(ModbusBuses.rtu(line, settings, CLOCK, counters), port::close);
  }

  @Override
  public I2cBus behind(I2cBus bus, MuxChannel channel) {
    return I2cBuses.behind(bus, channel);
  }

  /// @param closer gives the descriptor or connection back
  record Opened(Bus bus, Runnable closer) implements OpenedBus {
    @Override
    public void close() {
      closer.run();
    }
  }
}
