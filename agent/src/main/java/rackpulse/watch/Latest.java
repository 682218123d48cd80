package rackpulse.watch;

import java.util.Arrays;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

/// What is known of a channel at present, written by its own watch and read by those of others.
final class Latest {
  /// NaN where there is none, or its sensor has failed.
  double value = Double.NaN;

  /// Whether a fault of its sensor is raised, so that nothing may learn from it.
  boolean isFaulty;

  /// Whether it does what it has not done before, or runs towards a limit.
  boolean isUnusual;

  /// A fast channel may have ended the next block before a slow one lets the last be judged.
  private static final int BLOCKS = 4;

  private final long blockMillis;
  private final double[] means = new double[BLOCKS];
  private final long[] startsMillis = new long[BLOCKS];

  /// @param blockMillis length of a block; 0 where each reading is one
  Latest(long blockMillis) {
    this.blockMillis = blockMillis;
    Arrays.fill(means, Double.NaN);
  }

  /// Takes the mean of the block that began at `startMillis`.
  void block(long startMillis, double mean) {
    means[place(startMillis)] = mean;
    startsMillis[place(startMillis)] = startMillis;
  }

  /// The mean of the block that began at `startMillis`; NaN where there is none, or its sensor has
  /// failed.
  double meanOf(long startMillis) {
    int place = place(startMillis);
    return startsMillis[place] == startMillis && !isFaulty ? means[place] : Double.NaN;
  }

  private int place(long startMillis) {
    return blockMillis == 0 ? 0 : Math.floorMod(startMillis / blockMillis, BLOCKS);
  }

  /// Writes what others may still look at.
  void save(StateWriter writer) {
    writer.flag(isFaulty);
    writer.flag(isUnusual);
    save(writer, value);
    for (int i = 0; i < BLOCKS; i++) {
      save(writer, means[i]);
      writer.number(startsMillis[i]);
    }
  }

  /// Goes on where the saved one stopped.
  void restore(StateReader reader) throws UnusableState {
    isFaulty = reader.flag();
    isUnusual = reader.flag();
    value = value(reader);
    for (int i = 0; i < BLOCKS; i++) {
      means[i] = value(reader);
      startsMillis[i] = reader.number();
    }
  }

  private static void save(StateWriter writer, double value) {
    writer.flag(Double.isNaN(value));
    writer.value(Double.isNaN(value) ? 0 : value);
  }

  private static double value(StateReader reader) throws UnusableState {
    boolean isAbsent = reader.flag();
    double value = reader.value();
    return isAbsent ? Double.NaN : value;
  }
}
