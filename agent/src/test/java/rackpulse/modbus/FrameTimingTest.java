package rackpulse.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import rackpulse.bus.BusSettings.ModbusRtuSettings;
import rackpulse.bus.BusSettings.Parity;
import rackpulse.bus.BusSettings.SerialFormat;

class FrameTimingTest {
  @Test
  void silenceIsThreeAndAHalfCharacters() {
    assertEquals(4_010_417, FrameTiming.silenceNanos(9_600, 11));
    assertEquals(2_005_209, FrameTiming.silenceNanos(19_200, 11));
    assertEquals(128_333_334, FrameTiming.silenceNanos(300, 11));
  }

  @Test
  void silenceStopsShrinkingAboveNineteenTwo() {
    assertEquals(1_750_000, FrameTiming.silenceNanos(19_201, 11));
    assertEquals(1_750_000, FrameTiming.silenceNanos(115_200, 11));
    assertEquals(1_750_000, FrameTiming.silenceNanos(4_000_000, 11));
  }

  @Test
  void silenceIsNeverShorterThanADeviceCountsIt() {
    assertEquals(FrameTiming.silenceNanos(9_600, 11), FrameTiming.silenceNanos(9_600, 10));
    assertEquals(4_375_000, FrameTiming.silenceNanos(9_600, 12));
  }

  @Test
  void charactersAreAsLongAsTheFormatMakesThem() {
    FrameTiming timing = FrameTiming.of(settings(new SerialFormat(8, Parity.NONE, 1)));
    assertEquals(113 * 1_041_666L, timing.charactersNanos(113));
    timing = FrameTiming.of(settings(new SerialFormat(7, Parity.ODD, 1)));
    assertEquals(10 * 1_000_000_000L / 9_600, timing.characterNanos());
    assertEquals(300_000_000, timing.timeoutNanos());
  }

  private static ModbusRtuSettings settings(SerialFormat format) {
    return new ModbusRtuSettings(
        "power",
        Path.of("/dev/ttyS0"),
        9_600,
        format,
        Duration.ofMillis(300),
        Duration.ofMillis(10),
        false);
  }
}
