package rackpulse.bus;

import java.util.Objects;

/// How a request on a bus can fail. Each failure keeps the raw bytes it rests on, as evidence.
@SuppressWarnings("serial") // never serialised
public abstract sealed class BusException extends Exception {
  private static final byte[] NOTHING = {};

  private final byte[] evidence;

  private BusException(String message, byte[] evidence) {
    super(message);
    this.evidence = evidence;
  }

  /// The bytes that were received; empty when there were none. Not to be changed.
  public byte[] evidence() {
    return evidence;
  }

  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }

  /// Failures are part of a bus's ordinary life and their message tells all: no stack trace, so a
  /// dead device costs no garbage to speak of.
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }

  /// Nothing came: silence on a line, an address not acknowledged.
  public static final class NoAnswer extends BusException {
    private final boolean nobodyThere;

    public NoAnswer(String message) {
      this(message, false);
    }

    /// @param nobodyThere as [#nobodyThere()]
    public NoAnswer(String message, boolean nobodyThere) {
      super(message, NOTHING);
      this.nobodyThere = nobodyThere;
    }

    /// Whether the wire works and the address was seen not to be acknowledged; on a line or a stuck
    /// bus, silence does not tell whether the request arrived.
    public boolean nobodyThere() {
      return nobodyThere;
    }
  }

  /// Something came and it is damaged: checksum, length or form.
  public static final class Corrupt extends BusException {
    public Corrupt(String message, byte[] evidence) {
      super(message, evidence);
    }
  }

  /// Something intact came, but not from the device or not to the request; or the part there is not
  /// the one that was configured.
  public static final class WrongSender extends BusException {
    public WrongSender(String message, byte[] evidence) {
      super(message, evidence);
    }
  }

  /// The device is there and says no.
  public static final class Refused extends BusException {
    private final int code;

    /// @param code the Modbus exception code, 1 to 255; 0 on I2C (a data byte not acknowledged)
    public Refused(String message, int code, byte[] evidence) {
      super(message, evidence);
      this.code = code;
    }

    /// The Modbus exception code; 0 on I2C.
    public int code() {
      return code;
    }
  }

  /// The bus itself cannot be used: adapter unplugged, connection refused, SDA held low.
  public static final class Down extends BusException {
    public Down(String message) {
      super(message, NOTHING);
    }
  }
}
