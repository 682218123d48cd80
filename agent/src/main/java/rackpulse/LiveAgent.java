package rackpulse;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import rackpulse.config.Configuration;
import rackpulse.engine.Engine;
import rackpulse.mqtt.MqttSettings;
import rackpulse.reload.Reloading;
import rackpulse.telemetry.Health;
import rackpulse.verdict.Outcomes.Tally;

/// Joins a reload to what it changes: the engine, the session with the broker, systemd.
final class LiveAgent implements Engine.Reloader {
  private final Reloading reloading;
  private final SystemdSupervisor supervisor;
  private final Consumer<MqttSettings> session;

  /// @param session takes the settings of another session
  LiveAgent(Reloading reloading, SystemdSupervisor supervisor, Consumer<MqttSettings> session) {
    this.reloading = reloading;
    this.supervisor = supervisor;
    this.session = session;
  }

  /// What the engine polls under `configuration`.
  static Engine.Rack rack(Configuration configuration) {
    return new Engine.Rack(
        configuration.buses(),
        configuration.devices(),
        configuration.derived(),
        configuration.limits(),
        configuration.watch());
  }

  @Override
  public void work(Engine engine) throws InterruptedException {
    reloading.work(new Running(engine));
  }

  @Override
  public Optional<Health.Reload> latest() {
    return reloading.latest();
  }

  private final class Running implements Reloading.Agent {
    private final Engine engine;

    Running(Engine engine) {
      this.engine = engine;
    }

    @Override
    public void reloading() {
      supervisor.reloading();
    }

    @Override
    public void ready() {
      supervisor.ready();
    }

    @Override
    public void apply(Configuration next, Set<String> restarts) throws InterruptedException {
      engine.change(rack(next), next.engine(), restarts);
    }

    @Override
    public Map<String, Tally> tallies() {
      return engine.tallies();
    }

    @Override
    public void renewSession(MqttSettings next) {
      session.accept(next);
    }

    @Override
    public void tell() {
      engine.tell();
    }
  }
}
