package rackpulse.i2c;

import com.pi4j.exception.Pi4JException;
import com.pi4j.io.i2c.I2C;
import com.pi4j.io.i2c.I2CBus;
import java.util.concurrent.Callable;
import rackpulse.linux.I2cAdapter;

/// A bus in Pi4J's sense: the one adapter behind all its devices, and the lock that keeps actions
/// of several transfers together.
record LinuxI2cBus(I2cAdapter adapter) implements I2CBus {
  @Override
  public <R> R execute(I2C device, Callable<R> action) {
    try {
      return adapter.exclusively(action);
    } catch (RuntimeException failure) {
      throw failure;
    } catch (Exception failure) {
      throw new Pi4JException(failure);
    }
  }
}
