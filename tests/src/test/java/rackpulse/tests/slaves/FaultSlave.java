package rackpulse.tests.slaves;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import rackpulse.tests.slaves.Framing.Request;

/// A slave of ours that answers rightly until it is told to do otherwise, unit by unit.
public final class FaultSlave implements Slave {
  private final Framing framing;
  private final Registers registers;
  private final Closeable endpoint;
  private final int port;
  private final Map<Integer, Fault> faults = new ConcurrentHashMap<>();
  private final Map<Integer, AtomicLong> requests = new ConcurrentHashMap<>();
  private final Set<Integer> functions = ConcurrentHashMap.newKeySet();
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

  /// Where a request's answer goes.
  private interface Peer {
    void send(byte[] bytes) throws IOException;

    void hangUp() throws IOException;
  }

  private FaultSlave(Framing framing, Registers registers, ServerSocket server) {
    this.framing = framing;
    this.registers = registers;
    endpoint = server;
    port = server.getLocalPort();
    Thread.ofPlatform().daemon().name("fault-slave").start(() -> accept(server));
  }

  private FaultSlave(Registers registers, TtyStream tty, Pace pace) {
    framing = Framing.RTU;
    this.registers = registers;
    endpoint = tty;
    port = 0;
    Thread.ofPlatform().daemon().name("fault-slave").start(() -> serve(tty, pace));
  }

  /// Speaks Modbus TCP on a free port of loopback.
  public static FaultSlave tcp(Registers registers) throws IOException {
    return listen(Framing.MBAP, registers, 0);
  }

  /// Speaks Modbus TCP on `port` of loopback.
  public static FaultSlave tcp(int port, Registers registers) throws IOException {
    return listen(Framing.MBAP, registers, port);
  }

  /// Speaks RTU frames on a free port of loopback.
  public static FaultSlave rtuOverTcp(Registers registers) throws IOException {
    return listen(Framing.RTU, registers, 0);
  }

  private static FaultSlave listen(Framing framing, Registers registers, int port)
      throws IOException {
    ServerSocket server = new ServerSocket();
    server.setReuseAddress(true); // a slave that restarts takes its port again
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return new FaultSlave(framing, registers, server);
  }

  /// Speaks RTU frames on a pseudo-terminal, as fast as `pace` lets it.
  public static FaultSlave rtu(Path tty, Registers registers, Pace pace) throws IOException {
    return new FaultSlave(registers, new TtyStream(tty), pace);
  }

  /// From the next request to `unit` on.
  public void behave(int unit, Fault fault) {
    faults.put(unit, fault);
  }

  /// Every function code that has come, to whatever unit.
  public Set<Integer> functions() {
    return Set.copyOf(functions);
  }

  /// How many requests `unit` has received.
  public long requests(int unit) {
    return requests.computeIfAbsent(unit, _ -> new AtomicLong()).get();
  }

  public int port() {
    return port;
  }

  private void accept(ServerSocket server) {
    while (true) {
      try {
        Socket socket = server.accept();
        connections.add(socket);
        Thread.ofPlatform().daemon().name("fault-slave-peer").start(() -> serve(socket));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
      Peer peer =
          new Peer() {
            @Override
            public void send(byte[] bytes) throws IOException {
              socket.getOutputStream().write(bytes);
            }

            @Override
            public void hangUp() throws IOException {
              socket.close();
            }
          };
      byte[] buffer = new byte[512];
      int count = 0;
      while (!socket.isClosed()) {
        int read = socket.getInputStream().read(buffer, count, buffer.length - count);
        if (read < 0) {
          return;
        }
        count = answerAll(buffer, count + read, peer);
      }
    } catch (IOException e) {
      return; // the agent or the test hung up
    } finally {
      connections.remove(socket);
    }
  }

  private void serve(TtyStream tty, Pace pace) {
    Peer peer =
        new Peer() {
          @Override
          public void send(byte[] bytes) throws IOException {
            pace.send(bytes, tty);
          }

          @Override
          public void hangUp() {}
        };
    ByteBuffer buffer = ByteBuffer.allocate(512);
    while (tty.read(buffer) >= 0) {
      pace.received(buffer.position());
      try {
        buffer.position(answerAll(buffer.array(), buffer.position(), peer));
      } catch (IOException e) {
        return; // the pair is gone
      }
    }
  }

  /// Answers every whole request in `buffer` and returns how many bytes remain in it.
  private int answerAll(byte[] buffer, int count, Peer peer) throws IOException {
    int left = count;
    int length = framing.requestLength(buffer, left);
    while (length > 0 && length <= left) {
      byte[] bytes = new byte[length];
      System.arraycopy(buffer, 0, bytes, 0, length);
      left -= length;
      System.arraycopy(buffer, length, buffer, 0, left);
      functions.add(framing.function(bytes)); // also of what nobody understands
      answer(framing.request(bytes), peer);
      length = framing.requestLength(buffer, left);
    }
    return left;
  }

  private void answer(Request request, Peer peer) throws IOException {
    requests.computeIfAbsent(request.unit(), _ -> new AtomicLong()).incrementAndGet();
    if (!registers.units().contains(request.unit())) {
      return; // nobody there
    }
    Answer good = Answer.to(request, framing, registers);
    List<Fault.Act> acts = faults.getOrDefault(request.unit(), Fault.none()).acts(good);
    if (acts.stream().anyMatch(Fault.Idle.class::isInstance)) {
      // one unit is slow, the others on its line are not
      Thread.ofPlatform().daemon().name("fault-slave-late").start(() -> performLate(acts, peer));
    } else {
      perform(acts, peer);
    }
  }

  private static void performLate(List<Fault.Act> acts, Peer peer) {
    try {
      perform(acts, peer);
    } catch (IOException e) {
      return; // nobody waits any more
    }
  }

  private static void perform(List<Fault.Act> acts, Peer peer) throws IOException {
    for (Fault.Act act : acts) {
      switch (act) {
        case Fault.Send(byte[] bytes) -> peer.send(bytes);
        case Fault.Idle(var duration) -> Pace.idle(duration.toNanos());
        case Fault.HangUp _ -> peer.hangUp();
      }
    }
  }

  /// Goes away: no longer listens and drops every connection.
  @Override
  public void close() throws IOException {
    endpoint.close();
    for (Socket socket : connections) {
      socket.close();
    }
  }
}
