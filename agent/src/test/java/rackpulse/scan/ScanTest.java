package rackpulse.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import rackpulse.bus.BusException;
import rackpulse.bus.I2cBus;
import rackpulse.bus.ModbusBus;
import rackpulse.sensor.I2cProfile;
import rackpulse.sensor.ModbusProfile;
import rackpulse.sensor.Profile.Header;
import rackpulse.terminal.ProgressBar;
import rackpulse.terminal.Terminal;

class ScanTest {
  private static final PrintStream NOWHERE = new PrintStream(new ByteArrayOutputStream());

  private final ProgressBar progress =
      new ProgressBar(Terminal.plain(NOWHERE), "scan", 1, () -> 0L);

  @Test
  void findsI2cChipsAndIdentifiesThoseThatSayWhoTheyAre() throws BusException {
    Chips chips = new Chips();
    chips.registers.put(0x48, Map.of(0x0F, 0x0117));
    chips.registers.put(0x49, Map.of());
    chips.registers.put(0x71, Map.of());
    List<Found> found =
        new I2cScan(chips, List.of(part("lm75"), part("tmp117", 0x0F, 0x0117)))
            .run(Map.of(), progress);
    assertEquals(
        List.of(
            new Found("", true, 0x48, "identified itself", List.of("tmp117"), true),
            new Found("", true, 0x49, "acknowledges", List.of("lm75"), false),
            new Found("", true, 0x71, "acknowledges; may be a multiplexer", List.of(), false)),
        found);
  }

  @Test
  void asksNoI2cAddressThatAKernelDriverOwns() throws BusException {
    Chips chips = new Chips();
    chips.registers.put(0x50, Map.of());
    List<Found> found = new I2cScan(chips, List.of()).run(Map.of(0x50, "at24"), progress);
    assertEquals("owned by kernel driver at24, not asked (--force asks)", found.get(0).evidence());
    assertTrue(!chips.asked.contains(0x50));
    assertEquals(0x08, chips.asked.get(0));
    assertEquals(0x77, chips.asked.getLast());
  }

  @Test
  void writesNothingWhereAMultiplexerCouldListen() throws BusException {
    Chips chips = new Chips();
    chips.registers.put(0x76, Map.of(0xD0, 0x6060));
    new I2cScan(chips, List.of(part("bme280", 0xD0, 0x6060))).run(Map.of(), progress);
    assertEquals(List.of(), chips.written);
  }

  @Test
  void anyAnswerOfAModbusUnitMeansThatSomebodyIsThere() throws BusException {
    Units units = new Units();
    units.names.put(3, Map.of(0, "Raritan", 1, "PX3"));
    units.refusing.add(5);
    units.silentAtIdentify.put(7, new int[] {0x1234});
    List<Found> found = new ModbusScan(units, "9600 8N1", List.of()).run(1, 10, progress);
    assertEquals(
        List.of(
            new Found("9600 8N1", false, 3, "Raritan PX3", List.of(), false),
            new Found("9600 8N1", false, 5, "answers, without identification", List.of(), false),
            new Found("9600 8N1", false, 7, "answers, without identification", List.of(), false)),
        found);
  }

  @Test
  void recognisesAModbusPartByItsIdentityRegisters() throws BusException {
    Units units = new Units();
    units.silentAtIdentify.put(7, new int[] {0x4142, 0x4344});
    ModbusProfile.Identity identity =
        new ModbusProfile.Identity(ModbusProfile.Table.HOLDING, 0, List.of(0x4142, 0x4344), "ABCD");
    ModbusProfile profile =
        new ModbusProfile(
            header("abcd"), ModbusProfile.RequestLimits.DEFAULT, Optional.of(identity), List.of());
    List<Found> found = new ModbusScan(units, "", List.of(profile)).run(7, 7, progress);
    assertEquals(List.of("abcd"), found.get(0).profiles());
    assertTrue(found.get(0).certain());
  }

