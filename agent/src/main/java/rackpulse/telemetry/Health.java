package rackpulse.telemetry;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How the agent itself and its buses are doing.
///
/// @param uptime since the agent started
/// @param every how often health is published
/// @param models how far each has learned
/// @param reload what came of the latest attempt to change the configuration
public record Health(
    Stamp stamp,
    Duration uptime,
    Duration every,
    Process process,
    Delivery delivery,
    List<BusHealth> buses,
    List<ModelHealth> models,
    Optional<Reload> reload)
    implements Report {
  public Health {
    buses = List.copyOf(buses);
    models = List.copyOf(models);
  }

  /// Health of an agent whose configuration is that of its start.
  public Health(
      Stamp stamp,
      Duration uptime,
      Duration every,
      Process process,
      Delivery delivery,
      List<BusHealth> buses,
      List<ModelHealth> models) {
    this(stamp, uptime, every, process, delivery, buses, models, Optional.empty());
  }

  /// What came of an attempt to change the configuration of the running agent.
  ///
  /// @param at when it was over
  /// @param origin who wanted it, such as `SIGHUP`
  /// @param outcome `applied`; `refused` when nothing was changed; `restored` when a bus that did
  ///   worse than before has got its old configuration back, `kept` when it could not
  /// @param text what was done and why, in words for an operator
  /// @param problems why it was refused
  /// @param later keys that count only after a restart of the agent
  public record Reload(
      Instant at,
      String origin,
      String outcome,
      String text,
      List<Problem> problems,
      List<String> later) {
    public Reload {
      problems = List.copyOf(problems);
      later = List.copyOf(later);
    }
  }

  /// What is wrong in a file, and how to put it right.
  ///
  /// @param line from 1; 0 when it concerns the file as a whole
  /// @param column from 1; 0 when it concerns the line as a whole
  public record Problem(String file, int line, int column, String message) {}

  /// Health of an agent without models.
  public Health(
      Stamp stamp,
      Duration uptime,
      Duration every,
      Process process,
      Delivery delivery,
      List<BusHealth> buses) {
    this(stamp, uptime, every, process, delivery, buses, List.of());
  }

  /// @param channel what it models, `outlet-top.temperature`
  /// @param model `past`, `rack-model` or `forecast`
  /// @param state `learning`, `ready` or `suspended`
  /// @param progress of the learning, 0 to 1
  /// @param note how well it does or why it is suspended, in a few words; may be empty
  public record ModelHealth(
      String channel, String model, String state, double progress, String note) {}

  /// @param cpuSeconds processor time used since start, user and system
  /// @param residentBytes memory resident now
  /// @param threads live threads
  public record Process(double cpuSeconds, long residentBytes, int threads) {}

  /// @param waitingMessages messages not yet acknowledged by the broker
  /// @param waitingBytes their encoded size
  /// @param oldestWaitingSeconds age of the oldest of them; 0 when there is none
  /// @param published messages acknowledged since start
  /// @param lost polls lost since start, by [Loss.Cause#id()]
  /// @param reconnects connections made after the first
  /// @param certificateExpiry when certificates expire, by `own` and `broker`; empty without TLS
  /// @param notes what an operator should see to although it works, in sentences
  /// @param spool where messages are kept on disk
  public record Delivery(
      long waitingMessages,
      long waitingBytes,
      double oldestWaitingSeconds,
      long published,
      Map<String, Long> lost,
      long reconnects,
      Map<String, Instant> certificateExpiry,
      List<String> notes,
      Spool spool) {
    public Delivery {
      lost = Map.copyOf(lost);
      certificateExpiry = Map.copyOf(certificateExpiry);
      notes = List.copyOf(notes);
    }
  }

  /// @param state `working`, or why it is not, in words for an operator
  /// @param messages in it that the broker has not acknowledged
  /// @param bytes on disk
  public record Spool(String state, long messages, long bytes) {}

  /// @param state `down`, `waiting` while it is open and nothing has answered yet, or `up`
  /// @param reason why it is not up; empty while it is
  /// @param devices devices on the bus
  /// @param dormant those of them that only get probes
  /// @param cycleMillis one poll of every device back to back, by the latest poll of each
  /// @param utilisation share of the wall time the bus was busy since the last report, 0 to 1
  /// @param latenessMeanMillis mean delay of polls behind their due time since the last report
  /// @param latenessMaxMillis the longest such delay
  /// @param jitterMillis mean absolute change of the delay from poll to poll
  /// @param polls polls done since start
  /// @param missed polls skipped since start because their time had passed
  /// @param errors what was seen on the wire since start, by wire event such as `silence` or `crc`
  /// @param verdict what is wrong and what to do, in a sentence; empty when nothing is
  /// @param troubled devices of which there is something to tell, not all where they are many
  public record BusHealth(
      String name,
      String state,
      String reason,
      int devices,
      int dormant,
      double cycleMillis,
      double utilisation,
      double latenessMeanMillis,
      double latenessMaxMillis,
      double jitterMillis,
      long polls,
      long missed,
      Map<String, Long> errors,
      String verdict,
      List<DeviceHealth> troubled) {
    public BusHealth {
      errors = Map.copyOf(errors);
      troubled = List.copyOf(troubled);
    }
  }

  /// @param verdict what is wrong with it and what to do; empty when nothing is
  /// @param errors what was seen while it was asked, since start, by wire event
  public record DeviceHealth(String name, String verdict, Map<String, Long> errors) {
    public DeviceHealth {
      errors = Map.copyOf(errors);
    }
  }
}
