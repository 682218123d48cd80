package rackpulse;

import rackpulse.engine.Supervisor;
import rackpulse.linux.NotifySocket;

/// Tells systemd how the agent does (sd_notify(3)); says nothing where nobody listens.
final class SystemdSupervisor implements Supervisor {
  private final NotifySocket socket;

  SystemdSupervisor(NotifySocket socket) {
    this.socket = socket;
  }

  @Override
  public void ready() {
    socket.send("READY=1");
  }

  @Override
  public void alive() {
    socket.send("WATCHDOG=1");
  }

  @Override
  public void status(String line) {
    socket.send("STATUS=" + line);
  }

  @Override
  public void stopping() {
    socket.send("STOPPING=1");
  }
}
