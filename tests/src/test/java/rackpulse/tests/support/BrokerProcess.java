package rackpulse.tests.support;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A private Mosquitto on loopback that can be killed and started again on the same port.
public final class BrokerProcess implements AutoCloseable {
  private final Path directory;
  private final int port;
  private @Nullable RunningProcess process;

  private BrokerProcess(Path directory, int port) {
    this.directory = directory;
    this.port = port;
  }

  /// Starts a broker that lets everybody in.
  public static BrokerProcess start(Path directory) throws IOException, InterruptedException {
    return start(directory, "allow_anonymous true");
  }

  /// Starts a broker with more lines of configuration, which hold for its one listener.
  public static BrokerProcess start(Path directory, String... settings)
      throws IOException, InterruptedException {
    int port = Ports.free();
    String common =
        "listener "
            + port
            + " 127.0.0.1\n"
            + "persistence false\nlog_dest stderr\nlog_type all\n"
            // root may not keep its rights otherwise, and test directories belong to root
            + "user root\n";
    Files.writeString(
        directory.resolve("mosquitto.conf"), common + String.join("\n", settings) + "\n");
    BrokerProcess broker = new BrokerProcess(directory, port);
    broker.restart();
    return broker;
  }

  /// Starts it (again) and returns when it accepts connections.
  public void restart() throws IOException, InterruptedException {
    kill();
    RunningProcess started =
        new RunningProcess(List.of(mosquitto(), "-c", "mosquitto.conf"), directory, Map.of());
    process = started;
    Await.until(Duration.ofSeconds(10), "mosquitto to listen", this::accepts, started::transcript);
  }

  private static String mosquitto() {
    // Debian keeps it where an ordinary user's PATH does not look
    return Files.isExecutable(Path.of("/usr/sbin/mosquitto")) ? "/usr/sbin/mosquitto" : "mosquitto";
  }

  private boolean accepts() {
    try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /// Kills it without letting it say goodbye.
  public void kill() throws InterruptedException {
    if (process != null) {
      process.kill();
    }
  }

  /// The running process, to freeze it or read its log.
  public RunningProcess process() {
    return Objects.requireNonNull(process);
  }

  public int port() {
    return port;
  }

  /// As it stands in `[mqtt] url`.
  public String url() {
    return "mqtt://127.0.0.1:" + port;
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }
}
