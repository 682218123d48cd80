package rackpulse.sensor;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import rackpulse.bus.Crc8;

/// A part on I2C.
///
/// @param addresses the 7-bit addresses it can have
/// @param identity how to tell that it is this part
/// @param program how it is read
public record I2cProfile(
    Header header, List<Integer> addresses, Optional<Identity> identity, Program program)
    implements Profile {
  public I2cProfile {
    addresses = List.copyOf(addresses);
  }

  @Override
  public List<ChannelProfile> channels() {
    return switch (program) {
      case Table table -> table.fields().stream().map(Field::channel).toList();
      case Chip chip -> chip.channels();
    };
  }

  /// How a part is read: by a table, or by a class of its own where the arithmetic does not fit.
  public sealed interface Program permits Table, Chip {}

  /// Fixed steps whose replies, joined and without checksums, are 16-bit words.
  public record Table(
      List<Step> setup, List<Step> steps, Optional<Crc8> checksum, List<Field> fields)
      implements Program {
    public Table {
      setup = List.copyOf(setup);
      steps = List.copyOf(steps);
      fields = List.copyOf(fields);
    }
  }

  /// A part that has a driver class.
  public record Chip(ChipKind kind, List<ChannelProfile> channels) implements Program {
    public Chip {
      channels = List.copyOf(channels);
    }
  }

  /// The parts that have a driver class.
  public enum ChipKind {
    BME280,
    INA219,
    INA226,
    INA260,
    ADS1115
  }

  /// One exchange: write, wait, read. Without a wait, write and read are joined by a repeated
  /// start.
  ///
  /// @param read how many bytes, checksums included, 0 to 32
  /// @param retries how often a refused or unanswered read is tried again after another `pause`,
  ///   for chips that do not acknowledge while they measure, 0 to 20
  public record Step(byte[] write, Duration pause, int read, int retries) {}

  /// A channel and where its number lies in the joined replies.
  ///
  /// @param word index of its first 16-bit word
  /// @param undefined raw numbers that mean the part has no value
  public record Field(ChannelProfile channel, int word, Encoding encoding, List<Long> undefined) {
    public Field {
      undefined = List.copyOf(undefined);
    }
  }

  /// A question whose answer only this part gives.
  ///
  /// @param mask which bits of the answer count; as long as `expected`
  /// @param expected what they must be
  public record Identity(Step ask, byte[] mask, byte[] expected) {}
}
