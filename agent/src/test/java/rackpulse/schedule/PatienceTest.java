package rackpulse.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import rackpulse.bus.BusSettings.ModbusRtuSettings;
import rackpulse.bus.BusSettings.ModbusTcpSettings;
import rackpulse.bus.BusSettings.Parity;
import rackpulse.bus.BusSettings.SerialFormat;
import rackpulse.bus.BusSettings.TranscriptSettings;
import rackpulse.sensor.ChannelProfile;
import rackpulse.sensor.Conversion;
import rackpulse.sensor.DeviceSettings;
import rackpulse.sensor.Encoding;
import rackpulse.sensor.ModbusProfile;
import rackpulse.sensor.ModbusProfile.Field;
import rackpulse.sensor.ModbusProfile.RequestLimits;
import rackpulse.sensor.ModbusProfile.Table;
import rackpulse.sensor.Profile;
import rackpulse.telemetry.Quantity;

class PatienceTest {
  private static final Path NOWHERE = Path.of("nowhere");

  @Test
  void outlastsTheSlowestPollOfTheSlowestDevice() {
    ModbusTcpSettings tcp =
        new ModbusTcpSettings("main", "192.0.2.1", 502, Duration.ofSeconds(2), false);
    // twice a request for both registers and one for each alone; four time-outs for each
    Duration polls = Duration.ofSeconds(2 * (1 + 2) * 4 * 2);
    Duration opening = Duration.ofSeconds(60 + 2);
    assertEquals(opening.plus(polls), Patience.of(tcp, List.of(device(1), device(2))));
  }

  @Test
  void growsOnASlowLine() {
    ModbusRtuSettings line =
        new ModbusRtuSettings(
            "main",
            NOWHERE,
            300,
            new SerialFormat(8, Parity.EVEN, 1),
            Duration.ofSeconds(1),
            Duration.ZERO,
            false);
    // 768 characters of 12 bits take 30.72 s
    assertEquals(
        Duration.ofMillis(60_000 + 2 * 2 * (4_000 + 30_720)),
        Patience.of(line, List.of(device(1))));
  }

  @Test
  void isLongerThanABusThreadSleeps() {
    assertEquals(
        Duration.ofSeconds(30),
        Patience.of(new TranscriptSettings("main", NOWHERE, true), List.of()));
  }

  /// A device with registers that one request can read.
  private static DeviceSettings device(int registers) {
    List<Field> fields = IntStream.range(0, registers).mapToObj(PatienceTest::field).toList();
    ModbusProfile profile =
        new ModbusProfile(
            new Profile.Header("fake", "Fake", "nothing", true),
            RequestLimits.DEFAULT,
            Optional.empty(),
            fields);
    return new DeviceSettings(
        "device",
        "main",
        profile,
        1,
        Optional.empty(),
        Duration.ofSeconds(1),
        "",
        List.of(),
        Map.of());
  }

  private static Field field(int address) {
    ChannelProfile channel =
        new ChannelProfile("r" + address, Quantity.RAW, Conversion.IDENTITY, 0, 65535);
    return new Field(channel, Table.INPUT, address, Encoding.of(Encoding.Format.U16), List.of());
  }
}
