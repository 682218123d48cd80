package rackpulse.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;
import rackpulse.analysis.DerivedSettings;
import rackpulse.analysis.LimitSettings;
import rackpulse.analysis.Objective;
import rackpulse.bus.BusSettings.I2cSettings;
import rackpulse.bus.BusSettings.ModbusRtuSettings;
import rackpulse.bus.BusSettings.ModbusTcpSettings;
import rackpulse.bus.BusSettings.Parity;
import rackpulse.bus.BusSettings.SerialFormat;
import rackpulse.bus.BusSettings.TranscriptSettings;
import rackpulse.bus.MuxChannel;
import rackpulse.config.Configuration.AgentSettings;
import rackpulse.engine.EngineSettings;
import rackpulse.mqtt.MqttSettings;
import rackpulse.sensor.DeviceSettings;
import rackpulse.sensor.Profile;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Quantity;
import rackpulse.watch.WatchSettings;

class ConfigurationFileTest {
  private static final Path FILE = Path.of("rackpulse.toml");
  private static final Duration PROBATION = Duration.ofMinutes(2);
  private static final Map<String, String> ENVIRONMENT =
      Map.of("HOSTNAME", "rc-a12.example", "CREDENTIALS_DIRECTORY", "/run/credentials/rackpulse");

  private final Profiles profiles =
      new Profiles(List.of(Path.of("src/test/resources/bad-configurations/profiles")));

  private Configuration parse(String text) throws ConfigurationException {
    return ConfigurationFile.parse(FILE, text, profiles, ENVIRONMENT);
  }

  private Profile profile(String id) {
    return profiles.find(id, new Problems()).orElseThrow();
  }

  @Test
  void fillsInDefaults() throws ConfigurationException {
    Configuration configuration = parse("");
    assertEquals(
        new AgentSettings(
            "rc-a12-example",
            "site",
            "rack",
            Path.of("/var/lib/rackpulse"),
            Path.of("/run/rackpulse/status.json"),
            PROBATION),
        configuration.agent());
    assertEquals(
        new MqttSettings(
            URI.create("mqtt://localhost:1883"),
            "dc/v1",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            false,
            Duration.ofSeconds(60),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofSeconds(20),
            16,
            Duration.ofSeconds(1),
            Duration.ofSeconds(120),
            List.of()),
        configuration.mqtt());
    assertEquals(
        new EngineSettings(
            16 << 20,
            100,
            Duration.ofSeconds(60),
            0.05,
            5,
            Duration.ofSeconds(60),
            Duration.ofMillis(1500)),
        configuration.engine());
  }

  @Test
  void readsWhatConcernsTheAgentAndItsBroker() throws ConfigurationException {
    Configuration configuration =
        parse(
            """
            [agent]
            id = "a"
            site = "s"
            rack = "r"
            state_directory = "/state"
            status_file = "/status"
            health_every = "5 s"
            stop_within = "1 s"
            [mqtt]
            url = "mqtts://[2001:db8::1]"
            prefix = "one"
            username = "me"
            password_file = "password"
            ca_file = "/ca"
            cert_file = "cert"
            key_file = "/key"
            allow_plain = true
            keep_alive = "1 h"
            session_expiry = "0 s"
            connect_timeout = "2 s"
            ack_timeout = "3 s"
            window = 2
            server_references = ["b.example:8883", "[::1]"]
            reconnect_floor = "20 ms"
            reconnect_ceiling = "30 ms"
            [spool]
            memory_bytes = "64 KiB"
            backlog_rate = 7
            [polling]
            dead_share = "100 %"
            dormant_after = 9
            probe_every = "2 s"
            """);
    assertEquals(
        new AgentSettings("a", "s", "r", Path.of("/state"), Path.of("/status"), PROBATION),
        configuration.agent());
    assertEquals(
        new MqttSettings(
            URI.create("mqtts://[2001:db8::1]:8883"),
            "one",
            Optional.of("me"),
            Optional.of(Path.of("/run/credentials/rackpulse/password")),
            Optional.of(Path.of("/ca")),
            Optional.of(Path.of("/run/credentials/rackpulse/cert")),
            Optional.of(Path.of("/key")),
            true,
            Duration.ofHours(1),
            Duration.ZERO,
            Duration.ofSeconds(2),
            Duration.ofSeconds(3),
            2,
            Duration.ofMillis(20),
            Duration.ofMillis(30),
            List.of("b.example:8883", "[::1]")),
        configuration.mqtt());
    assertEquals(
        new EngineSettings(
            64 << 10,
            7,
            Duration.ofSeconds(5),
            1.0,
            9,
            Duration.ofSeconds(2),
            Duration.ofSeconds(1)),
        configuration.engine());
  }

