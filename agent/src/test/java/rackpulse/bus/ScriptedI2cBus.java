package rackpulse.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// A bus that expects exactly the transfers of a script, one in each line, and answers as it says:
///
/// ```
/// 0x44 W FD
/// pause 10 ms
/// 0x44 R 66 66 93 72 B0 DC
/// 0x40 W 02 R 2E CD          write and read joined by a repeated start
/// 0x44 R nak                 fails: nak, refused, corrupt, down
/// ```
public final class ScriptedI2cBus implements I2cBus {
  private static final HexFormat HEX = HexFormat.ofDelimiter(" ").withUpperCase();

  private final List<String> lines;
  private int next;

  public ScriptedI2cBus(String script) {
    lines = script.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
  }

  @Override
  public void transfer(int address, byte[] write, byte[] read) throws BusException {
    String line = take();
    String request = "0x%02X".formatted(address);
    if (write.length > 0) {
      request += " W " + HEX.formatHex(write);
    }
    if (read.length > 0) {
      request += " R";
    }
    if (!line.startsWith(request)) {
      fail("expected line " + next + " of the script: " + line + ", got: " + request);
    }
    String answer = line.substring(request.length()).strip();
    switch (answer) {
      case "nak" -> throw new BusException.NoAnswer("no answer");
      case "refused" -> throw new BusException.Refused("refused", 0, new byte[0]);
      case "corrupt" -> throw new BusException.Corrupt("arbitration lost", new byte[0]);
      case "down" -> throw new BusException.Down("bus down");
      default -> {
        byte[] bytes = HEX.parseHex(answer);
        assertEquals(bytes.length, read.length, "bytes read at line " + next + ": " + line);
        System.arraycopy(bytes, 0, read, 0, bytes.length);
      }
    }
  }

  @Override
  public void pause(Duration atLeast) {
    assertEquals(take(), "pause " + atLeast.toMillis() + " ms");
  }

  private String take() {
    if (next == lines.size()) {
      fail("the script has ended");
    }
    return lines.get(next++);
  }

  /// Fails unless all of the script was used.
  public void assertConsumed() {
    assertEquals(List.of(), lines.subList(next, lines.size()), "left of the script");
  }

  /// The scripts in which each transfer of `script` in turn fails as `failure` says, and all after
  /// it is cut off.
  public static List<String> failingEverywhere(String script, String failure) {
    List<String> lines = script.lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
    List<String> scripts = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (!line.startsWith("pause")) {
        int read = line.indexOf(" R");
        String failing = (read < 0 ? line : line.substring(0, read + 2)) + " " + failure;
        scripts.add(String.join("\n", lines.subList(0, i)) + "\n" + failing);
      }
    }
    return scripts;
  }
}
