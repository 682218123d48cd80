package rackpulse.modbus;

import java.time.Duration;
import rackpulse.bus.BusSettings.ModbusTcpSettings;
import rackpulse.bus.Line;
import rackpulse.bus.ModbusBus;
import rackpulse.bus.WireCounters;

/// Puts a master on a line. Masters neither open nor close a line that they are given.
public final class ModbusBuses {
  private ModbusBuses() {}

  /// A bus and the connection it uses, which the holder of both closes.
  public record Connection(ModbusBus bus, TcpLine line) implements AutoCloseable {
    @Override
    public void close() {
      line.close();
    }
  }

  /// A bus over TCP with the frames that `settings` ask for. Nothing is connected before the first
  /// request.
  public static Connection open(
      ModbusTcpSettings settings, MonotonicClock clock, WireCounters counters) {
    TcpLine line = new TcpLine(settings, clock);
    return new Connection(
        new MasterBus(new TcpMaster(line, line::close, settings.timeout(), clock, counters)), line);
  }

  /// Modbus TCP over any line, such as a transcript.
  public static ModbusBus tcp(
      Line line, Duration timeout, MonotonicClock clock, WireCounters counters) {
    return new MasterBus(new TcpMaster(line, () -> {}, timeout, clock, counters));
  }
}
