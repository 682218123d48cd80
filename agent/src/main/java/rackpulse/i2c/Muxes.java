package rackpulse.i2c;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import rackpulse.bus.BusException;
import rackpulse.bus.I2cBus;
import rackpulse.bus.MuxChannel;

/// The TCA9548A multiplexers of one bus, none of which may stay connected after a transfer: the
/// same address may be in use on the trunk and behind another one, and two chips that answer
/// together make a number that looks right.
///
/// A multiplexer has one control byte, in which bit n connects channel n; it is written and read
/// without a register address.
final class Muxes {
  private static final int FIRST_ADDRESS = 0x70;
  private static final byte[] NOTHING = {};
  private static final byte[] ALL_OFF = {0};

  private final I2cBus wire;
  private final @Nullable Mux[] muxes = new Mux[8];
  private final byte[] select = new byte[1];
  private final byte[] control = new byte[1];

  Muxes(I2cBus wire) {
    this.wire = wire;
  }

  /// Makes a multiplexer known, whose state nobody knows: the process that used it before may have
  /// died in the middle of a transfer.
  void add(int address) {
    if (muxes[address - FIRST_ADDRESS] == null) {
      at(address).unknown = true;
    }
  }

  boolean any() {
    for (Mux mux : muxes) {
      if (mux != null) {
        return true;
      }
    }
    return false;
  }

  /// Disconnects what may have stayed connected, before something else is asked for.
  ///
  /// A multiplexer that does not acknowledge from the beginning is taken as absent. One that stops
  /// to do so while connected is not: until it answers, `target` is refused where a chip behind it
  /// has that address.
  void settle(int target) throws BusException {
    for (Mux mux : muxes) {
      if (mux == null || !mux.connected && !mux.unknown) {
        continue;
      }
      try {
        deselect(mux);
      } catch (BusException.NoAnswer silence) {
        if (!silence.nobodyThere()) {
          throw silence;
        }
        mux.unknown = false;
        if (mux.connected && mux.behind.get(target)) {
          throw new BusException.NoAnswer(
              "mux "
                  + hex(mux.address)
                  + " fell silent while connected and a chip behind it has address "
                  + hex(target)
                  + " too: is the mux powered?");
        }
      }
    }
  }

  /// Connects one channel and makes sure of it.
  ///
  /// @param target the address that will be used behind it
  void connect(MuxChannel channel, int target) throws BusException {
    settle(target);
    Mux mux = at(channel.address());
    mux.behind.set(target);
    select[0] = (byte) (1 << channel.channel());
    write(mux, select);
    wire.transfer(mux.address, NOTHING, control);
    if (control[0] != select[0]) {
      throw new BusException.Corrupt(
          "mux "
              + hex(mux.address)
              + " did not connect channel "
              + channel.channel()
              + ": its control byte reads "
              + hex(control[0] & 0xFF),
          control.clone());
    }
  }

  void disconnect(MuxChannel channel) throws BusException {
    deselect(at(channel.address()));
  }

  /// Disconnects after a failure, which is the news; should this fail as well, [#settle] comes back
  /// to it.
  void abandon(MuxChannel channel) {
    Mux mux = at(channel.address());
    if (mux.connected) {
      tryDeselect(mux);
    }
  }

  /// Disconnects every known multiplexer, as far as they answer.
  void deselectAll() {
    for (Mux mux : muxes) {
      if (mux != null) {
        tryDeselect(mux);
      }
    }
  }

  /// A select that failed may have arrived all the same: the branch that it connects can hold the
  /// bus at once.
  private void write(Mux mux, byte[] selection) throws BusException {
    boolean before = mux.connected;
    mux.connected = true;
    try {
      wire.transfer(mux.address, selection, NOTHING);
    } catch (BusException.NoAnswer silence) {
      mux.connected = before || !silence.nobodyThere();
      throw silence;
    }
  }

  private void tryDeselect(Mux mux) {
    try {
      deselect(mux);
    } catch (BusException stillDoubtful) {
      // remembered in the mux, counted by the adapter
    }
  }

  private void deselect(Mux mux) throws BusException {
    wire.transfer(mux.address, ALL_OFF, NOTHING);
    mux.connected = false;
    mux.unknown = false;
  }

  private Mux at(int address) {
    Mux mux = muxes[address - FIRST_ADDRESS];
    if (mux == null) {
      mux = new Mux(address);
      muxes[address - FIRST_ADDRESS] = mux;
    }
    return mux;
  }

  private static String hex(int value) {
    return "0x" + Integer.toHexString(value);
  }

  /// What is known of one multiplexer.
  private static final class Mux {
    private final int address;

    /// Addresses that were used behind it.
    private final BitSet behind = new BitSet(0x78);

    /// Whether a channel was selected and not yet deselected.
    private boolean connected;

    /// Whether it has not been heard since the bus was opened.
    private boolean unknown;

    private Mux(int address) {
      this.address = address;
    }
  }
}
