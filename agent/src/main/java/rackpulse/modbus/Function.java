package rackpulse.modbus;

/// The function codes that the agent uses; all of them read (Modbus Application Protocol 1.1b3, 6).
enum Function {
  READ_COILS(1, "coils"),
  READ_DISCRETE_INPUTS(2, "discrete inputs"),
  READ_HOLDING_REGISTERS(3, "holding registers"),
  READ_INPUT_REGISTERS(4, "input registers"),
  /// With MEI type 14.
  READ_DEVICE_IDENTIFICATION(43, "device identification");

  private final int code;
  private final String subject;

  Function(int code, String subject) {
    this.code = code;
    this.subject = subject;
  }

  /// The code on the wire, 1 to 127.
  int code() {
    return code;
  }

  /// What is read, in the plural, as an operator calls it.
  String subject() {
    return subject;
  }
}
