package rackpulse.tests.support;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// systemd's end of the notification socket: socat on a Unix datagram socket, which prints what
/// comes in hexadecimal, so that datagrams stay apart.
public final class NotifyListener implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final RunningProcess process;
  private final Path socket;

  private NotifyListener(RunningProcess process, Path socket) {
    this.process = process;
    this.socket = socket;
  }

  /// Listens on a socket in `directory`.
  public static NotifyListener open(Path directory) throws IOException, InterruptedException {
    Path socket = directory.resolve("notify");
    RunningProcess process =
        new RunningProcess(
            List.of("socat", "-u", "-x", "UNIX-RECV:" + socket, "OPEN:/dev/null"),
            directory,
            Map.of());
    Await.until(
        Duration.ofSeconds(10), "socat's socket", () -> Files.exists(socket), process::transcript);
    return new NotifyListener(process, socket);
  }

  /// What the agent needs to know to tell it.
  public String socket() {
    return socket.toString();
  }

  /// What was told so far.
  public List<Word> words() {
    List<Word> words = new ArrayList<>();
    LocalTime at = LocalTime.MIN;
    for (String line : process.err()) {
      if (line.startsWith("> ")) {
        at = LocalTime.parse(line.split(" ", -1)[2]);
      } else if (line.startsWith(" ")) {
        byte[] bytes = HexFormat.of().parseHex(line.replace(" ", ""));
        words.add(new Word(at, new String(bytes, StandardCharsets.UTF_8)));
      }
    }
    return words;
  }

  /// Waits for a word that `matches`.
  public Word await(String what, RunningProcess blamed, Predicate<Word> matches)
      throws InterruptedException {
    Await.until(
        PATIENCE,
        what,
        () -> words().stream().anyMatch(matches),
        () -> words() + "\n" + process.transcript() + "\n" + blamed.transcript());
    return words().stream().filter(matches).findFirst().orElseThrow();
  }

  @Override
  public void close() {
    process.close();
  }

  /// @param at the time of day
  /// @param text such as `READY=1`
  public record Word(LocalTime at, String text) {}
}
