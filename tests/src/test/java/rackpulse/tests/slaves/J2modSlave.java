package rackpulse.tests.slaves;

import com.ghgande.j2mod.modbus.ModbusException;
import com.ghgande.j2mod.modbus.net.ModbusSerialListener;
import com.ghgande.j2mod.modbus.procimg.ProcessImage;
import com.ghgande.j2mod.modbus.procimg.SimpleDigitalIn;
import com.ghgande.j2mod.modbus.procimg.SimpleDigitalOut;
import com.ghgande.j2mod.modbus.procimg.SimpleInputRegister;
import com.ghgande.j2mod.modbus.procimg.SimpleProcessImage;
import com.ghgande.j2mod.modbus.procimg.SimpleRegister;
import com.ghgande.j2mod.modbus.slave.ModbusSlave;
import com.ghgande.j2mod.modbus.slave.ModbusSlaveFactory;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import rackpulse.tests.support.Await;

/// j2mod as a slave: it answers illegal data address where it holds no register.
public final class J2modSlave implements Slave {
  private static final int CONNECTIONS = 10;

  private final Closeable slave;

  private J2modSlave(Closeable slave) {
    this.slave = slave;
  }

  /// Listens on `port` of loopback with Modbus TCP frames.
  public static J2modSlave tcp(int port, Registers registers) throws ModbusException {
    return listen(port, registers, false);
  }

  /// Listens on `port` of loopback with RTU frames.
  public static J2modSlave rtuOverTcp(int port, Registers registers) throws ModbusException {
    return listen(port, registers, true);
  }

  private static J2modSlave listen(int port, Registers registers, boolean rtuFrames)
      throws ModbusException {
    ModbusSlave slave =
        ModbusSlaveFactory.createTCPSlave(
            InetAddress.getLoopbackAddress(), port, CONNECTIONS, rtuFrames);
    images(registers).forEach(slave::addProcessImage);
    slave.open();
    return new J2modSlave(() -> ModbusSlaveFactory.close(slave));
  }

  /// Answers RTU frames on a pseudo-terminal.
  public static J2modSlave rtu(Path tty, Registers registers)
      throws IOException, InterruptedException {
    J2modLine line = new J2modLine(tty);
    Map<Integer, SimpleProcessImage> images = images(registers);
    ModbusSerialListener listener =
        new ModbusSerialListener(line) {
          @Override
          public @Nullable ProcessImage getProcessImage(int unit) {
            return images.get(unit);
          }
        };
    Thread.ofPlatform().daemon().name("j2mod-rtu").start(listener);
    Await.until(
        Duration.ofSeconds(10),
        "j2mod to listen on " + tty,
        listener::isListening,
        () -> Objects.requireNonNullElse(listener.getError(), ""));
    return new J2modSlave(listener::stop);
  }

  private static Map<Integer, SimpleProcessImage> images(Registers registers) {
    Map<Integer, SimpleProcessImage> images = new HashMap<>();
    registers.units().forEach(unit -> images.put(unit, new SimpleProcessImage(unit)));
    registers.forEach((place, word) -> {
      SimpleProcessImage image = Objects.requireNonNull(images.get(place.unit()));
      switch (place.table()) {
        case COIL -> image.addDigitalOut(place.address(), new SimpleDigitalOut(word != 0));
        case DISCRETE_INPUT -> image.addDigitalIn(place.address(), new SimpleDigitalIn(word != 0));
        case HOLDING -> image.addRegister(place.address(), new SimpleRegister(word));
        case INPUT -> image.addInputRegister(place.address(), new SimpleInputRegister(word));
      }
    });
    return images;
  }

  @Override
  public void close() throws IOException {
    slave.close();
  }
}
