package rackpulse.tests.support;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// An authority of our own and what it signs, made by openssl in one directory: `NAME.pem` and
/// `NAME.key`.
public record Certificates(Path directory, String authority) {
  private static final List<String> NEW_KEY =
      List.of("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes");

  /// Makes the authority.
  public static Certificates create(Path directory, String authority)
      throws IOException, InterruptedException {
    Certificates made = new Certificates(directory, authority);
    made.openssl("req", "-x509", "-days", "2", "-subj", "/CN=" + authority)
        .with(NEW_KEY)
        .with("-keyout", authority + ".key", "-out", authority + ".pem")
        .run();
    return made;
  }

  /// Makes a certificate for `name` with `alternatives` such as `DNS:localhost,IP:127.0.0.1`.
  public Certificates sign(String name, String alternatives)
      throws IOException, InterruptedException {
    return sign(name, alternatives, List.of());
  }

  /// Makes one that has expired a week ago.
  public Certificates signLongAgo(String name, String alternatives)
      throws IOException, InterruptedException {
    return sign(name, alternatives, List.of("faketime", "-f", "-9d"));
  }

  private Certificates sign(String name, String alternatives, List<String> clock)
      throws IOException, InterruptedException {
    Files.writeString(directory.resolve(name + ".ext"), "subjectAltName=" + alternatives + "\n");
    openssl("req", "-subj", "/CN=" + name)
        .with(NEW_KEY)
        .with("-keyout", name + ".key", "-out", name + ".csr")
        .run();
    new Command(new ArrayList<>(clock))
        .with("openssl", "x509", "-req", "-in", name + ".csr")
        .with("-CA", authority + ".pem", "-CAcreateserial")
        .with("-CAkey", authority + ".key", "-days", "2")
        .with("-extfile", name + ".ext", "-out", name + ".pem")
        .run();
    return this;
  }

  public Path pem(String name) {
    return directory.resolve(name + ".pem");
  }

  public Path key(String name) {
    return directory.resolve(name + ".key");
  }

  private Command openssl(String... arguments) {
    Command command = new Command(new ArrayList<>());
    return command.with("openssl").with(arguments);
  }

  private final class Command {
    private final List<String> words;

    Command(List<String> words) {
      this.words = words;
    }

    Command with(String... more) {
      return with(List.of(more));
    }

    Command with(List<String> more) {
      words.addAll(more);
      return this;
    }

    void run() throws IOException, InterruptedException {
      try (RunningProcess process = new RunningProcess(words, directory, Map.of())) {
        assertEquals(0, process.exitCode(), () -> words + "\n" + process.transcript());
      }
    }
  }
}
