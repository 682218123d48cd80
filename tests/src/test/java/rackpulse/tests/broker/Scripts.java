package rackpulse.tests.broker;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import rackpulse.tests.broker.FaultBroker.Script;

/// What brokers do, right and wrong.
public final class Scripts {
  /// No answer at all, see [Acknowledgement].
  public static final int NONE = -1;

  private static final int MAX_GARBAGE_BYTES = 400;

  private Scripts() {}

  /// Which reason code answers a message; [#NONE] for no answer.
  public interface Acknowledgement {
    int code(Publish publish);
  }

  /// Does everything right.
  public static Script good(Property... properties) {
    return answering(_ -> 0, properties);
  }

  /// Accepts, and answers every message as `answer` says.
  public static Script answering(Acknowledgement answer, Property... properties) {
    return peer -> {
      peer.accept(properties);
      peer.answerAll(answer);
    };
  }

  /// Acknowledges every message, but only after a while.
  public static Script late(int millis, Property... properties) {
    return peer -> {
      peer.accept(properties);
      try (ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor()) {
        while (true) {
          Publish publish = peer.publish();
          Runnable answer = () -> peer.tryPubAck(publish);
          var _ = later.schedule(answer, millis, TimeUnit.MILLISECONDS);
        }
      }
    };
  }

  /// Refuses CONNECT.
  public static Script refusing(int code, Property... properties) {
    return peer -> {
      peer.greeting();
      peer.connAck(code, properties);
    };
  }

  /// Throws the client out after it has taken `messages`.
  public static Script kicking(int messages, int code, Property... properties) {
    return peer -> {
      peer.accept();
      take(peer, messages);
      peer.disconnect(code, properties);
    };
  }

  /// Breaks off without a word after it has taken `messages`.
  public static Script breaking(int messages, boolean reset) {
    return peer -> {
      peer.accept();
      take(peer, messages);
      if (reset) {
        peer.reset();
      }
    };
  }

  private static void take(Peer peer, int messages) throws IOException {
    for (int i = 0; i < messages; i++) {
      peer.pubAck(peer.publish(), 0);
    }
  }

  /// Closes right after accept.
  public static Script closing() {
    return _ -> {};
  }

  /// Reads CONNECT and everything else, and never says a word.
  public static Script silent() {
    return peer -> {
      while (true) {
        peer.read();
      }
    };
  }

  /// Accepts, takes `messages`, and then neither reads nor writes.
  public static Script freezing(int messages) {
    return peer -> {
      peer.accept();
      take(peer, messages);
      peer.stare();
    };
  }

  /// Sends random bytes instead of CONNACK.
  public static Script garbageFirst(Random random) {
    return peer -> {
      peer.greeting();
      peer.raw(garbage(random));
    };
  }

  /// Accepts, takes `messages`, and then sends random bytes.
  public static Script garbageAfter(int messages, Random random) {
    return peer -> {
      peer.accept();
      take(peer, messages);
      peer.raw(garbage(random));
      peer.answerAll(_ -> 0);
    };
  }

  private static byte[] garbage(Random random) {
    synchronized (random) {
      byte[] bytes = new byte[1 + random.nextInt(MAX_GARBAGE_BYTES)];
      random.nextBytes(bytes);
      return bytes;
    }
  }

  /// One script for each connection, and from the last on always the last.
  public static Script inTurn(List<Script> scripts) {
    AtomicInteger next = new AtomicInteger();
    return peer -> scripts.get(Math.min(next.getAndIncrement(), scripts.size() - 1)).serve(peer);
  }
}
