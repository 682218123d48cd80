package rackpulse.modbus;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import rackpulse.bus.BusException;
import rackpulse.bus.ModbusBus;

/// The port's methods over a master of either kind. Belongs to the bus thread.
final class MasterBus implements ModbusBus {
  /// Basic identification has three objects and a device may send them one by one; a device that
  /// goes on after that has lost count.
  static final int MAX_IDENTIFICATION_REQUESTS = 4;

  private final Master master;
  private final Request request = new Request();

  MasterBus(Master master) {
    this.master = master;
  }

  @Override
  public void readRegisters(int unit, RegisterTable table, int address, int count, short[] into)
      throws BusException {
    Objects.checkFromIndexSize(0, count, into.length);
    ByteBuffer body = master.ask(request.registers(unit, table, address, count));
    int data = body.position() + 2;
    for (int i = 0; i < count; i++) {
      into[i] = body.getShort(data + 2 * i);
    }
  }

  @Override
  public BitSet readBits(int unit, BitTable table, int address, int count) throws BusException {
    ByteBuffer body = master.ask(request.bits(unit, table, address, count));
    body.position(body.position() + 2);
    BitSet bits = BitSet.valueOf(body); // the first bit is the lowest of the first byte (6.1)
    bits.clear(count, 8 * request.answerDataBytes()); // the specification fills up with zeros
    return bits;
  }

  @Override
  public Map<Integer, String> identify(int unit) throws BusException {
    Map<Integer, String> objects = new TreeMap<>();
    int next = 0;
    for (int i = 0; i < MAX_IDENTIFICATION_REQUESTS; i++) {
      Identification part = Identification.of(master.ask(request.identification(unit, next)));
      objects.putAll(part.objects());
      if (!part.moreFollows() || part.nextObject() <= next) {
        break;
      }
      next = part.nextObject();
    }
    return objects;
  }
}
