package rackpulse.tests.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/// A small MQTT 5 broker on loopback that treats each connection as its script says and remembers
/// what it was sent. It delivers nothing to anybody.
public final class FaultBroker implements AutoCloseable {
  private final ServerSocket server;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private final Map<Integer, Integer> mostInFlight = new ConcurrentHashMap<>();
  private final List<Connection> greeted = new CopyOnWriteArrayList<>();
  private final List<Publish> received = new CopyOnWriteArrayList<>();
  private final List<Publish> taken = new CopyOnWriteArrayList<>();
  private final AtomicInteger pings = new AtomicInteger();
  private volatile Script script;

  /// What the broker does with one connection, which ends when it returns or throws.
  public interface Script {
    void serve(Peer peer) throws IOException, InterruptedException;
  }

  /// A CONNECT that came.
  public record Connection(int number, String clientId, int willQos, boolean willRetained) {}

  private FaultBroker(Script script) throws IOException {
    this.script = script;
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().name("fault-broker").start(this::accept);
  }

  /// Listens on a free port and treats every connection as `script` says.
  public static FaultBroker start(Script script) throws IOException {
    return new FaultBroker(script);
  }

  /// How connections from now on are treated.
  public void behave(Script next) {
    script = next;
  }

  /// Ends every connection at once, without a word.
  public void hangUp() throws IOException {
    for (Socket socket : open) {
      socket.close();
    }
  }

  /// As it stands in `[mqtt] url`.
  public String url() {
    return "mqtt://" + address();
  }

  /// `HOST:PORT`.
  public String address() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  /// How many connections were accepted.
  public int connections() {
    return connections.get();
  }

  /// Every CONNECT that came.
  public List<Connection> greeted() {
    return List.copyOf(greeted);
  }

  /// Every PUBLISH that came, whatever became of it.
  public List<Publish> received() {
    return List.copyOf(received);
  }

  /// Every PUBLISH for which the broker took responsibility, by a PUBACK or because of QoS 0, and
  /// that `matches`.
  public List<Publish> taken(Predicate<Publish> matches) {
    return taken.stream().filter(matches).toList();
  }

  /// The most unacknowledged messages that there ever were on `connection`.
  public int mostInFlight(int connection) {
    return mostInFlight.getOrDefault(connection, 0);
  }

  /// How many PINGREQ came.
  public int pings() {
    return pings.get();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        int number = connections.incrementAndGet();
        open.add(socket);
        Thread.ofPlatform()
            .daemon()
            .name("fault-broker-" + number)
            .start(() -> serve(socket, number));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket socket, int number) {
    try (socket) {
      socket.setTcpNoDelay(true);
      script.serve(new Peer(this, socket, number));
    } catch (IOException | InterruptedException e) {
      return; // the client went, or the test ended
    } finally {
      open.remove(socket);
    }
  }

  void greeted(Connection connection) {
    greeted.add(connection);
  }

  void received(Publish publish, int inFlight) {
    received.add(publish);
    mostInFlight.merge(publish.connection(), inFlight, Math::max);
  }

  void taken(Publish publish) {
    taken.add(publish);
  }

  void pinged() {
    pings.incrementAndGet();
  }

  @Override
  public void close() throws IOException {
    server.close();
    hangUp();
  }
}
