package rackpulse.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import rackpulse.bus.BusException;
import rackpulse.bus.I2cBus;
import rackpulse.bus.MuxChannel;
import rackpulse.chip.Ads1115;
import rackpulse.chip.Bme280;
import rackpulse.chip.Chip;
import rackpulse.chip.Ina2xx;
import rackpulse.chip.Registers;
import rackpulse.i2c.I2cBuses;
import rackpulse.sensor.I2cProfile;
import rackpulse.sensor.I2cProfile.ChipKind;
import rackpulse.sensor.I2cProfile.Step;
import rackpulse.sensor.Profile;

/// Every byte that the agent writes to an I2C chip: what it takes to measure, and which register is
/// to be read. What is not in this list is not written.
class I2cWritesTest {
  /// By profile. One byte is the register that is read next; what is longer is a command to
  /// measure, or the settings of one measurement, none of which outlives the chip's supply.
  private static final Map<String, Set<String>> ALLOWED = new TreeMap<>();

  static {
    allow("adt7410", "00", "03", "0b");
    allow("lm75", "00");
    allow("lm75b", "00");
    allow("mcp9808", "01", "05", "06", "07");
    allow("tmp102", "00", "01");
    allow("tmp117", "00", "0f");
    allow("ina260", "00", "01", "02", "03", "fe", "ff");
    // 02: both measured by their own commands, at 14 bits
    allow("hdc1080", "00", "01", "fe", "ff", "020000");
    allow("hdc302x", "2400"); // measure once
    allow("sht3x", "2400"); // measure once
    allow("sht4x", "fd"); // measure once
    allow("shtc3", "3517", "7866", "b098", "efc8"); // wake up, measure, sleep; its identity
    allow("si7021", "f3", "f5"); // measure humidity, temperature
    // f2, f4: one measurement in forced mode
    allow("bme280", "d0", "88", "e1", "f3", "f7", "f201", "f425");
    allow("ina219", "01", "02", "00399b"); // 00: one measurement
    allow("ina226", "01", "02", "06", "fe", "ff", "004323"); // 00: one measurement
    // 01: one measurement of each input, at each gain
    allow("ads1115", "00", "01");
    for (int gain = 0; gain < Ads1115.FULL_SCALES.size(); gain++) {
      for (int input = 0; input < Ads1115.INPUTS; input++) {
        allow("ads1115", "01" + hex(0xC1E3 | input << 12 | gain << 9));
      }
    }
  }

  private static void allow(String profile, String... writes) {
    ALLOWED.computeIfAbsent(profile, _ -> new TreeSet<>()).addAll(List.of(writes));
  }

  private static String hex(int word) {
    return HexFormat.of().toHexDigits((short) word);
  }

  @Test
  void shippedPartsWriteWhatIsListedAndNothingElse() throws BusException {
    Profiles profiles = new Profiles(List.of());
    Map<String, Set<String>> written = new TreeMap<>();
    for (String id : profiles.ids()) {
      Profile profile = profiles.find(id, new Problems()).orElseThrow();
      if (profile instanceof I2cProfile i2c) {
        written.put(id, writes(i2c));
      }
    }
    assertEquals(ALLOWED, written);
  }

  private static Set<String> writes(I2cProfile profile) throws BusException {
    Set<String> writes = new TreeSet<>();
    profile.identity().ifPresent(identity -> add(identity.steps(), writes));
    switch (profile.program()) {
      case I2cProfile.Table table -> {
        add(table.setup(), writes);
        add(table.steps(), writes);
      }
      case I2cProfile.Chip chip -> measure(chip.kind(), writes);
    }
    writes.remove(""); // a bare read
    return writes;
  }

  private static void add(List<Step> steps, Set<String> writes) {
    steps.forEach(step -> writes.add(HexFormat.of().formatHex(step.write())));
  }

  private static void measure(ChipKind kind, Set<String> writes) throws BusException {
    Registers registers = new Registers(new RegisterFile(writes), 0x40);
    switch (kind) {
      case BME280 -> measure(new Bme280(registers));
      case INA219 -> measure(new Ina2xx(Ina2xx.Kind.INA219, registers, 0.1));
      case INA226 -> measure(new Ina2xx(Ina2xx.Kind.INA226, registers, 0.1));
      case ADS1115 -> {
        boolean[] all = new boolean[Ads1115.INPUTS];
        Arrays.fill(all, true);
        for (double fullScale : Ads1115.FULL_SCALES) {
          measure(new Ads1115(registers, fullScale, all));
        }
      }
    }
  }

  private static void measure(Chip chip) throws BusException {
    chip.prepare();
    chip.measure();
  }

  @Test
  void aMultiplexerIsToldNothingButWhichChannel() throws BusException {
    for (int channel = 0; channel < 8; channel++) {
      Set<String> writes = new TreeSet<>();
      MuxChannel place = new MuxChannel(0x70, channel);
      I2cBus branch = I2cBuses.behind(new Multiplexer(writes), place);
      branch.transfer(0x44, new byte[0], new byte[2]);
      String select = HexFormat.of().toHexDigits((byte) (1 << channel));
      assertEquals(Set.of("00", select), writes);
    }
  }

  /// What a chip answers: what was written last to a register, a ready status, ones otherwise.
  private static final class RegisterFile implements I2cBus {
    private static final int BME280_STATUS = 0xF3;

    private final Set<String> writes;
    private final Map<Integer, byte[]> registers = new HashMap<>();

    RegisterFile(Set<String> writes) {
      this.writes = writes;
      registers.put(BME280_STATUS, new byte[1]);
    }

    @Override
    public void transfer(int address, byte[] write, byte[] read) {
      writes.add(HexFormat.of().formatHex(write));
      int register = write[0] & 0xFF;
      if (write.length > 1) {
        registers.put(register, Arrays.copyOfRange(write, 1, write.length));
      }
      byte[] stored = registers.get(register);
      for (int i = 0; i < read.length; i++) {
        read[i] = stored == null ? -1 : stored[i];
      }
    }

    @Override
    public void pause(Duration atLeast) {
      assertTrue(atLeast.isPositive());
    }
  }

  /// Remembers what it was told, and only what it was told itself.
  private static final class Multiplexer implements I2cBus {
    private final Set<String> writes;
    private byte selected;

    Multiplexer(Set<String> writes) {
      this.writes = writes;
    }

    @Override
    public void transfer(int address, byte[] write, byte[] read) {
      if (address == 0x70 && write.length > 0) {
        writes.add(HexFormat.of().formatHex(write));
        selected = write[0];
      } else if (address == 0x70) {
        read[0] = selected;
      }
    }

    @Override
    public void pause(Duration atLeast) {}
  }
}
