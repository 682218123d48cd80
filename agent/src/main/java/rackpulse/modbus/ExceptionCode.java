package rackpulse.modbus;

import rackpulse.bus.BusException;

/// Why a device refuses a request (Modbus Application Protocol 1.1b3, 7).
enum ExceptionCode {
  ILLEGAL_FUNCTION(1, "illegal function: the device does not know this kind of request"),
  ILLEGAL_DATA_ADDRESS(2, "illegal data address: the device has nothing at one of the addresses"),
  ILLEGAL_DATA_VALUE(3, "illegal data value: the device does not take this count"),
  SERVER_DEVICE_FAILURE(4, "server device failure: the device failed while it was answering"),
  ACKNOWLEDGE(5, "acknowledge: the device will need long for this"),
  SERVER_DEVICE_BUSY(6, "server device busy: ask again later"),
  MEMORY_PARITY_ERROR(8, "memory parity error: the device's memory is damaged"),
  GATEWAY_PATH_UNAVAILABLE(10, "gateway path unavailable: the gateway knows no way to the unit"),
  GATEWAY_TARGET_FAILED(11, "gateway target failed to respond: nothing behind the gateway answers");

  private final int code;
  private final String text;

  ExceptionCode(int code, String text) {
    this.code = code;
    this.text = text;
  }

  /// What a device's refusal of `request` with `code` is for an operator.
  static BusException.Refused refusal(Request request, int code, byte[] evidence) {
    return new BusException.Refused(
        "refused " + request + ": exception " + code + ", " + text(code), code, evidence);
  }

  /// The meaning of `code` in plain English; codes that the specification does not define are said
  /// to be unknown.
  static String text(int code) {
    for (ExceptionCode known : values()) {
      if (known.code == code) {
        return known.text;
      }
    }
    return "unknown: not a code of the specification, see the device's manual";
  }
}
