package rackpulse.tests.slaves;

import com.ghgande.j2mod.modbus.io.AbstractModbusTransport;
import com.ghgande.j2mod.modbus.io.ModbusRTUTransport;
import com.ghgande.j2mod.modbus.net.AbstractSerialConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A pseudo-terminal as j2mod wants a serial line to be; its own needs a JNI library.
final class J2modLine extends AbstractSerialConnection {
  private final Path tty;
  private final TtyStream stream;
  private final ModbusRTUTransport transport = new ModbusRTUTransport();
  private final BlockingQueue<Byte> received = new LinkedBlockingQueue<>();
  private volatile boolean open = true;
  private volatile int timeoutMillis = 1000;

  J2modLine(Path tty) throws IOException {
    this.tty = tty;
    stream = new TtyStream(tty);
    transport.setCommPort(this);
    Thread.ofPlatform().daemon().name("j2mod-tty").start(this::receive);
  }

  private void receive() {
    ByteBuffer buffer = ByteBuffer.allocate(256);
    while (stream.read(buffer.clear()) >= 0) {
      buffer.flip();
      while (buffer.hasRemaining()) {
        received.add(buffer.get());
      }
    }
    open = false;
  }

  @Override
  public void open() {}

  @Override
  public AbstractModbusTransport getModbusTransport() {
    return transport;
  }

  @Override
  public int readBytes(byte[] into, int count) {
    for (int i = 0; i < count; i++) {
      Byte next = next();
      if (next == null) {
        return i;
      }
      into[i] = next;
    }
    return count;
  }

  private @Nullable Byte next() {
    try {
      return received.poll(timeoutMillis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  @Override
  public int writeBytes(byte[] bytes, int count) {
    try {
      stream.write(Arrays.copyOf(bytes, count));
      return count;
    } catch (IOException e) {
      return -1;
    }
  }

  @Override
  public int bytesAvailable() {
    return received.size();
  }

  @Override
  public void close() {
    open = false;
    try {
      stream.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Only decides how long j2mod waits after it has written.
  @Override
  public int getBaudRate() {
    return 115_200;
  }

  @Override
  public int getNumDataBits() {
    return 8;
  }

  @Override
  public int getNumStopBits() {
    return ONE_STOP_BIT;
  }

  @Override
  public int getParity() {
    return NO_PARITY;
  }

  @Override
  public String getPortName() {
    return tty.toString();
  }

  @Override
  public String getDescriptivePortName() {
    return tty.toString();
  }

  @Override
  public void setComPortTimeouts(int mode, int readMillis, int writeMillis) {}

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public int getTimeout() {
    return timeoutMillis;
  }

  @Override
  public void setTimeout(int millis) {
    timeoutMillis = millis;
  }

  @Override
  public Set<String> getCommPorts() {
    return Set.of(tty.toString());
  }
}
