package rackpulse.tests.slaves;

import com.digitalpetri.modbus.server.ModbusRtuServer;
import com.digitalpetri.modbus.server.ModbusServer;
import com.digitalpetri.modbus.server.ModbusServices;
import com.digitalpetri.modbus.server.ModbusTcpServer;
import com.digitalpetri.modbus.server.ProcessImage;
import com.digitalpetri.modbus.server.ReadOnlyModbusServices;
import com.digitalpetri.modbus.tcp.server.NettyRtuServerTransport;
import com.digitalpetri.modbus.tcp.server.NettyTcpServerTransport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// digitalpetri's library as a slave: it answers zeros where it holds no register, and nothing at
/// all for a unit that it does not have.
public final class DigitalpetriSlave implements Slave {
  private final ModbusServer server;

  private DigitalpetriSlave(ModbusServer server) throws Exception {
    this.server = server;
    server.start();
  }

  /// Listens on `port` of loopback with Modbus TCP frames.
  public static DigitalpetriSlave tcp(int port, Registers registers) throws Exception {
    return new DigitalpetriSlave(
        ModbusTcpServer.create(
            NettyTcpServerTransport.create(
                config -> config.setBindAddress("127.0.0.1").setPort(port)),
            services(registers)));
  }

  /// Listens on `port` of loopback with RTU frames.
  public static DigitalpetriSlave rtuOverTcp(int port, Registers registers) throws Exception {
    return new DigitalpetriSlave(
        ModbusRtuServer.create(
            NettyRtuServerTransport.create(
                config -> config.setBindAddress("127.0.0.1").setPort(port)),
            services(registers)));
  }

  /// Answers RTU frames on a pseudo-terminal.
  public static DigitalpetriSlave rtu(Path tty, Registers registers) throws Exception {
    return new DigitalpetriSlave(
        ModbusRtuServer.create(new DigitalpetriLine(tty), services(registers)));
  }

  private static ModbusServices services(Registers registers) {
    Map<Integer, ProcessImage> images = new HashMap<>();
    registers.units().forEach(unit -> images.put(unit, new ProcessImage()));
    registers.forEach((place, word) ->
        Objects.requireNonNull(images.get(place.unit())).with(image -> put(image, place, word)));
    return new ReadOnlyModbusServices() {
      @Override
      protected Optional<ProcessImage> getProcessImage(int unit) {
        return Optional.ofNullable(images.get(unit));
      }
    };
  }

  private static void put(ProcessImage.Transaction image, Registers.Place place, int word) {
    byte[] bytes = {(byte) (word >> 8), (byte) word};
    switch (place.table()) {
      case COIL -> image.writeCoils(coils -> coils.put(place.address(), word != 0));
      case DISCRETE_INPUT ->
          image.writeDiscreteInputs(bits -> bits.put(place.address(), word != 0));
      case HOLDING -> image.writeHoldingRegisters(words -> words.put(place.address(), bytes));
      case INPUT -> image.writeInputRegisters(words -> words.put(place.address(), bytes));
    }
  }

  @Override
  public void close() throws IOException {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IOException("digitalpetri's server did not stop", e);
    }
  }
}
