package rackpulse.mqtt;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.tinylog.Logger;
import rackpulse.mqtt.Message.Publication;
import rackpulse.mqtt.MqttSession.Fate;
import rackpulse.mqtt.MqttSession.Settled;
import rackpulse.mqtt.ReasonPolicy.Failure;

/// What was given to the session and is not settled. Paho's own books end with its connection and
/// sometimes before; these do not.
///
/// A message that the broker puts off (a PUBACK that says "not now") is told as unsent after a
/// pause; meanwhile it takes no place in the window. One of the session's own is sent again.
///
/// Belongs to the publish thread; only receipts come from Paho's threads, through a queue that
/// cannot grow beyond the window.
final class InFlight {
  /// The id of messages of the session's own, whose fate nobody asks for.
  static final long OWN = -1;

  /// The id of answers, which nobody waits for long: what is put off is dropped.
  private static final long ANSWER = -2;

  /// After a PUBACK that says "not now": the same message must not go round in circles.
  private static final Duration PACE = Duration.ofSeconds(1);

  /// Messages put off at once; what a rack can send in the second that they are put off.
  static final int MAX_PUT_OFF = 256;

  private final LongSupplier nanoTime;
  private final Runnable wake;
  private final Deque<Part> waiting = new ArrayDeque<>();
  private final Deque<Part> sent = new ArrayDeque<>();
  private final Deque<Part> putOff = new ArrayDeque<>();
  private final Queue<Part> receipts = new ConcurrentLinkedQueue<>();
  private List<Settled> settled = new ArrayList<>();
  private long acknowledgedNanos;
  private long pacedNanos;
  private long refused;
  private long postponed;
  private long tooLarge;

  InFlight(LongSupplier nanoTime, Runnable wake) {
    this.nanoTime = nanoTime;
    this.wake = wake;
    pacedNanos = nanoTime.getAsLong();
    acknowledgedNanos = pacedNanos - PACE.toNanos();
  }

  /// Puts a message behind the others.
  void add(long id, Message message) {
    Delivery delivery = new Delivery(id, message.publications().size());
    message.publications().forEach(publication -> waiting.add(new Part(delivery, publication)));
  }

  /// Puts a message of the session's own before all that are not yet sent.
  void addFirst(Publication publication) {
    waiting.addFirst(new Part(new Delivery(OWN, 1), publication));
  }

  /// Puts an answer behind the others.
  void addAnswer(Publication publication) {
    waiting.add(new Part(new Delivery(ANSWER, 1), publication));
  }

  /// Settles at once what cannot be sent.
  void refuse(long id, Fate fate) {
    settled.add(new Settled(id, fate));
  }

  /// Publications that take or will take a place in the window.
  int size() {
    return sent.size() + waiting.size();
  }

  /// How many more take a place in `window` now; 0 while the broker asks for less.
  int room(int window) {
    boolean paced = nanoTime.getAsLong() - pacedNanos < 0 || putOff.size() >= MAX_PUT_OFF;
    return paced ? 0 : Math.max(0, window - size());
  }

  /// How long until [#collect] has something to do by itself, or [#room] changes by itself.
  OptionalLong nanosLeft() {
    long now = nanoTime.getAsLong();
    Part next = putOff.peek();
    if (next != null) {
      return OptionalLong.of(next.dueNanos - now);
    }
    return pacedNanos - now > 0 ? OptionalLong.of(pacedNanos - now) : OptionalLong.empty();
  }

  /// When the oldest unacknowledged publication was sent.
  OptionalLong oldestSentNanos() {
    Part oldest = sent.peek();
    return oldest == null ? OptionalLong.empty() : OptionalLong.of(oldest.sentNanos);
  }

  /// Sends as much as the window takes.
  ///
  /// @throws Failure when the connection cannot be used any more
  void pump(Link link, int window) throws Failure {
    while (sent.size() < window && !waiting.isEmpty()) {
      Part part = waiting.remove();
      if (part.publication.encodedBytes() > link.maximumPacketBytes()) {
        tellTooLarge(part, link);
        settle(part, Fate.TOO_LARGE);
        continue;
      }
      part.sentNanos = nanoTime.getAsLong();
      sent.add(part);
      link.publish(part.publication, part);
    }
  }

