package rackpulse.watch;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import rackpulse.analysis.Objective;
import rackpulse.telemetry.Channel;

/// What the operator wants of the models.
///
/// @param targets channels that are explained by others
/// @param forecast channels that are forecast
/// @param horizons how far ahead, minutes, each a multiple of 5
/// @param companion a channel that helps to forecast the others
/// @param terms of the objective; none for no objective
/// @param inlets devices whose air is what the rack takes in
/// @param outlets devices whose air is what it gives off
public record WatchSettings(
    List<Target> targets,
    List<Channel> forecast,
    List<Integer> horizons,
    Optional<Channel> companion,
    List<Objective.Term> terms,
    Set<String> inlets,
    Set<String> outlets) {
  /// Only what needs no word of the operator.
  public static final WatchSettings USUAL =
      new WatchSettings(List.of(), List.of(), List.of(), List.of(), Set.of(), Set.of());

  public WatchSettings {
    targets = List.copyOf(targets);
    forecast = List.copyOf(forecast);
    horizons = List.copyOf(horizons);
    terms = List.copyOf(terms);
    inlets = Set.copyOf(inlets);
    outlets = Set.copyOf(outlets);
  }

  /// Without a companion.
  public WatchSettings(
      List<Target> targets,
      List<Channel> forecast,
      List<Integer> horizons,
      List<Objective.Term> terms,
      Set<String> inlets,
      Set<String> outlets) {
    this(targets, forecast, horizons, Optional.empty(), terms, inlets, outlets);
  }

  /// @param inputs what explains it, at most seven; none to have them chosen
  public record Target(Channel channel, List<Channel> inputs) {
    public Target {
      inputs = List.copyOf(inputs);
    }
  }
}
