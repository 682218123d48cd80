package rackpulse.sensor;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import rackpulse.bus.BusException;
import rackpulse.bus.ModbusBus;

/// A device that has some registers, refuses requests that touch others, and fails on demand.
final class ScriptedModbusBus implements ModbusBus {
  static final int ILLEGAL_ADDRESS = 2;

  /// Every request as `holding 10+2`, in order.
  final List<String> requests = new ArrayList<>();

  private final Map<Integer, Short> registers = new HashMap<>();
  private final Set<Integer> bits = new HashSet<>();
  private final Map<Integer, BusException> failures = new HashMap<>();
  private int asked;
  private int exception = ILLEGAL_ADDRESS;

  /// Gives the device `words` from `address` on, in each of the register tables.
  ScriptedModbusBus hold(int address, int... words) {
    for (int i = 0; i < words.length; i++) {
      registers.put(address + i, (short) words[i]);
    }
    return this;
  }

  ScriptedModbusBus set(int bit) {
    bits.add(bit);
    return this;
  }

  void remove(int address) {
    registers.remove(address);
  }

  /// Answers for registers that are not there with `code`.
  void refuseWith(int code) {
    exception = code;
  }

  /// Lets the request fail that comes after `requests` others from now on.
  void failAfter(int requests, BusException failure) {
    failures.put(asked + requests, failure);
  }

  @Override
  public void readRegisters(int unit, RegisterTable table, int address, int count, short[] into)
      throws BusException {
    take(table.name().toLowerCase(Locale.ROOT) + " " + address + "+" + count);
    short[] answer = new short[count];
    for (int i = 0; i < count; i++) {
      Short word = registers.get(address + i);
      if (word == null) {
        throw new BusException.Refused("no register " + (address + i), exception, new byte[0]);
      }
      answer[i] = word;
    }
    System.arraycopy(answer, 0, into, 0, count);
  }

  @Override
  public BitSet readBits(int unit, BitTable table, int address, int count) throws BusException {
    take(table.name().toLowerCase(Locale.ROOT) + " " + address + "+" + count);
    BitSet answer = new BitSet();
    bits.stream()
        .filter(bit -> bit >= address && bit < address + count)
        .forEach(bit -> answer.set(bit - address));
    return answer;
  }

  private void take(String request) throws BusException {
    requests.add(request);
    BusException failure = failures.remove(asked++);
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public Map<Integer, String> identify(int unit) {
    return Map.of();
  }
}
