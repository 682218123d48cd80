package rackpulse.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Assumptions;

/// C code of a test, compiled by the machine's own compiler; without one the test is skipped.
final class NativeLibrary {
  private static final Map<String, NativeLibrary> LIBRARIES = new ConcurrentHashMap<>();

  private final SymbolLookup lookup;

  private NativeLibrary(SymbolLookup lookup) {
    this.lookup = lookup;
  }

  /// @param name of a C file among the test resources in `native/`, without its ending
  static NativeLibrary of(String name) {
    if (!compilerIsThere()) {
      String message = "NATIVE CODE IS NOT TESTED: no C compiler `cc` (apt-get install gcc)";
      System.err.println(message);
      Assumptions.abort(message);
    }
    return LIBRARIES.computeIfAbsent(name, NativeLibrary::compile);
  }

  SymbolLookup lookup() {
    return lookup;
  }

  @SuppressWarnings("restricted")
  MethodHandle function(String name, FunctionDescriptor descriptor) {
    return Linker.nativeLinker().downcallHandle(lookup.findOrThrow(name), descriptor);
  }

  @SuppressWarnings("restricted")
  private static NativeLibrary compile(String name) {
    try (InputStream source = NativeLibrary.class.getResourceAsStream("/native/" + name + ".c")) {
      Path folder = Files.createTempDirectory("rackpulse-native");
      Path file = folder.resolve(name + ".c");
      Path library = folder.resolve(name + ".so");
      Files.copy(Objects.requireNonNull(source, name), file);
      folder.toFile().deleteOnExit();
      file.toFile().deleteOnExit();
      library.toFile().deleteOnExit();
      run("cc", "-shared", "-fPIC", "-o", library.toString(), file.toString());
      return new NativeLibrary(SymbolLookup.libraryLookup(library, Arena.global()));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static boolean compilerIsThere() {
    try {
      run("cc", "--version");
      return true;
    } catch (IOException absent) {
      return false;
    }
  }

  private static void run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      assertEquals(0, process.waitFor(), output);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(interrupted);
    }
  }
}
