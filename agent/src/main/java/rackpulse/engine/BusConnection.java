package rackpulse.engine;

import java.time.Duration;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tinylog.Logger;
import rackpulse.bus.Bus;
import rackpulse.bus.BusException;
import rackpulse.bus.BusSettings;
import rackpulse.bus.I2cBus;
import rackpulse.bus.ModbusBus;
import rackpulse.bus.MuxChannel;
import rackpulse.bus.Repetition;
import rackpulse.bus.WireCounters;
import rackpulse.engine.BusOpener.OpenedBus;
import rackpulse.recorder.FlightRecorder;
import rackpulse.recorder.Tape;
import rackpulse.schedule.Backoff;

/// A bus that is opened, found broken, and opened again, with growing pauses while that fails.
///
/// [#downReason], [#isProven] and [#counters] are for any thread, all else for the bus thread.
final class BusConnection {
  /// Pauses between attempts to open a bus that cannot be opened. An attempt costs little where
  /// nothing is plugged in, and at most the connect time-out.
  private static final Backoff REOPEN = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30));

  private final BusSettings settings;
  private final BusOpener opener;
  private final Clocks clocks;
  private final FlightRecorder recorder;
  private final Tape tape;
  private final WireCounters counters = new WireCounters();
  private final Repetition repetition = new Repetition();
  private @Nullable Slot slot;
  private @Nullable OpenedBus opened;
  private volatile boolean proven;
  private boolean worked;
  private int failures;
  private long reopenNanos;
  private volatile String downReason = "not opened yet";

  BusConnection(BusSettings settings, BusOpener opener, Clocks clocks, FlightRecorder recorder) {
    this.settings = settings;
    this.opener = opener;
    this.clocks = clocks;
    this.recorder = recorder;
    tape = recorder.tape(settings.name());
    reopenNanos = clocks.nanos();
  }

  /// Why the bus cannot be used; empty while it can.
  String downReason() {
    return downReason;
  }

  /// What has been seen on the bus since the agent started.
  WireCounters counters() {
    return counters;
  }

  /// What travels on the bus.
  Tape tape() {
    return tape;
  }

  boolean isOpen() {
    return opened != null;
  }

  /// Whether some device has answered since the bus was opened.
  boolean isProven() {
    return proven;
  }

  /// When it is time to open it, while it is not open.
  long reopenNanos() {
    return reopenNanos;
  }

  /// Makes it time to open it, if it is not open.
  void hope() {
    reopenNanos = clocks.nanos();
  }

  /// Tries to open the bus.
  ///
  /// @return whether it is open
  boolean open() {
    close();
    try {
      OpenedBus fresh = opener.open(settings, counters, tape);
      opened = fresh;
      if (slot == null) {
        slot =
            switch (fresh.bus()) {
              case I2cBus _ -> new I2cSlot(opener);
              case ModbusBus _ -> new ModbusSlot();
            };
      }
      if (!slot.use(fresh.bus())) {
        throw new IllegalStateException("bus " + settings.name() + " changed its kind");
      }
      downReason = "";
      return true;
    } catch (BusException failure) {
      broke(Objects.requireNonNullElse(failure.getMessage(), "no reason given"));
      return false;
    }
  }

  /// A device has answered: the bus is all right.
  ///
  /// @return whether that is news
  boolean prove() {
    boolean isNews = !proven;
    if (isNews) {
      proven = true;
      worked = true;
      failures = 0;
      long failed = repetition.recovered();
      if (failed > 0) {
        Logger.info("bus {} works again after {} failures", settings.name(), failed);
      }
    }
    return isNews;
  }

  /// The bus cannot be used: closes it until it is time for another attempt.
  void broke(String reason) {
    broke(reason, false);
  }

  /// The same.
  ///
  /// @param hopeful whether another attempt may well do better, so that it is made soon
  void broke(String reason, boolean hopeful) {
    close();
    downReason = reason;
    if (worked) {
      worked = false;
      recorder.alarm(settings.name(), "the bus failed: " + reason);
    }
    failures++;
    reopenNanos = clocks.nanos() + REOPEN.afterNanos(hopeful ? 1 : failures);
    if (repetition.failed()) {
      Logger.error(
          "bus {} is down: {} ({} in a row)", settings.name(), reason, repetition.failures());
    }
  }

  void close() {
    proven = false;
    if (slot != null) {
      slot.clear();
    }
    if (opened != null) {
      opened.close();
      opened = null;
    }
  }

  /// What the driver of a device holds; stays good when the bus is opened anew. To be asked for
  /// only after the bus has been open.
  Bus port(Optional<MuxChannel> mux) {
    return Objects.requireNonNull(slot, "never opened").port(mux);
  }

  /// A bus as its drivers know it for as long as the agent runs, whichever opening of it is the
  /// present one; so a driver keeps what it has learnt when the bus is opened anew.
  private sealed interface Slot {
    /// What drivers hold.
    ///
    /// @param mux the branch that a driver's device hangs on; empty on the trunk
    Bus port(Optional<MuxChannel> mux);

    /// Uses `bus` from now on.
    ///
    /// @return whether it is of the kind that this slot takes
    boolean use(Bus bus);

    /// From now on every use fails.
    void clear();
  }

  /// A slot for an I2C bus and its branches, all of which share what is known of the muxes: one
  /// that stayed connected for one device must not let its chip answer for another.
  private static final class I2cSlot implements Slot {
    private final BusOpener opener;
    private final I2cPort trunk = new I2cPort();
    private final Map<MuxChannel, I2cPort> branches = new LinkedHashMap<>();

    I2cSlot(BusOpener opener) {
      this.opener = opener;
    }

    @Override
    public Bus port(Optional<MuxChannel> mux) {
      return mux.map(this::branch).orElse(trunk);
    }

    private I2cPort branch(MuxChannel channel) {
      I2cPort branch = branches.computeIfAbsent(channel, _ -> new I2cPort());
      if (branch.present == null && trunk.present != null) {
        branch.present = opener.behind(trunk.present, channel);
      }
      return branch;
    }

    /// All branches at once, so that every mux is known before anything is asked.
    @Override
    public boolean use(Bus bus) {
      clear();
      trunk.present = bus instanceof I2cBus i2c ? i2c : null;
      branches.keySet().forEach(this::branch);
      return trunk.present != null;
    }

    @Override
    public void clear() {
      trunk.present = null;
      branches.values().forEach(branch -> branch.present = null);
    }
  }

  /// An I2C bus or branch that is open now or not.
  private static final class I2cPort implements I2cBus {
    private @Nullable I2cBus present;

    @Override
    public void transfer(int address, byte[] write, byte[] read) throws BusException {
      orDown(present).transfer(address, write, read);
    }

    /// A closed bus needs no pause: the next transfer fails.
    @Override
    public void pause(Duration atLeast) {
      if (present != null) {
        present.pause(atLeast);
      }
    }
  }

  /// A slot for a Modbus line or connection.
  private static final class ModbusSlot implements Slot, ModbusBus {
    private @Nullable ModbusBus present;

    @Override
    public Bus port(Optional<MuxChannel> mux) {
      return this;
    }

    @Override
    public boolean use(Bus bus) {
      present = bus instanceof ModbusBus modbus ? modbus : null;
      return present != null;
    }

    @Override
    public void clear() {
      present = null;
    }

    @Override
    public void readRegisters(int unit, RegisterTable table, int address, int count, short[] into)
        throws BusException {
      orDown(present).readRegisters(unit, table, address, count, into);
    }

    @Override
    public BitSet readBits(int unit, BitTable table, int address, int count) throws BusException {
      return orDown(present).readBits(unit, table, address, count);
    }

    @Override
    public Map<Integer, String> identify(int unit) throws BusException {
      return orDown(present).identify(unit);
    }
  }

  private static <T> T orDown(@Nullable T bus) throws BusException {
    if (bus == null) {
      throw new BusException.Down("the bus is closed");
    }
    return bus;
  }
}
