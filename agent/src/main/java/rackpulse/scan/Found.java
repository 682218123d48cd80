package rackpulse.scan;

import java.util.List;

/// One thing that a scan found.
///
/// @param line serial settings under which it answered, such as `9600 8N1`; else empty
/// @param i2c whether `address` is an I2C address; else it is a Modbus unit id
/// @param address I2C address or Modbus unit id
/// @param evidence what it said, in words
/// @param profiles ids of the profiles it could be
/// @param certain whether it identified itself as `profiles`
public record Found(
    String line,
    boolean i2c,
    int address,
    String evidence,
    List<String> profiles,
    boolean certain) {
  public Found {
    profiles = List.copyOf(profiles);
  }
}
