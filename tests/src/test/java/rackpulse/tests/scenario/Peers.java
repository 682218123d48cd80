package rackpulse.tests.scenario;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import rackpulse.tests.slaves.DigitalpetriSlave;
import rackpulse.tests.slaves.J2modSlave;
import rackpulse.tests.slaves.Registers;
import rackpulse.tests.slaves.Slave;
import rackpulse.tests.support.Ports;
import rackpulse.tests.support.SerialPair;

/// The third-party slaves that a configuration names by placeholders; all hold what `slave.csv`
/// says.
///
/// - `${j2mod-port}`, `${digitalpetri-port}`: Modbus TCP
/// - `${j2mod-rtu-port}`, `${digitalpetri-rtu-port}`: RTU frames in TCP
/// - `${j2mod-tty}`, `${digitalpetri-tty}`: RTU on a pseudo-terminal
public final class Peers implements Closeable {
  private final Path directory;
  private final Registers registers;
  private final Deque<AutoCloseable> started = new ArrayDeque<>();

  /// @param directory where pseudo-terminals are linked
  public Peers(Path directory, Registers registers) {
    this.directory = directory;
    this.registers = registers;
  }

  /// Starts a slave in its own way.
  private interface Starter<P> {
    Slave start(P place, Registers registers) throws Exception;
  }

  /// Starts the slaves that `configuration` names and returns it with their places filled in.
  public String start(String configuration) throws Exception {
    String text = configuration;
    text = atPort(text, "${j2mod-port}", J2modSlave::tcp);
    text = atPort(text, "${j2mod-rtu-port}", J2modSlave::rtuOverTcp);
    text = atPort(text, "${digitalpetri-port}", DigitalpetriSlave::tcp);
    text = atPort(text, "${digitalpetri-rtu-port}", DigitalpetriSlave::rtuOverTcp);
    text = onLine(text, "${j2mod-tty}", J2modSlave::rtu);
    return onLine(text, "${digitalpetri-tty}", DigitalpetriSlave::rtu);
  }

  private String atPort(String text, String placeholder, Starter<Integer> starter)
      throws Exception {
    if (!text.contains(placeholder)) {
      return text;
    }
    int port = Ports.free();
    started.push(starter.start(port, registers));
    return text.replace(placeholder, Integer.toString(port));
  }

  private String onLine(String text, String placeholder, Starter<Path> starter) throws Exception {
    if (!text.contains(placeholder)) {
      return text;
    }
    Path ends = Files.createTempDirectory(directory, "line");
    SerialPair pair = SerialPair.open(ends);
    started.push(pair);
    started.push(starter.start(pair.slaveEnd(), registers));
    return text.replace(placeholder, pair.agentEnd().toString());
  }

  @Override
  public void close() throws IOException {
    for (AutoCloseable each : started) {
      try {
        each.close();
      } catch (Exception e) {
        throw new IOException("a slave did not stop", e);
      }
    }
  }
}
