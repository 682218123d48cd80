package rackpulse.mqtt;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;

/// A broker that does what a test tells it, one connection at a time, on a loopback port.
final class ScriptedBroker implements Closeable {
  static final int CONNECT = 1;
  static final int PUBLISH = 3;
  static final int PINGREQ = 12;
  static final int DISCONNECT = 14;

  private final ServerSocket server;
  private final Script script;
  private final AtomicInteger connections = new AtomicInteger();
  private final List<Packet> received = new CopyOnWriteArrayList<>();
  private final Thread thread;
  private volatile Closeable present = () -> {};

  /// What the broker does with one connection; the connection ends when it returns.
  interface Script {
    void serve(Peer peer) throws IOException;
  }

  /// A packet as it came.
  record Packet(int type, int flags, byte[] body) {
    boolean retained() {
      return (flags & 1) != 0;
    }

    int qos() {
      return flags >> 1 & 3;
    }

    String topic() {
      return text(0);
    }

    private String text(int at) {
      int length = ByteBuffer.wrap(body).getShort(at) & 0xFFFF;
      return new String(body, at + 2, length, StandardCharsets.UTF_8);
    }

    int id() {
      int topicBytes = ByteBuffer.wrap(body).getShort(0) & 0xFFFF;
      return ByteBuffer.wrap(body).getShort(2 + topicBytes) & 0xFFFF;
    }

    /// Properties here are short: their length has one byte.
    String payload() {
      int at = 2 + (ByteBuffer.wrap(body).getShort(0) & 0xFFFF) + 2;
      at += 1 + body[at];
      return new String(body, at, body.length - at, StandardCharsets.UTF_8);
    }
  }

  ScriptedBroker(Script script) throws IOException {
    this(ServerSocketFactory.getDefault(), script);
  }

  ScriptedBroker(ServerSocketFactory sockets, Script script) throws IOException {
    this.script = script;
    server = sockets.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    thread = new Thread(this::accept, "scripted-broker");
    thread.start();
  }

  /// Accepts, and acknowledges everything for ever.
  static void behave(Peer peer) throws IOException {
    peer.expect(CONNECT);
    peer.connAck(0);
    peer.acknowledgeAll();
  }

  URI url(String scheme) {
    return URI.create(scheme + "://localhost:" + server.getLocalPort());
  }

  int connections() {
    return connections.get();
  }

  /// Everything that came, of all connections.
  List<Packet> received() {
    return received;
  }

  List<Packet> received(int type) {
    return received.stream().filter(packet -> packet.type == type).toList();
  }

  /// Ends the present connection.
  void hangUp() throws IOException {
    present.close();
  }

  private void accept() {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        connections.incrementAndGet();
        present = socket;
        script.serve(new Peer(socket));
      } catch (IOException e) {
        // the end of a connection, or of the test
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    present.close();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// The connection, seen from the broker.
  final class Peer {
    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    Peer(Socket socket) throws IOException {
      this.socket = socket;
      in = new DataInputStream(socket.getInputStream());
      out = socket.getOutputStream();
    }

    Socket socket() {
      return socket;
    }

    Packet read() throws IOException {
      int head = in.readUnsignedByte();
      int length = 0;
      int shift = 0;
      int digit;
      do {
        digit = in.readUnsignedByte();
        length |= (digit & 0x7F) << shift;
        shift += 7;
      } while (digit > 0x7F);
      Packet packet = new Packet(head >> 4, head & 0xF, in.readNBytes(length));
      received.add(packet);
      return packet;
    }

    Packet expect(int type) throws IOException {
      Packet packet = read();
      if (packet.type != type) {
        throw new IOException("packet of type " + packet.type + " instead of " + type);
      }
      return packet;
    }

    void send(int... bytes) throws IOException {
      byte[] packet = new byte[bytes.length];
      for (int i = 0; i < bytes.length; i++) {
        packet[i] = (byte) bytes[i];
      }
      out.write(packet);
      out.flush();
    }

    /// @param properties identifiers and values as on the wire, fewer than 100 bytes
    void connAck(int reason, int... properties) throws IOException {
      ByteArrayOutputStream packet = new ByteArrayOutputStream();
      packet.write(0x20);
      packet.write(3 + properties.length);
      packet.write(0);
      packet.write(reason);
      packet.write(properties.length);
      for (int octet : properties) {
        packet.write(octet);
      }
      out.write(packet.toByteArray());
      out.flush();
    }

    void pubAck(int id, int reason) throws IOException {
      send(0x40, 3, id >> 8, id, reason);
    }

    void disconnect(int reason) throws IOException {
      send(0xE0, 2, reason, 0);
    }

    /// Acknowledges until the peer goes.
    void acknowledgeAll() throws IOException {
      while (true) {
        Packet packet = read();
        if (packet.type == PUBLISH && packet.qos() == 1) {
          pubAck(packet.id(), 0);
        } else if (packet.type == PINGREQ) {
          send(0xD0, 0);
        } else if (packet.type == DISCONNECT) {
          throw new EOFException();
        }
      }
    }

    /// Reads until the peer goes.
    void readAll() throws IOException {
      while (true) {
        read();
      }
    }
  }
}
