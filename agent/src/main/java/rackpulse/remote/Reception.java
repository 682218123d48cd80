package rackpulse.remote;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import rackpulse.json.JsonException;
import rackpulse.json.JsonReader;
import rackpulse.json.JsonValue.JsonObject;
import rackpulse.json.JsonValue.Text;
import rackpulse.remote.Verdict.Granted;
import rackpulse.remote.Verdict.Reason;
import rackpulse.remote.Verdict.Refused;
import rackpulse.telemetry.Ids;
import rackpulse.telemetry.Stamp;

/// Tells calls that are to be carried out from those that are not. Pure: whatever comes in, a
/// verdict goes out.
final class Reception {
  /// Enough for any identifier; it travels back in the answer.
  static final int MAX_CORRELATION_BYTES = 256;

  /// What a refusal quotes from a call or from the reader of its JSON.
  private static final int MAX_QUOTED_CHARACTERS = 120;

  private static final String COMMAND = "command";
  private static final String TIME = "ts";

  private final RemoteSettings settings;
  private final ResponseTopics topics;

  Reception(RemoteSettings settings, ResponseTopics topics) {
    this.settings = settings;
    this.topics = topics;
  }

  /// Whether the answer to `call` may go where it is wanted; if not, why.
  Optional<Refused> objectionToAnswer(Call call) {
    if (call.correlation().length > MAX_CORRELATION_BYTES) {
      return Optional.of(
          refused(
              Reason.BAD_RESPONSE,
              "correlation data has more than " + MAX_CORRELATION_BYTES + " bytes"));
    }
    return call.responseTopic()
        .flatMap(topics::objection)
        .map(text -> refused(Reason.BAD_RESPONSE, text));
  }

  /// What becomes of `call`.
  ///
  /// @param now by the agent's clock
  Verdict judge(Call call, Stamp now) {
    Optional<Refused> objection = objectionToAnswer(call);
    if (objection.isPresent()) {
      return objection.get();
    }
    if (call.retained()) {
      return refused(Reason.RETAINED, "a retained command would run again at every connection");
    }
    if (call.payload().length > settings.maxBytes()) {
      return refused(
          Reason.TOO_LARGE,
          call.payload().length + " bytes, at most " + settings.maxBytes() + " are read");
    }
    try {
      return judge(JsonReader.readObject(call.payload()), call.expirySeconds(), now);
    } catch (JsonException e) {
      return refused(Reason.MALFORMED, quoted(String.valueOf(e.getMessage())));
    }
  }

  private Verdict judge(JsonObject request, OptionalLong expirySeconds, Stamp now) {
    Optional<String> name = request.text(COMMAND);
    if (name.isEmpty()) {
      return refused(Reason.MALFORMED, "\"command\" is missing or no string");
    }
    Optional<Command> known = Command.of(name.get());
    if (known.isEmpty()) {
      return refused(Reason.UNKNOWN_COMMAND, "unknown command \"" + quoted(name.get()) + "\"");
    }
    Command command = known.get();
    if (!settings.allow().contains(command)) {
      return refused(Reason.NOT_ENABLED, command.id() + " is not among [commands] allow");
    }
    Optional<Refused> refused = objectionToForm(request, command);
    if (refused.isEmpty()) {
      refused = objectionToAge(request, expirySeconds, now);
    }
    return refused.isPresent() ? refused.get() : new Granted(request(command, request));
  }

  private static Optional<Refused> objectionToForm(JsonObject request, Command command) {
    for (var member : request.members().entrySet()) {
      String key = member.getKey();
      boolean isArgument = command.takes(key);
      if (!isArgument && !key.equals(COMMAND) && !key.equals(TIME)) {
        String text = command.id() + " takes no \"" + quoted(key) + "\"";
        return Optional.of(refused(Reason.MALFORMED, text));
      }
      if (isArgument && !(member.getValue() instanceof Text(String text) && Ids.valid(text))) {
        String text = "\"" + key + "\" is not a name of A-Z a-z 0-9 _ -";
        return Optional.of(refused(Reason.MALFORMED, text));
      }
    }
    if (command.needed().isEmpty() || request.value(command.needed()).isPresent()) {
      return Optional.empty();
    }
    String text = command.id() + " needs \"" + command.needed() + "\"";
    return Optional.of(refused(Reason.MALFORMED, text));
  }

  /// A time stamp or an expiry proves that a call is young; both must, where both are given.
  private Optional<Refused> objectionToAge(JsonObject request, OptionalLong expiry, Stamp now) {
    long maxSeconds = settings.maxAge().toSeconds();
    if (expiry.isPresent() && expiry.getAsLong() > maxSeconds) {
      String text = "the message expires only in " + expiry.getAsLong() + " s";
      return Optional.of(refused(Reason.TOO_OLD, text + ", at most " + maxSeconds + " s"));
    }
    if (request.value(TIME).isPresent()) {
      return objectionToTime(request.text(TIME).orElse(""), now);
    }
    String text = "its age cannot be told: give \"ts\", or a message expiry of at most ";
    return expiry.isPresent()
        ? Optional.empty()
        : Optional.of(refused(Reason.TOO_OLD, text + maxSeconds + " s"));
  }

  private Optional<Refused> objectionToTime(String text, Stamp now) {
    Instant told;
    try {
      told = Instant.parse(text);
    } catch (DateTimeException e) {
      String form = "\"ts\" is not a time such as \"2026-11-23T18:00:00Z\"";
      return Optional.of(refused(Reason.MALFORMED, form));
    }
    Duration age = Duration.between(told, now.at());
    if (age.abs().compareTo(settings.maxAge()) <= 0) {
      return Optional.empty();
    }
    String unsure = now.clockSynchronised() ? "" : ", which is not synchronised";
    return Optional.of(
        refused(
            Reason.TOO_OLD,
            (age.isNegative() ? "from the future by " : "older by ")
                + age.abs().toSeconds()
                + " s than the agent's clock"
                + unsure
                + ", at most "
                + settings.maxAge().toSeconds()
                + " s"));
  }

  private static Request request(Command command, JsonObject request) {
    String device = request.text("device").orElse("");
    return switch (command) {
      case READ -> new Request.Read(device);
      case RESCAN -> new Request.Rescan(request.text("bus"));
      case RELOAD -> new Request.Reload();
      case RETRAIN -> new Request.Retrain(device, request.text("channel"));
      case DUMP_RECORDER -> new Request.DumpRecorder();
      case IDENTIFY -> new Request.Identify();
    };
  }

  private static Refused refused(Reason reason, String text) {
    return new Refused(reason, text);
  }

  /// Words of a stranger, fit for one line of a log.
  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), MAX_QUOTED_CHARACTERS); i++) {
      char c = text.charAt(i);
      quoted.append(c >= ' ' && c <= '~' ? c : '?');
    }
    return quoted.toString();
  }
}
