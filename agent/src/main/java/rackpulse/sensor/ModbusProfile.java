package rackpulse.sensor;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A part that speaks Modbus.
///
/// @param requests what one request may ask of it
/// @param identity how to tell that it is this part
public record ModbusProfile(
    Header header, RequestLimits requests, Optional<Identity> identity, List<Field> fields)
    implements Profile {
  public ModbusProfile {
    fields = List.copyOf(fields);
  }

  @Override
  public List<ChannelProfile> channels() {
    return fields.stream().map(Field::channel).toList();
  }

  @Override
  public List<Parameter> parameters() {
    return List.of();
  }

  @Override
  public Optional<String> objection(Map<String, Double> parameters) {
    return Optional.empty();
  }

  /// Which table of the device a field lies in.
  public enum Table {
    /// Function code 1.
    COIL,
    /// Function code 2.
    DISCRETE_INPUT,
    /// Function code 3.
    HOLDING,
    /// Function code 4.
    INPUT
  }

  /// @param maxRegisters most registers in one request, 1 to 125
  /// @param maxHole most unwanted registers read along to join two fields, 0 to 124
  /// @param single whether each field needs a request of its own
  public record RequestLimits(int maxRegisters, int maxHole, boolean single) {
    /// What the specification allows, with holes as long as a new request would cost.
    public static final RequestLimits DEFAULT = new RequestLimits(125, 8, false);
  }

  /// A channel and where its number lies.
  ///
  /// @param address 0-based, as on the wire
  /// @param undefined raw numbers that mean the device has no value
  public record Field(
      ChannelProfile channel, Table table, int address, Encoding encoding, List<Long> undefined) {
    public Field {
      undefined = List.copyOf(undefined);
      if (address < 0 || address + encoding.format().words() > 65536) {
        throw new IllegalArgumentException("no such address: " + address);
      }
    }
  }

  /// Registers that must hold this text or these words before values are believed.
  ///
  /// @param expected words that must be found from `address` on
  /// @param text for text identities, what a person reads in `expected`; else empty
  public record Identity(Table table, int address, List<Integer> expected, String text) {
    public Identity {
      expected = List.copyOf(expected);
    }
  }
}
