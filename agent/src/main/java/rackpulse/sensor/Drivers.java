package rackpulse.sensor;

import rackpulse.bus.Bus;
import rackpulse.bus.I2cBus;
import rackpulse.bus.ModbusBus;

/// Finds the driver for a device: the one place that knows them all.
public final class Drivers {
  private Drivers() {}

  /// The driver of `device`, which will be read over `bus`. Nothing is sent yet.
  ///
  /// @param bus of the kind that the device's profile is for, with the device's multiplexer branch
  ///   selected around each transfer
  public static Driver open(DeviceSettings device, Bus bus) {
    return switch (device.profile()) {
      case I2cProfile profile when bus instanceof I2cBus i2c -> new I2cDriver(device, profile, i2c);
      case ModbusProfile profile when bus instanceof ModbusBus modbus ->
          new ModbusDriver(modbus, device, profile);
      case I2cProfile _, ModbusProfile _ ->
          throw new IllegalArgumentException(
              device.name() + ": a profile for another kind of bus than \"" + device.bus() + "\"");
    };
  }
}
