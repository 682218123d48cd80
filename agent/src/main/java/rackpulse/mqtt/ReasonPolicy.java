package rackpulse.mqtt;

import java.io.EOFException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.eclipse.paho.mqttv5.client.MqttClientException;
import org.eclipse.paho.mqttv5.common.MqttException;
import rackpulse.credentials.TlsTrouble;
import rackpulse.credentials.UntrustedBroker;

/// What a broker's reason code, or the exception that ended a connection, means for us, pure. The
/// codes are those of MQTT 5.0, 2.4.
final class ReasonPolicy {
  /// No code: the network or the broker's silence ended it.
  static final int NONE = -1;

  /// No code: the other side ended it without a word.
  static final int HUNG_UP = -2;

  private static final int SUCCESS = 0x00;
  private static final int NO_SUBSCRIBERS = 0x10;
  static final int UNSUPPORTED_PROTOCOL_VERSION = 0x84;
  static final int RETAIN_NOT_SUPPORTED = 0x9A;
  static final int QOS_NOT_SUPPORTED = 0x9B;

  /// Reason codes from here on are errors.
  private static final int FIRST_ERROR = 0x80;

  /// Exceptions hold a handful of causes; guards against a ring.
  private static final int MAX_CAUSES = 10;

  private ReasonPolicy() {}

  /// Whether the broker gave this code.
  static boolean isCode(int code) {
    return code >= SUCCESS;
  }

  /// Whether the broker said that something is wrong.
  static boolean isError(int code) {
    return code >= FIRST_ERROR;
  }

  /// What to do when a connection was refused or ended.
  enum Remedy {
    /// Try again with the usual delays.
    BACK_OFF(Duration.ZERO, false),
    /// Try again with the usual delays, without what this broker does not offer.
    ADAPT(Duration.ZERO, false),
    /// The broker names another one.
    ELSEWHERE(Duration.ZERO, false),
    /// An error of this program; the log must show it.
    OUR_FAULT(Duration.ZERO, true),
    /// Access may be granted any minute.
    ASK_ACCESS(Duration.ofMinutes(2), true),
    /// Only somebody who changes a configuration can help.
    CONFIGURATION(Duration.ofMinutes(10), true),
    /// Another instance has our client id; connecting again would throw it out, and it us.
    NO_TUG_OF_WAR(Duration.ofMinutes(5), true);

    private final Duration pause;
    private final boolean loud;

    Remedy(Duration pause, boolean loud) {
      this.pause = pause;
      this.loud = loud;
    }

    /// The shortest pause before the next attempt.
    Duration pause() {
      return pause;
    }

    /// Whether it belongs into the log as an error.
    boolean loud() {
      return loud;
    }
  }

  /// For the reason code of a CONNACK or a DISCONNECT, or [#NONE].
  static Remedy connection(int code) {
    return switch (code) {
      case UNSUPPORTED_PROTOCOL_VERSION, 0x85, 0x8A, 0x8C, 0x90 -> Remedy.CONFIGURATION;
      case 0x86, 0x87 -> Remedy.ASK_ACCESS;
      case 0x8E -> Remedy.NO_TUG_OF_WAR;
      case 0x81, 0x82, 0x8D, 0x93, 0x94, 0x95, 0x99 -> Remedy.OUR_FAULT;
      case RETAIN_NOT_SUPPORTED, QOS_NOT_SUPPORTED -> Remedy.ADAPT;
      case 0x9C, 0x9D -> Remedy.ELSEWHERE;
      default -> Remedy.BACK_OFF; // 0x80 0x83 0x88 0x89 0x8B 0x96 0x97 0x98 0x9F 0xA0, and new ones
    };
  }

  /// For the reason code of a PUBACK, or [#NONE] when none came.
  static MqttSession.Fate publication(int code) {
    return switch (code) {
      case SUCCESS, NO_SUBSCRIBERS -> MqttSession.Fate.ACKNOWLEDGED;
      case 0x87, 0x90, 0x95, 0x99 -> MqttSession.Fate.REFUSED;
      default -> MqttSession.Fate.UNSENT; // 0x80 0x83 0x91 0x97, and new ones: later it may work
    };
  }

