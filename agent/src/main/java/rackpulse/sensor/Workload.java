package rackpulse.sensor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import rackpulse.chip.Ads1115;
import rackpulse.chip.Bme280;
import rackpulse.chip.Ina2xx;
import rackpulse.sensor.I2cProfile.Step;

/// What one good poll of a device costs its bus, known before anything runs. Identifying and
/// setting up a part, which happens once, is left out.
public final class Workload {
  /// Unit, function code, address, count, CRC (Modbus over serial line 1.02, 2.5.1).
  private static final int READ_REQUEST_BYTES = 8;

  /// Unit, function code, byte count, CRC; the data come on top.
  private static final int READ_REPLY_BYTES = 5;

  private Workload() {}

  /// One request and its answer, or one transfer on I2C.
  ///
  /// @param writeBytes bytes sent: on I2C without the address, on Modbus the whole RTU frame, also
  ///   for TCP, whose frames are 4 bytes longer
  /// @param readBytes bytes received, likewise
  /// @param pause bus time to be waited after it
  public record Exchange(int writeBytes, int readBytes, Duration pause) {}

  /// The exchanges of one poll of `device`, in their order.
  public static List<Exchange> of(DeviceSettings device) {
    return switch (device.profile()) {
      case I2cProfile profile ->
          switch (profile.program()) {
            case I2cProfile.Table table -> table(table.steps());
            case I2cProfile.Chip chip -> chip(chip.kind(), I2cDriver.wanted(device).size());
          };
      case ModbusProfile profile ->
          RegisterSpans.merge(ModbusDriver.wanted(device, profile), profile.requests()).stream()
              .map(Workload::exchange)
              .toList();
    };
  }

  private static Exchange exchange(RegisterSpans.Span span) {
    int data =
        switch (span.table()) {
          case HOLDING, INPUT -> 2 * span.count();
          case COIL, DISCRETE_INPUT -> (span.count() + 7) / 8;
        };
    return new Exchange(READ_REQUEST_BYTES, READ_REPLY_BYTES + data, Duration.ZERO);
  }

  private static List<Exchange> table(List<Step> steps) {
    List<Exchange> exchanges = new ArrayList<>();
    for (Step step : steps) {
      if (step.pause().isZero()) {
        exchanges.add(new Exchange(step.write().length, step.read(), Duration.ZERO));
      } else {
        exchanges.add(new Exchange(step.write().length, 0, step.pause()));
        if (step.read() > 0) {
          exchanges.add(new Exchange(0, step.read(), Duration.ZERO));
        }
      }
    }
    return exchanges;
  }

  private static List<Exchange> chip(I2cProfile.ChipKind kind, int inputs) {
    Exchange word = new Exchange(1, 2, Duration.ZERO);
    return switch (kind) {
      case BME280 ->
          List.of(
              new Exchange(2, 0, Duration.ZERO),
              new Exchange(2, 0, Bme280.CONVERSION),
              new Exchange(1, 1, Duration.ZERO),
              new Exchange(1, 8, Duration.ZERO));
      case INA219 -> List.of(new Exchange(3, 0, Ina2xx.Kind.INA219.conversion()), word, word);
      case INA226 -> List.of(new Exchange(3, 0, Ina2xx.Kind.INA226.conversion()), word, word, word);
      case ADS1115 -> {
        List<Exchange> exchanges = new ArrayList<>();
        for (int i = 0; i < inputs; i++) {
          exchanges.add(new Exchange(3, 0, Ads1115.CONVERSION_TIME));
          exchanges.add(word);
          exchanges.add(word);
        }
        yield exchanges;
      }
    };
  }
}
