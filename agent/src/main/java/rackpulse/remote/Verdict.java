package rackpulse.remote;

/// What becomes of a call.
sealed interface Verdict {
  /// It is to be carried out.
  record Granted(Request request) implements Verdict {}

  /// It is not.
  ///
  /// @param text why, in words for an operator; nothing in it comes from the call unchecked
  record Refused(Reason reason, String text) implements Verdict {}

  /// Why a call is refused, in one word for programs.
  enum Reason {
    /// More calls in a minute than are allowed.
    TOO_OFTEN("too-often"),
    RETAINED("retained"),
    TOO_LARGE("too-large"),
    /// Not the JSON that it should be.
    MALFORMED("malformed"),
    UNKNOWN_COMMAND("unknown-command"),
    NOT_ENABLED("not-enabled"),
    /// Too old, from the future, or of an age that nobody can tell.
    TOO_OLD("too-old"),
    /// The answer may not go where it is wanted, or has to carry too much.
    BAD_RESPONSE("bad-response"),
    /// No device, channel or bus of that name.
    NOT_FOUND("not-found"),
    /// Others wait already.
    BUSY("busy"),
    /// It was tried.
    FAILED("failed"),
    /// Nobody knows what became of it.
    TIMED_OUT("timed-out");

    private final String id;

    Reason(String id) {
      this.id = id;
    }

    String id() {
      return id;
    }
  }
}
