package rackpulse.scan;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import rackpulse.bus.BusException;
import rackpulse.bus.ModbusBus;
import rackpulse.bus.ModbusBus.RegisterTable;
import rackpulse.sensor.ModbusProfile;
import rackpulse.terminal.ProgressBar;

/// Asks every Modbus unit id who it is; any answer, even a refusal, means that somebody is there.
public final class ModbusScan {
  private final ModbusBus bus;
  private final String line;
  private final List<ModbusProfile> profiles;

  /// @param line serial settings in words; empty for TCP
  public ModbusScan(ModbusBus bus, String line, List<ModbusProfile> profiles) {
    this.bus = bus;
    this.line = line;
    this.profiles = profiles;
  }

  /// Asks unit ids `from` to `to`, inclusive.
  public List<Found> run(int from, int to, ProgressBar progress) throws BusException {
    List<Found> found = new ArrayList<>();
    for (int unit = from; unit <= to; unit++) {
      progress.show(unit - from, "unit " + unit);
      Optional<String> evidence = ask(unit);
      if (evidence.isPresent()) {
        found.add(describe(unit, evidence.get()));
      }
    }
    return found;
  }

  private Optional<String> ask(int unit) throws BusException {
    try {
      return Optional.of(text(bus.identify(unit)));
    } catch (BusException e) {
      Optional<String> evidence = evidence(e);
      // some parts stay silent at function codes they do not know
      return evidence.isPresent() ? evidence : askRegister(unit);
    }
  }

  private Optional<String> askRegister(int unit) throws BusException {
    for (RegisterTable table : RegisterTable.values()) {
      try {
        bus.readRegisters(unit, table, 0, 1, new short[1]);
        return Optional.of("answers, without identification");
      } catch (BusException e) {
        Optional<String> evidence = evidence(e);
        if (evidence.isPresent()) {
          return evidence;
        }
      }
    }
    return Optional.empty();
  }

  /// What a failure says of the presence of a device.
  ///
  /// @throws BusException.Down passed on: the bus itself is gone
  private static Optional<String> evidence(BusException failure) throws BusException.Down {
    return switch (failure) {
      case BusException.Refused _ -> Optional.of("answers, without identification");
      case BusException.Corrupt e -> Optional.of("something answers: " + e.getMessage());
      case BusException.WrongSender e -> Optional.of("something answers: " + e.getMessage());
      case BusException.NoAnswer _ -> Optional.empty();
      case BusException.Down e -> throw e;
    };
  }

  private Found describe(int unit, String evidence) throws BusException {
    for (ModbusProfile profile : profiles) {
      if (profile.identity().isPresent() && identifies(unit, profile.identity().get())) {
        return new Found(line, false, unit, evidence, List.of(profile.header().id()), true);
      }
    }
    return new Found(line, false, unit, evidence, List.of(), false);
  }

  private boolean identifies(int unit, ModbusProfile.Identity identity) throws BusException {
    RegisterTable table =
        identity.table() == ModbusProfile.Table.INPUT ? RegisterTable.INPUT : RegisterTable.HOLDING;
    int count = identity.expected().size();
    short[] words = new short[count];
    try {
      bus.readRegisters(unit, table, identity.address(), count, words);
    } catch (BusException.Down e) {
      throw e;
    } catch (BusException e) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      if ((words[i] & 0xFFFF) != identity.expected().get(i)) {
        return false;
      }
    }
    return true;
  }

  private static String text(Map<Integer, String> objects) {
    return objects.isEmpty() ? "answers" : String.join(" ", objects.values()).strip();
  }
}
