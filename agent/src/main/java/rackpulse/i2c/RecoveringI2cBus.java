package rackpulse.i2c;

import java.time.Duration;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.tinylog.Logger;
import rackpulse.bus.BusException;
import rackpulse.bus.I2cBus;
import rackpulse.bus.Repetition;

/// Climbs the [Ladder] when a transfer fails, and tells of it.
final class RecoveringI2cBus implements I2cBus {
  private static final int ADDRESSES = 0x78;

  private final I2cBus wire;
  private final Ladder ladder;
  private final String place;
  private final @Nullable Repetition[] failures = new Repetition[ADDRESSES];
  private final @Nullable Repetition[] rescues = new Repetition[ADDRESSES];

  /// @param wire the trunk, or a branch that selects itself
  /// @param place for messages, such as `bus front, mux 0x70 channel 2`
  RecoveringI2cBus(I2cBus wire, Ladder ladder, String place) {
    this.wire = wire;
    this.ladder = ladder;
    this.place = place;
  }

  @Override
  public void transfer(int address, byte[] write, byte[] read) throws BusException {
    try {
      ladder.prepare(address);
      wire.transfer(address, write, read);
    } catch (BusException failure) {
      climb(address, write, read, failure);
    }
    ladder.answered();
    tellThatItAnswers(address);
  }

  @Override
  public void pause(Duration atLeast) {
    wire.pause(atLeast);
  }

  private void climb(int address, byte[] write, byte[] read, BusException first)
      throws BusException {
    BusException last = first;
    StringJoiner steps = new StringJoiner(", ");
    for (Ladder.Rung rung : Ladder.Rung.values()) {
      if (Thread.currentThread().isInterrupted() || !ladder.helps(rung, last)) {
        continue;
      }
      steps.add(rung.words());
      try {
        ladder.take(rung);
        ladder.prepare(address);
        wire.transfer(address, write, read);
        tellWhatHelped(address, steps, first);
        return;
      } catch (BusException failure) {
        last = failure;
      }
    }
    ladder.exhausted();
    tellThatNothingHelped(address, steps, last);
    throw last;
  }

  private void tellWhatHelped(int address, StringJoiner steps, BusException first) {
    Repetition rescued = of(rescues, address);
    if (rescued.failed()) {
      Logger.info(
          "{}: 0x{} answered after {} (time {}): {}",
          place,
          Integer.toHexString(address),
          steps,
          rescued.failures(),
          first.getMessage());
    }
  }

  private void tellThatNothingHelped(int address, StringJoiner steps, BusException last) {
    Repetition failed = of(failures, address);
    if (failed.failed()) {
      Logger.warn(
          "{}: 0x{} failed{} (time {}): {}",
          place,
          Integer.toHexString(address),
          steps.length() == 0 ? "" : " in spite of " + steps,
          failed.failures(),
          last.getMessage());
    }
  }

  private void tellThatItAnswers(int address) {
    Repetition failed = failures[address];
    long ended = failed == null ? 0 : failed.recovered();
    if (ended > 0) {
      Logger.info(
          "{}: 0x{} answers again after {} failures", place, Integer.toHexString(address), ended);
    }
  }

  private static Repetition of(@Nullable Repetition[] repetitions, int address) {
    Repetition repetition = repetitions[address];
    if (repetition == null) {
      repetition = new Repetition();
      repetitions[address] = repetition;
    }
    return repetition;
  }
}
