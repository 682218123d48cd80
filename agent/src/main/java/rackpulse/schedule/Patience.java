package rackpulse.schedule;

import java.time.Duration;
import java.util.List;
import rackpulse.bus.BusSettings;
import rackpulse.bus.BusSettings.I2cSettings;
import rackpulse.bus.BusSettings.ModbusRtuSettings;
import rackpulse.bus.BusSettings.ModbusTcpSettings;
import rackpulse.bus.BusSettings.TranscriptSettings;
import rackpulse.sensor.DeviceSettings;
import rackpulse.sensor.Workload;

/// How long the thread of a bus may be at one thing before it counts as stuck: longer than anything
/// takes that still comes to an end. Pure arithmetic.
///
/// ```
/// opening the bus + 2 × the slowest device's poll, each of its requests as slow as it can be
/// ```
///
/// Twice, because a poll is repeated when the bus was closed by the other side.
public final class Patience {
  /// Reading a file, or opening an adapter; longer than a bus thread sleeps.
  private static final Duration OPEN = Duration.ofSeconds(30);

  /// Closing a serial line may wait 30 s for bytes not yet sent (`closing_wait`, setserial(8)).
  private static final Duration OPEN_LINE = Duration.ofSeconds(60);

  /// A name is sought for 5 s, twice, at each of up to three servers (resolv.conf(5)); connecting
  /// comes on top.
  private static final Duration OPEN_CONNECTION = Duration.ofSeconds(60);

  /// A transfer that climbs the ladder of recovery: four tries, in each of which the kernel may
  /// wait a second for the adapter and repeat that (`i2c_adapter.timeout` and `retries`).
  private static final Duration I2C_TRANSFER = Duration.ofSeconds(10);

  private static final Duration TRANSCRIPT_REQUEST = Duration.ofMillis(500);

  /// The quiet after a silent request lasts until two time-outs are over, a line that is not quiet
  /// then is given up after a third, an answer after a fourth.
  private static final int TIMEOUTS = 4;

  /// A request and an answer of the greatest length, which may come as late as it is long.
  private static final int CHARACTERS = 3 * 256;

  private static final int BITS = 12;
  private static final int ASKED_AGAIN = 2;

  private Patience() {}

  /// The patience with `bus` and `devices`, all of which hang on it.
  public static Duration of(BusSettings bus, List<DeviceSettings> devices) {
    int requests = 0;
    for (DeviceSettings device : devices) {
      requests = Math.max(requests, requests(bus, device));
    }
    Duration longest =
        switch (bus) {
          case I2cSettings _ -> I2C_TRANSFER;
          case ModbusRtuSettings line -> request(line.timeout(), line.baud());
          case ModbusTcpSettings tcp -> request(tcp.timeout(), tcp.gatewayBaud());
          case TranscriptSettings _ -> TRANSCRIPT_REQUEST;
        };
    Duration open =
        switch (bus) {
          case I2cSettings _, TranscriptSettings _ -> OPEN;
          case ModbusRtuSettings _ -> OPEN_LINE;
          case ModbusTcpSettings tcp -> OPEN_CONNECTION.plus(tcp.timeout());
        };
    return open.plus(longest.multipliedBy((long) ASKED_AGAIN * requests));
  }

  /// A Modbus request that is refused as a whole is split, until each register is asked for alone.
  private static int requests(BusSettings bus, DeviceSettings device) {
    int exchanges = Workload.of(device).size();
    return switch (bus) {
      case I2cSettings _ -> exchanges;
      case ModbusRtuSettings _, ModbusTcpSettings _, TranscriptSettings _ ->
          exchanges + device.profile().channels().size();
    };
  }

  private static Duration request(Duration timeout, int baud) {
    long wireNanos = baud == 0 ? 0 : CHARACTERS * BITS * 1_000_000_000L / baud;
    return timeout.multipliedBy(TIMEOUTS).plusNanos(wireNanos);
  }
}
