package rackpulse.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import rackpulse.delivery.FakeUplink.Sent;
import rackpulse.telemetry.DeviceStatus;
import rackpulse.telemetry.Loss;
import rackpulse.telemetry.Poll;

/// What a consumer makes of the messages that were handed to a broker in memory.
final class Deliveries {
  private Deliveries() {}

  /// The numbers from 1 on.
  static List<Long> upTo(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }

  /// Where the first is that `predicate` tells.
  static int indexOf(List<Sent> sent, Predicate<Sent> predicate) {
    return sent.indexOf(sent.stream().filter(predicate).findFirst().orElseThrow());
  }

  /// The numbers of the polls of `device`, in their order.
  static List<Long> sequences(List<Sent> sent, String device) {
    return sent.stream()
        .map(Sent::report)
        .filter(report -> report instanceof Poll poll && poll.device().equals(device))
        .map(report -> ((Poll) report).sequence())
        .sorted()
        .toList();
  }

  /// The numbers of `device` that have arrived or are told as lost, none of them twice.
  static Set<Long> accounted(List<Sent> sent, String device) {
    Set<Long> accounted = new TreeSet<>();
    for (Sent each : sent) {
      switch (each.report()) {
        case Poll poll when poll.device().equals(device) ->
            assertTrue(accounted.add(poll.sequence()), () -> "twice: " + poll);
        case Loss loss when loss.device().equals(device) -> {
          for (long sequence = loss.from(); sequence <= loss.to(); sequence++) {
            assertTrue(accounted.add(sequence), () -> "lost and arrived: " + loss);
          }
        }
        default -> {
          // neither a poll nor its loss
        }
      }
    }
    return accounted;
  }

  /// The last state of every device.
  static List<DeviceStatus> lastStates(List<Sent> sent) {
    List<DeviceStatus> last = new ArrayList<>();
    for (Sent each : sent) {
      if (each.report() instanceof DeviceStatus state) {
        last.removeIf(older -> older.device().equals(state.device()));
        last.add(state);
      }
    }
    return last;
  }
}
