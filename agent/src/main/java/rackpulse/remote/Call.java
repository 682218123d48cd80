package rackpulse.remote;

import java.util.Optional;
import java.util.OptionalLong;

/// A message on the topic of commands, as it came in: nothing in it is to be believed.
///
/// @param payload not copied, never changed
/// @param retained whether the broker had kept it
/// @param responseTopic where the answer shall go; without, there is none
/// @param correlation to be put into the answer as it is; may be empty
/// @param expirySeconds how much longer its sender lets it live; empty for ever
public record Call(
    byte[] payload,
    boolean retained,
    Optional<String> responseTopic,
    byte[] correlation,
    OptionalLong expirySeconds) {}
