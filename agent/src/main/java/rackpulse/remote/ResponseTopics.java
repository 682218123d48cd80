package rackpulse.remote;

import java.util.Optional;

/// Where answers may go: only to topics below one prefix, and never where the agent or another one
/// publishes. Pure.
public final class ResponseTopics {
  /// As long as our own longest topics.
  static final int MAX_CHARACTERS = 256;

  private final String permitted;

  /// @param permitted one or more topic levels, without a slash at the end
  public ResponseTopics(String permitted) {
    this.permitted = permitted;
  }

  /// What speaks against `prefix` as the place for answers, when this and other agents publish
  /// below `published`.
  public static Optional<String> objectionToPrefix(String prefix, String published) {
    if (!isPlain(prefix) || prefix.startsWith("/") || prefix.endsWith("/")) {
      return Optional.of("is not a topic: levels of visible ASCII without + and #, joined by /");
    }
    return isBelow(prefix, published) || isBelow(published, prefix)
        ? Optional.of("lies where agents publish (" + published + "): answers could pass for them")
        : Optional.empty();
  }

  /// What speaks against an answer on `topic`.
  Optional<String> objection(String topic) {
    if (!isPlain(topic)) {
      return Optional.of(
          "the response topic is not 1 to "
              + MAX_CHARACTERS
              + " visible ASCII characters without wildcards");
    }
    return isBelow(topic, permitted)
        ? Optional.empty()
        : Optional.of("the response topic does not lie below " + permitted);
  }

  /// Whether `topic` is `prefix` or begins with its levels.
  private static boolean isBelow(String topic, String prefix) {
    return topic.startsWith(prefix)
        && (topic.length() == prefix.length() || topic.charAt(prefix.length()) == '/');
  }

  /// Topics of the broker's own begin with `$`.
  private static boolean isPlain(String topic) {
    if (topic.isEmpty() || topic.length() > MAX_CHARACTERS || topic.charAt(0) == '$') {
      return false;
    }
    for (int i = 0; i < topic.length(); i++) {
      char c = topic.charAt(i);
      if (c <= ' ' || c > '~' || c == '+' || c == '#') {
        return false;
      }
    }
    return true;
  }
}
