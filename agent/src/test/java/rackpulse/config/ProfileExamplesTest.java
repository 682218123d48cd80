package rackpulse.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import rackpulse.bus.BusException;
import rackpulse.bus.I2cBus;
import rackpulse.bus.ScriptedI2cBus;
import rackpulse.sensor.ChannelProfile;
import rackpulse.sensor.DeviceSettings;
import rackpulse.sensor.Drivers;
import rackpulse.sensor.I2cProfile;
import rackpulse.sensor.Profile;
import rackpulse.sensor.Workload;
import rackpulse.sensor.Workload.Exchange;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;

/// Every shipped profile does what its own examples say: replies go through the decoder when the
/// profile is parsed, transcripts through the driver here.
class ProfileExamplesTest {
  private static final Stamp STAMP = new Stamp(Instant.EPOCH, 0, false);

  private final Problems problems = new Problems();

  @Test
  void everyShippedProfileAgreesWithItsExamples() throws IOException, BusException {
    for (ProfileParser.Parsed parsed : all().values()) {
      for (ProfileExample example : parsed.examples()) {
        if (!example.transcript().isEmpty()) {
          example.check(play((I2cProfile) parsed.profile(), example));
        }
      }
    }
    assertEquals(List.of(), problems.list());
  }

  @Test
  void everyShippedProfileShowsANegativeValueOrALimit() throws IOException {
    all()
        .forEach((id, parsed) ->
            assertTrue(
                parsed.examples().stream()
                    .flatMap(example -> example.expected().entrySet().stream())
                    .anyMatch(e -> isExtreme(parsed.profile(), e.getKey(), e.getValue())),
                id));
  }

  private static boolean isExtreme(
      Profile profile, String name, ProfileExample.Expectation expectation) {
    return switch (expectation) {
      case ProfileExample.Expectation.Missing _ -> true;
      case ProfileExample.Expectation.Value(double value) -> {
        ChannelProfile channel =
            profile.channels().stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow();
        yield value <= 0 || value == channel.low() || value == channel.high();
      }
    };
  }

  private Map<String, ProfileParser.Parsed> all() throws IOException {
    Map<String, ProfileParser.Parsed> all = new LinkedHashMap<>();
    for (String id : new Profiles(List.of()).ids()) {
      Path file = Path.of("profiles", id + ".toml");
      try (InputStream in =
          Objects.requireNonNull(ProfileExamplesTest.class.getResourceAsStream("/" + file))) {
        String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        ProfileParser.parse(file, id, text, true, problems).ifPresent(p -> all.put(id, p));
      }
    }
    assertEquals(List.of(), problems.list());
    return all;
  }

  private static Map<String, Sample> play(I2cProfile profile, ProfileExample example)
      throws BusException {
    DeviceSettings device =
        new DeviceSettings(
            "example",
            "bus",
            profile,
            profile.addresses().getFirst(),
            Optional.empty(),
            Duration.ofSeconds(1),
            "",
            List.of(),
            example.parameters());
    assertEquals(Optional.empty(), profile.objection(example.parameters()));
    ScriptedI2cBus bus = new ScriptedI2cBus(example.transcript());
    CountingBus counting = new CountingBus(bus, new ArrayList<>());
    Map<String, Sample> samples = new LinkedHashMap<>();
    for (Sample sample : Drivers.open(device, counting).read(STAMP)) {
      samples.put(sample.channel().name(), sample);
    }
    bus.assertConsumed();
    // identity and set-up come first and once: the poll itself is what the prediction speaks of
    List<Exchange> predicted = Workload.of(device);
    List<Exchange> all = counting.exchanges();
    assertEquals(predicted, all.subList(all.size() - predicted.size(), all.size()));
    return samples;
  }

  private record CountingBus(I2cBus bus, List<Exchange> exchanges) implements I2cBus {
    @Override
    public void transfer(int address, byte[] write, byte[] read) throws BusException {
      bus.transfer(address, write, read);
      exchanges.add(new Exchange(write.length, read.length, Duration.ZERO));
    }

    @Override
    public void pause(Duration atLeast) {
      bus.pause(atLeast);
      Exchange last = exchanges.removeLast();
      exchanges.add(new Exchange(last.writeBytes(), last.readBytes(), atLeast));
    }
  }
}