  @Test
  void readsEveryKindOfBus() throws ConfigurationException {
    Configuration configuration =
        parse(
            """
            [bus.a]
            kind = "i2c"
            device = "/dev/i2c-1"
            frequency = "400 kHz"
            [bus.b]
            kind = "modbus-rtu"
            device = "/dev/ttyS0"
            [bus.c]
            kind = "modbus-rtu"
            device = "/dev/ttyS1"
            baud = 9600
            format = "7O2"
            timeout = "1 s"
            turnaround = "0 s"
            rs485 = true
            [bus.d]
            kind = "modbus-tcp"
            host = "192.0.2.1"
            [bus.e]
            kind = "modbus-rtu-over-tcp"
            host = "gateway.example"
            port = 4001
            timeout = "50 ms"
            turnaround = "20 ms"
            gateway_baud = 19200
            [bus.f]
            kind = "transcript"
            file = "wire.transcript"
            repeat = true
            """);
    assertEquals(
        List.of(
            new I2cSettings("a", Path.of("/dev/i2c-1"), 400_000),
            new ModbusRtuSettings(
                "b",
                Path.of("/dev/ttyS0"),
                19_200,
                new SerialFormat(8, Parity.EVEN, 1),
                Duration.ofMillis(500),
                Duration.ofMillis(5),
                false),
            new ModbusRtuSettings(
                "c",
                Path.of("/dev/ttyS1"),
                9600,
                new SerialFormat(7, Parity.ODD, 2),
                Duration.ofSeconds(1),
                Duration.ZERO,
                true),
            new ModbusTcpSettings(
                "d", "192.0.2.1", 502, Duration.ofSeconds(1), false, Duration.ofMillis(2), 0),
            new ModbusTcpSettings(
                "e",
                "gateway.example",
                4001,
                Duration.ofMillis(50),
                true,
                Duration.ofMillis(20),
                19_200),
            new TranscriptSettings("f", Path.of("wire.transcript").toAbsolutePath(), true)),
        configuration.buses());
  }

  @Test
  void readsDevicesInTheOrderOfTheFile() throws ConfigurationException {
    assertEquals(
        List.of(
            new DeviceSettings(
                "inlet",
                "front",
                profile("sht4x"),
                0x44,
                Optional.of(new MuxChannel(0x70, 2)),
                Duration.ofMillis(500),
                "front door, top",
                List.of(),
                Map.of()),
            new DeviceSettings(
                "pdu-a",
                "power",
                profile("meter"),
                3,
                Optional.empty(),
                Duration.ofSeconds(10),
                "",
                List.of("power", "energy"),
                Map.of()),
            new DeviceSettings(
                "pdu-b",
                "power",
                profile("meter"),
                4,
                Optional.empty(),
                Duration.ofSeconds(10),
                "",
                List.of(),
                Map.of())),
        parse(ConfigurationWarningsTest.RACK).devices());
  }

