package rackpulse.recorder;

import java.time.Duration;
import rackpulse.bus.BusException;
import rackpulse.bus.I2cBus;
import rackpulse.bus.Transfer;

/// An I2C bus whose transfers are kept on a tape; changes nothing of them.
final class TapedI2cBus implements I2cBus {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final I2cBus wire;
  private final Tape tape;

  TapedI2cBus(I2cBus wire, Tape tape) {
    this.wire = wire;
    this.tape = tape;
  }

  @Override
  public void transfer(int address, byte[] write, byte[] read) throws BusException {
    long startNanos = tape.nanoTime();
    try {
      wire.transfer(address, write, read);
    } catch (BusException e) {
      int failure = Transfer.Failure.of(e).ordinal();
      tape.note(address, write, read.length, failure, startNanos);
      throw e;
    }
    tape.note(address, write, read, startNanos);
  }

  @Override
  public void pause(Duration atLeast) {
    long millis = (atLeast.toNanos() + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI;
    tape.note(Event.PAUSE, (int) Math.min(millis, Integer.MAX_VALUE));
    wire.pause(atLeast);
  }
}
