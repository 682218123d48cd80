package rackpulse.i2c;

import com.pi4j.Pi4J;
import com.pi4j.context.Context;
import com.pi4j.io.i2c.I2C;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import rackpulse.bus.BusException;
import rackpulse.bus.I2cBus;
import rackpulse.linux.I2cAdapter;

/// An I2C bus through Pi4J: a context of its own, and a Pi4J device for every address that is used.
///
/// The context finds nothing by itself and leaves no thread or shutdown hook behind.
final class Pi4jI2cBus implements I2cBus, AutoCloseable {
  private static final int LAST_ADDRESS = 0x77;

  private final I2cAdapter adapter;
  private final Context context;
  private final int number;
  private final Sleeper sleeper;

  /// By address, made when first used; at most the 112 addresses that devices may have.
  private final @Nullable I2C[] devices = new I2C[LAST_ADDRESS + 1];

  /// @param device names the bus to Pi4J, which wants a number
  Pi4jI2cBus(I2cAdapter adapter, Path device, Sleeper sleeper) {
    this.adapter = adapter;
    this.number = KernelDrivers.busNumber(device).orElse(0);
    this.sleeper = sleeper;
    this.context =
        Pi4J.newContextBuilder()
            .noAutoDetect()
            .disableShutdownHook()
            .add(new LinuxI2cProvider(adapter))
            .build();
  }

  @Override
  public void transfer(int address, byte[] write, byte[] read) throws BusException {
    I2C device = device(address);
    try {
      if (read.length == 0) {
        device.write(write, 0, write.length);
      } else if (write.length == 0) {
        device.read(read, 0, read.length);
      } else {
        device.writeThenRead(write, 0, write.length, 0, read, 0, read.length);
      }
    } catch (CarriedFailure carried) {
      throw carried.failure();
    }
  }

  @Override
  public void pause(Duration atLeast) {
    sleeper.sleep(atLeast);
  }

  /// Closes the adapter and opens it again.
  void reopen() throws BusException.Down {
    adapter.reopen();
  }

  @Override
  public void close() {
    context.shutdown();
    adapter.close();
  }

  private I2C device(int address) {
    if (address < 0x08 || address > LAST_ADDRESS) {
      throw new IllegalArgumentException("not a 7-bit device address: " + address);
    }
    I2C device = devices[address];
    if (device == null) {
      device = context.create(I2C.newConfigBuilder(context).bus(number).device(address).build());
      devices[address] = device;
    }
    return device;
  }
}
