package rackpulse.history;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import rackpulse.analysis.LimitSettings;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.DeviceDescription.ChannelDescription;
import rackpulse.telemetry.Ids;
import rackpulse.telemetry.Quantity;

/// What was recorded: the channels that a running agent would have seen.
///
/// @param channels of the value, then of the inputs
/// @param limits plain limits of any of them
/// @param inlets devices whose air is what the rack takes in
/// @param outlets devices whose air is what it gives off
public record Subject(
    List<ChannelDescription> channels,
    List<LimitSettings> limits,
    Set<String> inlets,
    Set<String> outlets) {
  public Subject {
    channels = List.copyOf(channels);
    limits = List.copyOf(limits);
    inlets = Set.copyOf(inlets);
    outlets = Set.copyOf(outlets);
  }

  /// Columns of which nothing is known but, perhaps, what the first measures. Of any other it is
  /// only said what needs no knowledge of the quantity.
  public static Subject of(Quantity quantity, String value, List<String> inputs) {
    Set<String> taken = new HashSet<>();
    List<ChannelDescription> channels = new ArrayList<>();
    channels.add(described(value, quantity, taken));
    for (String input : inputs) {
      channels.add(described(input, Quantity.NUMBER, taken));
    }
    return new Subject(channels, List.of(), Set.of(), Set.of());
  }

  /// The same with limits of the value.
  public Subject with(LimitSettings limit) {
    return new Subject(channels, List.of(limit), inlets, outlets);
  }

  Channel value() {
    return channels.getFirst().channel();
  }

  private static ChannelDescription described(String column, Quantity quantity, Set<String> taken) {
    String name = name(column);
    String unique = name;
    for (int i = 2; !taken.add(unique); i++) {
      unique = name + "-" + i;
    }
    return new ChannelDescription(
        new Channel(unique, "value", quantity), Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
  }

  /// The column's name with everything left out that the name of a device cannot have.
  private static String name(String column) {
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < column.length() && name.length() < Ids.MAX_LENGTH - 4; i++) {
      String character = column.substring(i, i + 1);
      boolean isKept = Ids.valid(character);
      if (isKept || !name.isEmpty() && name.charAt(name.length() - 1) != '-') {
        name.append(isKept ? character : "-");
      }
    }
    while (!name.isEmpty() && name.charAt(name.length() - 1) == '-') {
      name.setLength(name.length() - 1);
    }
    return name.isEmpty() ? "column" : name.toString();
  }
}
