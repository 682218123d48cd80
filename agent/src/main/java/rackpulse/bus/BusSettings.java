package rackpulse.bus;

import java.nio.file.Path;
import java.time.Duration;

/// Where a bus is and how it is driven, one record per kind.
public sealed interface BusSettings {
  /// The operator's name for the bus, `[A-Za-z0-9_-]`.
  String name();

  /// An I2C adapter of the kernel.
  ///
  /// @param device such as `/dev/i2c-1`
  /// @param frequencyHertz the adapter's clock, which the kernel sets, not the agent; used to
  ///   predict the bus time, 10,000 to 3,400,000
  record I2cSettings(String name, Path device, int frequencyHertz) implements BusSettings {}

  /// A serial line with Modbus RTU frames.
  ///
  /// @param device such as `/dev/serial/by-path/...`
  /// @param baud 300 to 4,000,000
  /// @param timeout silence after a request that counts as no answer
  /// @param turnaround the time a device takes before it answers, used for prediction and to sleep
  ///   until an answer can be complete
  /// @param rs485 whether the driver shall switch the transmitter by RTS
  record ModbusRtuSettings(
      String name,
      Path device,
      int baud,
      SerialFormat format,
      Duration timeout,
      Duration turnaround,
      boolean rs485)
      implements BusSettings {}

  /// A TCP connection with Modbus TCP frames, or with RTU frames to a serial gateway.
  ///
  /// @param host name or address
  /// @param port 1 to 65535, usually 502
  /// @param timeout silence after a request that counts as no answer; also for connecting
  /// @param rtuFrames whether RTU frames with CRC travel in the connection instead of MBAP
  /// @param turnaround from a request to its answer: network and device; used for prediction
  /// @param gatewayBaud speed of the serial line behind a gateway, used for prediction; 0 where
  ///   there is none
  record ModbusTcpSettings(
      String name,
      String host,
      int port,
      Duration timeout,
      boolean rtuFrames,
      Duration turnaround,
      int gatewayBaud)
      implements BusSettings {
    /// A connection of which only the address is known, as when it is scanned.
    public ModbusTcpSettings(
        String name, String host, int port, Duration timeout, boolean rtuFrames) {
      this(name, host, port, timeout, rtuFrames, Duration.ZERO, 0);
    }
  }

  /// A recorded bus that is played back.
  ///
  /// @param file the transcript
  /// @param repeat whether it starts again at its end, so that an agent can run on it for ever
  record TranscriptSettings(String name, Path file, boolean repeat) implements BusSettings {}

  /// Bits of a character on a serial line.
  ///
  /// @param dataBits 7 or 8
  /// @param stopBits 1 or 2
  record SerialFormat(int dataBits, Parity parity, int stopBits) {
    public SerialFormat {
      if ((dataBits != 7 && dataBits != 8) || (stopBits != 1 && stopBits != 2)) {
        throw new IllegalArgumentException("not a serial format: " + dataBits + parity + stopBits);
      }
    }

    /// Start, data, parity and stop bits of one character, 9 to 12.
    public int bitsPerCharacter() {
      return 1 + dataBits + (parity == Parity.NONE ? 0 : 1) + stopBits;
    }

    /// As people write it: `8E1`.
    @Override
    public String toString() {
      return dataBits + parity.name().substring(0, 1) + stopBits;
    }
  }

  /// The parity bit of a serial line.
  enum Parity {
    NONE,
    EVEN,
    ODD
  }
}
