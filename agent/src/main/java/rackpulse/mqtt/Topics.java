package rackpulse.mqtt;

import rackpulse.telemetry.Anomaly;

/// Where each kind of message goes. Built from names in the configuration only, never from what a
/// device says of itself; with a prefix of two levels a topic has at most six slashes (one large
/// cloud broker allows seven).
public final class Topics {
  private final String rack;
  private final String agent;

  public Topics(AgentName name) {
    rack = name.prefix() + '/' + name.site() + '/' + name.rack() + '/';
    agent = rack + "agent/" + name.agent() + '/';
  }

  /// The filter that matches everything of this rack.
  public String everything() {
    return rack + '#';
  }

  /// Latest values of a device.
  public String readings(String device) {
    return rack + device + "/readings";
  }

  /// What was stored while the broker was away, and what was lost.
  public String backlog(String device) {
    return rack + device + "/backlog";
  }

  /// What a device is.
  public String meta(String device) {
    return rack + device + "/meta";
  }

  /// Whether a device delivers.
  public String status(String device) {
    return rack + device + "/status";
  }

  /// One kind of anomaly of one channel.
  public String anomaly(Anomaly anomaly) {
    return rack
        + anomaly.channel().device()
        + "/anomaly/"
        + anomaly.channel().name()
        + '.'
        + anomaly.kind().id();
  }

  /// Whether the agent is there; the topic of the will.
  public String agentStatus() {
    return agent + "status";
  }

  /// What the agent is asked to do.
  public String agentCommands() {
    return agent + "cmd";
  }

  /// Where the agent answers what it is asked, unless the operator names another place.
  public String agentReplies() {
    return agent + "reply";
  }

  /// How the agent is doing.
  public String agentHealth() {
    return agent + "health";
  }
}
