package rackpulse.tests.slaves;

import com.ghgande.j2mod.modbus.ModbusException;
import com.ghgande.j2mod.modbus.procimg.Register;
import com.ghgande.j2mod.modbus.procimg.SimpleProcessImage;
import com.ghgande.j2mod.modbus.procimg.SimpleRegister;
import com.ghgande.j2mod.modbus.slave.ModbusSlave;
import com.ghgande.j2mod.modbus.slave.ModbusSlaveFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import rackpulse.tests.support.Ports;

/// j2mod as a slave whose holding registers all hold the number of times that their unit was asked,
/// so that no two polls are alike.
public final class CountingSlave implements Slave {
  private static final int CONNECTIONS = 10;

  private final ModbusSlave slave;
  private final int port;
  private final List<Counter> units;

  private CountingSlave(ModbusSlave slave, int port, List<Counter> units) {
    this.slave = slave;
    this.port = port;
    this.units = units;
  }

  /// Speaks Modbus TCP on a free port of loopback, as units 1 to `count`.
  public static CountingSlave tcp(int count) throws IOException, ModbusException {
    int port = Ports.free();
    ModbusSlave slave =
        ModbusSlaveFactory.createTCPSlave(
            InetAddress.getLoopbackAddress(), port, CONNECTIONS, false);
    List<Counter> units = IntStream.rangeClosed(1, count).mapToObj(Counter::new).toList();
    units.forEach(unit -> slave.addProcessImage(unit.getUnitID(), unit));
    slave.open();
    return new CountingSlave(slave, port, units);
  }

  public int port() {
    return port;
  }

  /// How often `unit` was asked.
  public long polls(int unit) {
    return units.get(unit - 1).polls.get();
  }

  @Override
  public void close() {
    ModbusSlaveFactory.close(slave);
  }

  private static final class Counter extends SimpleProcessImage {
    private final AtomicLong polls = new AtomicLong();

    Counter(int unit) {
      super(unit);
    }

    @Override
    public Register[] getRegisterRange(int offset, int count) {
      int value = (int) (polls.incrementAndGet() & 0xFFFF);
      Register[] registers = new Register[count];
      for (int i = 0; i < count; i++) {
        registers[i] = new SimpleRegister(value);
      }
      return registers;
    }
  }
}
