package rackpulse.modbus;

import java.time.Duration;
import java.util.function.UnaryOperator;
import rackpulse.bus.BusSettings.ModbusRtuSettings;
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
  ///
  /// @param recorder puts something around the connection that sees what travels in it
  public static Connection open(
      ModbusTcpSettings settings,
      MonotonicClock clock,
      WireCounters counters,
      UnaryOperator<Line> recorder) {
    TcpLine connection = new TcpLine(settings, clock);
    Line line = recorder.apply(connection);
    Duration timeout = settings.timeout();
    FrameTiming timing = FrameTiming.network(timeout);
    Master master =
        settings.rtuFrames()
            ? new RtuMaster(line, connection::close, timing, clock, counters)
            : new TcpMaster(line, connection::close, timeout, clock, counters);
    return new Connection(new MasterBus(master), connection);
  }

  /// RTU on a serial line, which was opened as `settings` say.
  public static ModbusBus rtu(
      Line line, ModbusRtuSettings settings, MonotonicClock clock, WireCounters counters) {
    return rtu(line, FrameTiming.of(settings), clock, counters);
  }

  /// RTU frames over a line that is not bound to a speed, such as a transcript.
  public static ModbusBus rtu(
      Line line, Duration timeout, MonotonicClock clock, WireCounters counters) {
    return rtu(line, FrameTiming.network(timeout), clock, counters);
  }

  private static ModbusBus rtu(
      Line line, FrameTiming timing, MonotonicClock clock, WireCounters counters) {
    return new MasterBus(new RtuMaster(line, ModbusBuses::keep, timing, clock, counters));
  }

  /// Modbus TCP over any line, such as a transcript.
  public static ModbusBus tcp(
      Line line, Duration timeout, MonotonicClock clock, WireCounters counters) {
    return new MasterBus(new TcpMaster(line, ModbusBuses::keep, timeout, clock, counters));
  }

  /// A line that belongs to somebody else is not given up.
  private static void keep() {}
}
