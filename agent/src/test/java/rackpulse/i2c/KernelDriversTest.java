package rackpulse.i2c;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelDriversTest {
  @Test
  void namesTheDriversBoundToChipsOfOneBus(@TempDir Path root) throws IOException {
    Path drivers = Files.createDirectories(root.resolve("drivers"));
    bind(root, drivers, "1-0068", "rtc-ds1307");
    bind(root, drivers, "1-0008", "dummy");
    bind(root, drivers, "11-0050", "at24");
    Files.createDirectories(root.resolve("1-0051"));
    assertEquals(Map.of(0x68, "rtc-ds1307", 0x08, "dummy"), KernelDrivers.owners(root, 1));
    assertEquals(Map.of(), KernelDrivers.owners(root.resolve("absent"), 1));
  }

  @Test
  void knowsTheBusBehindALink(@TempDir Path folder) throws IOException {
    Path device = Files.createFile(folder.resolve("i2c-12"));
    Path link = Files.createSymbolicLink(folder.resolve("front"), device);
    assertEquals(OptionalInt.of(12), KernelDrivers.busNumber(link));
    assertEquals(OptionalInt.of(3), KernelDrivers.busNumber(Path.of("/dev/i2c-3")));
    assertEquals(OptionalInt.empty(), KernelDrivers.busNumber(Path.of("/dev/null")));
    assertEquals(OptionalInt.empty(), KernelDrivers.busNumber(Path.of("/dev/i2c-x")));
  }

  private static void bind(Path root, Path drivers, String chip, String driver) throws IOException {
    Path folder = Files.createDirectories(root.resolve(chip));
    Files.createSymbolicLink(
        folder.resolve("driver"), Files.createDirectories(drivers.resolve(driver)));
  }
}