  @Test
  void readsDerivedChannelsAndLimits() throws ConfigurationException {
    Configuration configuration =
        parse(
            ConfigurationWarningsTest.RACK
                + """
                [derived.total]
                sum = ["pdu-a.power"]
                minus = ["pdu-b.power"]
                location = "room"
                [limit.total.value]
                alarm_high = 3000
                [limit.inlet.dew-point]
                warn_low = -9.5
                preset = "ashrae-a2"
                delay = "1 min"
                hysteresis = 0.5
                """);
    Channel a = new Channel("pdu-a", "power", Quantity.POWER);
    Channel b = new Channel("pdu-b", "power", Quantity.POWER);
    assertEquals(
        List.of(new DerivedSettings("total", List.of(a), List.of(b), "room")),
        configuration.derived());
    OptionalDouble none = OptionalDouble.empty();
    assertEquals(
        List.of(
            new LimitSettings(
                new Channel("total", "value", Quantity.POWER),
                none,
                none,
                none,
                OptionalDouble.of(3000),
                Duration.ofSeconds(30),
                0),
            new LimitSettings(
                new Channel("inlet", "dew-point", Quantity.TEMPERATURE),
                none,
                OptionalDouble.of(-9.5),
                OptionalDouble.of(21), // of the preset
                none,
                Duration.ofMinutes(1),
                0.5)),
        configuration.limits());
  }

  @Test
  void readsWhatIsWantedOfTheModels() throws ConfigurationException {
    WatchSettings watch =
        parse(
                ConfigurationWarningsTest.RACK.replace("[device.inlet]", "[device.outlet]")
                    + """
                    role = "inlet"
                    [[objective.term]]
                    channel = "outlet.temperature"
                    preset = "ashrae-recommended"
                    weight = 2
                    target = 24
                    [forecast]
                    channels = ["pdu-a.power", "outlet.humidity", "pdu-a.power"]
                    horizons = ["60 min", "15 min"]
                    companion = "pdu-b.power"
                    [model.outlet.temperature]
                    inputs = ["pdu-a.power"]
                    [model.pdu-b.power]
                    enabled = false
                    """)
            .watch();
    Channel outlet = new Channel("outlet", "temperature", Quantity.TEMPERATURE);
    Channel power = new Channel("pdu-a", "power", Quantity.POWER);
    Channel humidity = new Channel("outlet", "humidity", Quantity.RELATIVE_HUMIDITY);
    assertEquals(
        new WatchSettings(
            List.of(new WatchSettings.Target(outlet, List.of(power))),
            List.of(power, humidity),
            List.of(15, 60),
            Optional.of(new Channel("pdu-b", "power", Quantity.POWER)),
            List.of(new Objective.Term(outlet, 2, 24, 4.5)),
            Set.of("pdu-b"),
            Set.of()),
        watch);
  }

  @Test
  void outletsAreExplainedUnlessToldOtherwise() throws ConfigurationException {
    String text =
        ConfigurationWarningsTest.RACK.replace(
            "address = 0x44", "address = 0x44\nrole = \"outlet\"");
    Channel inlet = new Channel("inlet", "temperature", Quantity.TEMPERATURE);
    WatchSettings watch = parse(text).watch();
    assertEquals(List.of(new WatchSettings.Target(inlet, List.of())), watch.targets());
    assertEquals(Set.of("inlet"), watch.outlets());
    text += "[model.inlet.temperature]\nenabled = false\n";
    assertEquals(List.of(), parse(text).watch().targets());
  }

  @Test
  void offersNoDewPointWithoutHumidity() {
    String text =
        ConfigurationWarningsTest.RACK.replace("every = \"500 ms\"", "channels = [\"temperature\"]")
            + "[limit.inlet.dew-point]\nalarm_high = 15\n";
    ConfigurationException problems = assertThrows(ConfigurationException.class, () -> parse(text));
    assertEquals(
        "rackpulse.toml:26:1: device \"inlet\" has no channel \"dew-point\"; `rackpulse profiles`"
            + " lists them",
        problems.getMessage());
  }

  @Test
  void goesPlainToLoopbackOnly() throws ConfigurationException {
    for (String host : List.of("localhost", "127.0.0.1", "127.1.2.3", "[::1]")) {
      assertEquals(1883, parse("[mqtt]\nurl = \"mqtt://" + host + "\"\n").mqtt().url().getPort());
    }
    for (String host : List.of("localhost.example", "127.evil.example", "[::2]", "10.0.0.1")) {
      assertThrows(
          ConfigurationException.class, () -> parse("[mqtt]\nurl = \"mqtt://" + host + "\"\n"));
    }
  }
}
