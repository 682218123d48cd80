package rackpulse.i2c;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rackpulse.bus.BusException;
import rackpulse.bus.I2cBus;

/// A bus on which multiplexers echo their control byte and every chip answers A5h, unless told
/// otherwise; it remembers what was sent, such as `70 W 04` or `44 R 2`.
final class FakeWire implements I2cBus {
  private final List<String> calls = new ArrayList<>();
  private final Map<String, Deque<BusException>> failures = new HashMap<>();
  private final byte[] control = new byte[8];

  /// The next time that `call` is made, it fails.
  FakeWire failing(String call, BusException... failure) {
    failures.computeIfAbsent(call, _ -> new ArrayDeque<>()).addAll(List.of(failure));
    return this;
  }

  List<String> calls() {
    return calls;
  }

  void reopen() throws BusException.Down {
    calls.add("reopen");
    if (nextFailure("reopen") instanceof BusException.Down down) {
      throw down;
    }
  }

  @Override
  public void transfer(int address, byte[] write, byte[] read) throws BusException {
    String call =
        Integer.toHexString(address)
            + (write.length == 0 ? "" : " W " + HexFormat.of().formatHex(write))
            + (read.length == 0 ? "" : " R " + read.length);
    calls.add(call);
    BusException failure = nextFailure(call);
    if (failure != null) {
      throw failure;
    }
    boolean mux = address >= 0x70;
    if (mux && write.length > 0) {
      control[address - 0x70] = write[0];
    }
    Arrays.fill(read, mux ? control[address - 0x70] : (byte) 0xA5);
  }

  @Override
  public void pause(Duration atLeast) {
    calls.add("pause " + atLeast.toMillis());
  }

  private @Nullable BusException nextFailure(String call) {
    return failures.getOrDefault(call, new ArrayDeque<>()).poll();
  }
}
