package rackpulse.i2c;

import java.time.Duration;
import rackpulse.bus.BusException;
import rackpulse.bus.I2cBus;
import rackpulse.bus.MuxChannel;

/// An open I2C bus and the right to close it.
public final class OpenI2cBus implements I2cBus, AutoCloseable {
  private final Pi4jI2cBus adapter;
  private final I2cBus wire;
  private final Muxes muxes;
  private final Views views;
  private final I2cBus trunk;

  /// @param wire `adapter`, or something that records what it does
  OpenI2cBus(Pi4jI2cBus adapter, I2cBus wire, Muxes muxes, Views views) {
    this.adapter = adapter;
    this.wire = wire;
    this.muxes = muxes;
    this.views = views;
    this.trunk = views.of(wire, "");
  }

  @Override
  public void transfer(int address, byte[] write, byte[] read) throws BusException {
    trunk.transfer(address, write, read);
  }

  @Override
  public void pause(Duration atLeast) {
    trunk.pause(atLeast);
  }

  @Override
  public void close() {
    adapter.close();
  }

  I2cBus behind(MuxChannel channel) {
    muxes.add(channel.address());
    String place =
        ", mux 0x" + Integer.toHexString(channel.address()) + " channel " + channel.channel();
    return views.of(new MuxedI2cBus(wire, muxes, channel), place);
  }

  /// How the trunk and the branches show themselves to drivers: with recovery or bare.
  @FunctionalInterface
  interface Views {
    /// @param place of `wire` on the bus, for messages; empty for the trunk
    I2cBus of(I2cBus wire, String place);
  }
}
