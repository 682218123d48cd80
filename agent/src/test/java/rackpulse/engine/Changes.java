package rackpulse.engine;

import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import rackpulse.telemetry.Health;

/// Changes a running engine as a test wants.
final class Changes implements Engine.Reloader {
  private final BlockingQueue<Change> wanted = new LinkedBlockingQueue<>();

  interface Change {
    void in(Engine engine) throws InterruptedException;
  }

  void want(Change change) {
    wanted.add(change);
  }

  @Override
  public void work(Engine engine) throws InterruptedException {
    wanted.take().in(engine);
  }

  @Override
  public Optional<Health.Reload> latest() {
    return Optional.empty();
  }
}
