package rackpulse.i2c;

import java.util.function.UnaryOperator;
import rackpulse.bus.BusException;
import rackpulse.bus.BusSettings.I2cSettings;
import rackpulse.bus.I2cBus;
import rackpulse.bus.MuxChannel;
import rackpulse.bus.WireCounters;
import rackpulse.linux.I2cAdapter;

/// Opens I2C buses; each is used by one thread.
public final class I2cBuses {
  private I2cBuses() {}

  /// Opens a bus for polling: a transfer that fails is retried, multiplexers are deselected and the
  /// adapter is opened again before the failure is given on.
  ///
  /// @param counters receives what is seen on the wire and each step of recovery
  /// @throws BusException.Down when the device cannot be opened; what is no adapter shows at the
  ///   first transfer
  public static OpenI2cBus open(I2cSettings settings, WireCounters counters)
      throws BusException.Down {
    return open(settings, counters, UnaryOperator.identity());
  }

  /// The same with something between the adapter and all else, that sees what travels on the wire.
  public static OpenI2cBus open(
      I2cSettings settings, WireCounters counters, UnaryOperator<I2cBus> recorder)
      throws BusException.Down {
    return recovering(adapter(settings, counters), settings.name(), counters, recorder);
  }

  /// Opens a bus for looking around, where no answer is an answer: without recovery.
  public static OpenI2cBus openBare(I2cSettings settings, WireCounters counters)
      throws BusException.Down {
    Pi4jI2cBus adapter = adapter(settings, counters);
    return new OpenI2cBus(adapter, adapter, new Muxes(adapter), (wire, _) -> wire);
  }

  /// The same bus with one channel of a multiplexer selected around every transfer. For a bus that
  /// was opened here the branch has its own recovery, which selects anew.
  public static I2cBus behind(I2cBus bus, MuxChannel channel) {
    return bus instanceof OpenI2cBus open
        ? open.behind(channel)
        : new MuxedI2cBus(bus, new Muxes(bus), channel);
  }

  static OpenI2cBus recovering(
      Pi4jI2cBus adapter, String name, WireCounters counters, UnaryOperator<I2cBus> recorder) {
    I2cBus wire = recorder.apply(adapter);
    Muxes muxes = new Muxes(wire);
    Ladder ladder = new Ladder(wire, muxes, adapter::reopen, counters);
    return new OpenI2cBus(
        adapter,
        wire,
        muxes,
        (view, place) -> new RecoveringI2cBus(view, ladder, "bus " + name + place));
  }

  private static Pi4jI2cBus adapter(I2cSettings settings, WireCounters counters)
      throws BusException.Down {
    I2cAdapter adapter = I2cAdapter.open(settings.device(), counters);
    return new Pi4jI2cBus(adapter, settings.device(), Sleeper.THREAD);
  }
}
