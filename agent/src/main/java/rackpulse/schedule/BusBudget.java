package rackpulse.schedule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import rackpulse.bus.BusSettings;
import rackpulse.bus.BusSettings.I2cSettings;
import rackpulse.bus.BusSettings.ModbusRtuSettings;
import rackpulse.bus.BusSettings.ModbusTcpSettings;
import rackpulse.bus.BusSettings.TranscriptSettings;
import rackpulse.schedule.BusBudget.Budget.Row;
import rackpulse.sensor.DeviceSettings;
import rackpulse.sensor.Workload;
import rackpulse.sensor.Workload.Exchange;

/// Predicts how busy a bus will be, from bytes, speed, silences and pauses; pure arithmetic.
///
/// Only what the wire and the devices need is counted, not the machine's own delays.
public final class BusBudget {
  private static final double NANOS = 1e9;

  /// Sums of fractions of a second are not exact.
  private static final double ROUNDING = 1e-9;

  /// Bits of one character of the specification, in which silences are counted whatever the format
  /// of a line is, and the format of lines that are not known (Modbus over Serial Line 1.02,
  /// 2.5.1).
  private static final int SPECIFIED_BITS = 11;

  /// Silence around a frame is 3.5 characters; above this speed it does not shrink any more
  /// (2.5.1.1).
  private static final int FIXED_SILENCE_BAUD = 19_200;

  private static final double FIXED_SILENCE_SECONDS = 1.75e-3;

  /// Rounds in which the longest busy time is sought; a bus so full that more are needed is judged
  /// by the bound that needs none.
  private static final int MAX_ROUNDS = 100;

  private BusBudget() {}

  /// The budget of `bus` with `devices`, all of which hang on it.
  public static Budget of(BusSettings bus, List<DeviceSettings> devices) {
    List<PolledDevice> polled = new ArrayList<>(devices.size());
    for (DeviceSettings device : devices) {
      polled.add(
          new PolledDevice(
              device.name(), device.every(), device.mux().isPresent(), Workload.of(device)));
    }
    return predict(bus, polled);
  }

  /// What a bus has to do, predicted before anything runs.
  ///
  /// @param bus the bus's name
  /// @param utilisation share of its time that its devices need when all answer; above 1 it cannot
  ///   keep up
  /// @param cycle one poll of every device, back to back
  /// @param devices in the order of the configuration
  public record Budget(String bus, double utilisation, Duration cycle, List<Row> devices) {
    public Budget {
      devices = List.copyOf(devices);
    }

    /// Whether the bus has time for all its devices.
    public boolean fits() {
      return utilisation <= 1;
    }

    /// @param device the device's name
    /// @param every its period
    /// @param poll how long one poll of it takes
    /// @param requests exchanges in one poll
    /// @param utilisation share of the bus's time that it needs
    /// @param worstAge how old its values can become before the next ones replace them, from the
    ///   beginning of the poll that took them, while every device of the bus answers
    /// @param deadCost how long one failing poll of it keeps the bus from the others
    public record Row(
        String device,
        Duration every,
        Duration poll,
        int requests,
        double utilisation,
        Duration worstAge,
        Duration deadCost) {}
  }

  /// A device as the budget sees it.
  ///
  /// @param muxed whether a multiplexer is switched around each of its transfers
  /// @param exchanges what one poll of it says on the wire
  record PolledDevice(String name, Duration every, boolean muxed, List<Exchange> exchanges) {}

  static Budget predict(BusSettings bus, List<PolledDevice> devices) {
    Wire wire = wire(bus);
    double[] polls = new double[devices.size()];
    double[] periods = new double[devices.size()];
    double cycle = 0;
    double utilisation = 0;
    for (int i = 0; i < polls.length; i++) {
      polls[i] = poll(wire, devices.get(i));
      periods[i] = seconds(devices.get(i).every());
      cycle += polls[i];
      utilisation += polls[i] / periods[i];
    }
    double busy = utilisation < 1 ? longestBusy(polls, periods, cycle) : Double.POSITIVE_INFINITY;
    List<Row> rows = new ArrayList<>(polls.length);
    for (int i = 0; i < polls.length; i++) {
      PolledDevice device = devices.get(i);
      double patient = Math.max(periods[i], polls[i] - periods[i]) + cycle;
      rows.add(
          new Row(
              device.name(),
              device.every(),
              duration(polls[i]),
              device.exchanges().size(),
              polls[i] / periods[i],
              duration(periods[i] + Math.min(busy, patient)),
              duration(dead(wire, device))));
    }
    return new Budget(bus.name(), utilisation, duration(cycle), rows);
  }

