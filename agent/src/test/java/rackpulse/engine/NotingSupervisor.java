package rackpulse.engine;

import java.time.Duration;
import java.util.List;

/// A supervisor that notes what it is told.
///
/// @param told in order
record NotingSupervisor(List<String> told) implements Supervisor {
  @Override
  public void ready() {
    told.add("ready");
  }

  @Override
  public Duration aliveEvery() {
    return Duration.ofMillis(10);
  }

  @Override
  public void alive() {
    told.add("alive");
  }

  @Override
  public void status(String line) {
    told.add(line);
  }

  @Override
  public void stopping() {
    told.add("stopping");
  }

  @Override
  public void giveUp() {
    throw new AssertionError("never late here");
  }
}
