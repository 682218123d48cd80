package rackpulse.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import rackpulse.analysis.DerivedSettings;
import rackpulse.analysis.LimitSettings;
import rackpulse.bus.BusSettings;
import rackpulse.config.Problems.Problem;
import rackpulse.engine.EngineSettings;
import rackpulse.mqtt.MqttSettings;
import rackpulse.recorder.RecorderSettings;
import rackpulse.remote.RemoteSettings;
import rackpulse.sensor.DeviceSettings;
import rackpulse.spool.SpoolSettings;
import rackpulse.watch.WatchSettings;

/// Everything an operator can say, checked and with defaults filled in.
///
/// @param warnings what is accepted but deserves attention, each with file, line and column
public record Configuration(
    AgentSettings agent,
    MqttSettings mqtt,
    EngineSettings engine,
    SpoolSettings spool,
    RecorderSettings recorder,
    RemoteSettings remote,
    List<BusSettings> buses,
    List<DeviceSettings> devices,
    List<DerivedSettings> derived,
    List<LimitSettings> limits,
    WatchSettings watch,
    List<Problem> warnings) {
  public Configuration {
    buses = List.copyOf(buses);
    devices = List.copyOf(devices);
    derived = List.copyOf(derived);
    limits = List.copyOf(limits);
    warnings = List.copyOf(warnings);
  }

  /// @param id the agent's name, `[A-Za-z0-9_-]`
  /// @param stateDirectory where state that must survive is kept
  /// @param statusFile replaced every few seconds for `rackpulse status`
  /// @param probation how long a bus is watched after a reload has changed it; 0 for not at all
  public record AgentSettings(
      String id,
      String site,
      String rack,
      Path stateDirectory,
      Path statusFile,
      Duration probation) {}
}
