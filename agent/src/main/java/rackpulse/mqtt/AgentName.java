package rackpulse.mqtt;

/// Who speaks: the fixed levels of every topic, and what consumers need to tell restarts apart.
///
/// @param prefix one or two levels, such as `dc/v1`
/// @param site `[A-Za-z0-9_-]`
/// @param rack `[A-Za-z0-9_-]`
/// @param agent `[A-Za-z0-9_-]`
/// @param version the program's version
/// @param boot random id of this start, four or more hexadecimal digits
public record AgentName(
    String prefix, String site, String rack, String agent, String version, String boot) {}
