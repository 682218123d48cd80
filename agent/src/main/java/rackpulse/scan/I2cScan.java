package rackpulse.scan;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import rackpulse.bus.BusException;
import rackpulse.bus.I2cBus;
import rackpulse.sensor.I2cProfile;
import rackpulse.sensor.I2cProfile.Identity;
import rackpulse.sensor.I2cProfile.Step;
import rackpulse.terminal.ProgressBar;

/// Asks every I2C address for one byte, and parts that have an identity register for it.
public final class I2cScan {
  /// The addresses not reserved by the I2C bus specification (UM10204, 3.1.12): 0x08 to 0x77.
  static final int FIRST = 0x08;

  static final int LAST = 0x77;
  public static final int ADDRESSES = LAST - FIRST + 1;

  /// A multiplexer takes any byte for a channel selection, so nothing is written here.
  private static final int FIRST_MUX = 0x70;

  private static final byte[] NOTHING = {};

  private final I2cBus bus;
  private final List<I2cProfile> profiles;

  public I2cScan(I2cBus bus, List<I2cProfile> profiles) {
    this.bus = bus;
    this.profiles = profiles;
  }

  /// @param owned addresses that a kernel driver owns, with its name: named and not asked
  public List<Found> run(Map<Integer, String> owned, ProgressBar progress) throws BusException {
    List<Found> found = new ArrayList<>();
    for (int address = FIRST; address <= LAST; address++) {
      progress.show(address - FIRST, "0x%02x".formatted(address));
      String owner = owned.get(address);
      if (owner != null) {
        String evidence = "owned by kernel driver " + owner + ", not asked (--force asks)";
        found.add(new Found("", true, address, evidence, List.of(), false));
      } else if (acknowledges(address)) {
        found.add(describe(address));
      }
    }
    return found;
  }

  private boolean acknowledges(int address) throws BusException {
    try {
      bus.transfer(address, NOTHING, new byte[1]);
      return true;
    } catch (BusException.Down e) {
      throw e;
    } catch (BusException e) {
      return false;
    }
  }

  private Found describe(int address) throws BusException {
    List<String> possible = new ArrayList<>();
    for (I2cProfile profile : profiles) {
      if (!profile.addresses().contains(address)) {
        continue;
      }
      if (identifies(address, profile)) {
        return new Found(
            "", true, address, "identified itself", List.of(profile.header().id()), true);
      }
      if (profile.identity().isEmpty() || !askable(address, profile.identity().get())) {
        possible.add(profile.header().id());
      }
    }
    String mux = address >= FIRST_MUX ? "acknowledges; may be a multiplexer" : "acknowledges";
    return new Found("", true, address, mux, possible, false);
  }

  /// Only register pointers, questions of one byte, are safe to put to a part that may be another
  /// one.
  private static boolean askable(int address, Identity identity) {
    return address < FIRST_MUX
        && identity.checksum().isEmpty()
        && identity.steps().stream().allMatch(step -> step.write().length == 1);
  }

  private boolean identifies(int address, I2cProfile profile) throws BusException {
    if (profile.identity().isEmpty() || !askable(address, profile.identity().get())) {
      return false;
    }
    Identity identity = profile.identity().get();
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    try {
      for (Step step : identity.steps()) {
        byte[] part = new byte[step.read()];
        bus.transfer(address, step.write(), part);
        answer.writeBytes(part);
      }
    } catch (BusException.Down e) {
      throw e;
    } catch (BusException e) {
      return false;
    }
    return matches(identity, answer.toByteArray());
  }

  private static boolean matches(Identity identity, byte[] answer) {
    for (int i = 0; i < identity.expected().length; i++) {
      if ((answer[i] & identity.mask()[i]) != (identity.expected()[i] & identity.mask()[i])) {
        return false;
      }
    }
    return true;
  }
}
