package rackpulse.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import rackpulse.telemetry.Report;

/// The way out to whoever listens. [#encode] is pure and may be called by any thread; everything
/// else belongs to the publish thread.
public interface Uplink extends AutoCloseable {
  /// The report as it will travel. `historical` is for polls that could not be sent when they were
  /// new: they must not overwrite the latest value.
  Message encode(Report report, boolean historical);

  /// A poll or loss of the earlier run `boot` of the agent as it will travel; always historical.
  Message encodeEarlier(Report report, String boot);

  /// The id of this run of the agent.
  String boot();

  /// Connects when it is due, keeps the session alive, gives it up when acknowledgements stop. May
  /// block for as long as one connection attempt takes.
  void maintain();

  /// Counts connections made; a change tells that descriptions and states must be sent again.
  /// Negative while there is none.
  long connection();

  /// How many more messages the in-flight window takes now; 0 while not connected.
  int room();

  /// Sends `message`; its fate is told by [#settled] under `id`.
  void send(long id, Message message);

  /// Fates of messages sent, in the order in which they became known; empties the list.
  List<Settled> settled();

  /// Waits until a fate is known, the connection is lost or `atMost` has passed. Whoever puts
  /// something into the outbox ends the wait with [#wake].
  void await(Duration atMost);

  /// Ends an [#await]; the one other method that any thread may call.
  void wake();

  /// When [#maintain] next has something to do.
  Duration untilMaintenance();

  /// What an operator wants to know of the session.
  Statistics statistics();

  /// Publishes the agent as offline and disconnects; waits at most `atMost`.
  void goodbye(Duration atMost);

  @Override
  void close();

  /// An encoded message.
  interface Message {
    /// Its size in memory and on the wire, about.
    int bytes();
  }

  /// What became of a message.
  enum Fate {
    /// The broker has it.
    ACKNOWLEDGED,
    /// Not known to have arrived: to be sent again.
    UNSENT,
    /// Exceeds what the broker takes: never to be sent again.
    TOO_LARGE,
    /// Refused for good: never to be sent again.
    REFUSED
  }

  /// The fate of the message that was sent under `id`.
  record Settled(long id, Fate fate) {}

  /// @param connected whether a session is up now
  /// @param reason why not, in words for an operator; empty while connected
  /// @param reconnects connections made after the first
  /// @param certificateExpiry when certificates expire, by `own` and `broker`
  /// @param notes what an operator should see to although it works, in sentences
  record Statistics(
      boolean connected,
      String reason,
      long reconnects,
      Map<String, Instant> certificateExpiry,
      List<String> notes) {
    public Statistics {
      certificateExpiry = Map.copyOf(certificateExpiry);
      notes = List.copyOf(notes);
    }
  }
}
