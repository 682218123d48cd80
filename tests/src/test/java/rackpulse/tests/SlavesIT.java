package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rackpulse.tests.slaves.DigitalpetriSlave;
import rackpulse.tests.slaves.Fault;
import rackpulse.tests.slaves.FaultSlave;
import rackpulse.tests.slaves.J2modSlave;
import rackpulse.tests.slaves.Pace;
import rackpulse.tests.slaves.Registers;
import rackpulse.tests.slaves.Slave;
import rackpulse.tests.support.Ports;
import rackpulse.tests.support.SerialPair;

/// Three independent slaves agree byte by byte on what they hold: the yardstick of the other tests.
class SlavesIT {
  private static final Registers REGISTERS =
      Registers.parse(
          """
          # unit, table, address, words
          1, holding, 0x0000, 1234 ABCD 00FF
          1, input, 12, 4366 0000
          1, coil, 3, 1 0 1 1 0 0 0 0 1
          1, discrete-input, 0, 1 1
          """);

  private static final List<Exchange> TCP =
      List.of(
          new Exchange("0007 0000 0006 01 03 0000 0003", "0007 0000 0009 01 03 06 1234ABCD00FF"),
          new Exchange("0008 0000 0006 01 04 000C 0002", "0008 0000 0007 01 04 04 43660000"),
          new Exchange("0009 0000 0006 01 01 0003 0009", "0009 0000 0005 01 01 02 0D01"),
          new Exchange("000A 0000 0006 01 02 0000 0002", "000A 0000 0004 01 02 01 03"));

  private static final List<Exchange> RTU =
      List.of(
          new Exchange("01 03 0000 0003 05CB", "01 03 06 1234ABCD00FF 6258"),
          new Exchange("01 04 000C 0002 B1C8", "01 04 04 43660000 0E1F"));

  @TempDir private Path directory;

  /// A request and the answer to it, in hexadecimal.
  private record Exchange(String request, String answer) {
    byte[] requestBytes() {
      return HexFormat.of().parseHex(request.replace(" ", ""));
    }

    String expected() {
      return answer.replace(" ", "").toLowerCase(Locale.ROOT);
    }
  }

  @Test
  void agreeOverTcp() throws Exception {
    int j2mod = Ports.free();
    int digitalpetri = Ports.free();
    try (Slave _ = J2modSlave.tcp(j2mod, REGISTERS);
        Slave _ = DigitalpetriSlave.tcp(digitalpetri, REGISTERS);
        FaultSlave ours = FaultSlave.tcp(REGISTERS)) {
      for (int port : List.of(j2mod, digitalpetri, ours.port())) {
        overSocket(port, TCP);
      }
    }
  }

  @Test
  void agreeOverRtuInTcp() throws Exception {
    int j2mod = Ports.free();
    int digitalpetri = Ports.free();
    try (Slave _ = J2modSlave.rtuOverTcp(j2mod, REGISTERS);
        Slave _ = DigitalpetriSlave.rtuOverTcp(digitalpetri, REGISTERS);
        FaultSlave ours = FaultSlave.rtuOverTcp(REGISTERS)) {
      for (int port : List.of(j2mod, digitalpetri, ours.port())) {
        overSocket(port, RTU);
      }
    }
  }

  @Test
  void agreeOnOneSerialLineOneAfterTheOther() throws Exception {
    try (SerialPair pair = SerialPair.open(directory)) {
      try (Slave _ = J2modSlave.rtu(pair.slaveEnd(), REGISTERS)) {
        overLine(pair, RTU);
      }
      try (Slave _ = DigitalpetriSlave.rtu(pair.slaveEnd(), REGISTERS)) {
        overLine(pair, RTU);
      }
      try (Slave _ = FaultSlave.rtu(pair.slaveEnd(), REGISTERS, Pace.of(9600, 10, 1_000_000))) {
        overLine(pair, RTU);
      }
    }
  }

  @Test
  void spoilAnswersWhenTold() throws Exception {
    try (FaultSlave slave = FaultSlave.tcp(REGISTERS)) {
      slave.behave(1, Fault.exception(4));
      overSocket(
          slave.port(),
          List.of(new Exchange("0001 0000 0006 01 03 0000 0001", "0001 0000 0003 01 83 04")));
      slave.behave(1, Fault.wrongUnit());
      overSocket(
          slave.port(),
          List.of(new Exchange("0001 0000 0006 01 03 0000 0001", "0001 0000 0005 02 03 02 1234")));
      slave.behave(1, Fault.none());
      overSocket(slave.port(), TCP);
    }
  }

  private static void overSocket(int port, List<Exchange> exchanges) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      for (Exchange exchange : exchanges) {
        exchange(socket.getInputStream(), socket.getOutputStream(), exchange);
      }
    }
  }

  private static void overLine(SerialPair pair, List<Exchange> exchanges) throws IOException {
    try (InputStream in = Files.newInputStream(pair.agentEnd());
        OutputStream out = Files.newOutputStream(pair.agentEnd(), StandardOpenOption.WRITE)) {
      for (Exchange exchange : exchanges) {
        exchange(in, out, exchange);
      }
    }
  }

  private static void exchange(InputStream in, OutputStream out, Exchange exchange)
      throws IOException {
    out.write(exchange.requestBytes());
    byte[] answer = in.readNBytes(exchange.expected().length() / 2);
    assertEquals(exchange.expected(), HexFormat.of().formatHex(answer));
  }
}