  private void tellTooLarge(Part part, Link link) {
    if (Reconnection.isWorthTelling(++tooLarge)) {
      Logger.error(
          "a message on {} has {} bytes, the broker takes {}: it is dropped ({} since start)",
          part.publication.topic(),
          part.publication.encodedBytes(),
          link.maximumPacketBytes(),
          tooLarge);
    }
  }

  /// Takes in the receipts that came, and releases what was put off long enough.
  void collect() {
    for (Part part = receipts.poll(); part != null; part = receipts.poll()) {
      if (sent.remove(part)) { // else it was failed with its connection
        receive(part, ReasonPolicy.publication(part.reasonCode));
      }
    }
    long now = nanoTime.getAsLong();
    for (Part part = putOff.peek();
        part != null && now - part.dueNanos >= 0;
        part = putOff.peek()) {
      putOff.remove();
      if (part.delivery.id == OWN) {
        waiting.addFirst(part);
      } else {
        settle(part, Fate.UNSENT);
      }
    }
  }

  private void receive(Part part, Fate fate) {
    boolean isPutOff = fate == Fate.UNSENT && part.reasonCode != ReasonPolicy.NONE;
    if (isPutOff && part.delivery.id != ANSWER) {
      putOff(part);
      return;
    }
    if (fate == Fate.ACKNOWLEDGED) {
      acknowledgedNanos = nanoTime.getAsLong();
    }
    if (fate == Fate.REFUSED && Reconnection.isWorthTelling(++refused)) {
      Logger.error(
          "the broker refused a message on {}: {} ({} refused since start)",
          part.publication.topic(),
          ReasonPolicy.words(part.reasonCode),
          refused);
    }
    settle(part, fate);
  }

  /// The broker does not want this message now. While it takes others this holds up nothing else;
  /// when it takes none, nothing is sent for a while.
  private void putOff(Part part) {
    if (Reconnection.isWorthTelling(++postponed)) {
      Logger.warn(
          "the broker puts off a message on {}: {} ({} put off since start)",
          part.publication.topic(),
          ReasonPolicy.words(part.reasonCode),
          postponed);
    }
    long now = nanoTime.getAsLong();
    part.dueNanos = now + PACE.toNanos();
    putOff.add(part);
    if (now - acknowledgedNanos >= PACE.toNanos()) {
      pacedNanos = part.dueNanos;
    }
  }

  /// The connection is lost: nothing of it will be acknowledged.
  void fail() {
    collect();
    for (Deque<Part> parts : List.of(putOff, sent, waiting)) {
      parts.forEach(part -> settle(part, Fate.UNSENT));
      parts.clear();
    }
  }

  /// The fates known since the last call.
  List<Settled> take() {
    if (settled.isEmpty()) {
      return List.of();
    }
    List<Settled> taken = settled;
    settled = new ArrayList<>();
    return taken;
  }

  private void settle(Part part, Fate fate) {
    Delivery delivery = part.delivery;
    if (delivery.worst == null || fate.compareTo(delivery.worst) > 0) {
      delivery.worst = fate;
    }
    delivery.open--;
    if (delivery.open == 0 && delivery.id >= 0) {
      settled.add(new Settled(delivery.id, delivery.worst));
    }
  }

  /// A message: settled when all of its publications are, with the worst of their fates.
  private static final class Delivery {
    private final long id;
    private int open;
    private @Nullable Fate worst;

    Delivery(long id, int open) {
      this.id = id;
      this.open = open;
    }
  }

  private final class Part implements Link.Receipt {
    private final Delivery delivery;
    private final Publication publication;
    private long sentNanos;
    private long dueNanos;
    private volatile int reasonCode;

    Part(Delivery delivery, Publication publication) {
      this.delivery = delivery;
      this.publication = publication;
    }

    @Override
    public void settled(int code) {
      reasonCode = code;
      receipts.add(this);
      wake.run();
    }
  }
}
