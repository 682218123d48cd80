package rackpulse.i2c;

import com.pi4j.io.exception.IOException;
import java.util.Objects;
import rackpulse.bus.BusException;

/// Carries a checked failure through Pi4J, whose methods declare none, to the other side of it.
@SuppressWarnings("serial") // never serialised
final class CarriedFailure extends IOException {
  private final BusException failure;

  CarriedFailure(BusException failure) {
    super(Objects.requireNonNullElse(failure.getMessage(), ""));
    this.failure = failure;
  }

  BusException failure() {
    return failure;
  }

  /// As cheap as what it carries.
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
