package rackpulse.mqtt;

import java.util.List;
import java.util.function.Consumer;
import org.tinylog.Logger;
import rackpulse.mqtt.ReasonPolicy.Failure;

/// What the session hears of a connection. One that listens asks for its topic anew on each: with
/// clean start the broker knows nothing of the last one, so no command waits there either.
final class Ear implements Link.Events {
  private final Runnable wake;
  private final String topic;
  private final Consumer<Message.Arrival> listener;

  /// Of the latest SUBACK; no error before there is one.
  private volatile int reasonCode;

  private Ear(Runnable wake, String topic, Consumer<Message.Arrival> listener) {
    this.wake = wake;
    this.topic = topic;
    this.listener = listener;
  }

  /// Listens to nobody.
  static Ear deaf(Runnable wake) {
    return new Ear(wake, "", _ -> {});
  }

  /// @param topic whose messages `listener` gets, on Paho's thread; it must not block
  static Ear on(String topic, Consumer<Message.Arrival> listener, Runnable wake) {
    return new Ear(wake, topic, listener);
  }

  @Override
  public void wake() {
    wake.run();
  }

  @Override
  public void arrived(Message.Arrival arrival) {
    if (arrival.topic().equals(topic)) {
      listener.accept(arrival);
    }
  }

  /// Subscribes on a fresh connection. When that fails the connection is lost.
  void attach(Link link) {
    if (topic.isEmpty()) {
      return;
    }
    try {
      link.subscribe(topic, this::answered);
    } catch (Failure e) {
      wake.run();
    }
  }

  private void answered(int code) {
    if (code == ReasonPolicy.NONE) {
      return; // the connection is lost, and the next one asks again
    }
    reasonCode = code;
    if (ReasonPolicy.isError(code)) {
      Logger.error(
          "the broker refuses the subscription to {} ({}): no command comes through; give the"
              + " agent the right to read it, then restart the broker or the agent",
          topic,
          ReasonPolicy.words(code));
      wake.run();
    }
  }

  /// What an operator should see to.
  List<String> notes() {
    int code = reasonCode;
    return ReasonPolicy.isError(code)
        ? List.of("commands do not come through: " + topic + ": " + ReasonPolicy.words(code))
        : List.of();
  }
}
