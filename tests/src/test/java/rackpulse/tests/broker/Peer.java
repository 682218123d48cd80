package rackpulse.tests.broker;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// One client, seen from the broker.
public final class Peer {
  private static final int FIRST_ERROR = 0x80;

  private final FaultBroker broker;
  private final Socket socket;
  private final int number;
  private final DataInputStream in;
  private final OutputStream out;
  private final Map<Integer, Publish> inFlight = new ConcurrentHashMap<>();

  Peer(FaultBroker broker, Socket socket, int number) throws IOException {
    this.broker = broker;
    this.socket = socket;
    this.number = number;
    in = new DataInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  /// Which connection this is, counted from 1.
  public int number() {
    return number;
  }

  /// Waits for CONNECT.
  public FaultBroker.Connection greeting() throws IOException {
    Packet packet = read();
    if (packet.type() != Packet.CONNECT) {
      throw new IOException("packet of type " + packet.type() + " instead of CONNECT");
    }
    FaultBroker.Connection connection =
        new FaultBroker.Connection(
            number, packet.clientId(), packet.willQos(), packet.retainsWill());
    broker.greeted(connection);
    return connection;
  }

  /// Waits for CONNECT and accepts it.
  public void accept(Property... properties) throws IOException {
    greeting();
    connAck(0, properties);
  }

  /// Answers CONNECT.
  public void connAck(int code, Property... properties) throws IOException {
    byte[] encoded = Property.encoded(properties);
    ByteArrayOutputStream packet = new ByteArrayOutputStream();
    packet.write(0x20);
    packet.write(2 + encoded.length);
    packet.write(0); // no session present
    packet.write(code);
    packet.writeBytes(encoded);
    raw(packet.toByteArray());
  }

  /// Waits for the next PUBLISH; answers pings meanwhile.
  ///
  /// @throws EOFException when the client disconnects
  public Publish publish() throws IOException {
    while (true) {
      Packet packet = read();
      switch (packet.type()) {
        case Packet.PUBLISH -> {
          return received(packet.publish(number));
        }
        case Packet.PINGREQ -> {
          broker.pinged();
          raw((byte) 0xD0, (byte) 0);
        }
        case Packet.DISCONNECT -> throw new EOFException();
        default -> throw new IOException("a client sent a packet of type " + packet.type());
      }
    }
  }

  private Publish received(Publish publish) {
    if (publish.qos() > 0) {
      inFlight.put(publish.id(), publish);
    } else {
      broker.taken(publish);
    }
    broker.received(publish, inFlight.size());
    return publish;
  }

  /// Answers `publish`, which the broker has then taken unless `code` is an error.
  public void pubAck(Publish publish, int code) throws IOException {
    if (publish.qos() == 0) {
      return;
    }
    inFlight.remove(publish.id());
    if (code < FIRST_ERROR) {
      broker.taken(publish); // before the client knows, so that it is never behind
    }
    byte high = (byte) (publish.id() >> 8);
    raw((byte) 0x40, (byte) 3, high, (byte) publish.id(), (byte) code);
  }

  /// Acknowledges `publish` if the client is still there.
  void tryPubAck(Publish publish) {
    try {
      pubAck(publish, 0);
    } catch (IOException e) {
      return; // it has gone
    }
  }

  /// Answers every message as `answer` says, until the client goes.
  public void answerAll(Scripts.Acknowledgement answer) throws IOException {
    while (true) {
      Publish publish = publish();
      int code = answer.code(publish);
      if (code != Scripts.NONE) {
        pubAck(publish, code);
      }
    }
  }

  /// Says why the connection ends.
  public void disconnect(int code, Property... properties) throws IOException {
    byte[] encoded = Property.encoded(properties);
    ByteArrayOutputStream packet = new ByteArrayOutputStream();
    packet.write(0xE0);
    packet.write(1 + encoded.length);
    packet.write(code);
    packet.writeBytes(encoded);
    raw(packet.toByteArray());
  }

  /// Sends whatever this is.
  public void raw(byte... bytes) throws IOException {
    synchronized (out) { // a late answer comes from a thread of its own
      out.write(bytes);
      out.flush();
    }
  }

  /// Any packet at all.
  Packet read() throws IOException {
    return Packet.read(in);
  }

  /// The connection ends with a reset instead of an orderly end.
  public void reset() throws IOException {
    socket.setSoLinger(true, 0);
  }

  /// Keeps the connection until the broker hangs up, without reading anything.
  public void stare() throws IOException, InterruptedException {
    while (!socket.isClosed()) {
      Thread.sleep(50);
    }
  }
}
