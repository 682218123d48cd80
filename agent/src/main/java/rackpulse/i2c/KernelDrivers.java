package rackpulse.i2c;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/// Which chips of an I2C bus belong to a driver of the kernel, and so must not be disturbed.
public final class KernelDrivers {
  /// Where the kernel lists the chips it knows (Documentation/ABI/testing/sysfs-bus-i2c-devices).
  public static final Path I2C_DEVICES = Path.of("/sys/bus/i2c/devices");

  private KernelDrivers() {}

  /// The number of the bus behind a device file such as `/dev/i2c-1` or a link to it.
  public static OptionalInt busNumber(Path device) {
    Path file;
    try {
      file = device.toRealPath();
    } catch (IOException absent) {
      file = device;
    }
    String name = String.valueOf(file.getFileName());
    String prefix = "i2c-";
    try {
      return name.startsWith(prefix)
          ? OptionalInt.of(Integer.parseInt(name.substring(prefix.length())))
          : OptionalInt.empty();
    } catch (NumberFormatException other) {
      return OptionalInt.empty();
    }
  }

  /// Addresses with a driver bound, and the driver's name.
  ///
  /// @param devices [#I2C_DEVICES], or its like
  /// @param bus the number of the bus
  public static SortedMap<Integer, String> owners(Path devices, int bus) {
    SortedMap<Integer, String> owners = new TreeMap<>();
    for (int address = 0x08; address <= 0x77; address++) {
      String hex = (address < 0x10 ? "000" : "00") + Integer.toHexString(address);
      Path driver = devices.resolve(bus + "-" + hex).resolve("driver");
      try {
        owners.put(address, String.valueOf(Files.readSymbolicLink(driver).getFileName()));
      } catch (IOException unbound) {
        // no such chip, or no driver bound to it
      }
    }
    return owners;
  }
}
