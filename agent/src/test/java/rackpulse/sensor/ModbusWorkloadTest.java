package rackpulse.sensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import rackpulse.sensor.Encoding.Format;
import rackpulse.sensor.ModbusProfile.Field;
import rackpulse.sensor.ModbusProfile.RequestLimits;
import rackpulse.sensor.ModbusProfile.Table;
import rackpulse.sensor.Workload.Exchange;
import rackpulse.telemetry.Quantity;

class ModbusWorkloadTest {
  @Test
  void countsTheBytesOfOneRequestForFiftyRegisters() {
    assertEquals(List.of(exchange(8, 105)), Workload.of(device(Table.HOLDING, 0, 50, List.of())));
  }

  @Test
  void countsEightBitsToAByte() {
    assertEquals(List.of(exchange(8, 7)), Workload.of(device(Table.COIL, 0, 9, List.of())));
  }

  @Test
  void countsOnlyTheChannelsThatAreWanted() {
    List<String> wanted = List.of("r0", "r40");

    assertEquals(
        List.of(exchange(8, 7), exchange(8, 7)), Workload.of(device(Table.INPUT, 0, 50, wanted)));
  }

  private static Exchange exchange(int writeBytes, int readBytes) {
    return new Exchange(writeBytes, readBytes, Duration.ZERO);
  }

  private static DeviceSettings device(Table table, int first, int count, List<String> wanted) {
    boolean bits = table == Table.COIL;
    List<Field> fields = new ArrayList<>();
    for (int i = first; i < first + count; i++) {
      ChannelProfile channel =
          new ChannelProfile(
              "r" + i,
              Quantity.RAW,
              Conversion.IDENTITY,
              Double.NEGATIVE_INFINITY,
              Double.POSITIVE_INFINITY);
      Encoding encoding = Encoding.of(bits ? Format.BIT : Format.U16);
      fields.add(new Field(channel, table, i, encoding, List.of()));
    }
    ModbusProfile profile =
        new ModbusProfile(
            new Profile.Header("x", "X", "none", true),
            RequestLimits.DEFAULT,
            Optional.empty(),
            fields);
    return new DeviceSettings(
        "d", "b", profile, 1, Optional.empty(), Duration.ofSeconds(1), "", wanted, Map.of());
  }
}
