package rackpulse.i2c;

import com.pi4j.io.i2c.I2C;
import com.pi4j.io.i2c.I2CConfig;
import com.pi4j.io.i2c.I2CProviderBase;
import rackpulse.linux.I2cAdapter;

/// Gives Pi4J the I2C bus of any Linux board: all its devices share one adapter.
final class LinuxI2cProvider extends I2CProviderBase {
  private final LinuxI2cBus bus;

  LinuxI2cProvider(I2cAdapter adapter) {
    super("rackpulse-linux-i2c", "I2C by Linux i2c-dev");
    bus = new LinuxI2cBus(adapter);
  }

  @Override
  public I2C create(I2CConfig config) {
    LinuxI2c device = new LinuxI2c(this, config, bus);
    context().registry().add(device);
    return device;
  }
}
