package rackpulse.i2c;

import java.time.Duration;
import rackpulse.bus.BusException;
import rackpulse.bus.I2cBus;
import rackpulse.bus.MuxChannel;

/// One branch behind a multiplexer: select, read back, transfer, deselect.
final class MuxedI2cBus implements I2cBus {
  private final I2cBus wire;
  private final Muxes muxes;
  private final MuxChannel channel;

  /// @param muxes those on `wire`
  MuxedI2cBus(I2cBus wire, Muxes muxes, MuxChannel channel) {
    this.wire = wire;
    this.muxes = muxes;
    this.channel = channel;
  }

  @Override
  public void transfer(int address, byte[] write, byte[] read) throws BusException {
    try {
      muxes.connect(channel, address);
      wire.transfer(address, write, read);
    } catch (BusException failure) {
      muxes.abandon(channel);
      throw failure;
    }
    muxes.disconnect(channel);
  }

  @Override
  public void pause(Duration atLeast) {
    wire.pause(atLeast);
  }
}