  /// How long the bus can be busy without a break: that long is the longest time from a release to
  /// the end of its poll, in whatever order polls are served. It is longest when all devices are
  /// released at once, and ends when every poll released meanwhile is done.
  ///
  /// The other bound on that time needs no such search: polls are served by their deadlines, the
  /// next release of each device, so once a deadline has passed each other device goes before it at
  /// most once. It is the period, or what the device's own last poll takes beyond it, and one poll
  /// of each.
  private static double longestBusy(double[] polls, double[] periods, double cycle) {
    double busy = cycle;
    for (int round = 0; round < MAX_ROUNDS; round++) {
      double next = 0;
      for (int i = 0; i < polls.length; i++) {
        next += polls[i] * Math.ceil(busy / periods[i] - ROUNDING);
      }
      if (next <= busy * (1 + ROUNDING)) {
        return busy;
      }
      busy = next;
    }
    return Double.POSITIVE_INFINITY;
  }

  private static double poll(Wire wire, PolledDevice device) {
    double time = 0;
    for (Exchange exchange : device.exchanges()) {
      time += wire.exchange(exchange, device.muxed());
    }
    return time;
  }

  /// The first exchange fails, and with it the poll.
  private static double dead(Wire wire, PolledDevice device) {
    return device.exchanges().isEmpty()
        ? 0
        : wire.unanswered(device.exchanges().getFirst(), device.muxed());
  }

  private static Wire wire(BusSettings bus) {
    return switch (bus) {
      case I2cSettings i2c -> new I2cWire(i2c.frequencyHertz());
      case ModbusRtuSettings rtu ->
          serial(rtu.format().bitsPerCharacter(), rtu.baud(), rtu.turnaround(), rtu.timeout());
      case ModbusTcpSettings tcp when tcp.gatewayBaud() > 0 ->
          serial(SPECIFIED_BITS, tcp.gatewayBaud(), tcp.turnaround(), tcp.timeout());
      case ModbusTcpSettings tcp ->
          new ModbusWire(0, 0, seconds(tcp.turnaround()), seconds(tcp.timeout()));
      case TranscriptSettings _ -> new ModbusWire(0, 0, 0, 0);
    };
  }

  private static Wire serial(int bits, int baud, Duration turnaround, Duration timeout) {
    double silence =
        baud > FIXED_SILENCE_BAUD
            ? FIXED_SILENCE_SECONDS
            : 3.5 * Math.max(bits, SPECIFIED_BITS) / baud;
    return new ModbusWire((double) bits / baud, silence, seconds(turnaround), seconds(timeout));
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / NANOS;
  }

  private static Duration duration(double seconds) {
    return Duration.ofNanos(Math.round(seconds * NANOS));
  }

  /// How long things take on one sort of wire, in seconds.
  private sealed interface Wire permits I2cWire, ModbusWire {
    /// An exchange that succeeds.
    double exchange(Exchange exchange, boolean muxed);

    /// An exchange with a device that is not there.
    double unanswered(Exchange exchange, boolean muxed);
  }

  /// A byte is eight bits and an acknowledgement; start and stop take a bit's time each (NXP
  /// UM10204 revision 7, 3.1.4 to 3.1.6). Write and read of one exchange are joined by a repeated
  /// start.
  private record I2cWire(int hertz) implements Wire {
    private static final int BYTE = 9;
    private static final int START_AND_STOP = 2;

    /// A multiplexer's address and control byte, before a transfer and after it.
    private static final int MUX = 2 * (START_AND_STOP + 2 * BYTE);

    @Override
    public double exchange(Exchange exchange, boolean muxed) {
      int parts = (exchange.writeBytes() > 0 ? 1 : 0) + (exchange.readBytes() > 0 ? 1 : 0);
      int bytes = parts + exchange.writeBytes() + exchange.readBytes();
      int bits = parts + BYTE * bytes + 1 + (muxed ? MUX : 0);
      return (double) bits / hertz + seconds(exchange.pause());
    }

    @Override
    public double unanswered(Exchange exchange, boolean muxed) {
      return (double) (START_AND_STOP + BYTE + (muxed ? MUX : 0)) / hertz;
    }
  }

  /// ```
  /// | silence | request | turnaround, at least the silence | answer |
  /// ```
  private record ModbusWire(
      double character, double silence, double turnaround, double timeoutSeconds) implements Wire {
    @Override
    public double exchange(Exchange exchange, boolean muxed) {
      int characters = exchange.writeBytes() + exchange.readBytes();
      return silence + characters * character + Math.max(turnaround, silence);
    }

    @Override
    public double unanswered(Exchange exchange, boolean muxed) {
      return silence + exchange.writeBytes() * character + timeoutSeconds;
    }
  }
}
