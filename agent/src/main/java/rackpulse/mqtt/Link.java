package rackpulse.mqtt;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClientException;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.MqttPingSender;
import org.eclipse.paho.mqttv5.client.internal.ClientComms;
import org.eclipse.paho.mqttv5.client.internal.NetworkModule;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;
import rackpulse.credentials.Access;
import rackpulse.mqtt.Message.Publication;
import rackpulse.mqtt.ReasonPolicy.Failure;

/// One connection to a broker, from CONNECT to its end: the one class that touches Paho's client.
///
/// A Paho client is never connected twice, because it carries topic aliases and orphaned messages
/// from one connection into the next; nor is it closed, because closing takes its parts away under
/// threads that still start or stop, and they hang or die with a trace. A client that was shut down
/// is garbage.
///
/// Called by one thread; [Events] come from Paho's threads.
final class Link {
  /// Held, because java.util.logging forgets loggers that nobody holds. Paho logs every lost
  /// connection as severe, with a trace.
  private static final Logger PAHO = Logger.getLogger("org.eclipse.paho");

  static {
    PAHO.setLevel(Level.OFF);
  }

  /// Paho wants a URI of a kind that it knows; the [Wire] knows where to go.
  private static final String NO_URI = "tcp://broker";

  /// For a CONNACK that comes at the last moment and Paho's own pauses.
  private static final Duration GRACE = Duration.ofSeconds(1);

  /// Paho's window is one that it must not reach: it counts a message as sent before we know it.
  private static final int WINDOW_SLACK = 2;

  /// Paho rounds the time of the next ping down and would be asked again and again before it.
  private static final long SHORTEST_PULSE_MILLIS = 100;

  private final PahoClient client;
  private final Wire wire;
  private final Pulse pulse;
  private volatile @Nullable Failure lost;
  private int receiveMaximum = Repair.DEFAULT_RECEIVE_MAXIMUM;
  private long maximumPacketBytes = Long.MAX_VALUE;
  private boolean acknowledging = true;
  private boolean retaining = true;

  /// What happens on Paho's threads; must not block.
  interface Events {
    /// A connection was lost or something else changed that the owner should look at.
    void wake();

    /// A message came in.
    default void arrived(Message.Arrival arrival) {}
  }

  /// What becomes of one packet; called once, on one of Paho's threads.
  interface Receipt {
    /// @param reasonCode of the acknowledgement, or [ReasonPolicy#NONE] when none will come
    void settled(int reasonCode);
  }

  /// What the broker is to say when the connection is lost.
  record Will(Publication publication, int qos, boolean retained) {}

  /// Who connects.
  record Identity(String clientId, Optional<Will> will) {}

  private Link(Wire wire, String clientId, Events events) throws MqttException {
    this.wire = wire;
    pulse = new Pulse();
    client = new PahoClient(clientId, pulse, wire);
    client.setCallback(new Callback(events));
  }

  /// Connects; blocks until the broker has accepted, but not longer than the settings say.
  static Link open(
      MqttSettings settings, Access access, Endpoint endpoint, Identity identity, Events events)
      throws Failure {
    Wire wire =
        new Wire(
            endpoint, access, settings.allowPlain(), settings.connectTimeout(), events::arrived);
    try {
      Link link = new Link(wire, identity.clientId(), events);
      link.connect(options(settings, access, identity), settings.connectTimeout());
      return link;
    } catch (MqttException e) {
      throw Failure.of(e, wire);
    }
  }

  private void connect(MqttConnectionOptions options, Duration timeout)
      throws MqttException, Failure {
    IMqttToken token = client.connect(options);
    try {
      token.waitForCompletion(timeout.plus(GRACE).toMillis());
    } catch (MqttException e) {
      rememberInterrupt(e);
      abort();
      if (e.getReasonCode() == MqttClientException.REASON_CODE_CLIENT_TIMEOUT) {
        String text = "no answer within " + timeout.toMillis() + " ms";
        throw new Failure(text);
      }
      throw e;
    }
    adopt(token.getResponseProperties(), options.getKeepAliveInterval());
  }

