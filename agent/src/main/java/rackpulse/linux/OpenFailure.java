package rackpulse.linux;

import java.nio.file.Path;
import rackpulse.bus.BusException;

/// Why a device file could not be opened, with the likely remedy.
enum OpenFailure {
  SERIAL("dialout", "is the adapter plugged in?"),
  I2C("i2c", "is the bus enabled, and the module i2c-dev loaded (modprobe i2c-dev)?");

  private final String group;
  private final String absent;

  OpenFailure(String group, String absent) {
    this.group = group;
    this.absent = absent;
  }

  /// @param errno as `open` left it
  BusException.Down down(Path device, int errno) {
    String remedy =
        switch (Errno.of(errno)) {
          case ENOENT, ENODEV, ENXIO -> absent;
          case EACCES, EPERM -> "is the user in group " + group + "?";
          case EBUSY -> "another program holds it";
          case EIO -> "is there a port behind this file?";
          default -> "";
        };
    String message = "cannot open " + device + " (" + Errno.text(errno) + ")";
    return new BusException.Down(remedy.isEmpty() ? message : message + ": " + remedy);
  }
}
