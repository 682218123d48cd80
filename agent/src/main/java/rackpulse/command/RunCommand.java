package rackpulse.command;

import java.util.concurrent.Callable;
import org.tinylog.Logger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `rackpulse run`: the agent itself.
@Command(
    name = "run",
    description = {
      "Polls the rack and publishes until it is told to stop (SIGTERM, Ctrl-C).",
      "SIGHUP has it read its configuration anew."
    })
final class RunCommand implements Callable<Integer> {
  private final Services services;

  @Mixin private ConfigurationOptions options;

  RunCommand(Services services) {
    this.services = services;
  }

  @Override
  public Integer call() throws Exception {
    return services
        .runner()
        .run(options.load(services, Logger::warn), options.source(services), services.opener());
  }
}