  private void adopt(@Nullable MqttProperties server, int keepAliveSeconds) {
    pulse.seconds = keepAliveSeconds;
    if (server == null) {
      return;
    }
    receiveMaximum =
        wire.connAck().map(Repair.ConnAck::receiveMaximum).orElse(Repair.DEFAULT_RECEIVE_MAXIMUM);
    pulse.seconds = or(server.getServerKeepAlive(), keepAliveSeconds);
    acknowledging = or(server.getMaximumQoS(), 1) > 0;
    @Nullable Boolean retain = server.isRetainAvailable();
    retaining = retain == null || retain;
    @Nullable Long packet = server.getMaximumPacketSize();
    maximumPacketBytes = packet == null ? Long.MAX_VALUE : packet;
  }

  private static int or(@Nullable Integer value, int otherwise) {
    return value == null ? otherwise : value;
  }

  private static MqttConnectionOptions options(
      MqttSettings settings, Access access, Identity identity) {
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setCleanStart(true);
    options.setAutomaticReconnect(false);
    options.setMaximumPacketSize((long) Repair.WANTED_PACKET_BYTES);
    options.setKeepAliveInterval(Math.toIntExact(settings.keepAlive().toSeconds()));
    options.setSessionExpiryInterval(settings.sessionExpiry().toSeconds());
    settings.username().ifPresent(options::setUserName);
    if (access.password() != null) {
      options.setPassword(access.password());
    }
    identity
        .will()
        .ifPresent(will -> {
          Publication publication = will.publication();
          MqttMessage message = new MqttMessage(publication.payload());
          message.setQos(will.qos());
          message.setRetained(will.retained());
          MqttProperties properties = properties(publication);
          properties.setWillDelayInterval(settings.sessionExpiry().toSeconds());
          options.setWill(publication.topic(), message);
          options.setWillMessageProperties(properties);
        });
    return options;
  }

  private static MqttProperties properties(Publication publication) {
    MqttProperties properties = new MqttProperties();
    if (publication.payload().length > 0) {
      properties.setPayloadFormat(true);
      properties.setContentType(Publication.CONTENT_TYPE);
    }
    if (publication.expirySeconds() > 0) {
      properties.setMessageExpiryInterval(publication.expirySeconds());
    }
    if (publication.correlation().length > 0) {
      properties.setCorrelationData(publication.correlation());
    }
    return properties;
  }

  /// How many publications may be on their way when the operator allows `wanted`.
  int window(int wanted) {
    return Math.max(1, Math.min(wanted, receiveMaximum - WINDOW_SLACK));
  }

  /// The largest packet that the broker takes.
  long maximumPacketBytes() {
    return maximumPacketBytes;
  }

  /// Whether the broker takes QoS 1; without, what is written counts as delivered.
  boolean acknowledging() {
    return acknowledging;
  }

  /// Whether the broker keeps retained messages.
  boolean retaining() {
    return retaining;
  }

  /// The broker's certificate and those that it sent along; empty without TLS.
  List<X509Certificate> brokerChain() {
    return wire.brokerChain();
  }

  /// Why the connection ended; null while it is up.
  @Nullable Failure lost() {
    return lost;
  }

  /// How often something must be sent, so that the broker knows that we are there; 0 for never.
  Duration keepAlive() {
    return Duration.ofSeconds(pulse.seconds);
  }

  /// Sends a ping when one is due, and ends the connection when the last was not answered.
  ///
  /// @return when to call again
  Duration ping() {
    pulse.nextMillis = keepAlive().toMillis();
    try {
      client.checkPing(null, null);
    } catch (MqttException e) {
      lose(Failure.of(e, wire));
    }
    return Duration.ofMillis(Math.max(pulse.nextMillis, SHORTEST_PULSE_MILLIS));
  }

  /// Sends with QoS 1; `receipt` tells what became of it.
  ///
  /// @throws Failure when the connection cannot be used any more
  void publish(Publication publication, Receipt receipt) throws Failure {
    MqttMessage message = new MqttMessage(publication.payload());
    message.setQos(1);
    message.setRetained(publication.retained());
    message.setProperties(properties(publication));
    try {
      client.publish(publication.topic(), message, null, new Listener(receipt));
    } catch (MqttException e) {
      Failure failure = Failure.of(e, wire);
      if (!isEnding(e)) { // such as 32202, too many in flight: Paho noted what it has not sent
        lose(failure);
      }
      throw failure;
    }
  }

