package rackpulse.analysis;

import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

/// Means over blocks of time that begin at whole multiples of their length by the clock, as the
/// slow models want them. A block with too few readings yields nothing.
public final class BlockMean {
  /// What the slow models are made for.
  public static final long BLOCK_MILLIS = 300_000;

  private static final long NANOS_PER_MILLI = 1_000_000;

  /// No sum of readings overflows; the models would not take larger values either.
  private static final double LARGEST = 1e15;

  private static final String SECTION = "block-mean";

  private final long blockMillis;
  private final int least;

  // of the block that is being filled
  private boolean open;
  private long block;
  private double sum;
  private long count;

  /// Time since the last reading of the block delivered last.
  private long sinceNanos;

  /// The same for the last reading of the block that is being filled.
  private long lastNanos;

  private boolean delivered;

  // of the block delivered last
  private double mean;
  private long startMillis;
  private long intervals = 1;

  /// @param blockMillis the length of a block; 0 where each reading is one
  /// @param everyMillis between readings; half of those due must be there, at least one
  public BlockMean(long blockMillis, long everyMillis) {
    this.blockMillis = blockMillis;
    least = (int) Math.max(1, blockMillis / Math.max(1, 2 * everyMillis));
  }

  /// Takes a reading of the block in which `wallMillis` lies; a value that is not finite is missing
  /// and only lets time pass.
  ///
  /// @param wallMillis since the epoch
  /// @param stepNanos since the observation before
  /// @return whether the reading ended a block with enough readings, which [#mean], [#startMillis]
  ///   and [#intervals] then describe
  public boolean observe(long wallMillis, long stepNanos, double value) {
    if (blockMillis == 0) {
      mean = value;
      startMillis = wallMillis;
      return Math.abs(value) <= LARGEST;
    }
    long present = Math.floorDiv(wallMillis, blockMillis);
    boolean isComplete = open && present != block && deliver();
    if (!open || present != block) {
      open = true;
      block = present;
      sum = 0;
      count = 0;
    }
    sinceNanos += stepNanos;
    if (Math.abs(value) <= LARGEST) {
      sum += value;
      count++;
      lastNanos = sinceNanos;
    }
    return isComplete;
  }

  /// The mean of the readings of the block.
  public double mean() {
    return mean;
  }

  /// When the block began, since the epoch.
  public long startMillis() {
    return startMillis;
  }

  /// How many block lengths after the block delivered before it came; 1 without a gap.
  public long intervals() {
    return intervals;
  }

  /// Writes the block that is being filled.
  public void save(StateWriter writer) {
    int section = writer.open(SECTION, StateWriter.hash(1, (double) blockMillis));
    writer.flag(open);
    writer.number(block);
    writer.value(sum);
    writer.number(count);
    writer.number(sinceNanos);
    writer.number(lastNanos);
    writer.flag(delivered);
    writer.close(section);
  }

  /// Goes on where the saved one stopped.
  public void restore(StateReader reader) throws UnusableState {
    int section = reader.open(SECTION, StateWriter.hash(1, (double) blockMillis));
    open = reader.flag();
    block = reader.number();
    sum = reader.value();
    count = reader.number();
    sinceNanos = reader.number();
    lastNanos = reader.number();
    delivered = reader.flag();
    reader.close(section);
  }

  private boolean deliver() {
    if (count < least) {
      return false;
    }
    mean = sum / count;
    startMillis = block * blockMillis;
    double lengths = (double) lastNanos / (blockMillis * NANOS_PER_MILLI);
    intervals = delivered ? Math.max(1, Math.round(lengths)) : 1;
    delivered = true;
    sinceNanos -= lastNanos;
    lastNanos = 0;
    return true;
  }
}
