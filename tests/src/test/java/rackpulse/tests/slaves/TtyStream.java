package rackpulse.tests.slaves;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The slave's end of a pseudo-terminal. Two channels, because a write on one channel waits for the
/// read that blocks on it.
final class TtyStream implements Closeable {
  private final FileChannel input;
  private final FileChannel output;

  TtyStream(Path tty) throws IOException {
    input = FileChannel.open(tty, StandardOpenOption.READ);
    output = FileChannel.open(tty, StandardOpenOption.WRITE);
  }

  /// Waits for bytes; -1 when this stream was closed or the pair is gone.
  int read(ByteBuffer into) {
    try {
      return input.read(into);
    } catch (IOException e) {
      return -1;
    }
  }

  void write(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      output.write(buffer);
    }
  }

  /// Wakes a thread that reads.
  @Override
  public void close() throws IOException {
    input.close();
    output.close();
  }
}
