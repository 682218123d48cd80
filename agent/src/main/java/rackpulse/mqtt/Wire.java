package rackpulse.mqtt;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import org.eclipse.paho.mqttv5.client.internal.NetworkModule;
import org.jspecify.annotations.Nullable;
import rackpulse.credentials.Access;

/// The socket under one connection, encrypted or not, in the shape in which Paho wants it.
///
/// Paho starts its receiver before the threads that end a connection. When the receiver fails at
/// once (the broker closes right after accept, or refuses the client certificate, of which TLS 1.3
/// tells only now), a starting thread waits for it for ever. So the end of the stream is held back
/// until CONNECT has been written: by then everything runs.
final class Wire implements NetworkModule {
  /// TLS 1.2 is the oldest that is not broken.
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  /// Paho writes CONNECT some 0.3 s after the connection is up, or never.
  private static final Duration LONGEST_HOLD = Duration.ofSeconds(5);

  /// After a failed write everything that the broker had sent before is here already.
  private static final Duration LAST_WORDS = Duration.ofMillis(500);

  /// Together a second, which nobody needs: more would keep the caller from connecting again.
  private static final int FAREWELLS = 50;

  private static final int FAREWELL_MILLIS = 20;

  /// How long closing waits for a writer that a stalled broker blocks.
  private static final int LINGER_SECONDS = 1;

  /// A share of the time-out for each of many addresses must still cross an ocean.
  private static final int SHORTEST_CONNECT_MILLIS = 500;

  private static final int BUFFER_BYTES = 8 << 10;

  private final Endpoint endpoint;
  private final Access access;
  private final boolean allowPlain;
  private final Consumer<Message.Arrival> arrivals;
  private final int timeoutMillis;
  private final CountDownLatch greeted = new CountDownLatch(1);

  /// The broker has ended the connection and nothing more will be read.
  private final CountDownLatch ended = new CountDownLatch(1);

  private volatile boolean stopped;
  private volatile @Nullable Thread writer;
  private volatile @Nullable Socket socket;
  private volatile @Nullable InputStream in;
  private volatile @Nullable OutputStream out;
  private volatile Repair.@Nullable ConnAck connAck;
  private volatile Repair.@Nullable Said ending;
  private volatile @Nullable IOException failure;

  /// @param access without TLS for a plain connection, which goes beyond loopback only when
  ///   `allowPlain`
  ///
  /// @param arrivals takes every message that comes in, on Paho's thread; must not block
  Wire(
      Endpoint endpoint,
      Access access,
      boolean allowPlain,
      Duration timeout,
      Consumer<Message.Arrival> arrivals) {
    this.endpoint = endpoint;
    this.access = access;
    this.allowPlain = allowPlain;
    this.arrivals = arrivals;
    timeoutMillis = Math.toIntExact(timeout.toMillis());
  }

  @Override
  public void start() throws IOException {
    InetAddress[] addresses = InetAddress.getAllByName(endpoint.host());
    IOException failure = new UnknownHostException(endpoint.host());
    for (InetAddress address : addresses) {
      if (stopped) {
        break;
      }
      try {
        connect(address, Math.max(timeoutMillis / addresses.length, SHORTEST_CONNECT_MILLIS));
        return;
      } catch (SSLException e) {
        throw e; // a wrong certificate is an answer, not an unreachable address
      } catch (IOException e) {
        close();
        failure = e;
      }
    }
    throw failure;
  }

  private void connect(InetAddress address, int atMostMillis) throws IOException {
    Access.@Nullable Tls tls = access.tls();
    if (tls == null && !allowPlain && !address.isLoopbackAddress()) {
      throw new IOException(
          endpoint.host()
              + " is "
              + address.getHostAddress()
              + ", not this host: readings would"
              + " travel unencrypted; use mqtts:// or allow_plain = true");
    }
    Socket plain = new Socket();
    socket = plain;
    if (stopped) {
      throw new IOException("given up");
    }
    plain.setTcpNoDelay(true); // a reading is one packet: it must not wait for the next
    plain.setKeepAlive(true);
    plain.connect(new InetSocketAddress(address, endpoint.port()), atMostMillis);
    Socket ready = plain;
    if (tls != null) {
      plain.setSoTimeout(timeoutMillis);
      ready = encrypted(plain, tls);
      plain.setSoTimeout(0);
      socket = ready;
    }
    // now, while it is open: were there no stream for CONNECT, the end would be held for nothing
    in = new Received(ready.getInputStream());
    out = new Greeting(ready.getOutputStream());
  }

  private SSLSocket encrypted(Socket plain, Access.Tls tls) throws IOException {
    SSLSocket encrypted =
        (SSLSocket)
            tls.context()
                .getSocketFactory()
                .createSocket(plain, endpoint.host(), endpoint.port(), true);
    SSLParameters parameters = encrypted.getSSLParameters();
    parameters.setProtocols(PROTOCOLS);
    parameters.setEndpointIdentificationAlgorithm("HTTPS"); // RFC 2818: the name must match
    if (!endpoint.isAddress()) {
      parameters.setServerNames(List.of(new SNIHostName(endpoint.host())));
    }
    encrypted.setSSLParameters(parameters);
    encrypted.setSoLinger(true, LINGER_SECONDS);
    shakeHands(encrypted);
    return encrypted;
  }