  /// The code and its meaning for a person, with what to do where that is clear.
  static String words(int code) {
    String meaning =
        switch (code) {
          case 0x80 -> "unspecified error";
          case 0x81 -> "malformed packet";
          case 0x82 -> "protocol error";
          case 0x83 -> "an error of this broker's own";
          case UNSUPPORTED_PROTOCOL_VERSION -> "the broker does not speak MQTT 5";
          case 0x85 -> "client id not accepted: check agent.id, site and rack";
          case 0x86 -> "bad user name or password: check mqtt.username and mqtt.password_file";
          // Mosquitto says so of a wrong password, too
          case 0x87 ->
              "not authorised: check mqtt.username, mqtt.password_file and the broker's access"
                  + " rules";
          case 0x88 -> "server unavailable";
          case 0x89 -> "server busy";
          case 0x8A -> "banned by the broker";
          case 0x8B -> "server shutting down";
          case 0x8C -> "bad authentication method";
          case 0x8D -> "keep alive time-out";
          case 0x8E -> "session taken over: another agent has the same id, site and rack";
          case 0x90 -> "topic name invalid";
          case 0x91 -> "packet identifier in use";
          case 0x93 -> "receive maximum exceeded";
          case 0x94 -> "topic alias invalid";
          case 0x95 -> "packet too large";
          case 0x96 -> "message rate too high";
          case 0x97 -> "quota exceeded";
          case 0x98 -> "administrative action";
          case 0x99 -> "payload format invalid";
          case RETAIN_NOT_SUPPORTED -> "retained messages not supported";
          case QOS_NOT_SUPPORTED -> "QoS 1 not supported";
          case 0x9C -> "use another server";
          case 0x9D -> "server moved";
          case 0x9F -> "connection rate exceeded";
          case 0xA0 -> "maximum connect time";
          default -> "the broker ended it";
        };
    return "0x" + Integer.toHexString(0x100 | code & 0xFF).substring(1) + " " + meaning;
  }

  /// Why there is no connection.
  static final class Failure extends Exception {
    private static final long serialVersionUID = 1;

    private final int reasonCode;
    private final String serverReference;

    /// @param reasonCode of a CONNACK or DISCONNECT, [#HUNG_UP] or [#NONE]
    /// @param text for the operator
    /// @param serverReference where else the broker wants us to go; may be empty
    Failure(int reasonCode, String text, String serverReference) {
      super(text);
      this.reasonCode = reasonCode;
      this.serverReference = serverReference;
    }

    /// Without a word from the broker.
    Failure(String text) {
      this(NONE, text, "");
    }

    /// What `e` means: the broker's own words, or the deepest cause that says something.
    static Failure of(MqttException e, Wire wire) {
      return wire.farewell()
          .map(Failure::of)
          .orElseGet(() -> {
            Throwable cause = wire.failure().isPresent() ? wire.failure().get() : e;
            boolean hungUp = isHangUp(cause);
            String text = explain(cause, e.getReasonCode(), wire);
            if (hungUp && wire.connAck().isEmpty()) {
              text += TlsTrouble.hint(wire.access());
            }
            return new Failure(hungUp ? HUNG_UP : NONE, text, "");
          });
    }

    private static Failure of(Repair.Said said) {
      String words = words(said.reasonCode());
      String text = said.text().isEmpty() ? words : words + " (" + said.text() + ")";
      return new Failure(said.reasonCode(), text, said.serverReference());
    }

    int reasonCode() {
      return reasonCode;
    }

    String serverReference() {
      return serverReference;
    }

    String text() {
      return String.valueOf(getMessage());
    }
  }

  /// The first of the causes that has words of ours, else what the outermost of them says.
  private static String explain(Throwable failure, int clientCode, Wire wire) {
    Endpoint endpoint = wire.endpoint();
    Throwable cause = failure;
    String said = "";
    for (int depth = 0; depth < MAX_CAUSES && cause != null; depth++) {
      String words = words(cause, wire);
      if (!words.isEmpty()) {
        return words;
      }
      if (said.isEmpty() && !(cause instanceof MqttException)) {
        said = endpoint + ": " + cause.getMessage();
      }
      cause = cause.getCause();
    }
    return said.isEmpty() ? endpoint + " " + clientWords(clientCode) : said;
  }

  private static boolean isHangUp(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; depth < MAX_CAUSES && cause != null; depth++) {
      if (cause instanceof EOFException) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  private static String words(Throwable cause, Wire wire) {
    Endpoint endpoint = wire.endpoint();
    return switch (cause) {
      case UnknownHostException _ -> "the name " + endpoint.host() + " is not known";
      case SocketTimeoutException _ -> endpoint + " does not answer";
      case EOFException _ -> endpoint + " closed the connection";
      case UntrustedBroker untrusted -> untrusted.text();
      case SSLException refused -> TlsTrouble.words(refused, wire.access());
      default -> "";
    };
  }

  private static String clientWords(int code) {
    return switch (code) {
      case MqttClientException.REASON_CODE_CLIENT_TIMEOUT -> "does not answer";
      case MqttClientException.REASON_CODE_WRITE_TIMEOUT -> "does not read what we send";
      case MqttClientException.REASON_CODE_CONNECTION_LOST -> "closed the connection";
      case MqttException.REASON_CODE_INVALID_RETURN_CODE,
          MqttException.REASON_CODE_MALFORMED_PACKET ->
          "sent a packet that is not MQTT 5";
      default -> "cannot be used: client error " + code;
    };
  }
}
