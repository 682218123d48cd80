package rackpulse;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tinylog.Logger;
import rackpulse.command.ExitCode;
import rackpulse.command.Services;
import rackpulse.config.Configuration;
import rackpulse.delivery.Announced;
import rackpulse.engine.BusOpener;
import rackpulse.engine.Clocks;
import rackpulse.engine.Engine;
import rackpulse.linux.KernelClock;
import rackpulse.linux.NotifySocket;
import rackpulse.memory.AlarmFile;
import rackpulse.memory.ModelFile;
import rackpulse.mqtt.AgentName;
import rackpulse.mqtt.MqttSession;
import rackpulse.mqtt.MqttSettings;
import rackpulse.recorder.FlightRecorder;
import rackpulse.reload.Reloading;
import rackpulse.schedule.Errands;
import rackpulse.sensor.Drivers;

/// The agent in its process: wires the engine to the machine and ends as it is told.
final class AgentProcess implements Services.Runner {
  private static final String ANNOUNCED = "announced-devices";
  private static final String ALARMS = "raised-anomalies";
  private static final int BOOT_BYTES = 4;

  private final String version;
  private final Map<String, String> environment;

  /// From the kernel: other generators of a native image carry the seed of the day it was built, so
  /// that every start had the same boot id and a whole fleet reconnected in step.
  private final RandomGenerator random = new SecureRandom();

  private @Nullable Engine engine;
  private boolean stopAsked;

  AgentProcess(String version, Map<String, String> environment) {
    this.version = version;
    this.environment = environment;
  }

  @Override
  public int run(Configuration configuration, Reloading.Source source, BusOpener opener) {
    Optional<String> objection = MqttSession.objection(configuration.mqtt());
    if (objection.isPresent()) {
      Logger.error(objection.get());
      return ExitCode.CONFIGURATION;
    }
    Signals.on("TERM", this::stop);
    Signals.on("INT", this::stop);
    try (NotifySocket socket = NotifySocket.of(environment)) {
      Engine started = engine(configuration, source, opener, supervisor(socket));
      begin(started);
      Optional<String> trouble = started.run();
      trouble.ifPresent(text -> Logger.error("the agent cannot go on: {}", text));
      return trouble.isPresent() ? ExitCode.INTERNAL : ExitCode.OK;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.INTERNAL;
    }
  }

  private SystemdSupervisor supervisor(NotifySocket socket) {
    return new SystemdSupervisor(socket, environment, ProcessHandle.current().pid());
  }

  private Engine engine(
      Configuration configuration,
      Reloading.Source source,
      BusOpener opener,
      SystemdSupervisor supervisor) {
    Configuration.AgentSettings agent = configuration.agent();
    AgentName name =
        new AgentName(
            configuration.mqtt().prefix(),
            agent.site(),
            agent.rack(),
            agent.id(),
            version,
            bootId());
    RealClocks clocks = new RealClocks(new KernelClock());
    Clocks rackClocks = opener.clocks(clocks);
    Function<MqttSettings, MqttSession> sessions =
        mqtt -> new MqttSession(mqtt, name, rackClocks::stamp, System::nanoTime, random);
    MqttUplink uplink = new MqttUplink(sessions.apply(configuration.mqtt()), name.boot());
    Reloading reloading = new Reloading(configuration, source, clocks);
    if (!source.isFixed()) {
      Signals.on("HUP", () -> reloading.request("SIGHUP"));
    }
    FlightRecorder recorder =
        new FlightRecorder(configuration.recorder(), System::nanoTime, Instant::now);
    Signals.on("USR1", () -> recorder.demand("SIGUSR1"));
    Errands errands = new Errands();
    new RemoteDeeds(name, clocks.stamp(), configuration.remote(), errands, recorder, reloading)
        .serve(uplink, clocks::stamp);
    Engine.Surroundings around =
        new Engine.Surroundings(
            opener,
            Drivers::open,
            uplink,
            new SpoolDirectory(configuration.spool()),
            Announced.load(agent.stateDirectory().resolve(ANNOUNCED)),
            AlarmFile.load(agent.stateDirectory().resolve(ALARMS), clocks.nanos()),
            ModelFile.of(agent.stateDirectory().resolve(ModelFile.NAME), clocks.nanos()),
            supervisor,
            clocks,
            recorder,
            errands,
            OwnProcess::now,
            new LiveAgent(reloading, supervisor, mqtt -> uplink.renew(sessions.apply(mqtt))),
            new StatusFile(agent.statusFile(), name));
    Logger.info(
        "rackpulse {} ({}): {} buses, {} devices, broker {}",
        version,
        agent.id(),
        configuration.buses().size(),
        configuration.devices().size(),
        configuration.mqtt().url());
    return new Engine(LiveAgent.rack(configuration), configuration.engine(), around);
  }

  private String bootId() {
    byte[] bytes = new byte[BOOT_BYTES];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private synchronized void begin(Engine started) {
    engine = started;
    if (stopAsked) {
      started.stop();
    }
  }

  @Override
  public synchronized void stop() {
    stopAsked = true;
    if (engine != null) {
      engine.stop();
    }
  }
}
