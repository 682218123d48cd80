package rackpulse.i2c;

import java.time.Duration;
import rackpulse.bus.BusException;
import rackpulse.bus.I2cBus;
import rackpulse.bus.WireCounters;
import rackpulse.bus.WireEvent;

/// What can be done about a failed transfer, from the least to the most; shared by everything on
/// one bus. What does not help here is left to whoever polls, by polling less.
final class Ladder {
  /// A disturbance on the wire lasts microseconds, and a chip that was asked too early gets a
  /// moment.
  private static final Duration BEFORE_RETRY = Duration.ofMillis(1);

  private final I2cBus wire;
  private final Muxes muxes;
  private final Reopening reopening;
  private final WireCounters counters;

  /// Whether nothing has answered since the last failure that nothing helped against. While
  /// something does answer the adapter is well, and opening it again would not help.
  private boolean silent;

  Ladder(I2cBus wire, Muxes muxes, Reopening reopening, WireCounters counters) {
    this.wire = wire;
    this.muxes = muxes;
    this.reopening = reopening;
    this.counters = counters;
  }

  /// Disconnects multiplexers that may have stayed connected to something with this address.
  void prepare(int address) throws BusException {
    muxes.settle(address);
  }

  void answered() {
    silent = false;
  }

  void exhausted() {
    silent = true;
  }

  /// Whether `rung` can help against `failure`.
  boolean helps(Rung rung, BusException failure) {
    return switch (failure) {
      case BusException.NoAnswer _, BusException.Corrupt _ ->
          switch (rung) {
            case RETRY -> true;
            case DESELECT -> muxes.any();
            case REOPEN -> silent;
          };
      case BusException.Down _ -> rung == Rung.REOPEN;
      case BusException.Refused _, BusException.WrongSender _ -> false;
    };
  }

  /// Takes one step, after which the transfer is to be tried again.
  void take(Rung rung) throws BusException.Down {
    counters.count(rung.event);
    switch (rung) {
      case RETRY -> wire.pause(BEFORE_RETRY);
      case DESELECT -> muxes.deselectAll();
      case REOPEN -> reopening.reopen();
    }
  }

  /// The steps, in their order.
  enum Rung {
    RETRY("a retry", WireEvent.RETRIED),
    DESELECT("deselecting the muxes", WireEvent.MUXES_DESELECTED),
    REOPEN("re-opening the adapter", WireEvent.REOPENED);

    private final String words;
    private final WireEvent event;

    Rung(String words, WireEvent event) {
      this.words = words;
      this.event = event;
    }

    /// As in `failed after a retry`.
    String words() {
      return words;
    }
  }

  /// Closes the adapter and opens it again.
  @FunctionalInterface
  interface Reopening {
    void reopen() throws BusException.Down;
  }
}
