package rackpulse.modbus;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import org.jspecify.annotations.Nullable;
import rackpulse.bus.BusException;
import rackpulse.bus.BusSettings.ModbusTcpSettings;
import rackpulse.bus.Line;

/// A TCP connection to a device or gateway, made when something is to be written and made anew
/// after it was lost or closed: at most one attempt per write, the pauses between them are up to
/// the caller. Belongs to the bus thread.
///
/// Everything waits on a selector, because that, unlike a blocking channel, ends when the thread is
/// interrupted without closing the connection. Only looking up the host name does not: it takes as
/// long as the system's resolver.
public final class TcpLine implements Line, AutoCloseable {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final ModbusTcpSettings settings;
  private final MonotonicClock clock;
  private @Nullable Connection connection;

  private record Connection(SocketChannel channel, Selector selector, SelectionKey key) {}

  public TcpLine(ModbusTcpSettings settings, MonotonicClock clock) {
    this.settings = settings;
    this.clock = clock;
  }

  @Override
  public void write(ByteBuffer frame) throws BusException.Down {
    Connection open = connection;
    if (open == null) {
      open = connect();
      connection = open;
    }
    long deadlineNanos = deadlineNanos();
    try {
      while (true) {
        int sent = open.channel.write(frame);
        if (!frame.hasRemaining() || Thread.currentThread().isInterrupted()) {
          return;
        }
        if (sent == 0 && !await(open, SelectionKey.OP_WRITE, deadlineNanos)) {
          throw lost("takes no more bytes", null);
        }
      }
    } catch (IOException e) {
      throw lost("connection lost", e);
    }
  }

  /// Returns 0 while there is no connection.
  @Override
  public int read(ByteBuffer into, long deadlineNanos) throws BusException.Down {
    Connection open = connection;
    if (open == null || !into.hasRemaining()) {
      return 0;
    }
    try {
      await(open, SelectionKey.OP_READ, deadlineNanos);
      int received = open.channel.read(into);
      if (received >= 0) {
        return received;
      }
    } catch (IOException e) {
      throw lost("connection lost", e);
    }
    throw lost("closed the connection", null);
  }

  @Override
  public int discardInput() throws BusException.Down {
    ByteBuffer sink = ByteBuffer.allocate(MbapParser.MAX_FRAME_BYTES);
    int discarded = 0;
    int received = read(sink, clock.nanoTime());
    while (received > 0 && discarded < TcpMaster.MAX_BYTES_PER_ANSWER) {
      discarded += received;
      received = read(sink.clear(), clock.nanoTime());
    }
    return discarded;
  }

  /// Ends the connection; the next write makes a new one.
  @Override
  public void close() {
    Connection open = connection;
    connection = null;
    if (open != null) {
      close(open.channel);
      close(open.selector); // frees the channel's descriptor, too
    }
  }

  private Connection connect() throws BusException.Down {
    InetSocketAddress address = new InetSocketAddress(settings.host(), settings.port());
    if (address.isUnresolved()) {
      throw new BusException.Down(
          "the name " + settings.host() + " cannot be resolved: check it and the name server");
    }
    SocketChannel channel = null;
    Selector selector = null;
    try {
      channel = SocketChannel.open();
      selector = Selector.open();
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true); // a request is one small segment
      SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT);
      Connection fresh = new Connection(channel, selector, key);
      if (channel.connect(address) || isConnected(fresh)) {
        return fresh;
      }
    } catch (IOException | UnresolvedAddressException e) {
      close(selector);
      close(channel);
      throw unreachable(String.valueOf(e.getMessage()));
    }
    close(selector);
    close(channel);
    throw unreachable(
        Thread.currentThread().isInterrupted()
            ? "interrupted"
            : "no answer within " + settings.timeout().toMillis() + " ms");
  }

  private boolean isConnected(Connection fresh) throws IOException {
    await(fresh, SelectionKey.OP_CONNECT, deadlineNanos());
    return fresh.channel.finishConnect();
  }

  /// Waits until `operation` is possible; false when it is not in time or the thread is
  /// interrupted.
  private boolean await(Connection open, int operation, long deadlineNanos) throws IOException {
    if (open.key.interestOps() != operation) {
      open.key.interestOps(operation);
    }
    long leftNanos = deadlineNanos - clock.nanoTime();
    while (leftNanos > 0 && !Thread.currentThread().isInterrupted()) {
      // rounded up: a selector with 0 waits for ever, and one that is early is asked again
      long leftMillis = (leftNanos + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI;
      if (open.selector.select(TcpLine::ignore, leftMillis) > 0) {
        return true;
      }
      leftNanos = deadlineNanos - clock.nanoTime();
    }
    return false;
  }

  /// One key is registered: which is ready is no question.
  private static void ignore(SelectionKey ready) {}

  private long deadlineNanos() {
    return clock.nanoTime() + settings.timeout().toNanos();
  }

  private BusException.Down lost(String what, @Nullable IOException why) {
    close();
    return new BusException.Down(where() + ": " + what + (why == null ? "" : ", " + why));
  }

  private BusException.Down unreachable(String why) {
    return new BusException.Down(
        "cannot connect to "
            + where()
            + ": "
            + why
            + "; is the device on and its Modbus port open?");
  }

  private String where() {
    return settings.host() + ":" + settings.port();
  }

  private static void close(@Nullable AutoCloseable resource) {
    if (resource != null) {
      try {
        resource.close();
      } catch (Exception e) {
        // nothing is left to be done with it
      }
    }
  }
}
