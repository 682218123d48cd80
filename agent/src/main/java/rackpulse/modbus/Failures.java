package rackpulse.modbus;

import rackpulse.bus.BusException;

/// Failures that look the same in every envelope.
final class Failures {
  private Failures() {}

  static BusException.Refused refused(Request request, int code, byte[] evidence) {
    return new BusException.Refused(
        "refused " + request + ": exception " + code + ", " + ExceptionCode.text(code),
        code,
        evidence);
  }

  static BusException.WrongSender otherFunction(Request request, int code, byte[] evidence) {
    return new BusException.WrongSender(
        "an answer to function " + (code & ~AnswerForm.EXCEPTION_BIT) + ", asked " + request,
        evidence);
  }
}