  private static void shakeHands(SSLSocket encrypted) throws IOException {
    try {
      encrypted.startHandshake();
    } catch (SSLException | SocketTimeoutException e) {
      throw e;
    } catch (IOException e) { // with TLS 1.2 a refusal may come as a broken pipe
      throw new SSLException(
          "TLS broken off (" + e.getMessage() + "): the broker may want a client certificate", e);
    }
  }

  /// The broker's certificate and those that it sent along; empty without TLS.
  List<X509Certificate> brokerChain() {
    if (!(socket instanceof SSLSocket encrypted)) {
      return List.of();
    }
    try {
      return Arrays.stream(encrypted.getSession().getPeerCertificates())
          .filter(X509Certificate.class::isInstance)
          .map(X509Certificate.class::cast)
          .toList();
    } catch (SSLPeerUnverifiedException e) {
      return List.of();
    }
  }

  /// What we show and whom we trust.
  Access access() {
    return access;
  }

  /// The broker's answer to CONNECT, once it came.
  Optional<Repair.ConnAck> connAck() {
    return Optional.ofNullable(connAck);
  }

  /// What the broker said when it ended or refused the connection; empty when it did neither.
  Optional<Repair.Said> farewell() {
    Repair.Said end = ending;
    Repair.ConnAck answer = connAck;
    return end != null || answer == null
        ? Optional.ofNullable(end)
        : Optional.of(answer.said()).filter(said -> ReasonPolicy.isError(said.reasonCode()));
  }

  /// What went wrong while reading, or else while writing.
  Optional<IOException> failure() {
    return Optional.ofNullable(failure);
  }

  /// @return `e`, or an end of the stream when the other side has ended it by a reset
  private IOException noted(IOException e) {
    IOException noted = e;
    if (e instanceof SocketException) {
      noted = new EOFException();
      noted.initCause(e);
    }
    if (!stopped && failure == null) {
      failure = noted;
    }
    return noted;
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return started(in);
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    return started(out);
  }

  private static <T> T started(@Nullable T stream) throws IOException {
    if (stream == null) {
      throw new IOException("not connected");
    }
    return stream;
  }

  @Override
  public void stop() {
    stopped = true;
    close();
  }

  private void close() {
    Socket open = socket;
    try {
      if (open != null) {
        open.close();
      }
    } catch (IOException e) {
      // it is gone either way
    }
  }

  /// Sees the thread off that writes, after Paho has shut down. It may have looked for work just
  /// before, missed that there will be none, and would wait for ever.
  void endWriter() throws InterruptedException {
    Thread sender = writer;
    for (int i = 0; i < FAREWELLS && sender != null && sender.isAlive(); i++) {
      sender.interrupt(); // in vain while Paho is still shutting down
      sender.join(FAREWELL_MILLIS);
    }
  }

  /// Where this goes.
  Endpoint endpoint() {
    return endpoint;
  }

  @Override
  public String getServerURI() {
    return endpoint.toString();
  }

  /// Tells when CONNECT, the first packet, is written. When writing fails the broker has ended the
  /// connection, perhaps with a reason that is still on its way to the reader: it must not be
  /// missed, or two agents with the same id would throw each other out without end.
  private final class Greeting extends FilterOutputStream {
    Greeting(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      writer = Thread.currentThread();
      try {
        out.write(bytes, from, length);
      } catch (IOException e) {
        await(ended, LAST_WORDS);
        throw noted(e);
      } finally {
        greeted.countDown();
      }
    }
  }

  /// Reads packet by packet, repairs what Paho cannot read, and holds back the end. Paho's receiver
  /// is the one thread that reads.
  private final class Received extends InputStream {
    private final DataInputStream received;
    private byte[] packet = new byte[0];
    private int at;

    Received(InputStream in) {
      received = new DataInputStream(new BufferedInputStream(in, BUFFER_BYTES));
    }

    @Override
    public int available() throws IOException {
      return at < packet.length ? packet.length - at : received.available();
    }

    @Override
    public int read() throws IOException {
      return hasPacket() ? packet[at++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      if (!hasPacket()) {
        return -1;
      }
      int count = Math.min(length, packet.length - at);
      System.arraycopy(packet, at, bytes, from, count);
      at += count;
      return count;
    }

    private boolean hasPacket() throws IOException {
      try {
        while (at >= packet.length) {
          int head = received.read();
          if (head < 0) {
            hold();
            return false;
          }
          packet = repaired(Repair.read(head, received));
          at = 0;
        }
        return true;
      } catch (IOException e) {
        IOException noted = noted(e);
        hold();
        throw noted;
      }
    }

    private byte[] repaired(byte[] whole) throws IOException {
      Repair.Packet known = Repair.understand(whole);
      switch (known) {
        case Repair.ConnAck answer -> connAck = answer;
        case Repair.Disconnect end -> {
          ending = end.said();
          ended.countDown();
        }
        case Repair.Arrived(Message.Arrival arrival) -> arrivals.accept(arrival);
        case Repair.Other _ -> {
          // for Paho alone
        }
      }
      return known.packet();
    }

    private void hold() {
      ended.countDown();
      await(greeted, LONGEST_HOLD);
    }
  }

  private static void await(CountDownLatch latch, Duration atMost) {
    try {
      latch.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