  @Test
  void aLostBusEndsTheScan() {
    Units units = new Units();
    units.down = true;
    ModbusScan scan = new ModbusScan(units, "", List.of());
    assertThrows(BusException.Down.class, () -> scan.run(1, 3, progress));
  }

  @Test
  void printsJsonForScripts() {
    List<Found> found =
        List.of(new Found("9600 8N1", false, 3, "Raritan PX3", List.of("raritan-xerus"), true));
    assertEquals(
        "{\"target\":\"/dev/ttyUSB0\",\"found\":[{\"line\":\"9600 8N1\",\"address\":3,"
            + "\"evidence\":\"Raritan PX3\",\"certain\":true,\"profiles\":[\"raritan-xerus\"]}]}",
        FoundTable.json(found, "/dev/ttyUSB0"));
  }

  private static Header header(String id) {
    return new Header(id, id, "test", true);
  }

  private static I2cProfile part(String id) {
    return new I2cProfile(header(id), List.of(0x48, 0x49), Optional.empty(), table());
  }

  private static I2cProfile part(String id, int register, int content) {
    byte[] expected = {(byte) (content >> 8), (byte) content};
    I2cProfile.Step ask = new I2cProfile.Step(new byte[] {(byte) register}, Duration.ZERO, 2, 0);
    I2cProfile.Identity identity =
        new I2cProfile.Identity(
            List.of(ask), Optional.empty(), new byte[] {(byte) 0xFF, (byte) 0xFF}, expected);
    return new I2cProfile(header(id), List.of(0x48, 0x49, 0x76), Optional.of(identity), table());
  }

  private static I2cProfile.Table table() {
    return new I2cProfile.Table(List.of(), List.of(), Optional.empty(), List.of());
  }

  /// Chips with 16-bit registers; absent registers read as 0.
  private static final class Chips implements I2cBus {
    private final Map<Integer, Map<Integer, Integer>> registers = new TreeMap<>();
    private final List<Integer> asked = new ArrayList<>();
    private final List<Integer> written = new ArrayList<>();

    @Override
    public void transfer(int address, byte[] write, byte[] read) throws BusException {
      asked.add(address);
      if (write.length > 0) {
        written.add(address);
      }
      Map<Integer, Integer> chip = registers.get(address);
      if (chip == null) {
        throw new BusException.NoAnswer("nobody");
      }
      int content = write.length > 0 ? chip.getOrDefault(write[0] & 0xFF, 0) : 0;
      for (int i = 0; i < read.length; i++) {
        read[i] = (byte) (i % 2 == 0 ? content >> 8 : content);
      }
    }

    @Override
    public void pause(Duration atLeast) {}
  }

  /// Units that name themselves, refuse, or only know registers.
  private static final class Units implements ModbusBus {
    private final Map<Integer, Map<Integer, String>> names = new TreeMap<>();
    private final List<Integer> refusing = new ArrayList<>();
    private final Map<Integer, int[]> silentAtIdentify = new TreeMap<>();
    private boolean down;

    @Override
    public void readRegisters(int unit, RegisterTable table, int address, int count, short[] into)
        throws BusException {
      int[] content = silentAtIdentify.get(unit);
      if (content == null || table != RegisterTable.HOLDING) {
        throw new BusException.NoAnswer("nobody");
      }
      for (int i = 0; i < count; i++) {
        into[i] = (short) content[address + i];
      }
    }

    @Override
    public BitSet readBits(int unit, BitTable table, int address, int count) {
      throw new AssertionError("a scan reads no bits");
    }

    @Override
    public Map<Integer, String> identify(int unit) throws BusException {
      if (down) {
        throw new BusException.Down("gone");
      }
      if (refusing.contains(unit)) {
        throw new BusException.Refused("illegal function", 1, new byte[0]);
      }
      Map<Integer, String> name = names.get(unit);
      if (name == null) {
        throw new BusException.NoAnswer("nobody");
      }
      return new TreeMap<>(name);
    }
  }
}