  /// Whether Paho is already ending the connection: it will tell why, and that is worth waiting
  /// for.
  private static boolean isEnding(MqttException e) {
    return e.getReasonCode() == MqttClientException.REASON_CODE_CLIENT_NOT_CONNECTED
        || e.getReasonCode() == MqttClientException.REASON_CODE_CLIENT_DISCONNECTING;
  }

  /// Asks for all messages that match `filter`, at most once each; `receipt` tells the reason code
  /// of the SUBACK.
  void subscribe(String filter, Receipt receipt) throws Failure {
    try {
      client.subscribe(filter, 0, null, new Listener(receipt));
    } catch (MqttException e) {
      throw lose(Failure.of(e, wire));
    }
  }

  /// Tells the broker that all is well and ends the connection.
  void disconnect(Duration atMost) {
    MqttProperties properties = new MqttProperties();
    properties.setSessionExpiryInterval(0L);
    try {
      IMqttToken token = client.disconnect(0, null, null, 0, properties);
      token.waitForCompletion(Math.max(1, atMost.toMillis()));
    } catch (MqttException e) {
      rememberInterrupt(e);
    }
    abort();
  }

  /// Ends the connection without a word; the broker publishes the will.
  void abort() {
    boolean interrupted = Thread.interrupted(); // Paho's pauses would swallow it
    try {
      client.disconnectForcibly(0, 100, false);
    } catch (MqttException e) {
      wire.stop(); // all that matters
    }
    try {
      wire.endWriter();
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void rememberInterrupt(MqttException e) {
    if (e.getCause() instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
  }

  private Failure lose(Failure failure) {
    if (lost == null) {
      lost = failure;
    }
    return failure;
  }

  /// A client that uses our [Wire] instead of looking one up by URI.
  private static final class PahoClient extends MqttAsyncClient {
    private final Wire wire;

    PahoClient(String clientId, MqttPingSender pulse, Wire wire) throws MqttException {
      super(NO_URI, clientId, new MemoryPersistence(), pulse, null);
      this.wire = wire;
    }

    @Override
    protected NetworkModule[] createNetworkModules(String address, MqttConnectionOptions options) {
      return new NetworkModule[] {wire};
    }
  }

  /// Leaves the time of pings to the owner. Paho's own sender needs a thread, and sleeps for our
  /// keep alive before it looks at the server's shorter one.
  private static final class Pulse implements MqttPingSender {
    private volatile int seconds;
    private volatile long nextMillis;

    @Override
    public void init(ClientComms comms) {}

    @Override
    public void start() {}

    @Override
    public void stop() {}

    @Override
    public void schedule(long delayMillis) {
      nextMillis = delayMillis;
    }
  }

  private record Listener(Receipt receipt) implements MqttActionListener {
    @Override
    public void onSuccess(IMqttToken token) {
      int[] codes = token.getReasonCodes(); // also of refusals: Paho calls every PUBACK a success
      receipt.settled(codes == null || codes.length == 0 ? 0 : codes[0]);
    }

    @Override
    public void onFailure(@Nullable IMqttToken token, @Nullable Throwable exception) {
      receipt.settled(ReasonPolicy.NONE);
    }
  }

  private final class Callback implements MqttCallback {
    private final Events events;

    Callback(Events events) {
      this.events = events;
    }

    @Override
    public void disconnected(MqttDisconnectResponse response) {
      @Nullable MqttException exception = response.getException();
      int lost = MqttClientException.REASON_CODE_CONNECTION_LOST;
      lose(Failure.of(exception == null ? new MqttException(lost) : exception, wire));
      events.wake();
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) {} // the wire tells

    @Override
    public void mqttErrorOccurred(MqttException exception) {}

    @Override
    public void deliveryComplete(IMqttToken token) {}

    @Override
    public void connectComplete(boolean reconnect, String serverUri) {}

    @Override
    public void authPacketArrived(int reasonCode, MqttProperties properties) {}
  }
}
