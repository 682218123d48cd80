package rackpulse.model;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

/// Watches how the level of a channel goes with the level of its neighbours and the time of day;
/// what leaves both by itself drifts. Without neighbours nothing is claimed.
final class DriftTest {
  private static final double FORGETTING = 0.9998;
  private static final double[] START = {100, 0.4, 0.4, 0.4, 0.4, 1};
  private static final long DAY_MILLIS = 86_400_000;
  private static final double HUBER = 2;
  private static final double CLIP = 5;
  private static final double MEMORY = 2000;

  /// Of the levels of neighbours: two days of readings at 10 s.
  private static final double LEVEL_MEMORY = 20_000;

  private static final double FAST = 30;
  private static final int SETTLING = 800;
  private static final double DRIFT = 4;

  /// The neighbours have moved by more than so many usual moves.
  private static final double RACK_EVENT = 3;

  /// Moves are those within three hours of readings at 10 s.
  private static final double MOVE_MEMORY = 1000;

  /// Sensors of one air follow its moves alike to within this share.
  private static final double LIKENESS = 0.3;

  /// What a reading may teach while a drift is claimed.
  private static final double DISTRUST = 0.05;

  private final double floor;
  private final DMatrixRMaj features = new DMatrixRMaj(START.length, 1);
  private final Rls fit = new Rls(features, FORGETTING, START, new double[START.length]);

  private double readings;
  private double origin;
  private double usualError;
  private double residual;
  private double usualResidual;

  /// Where the neighbours are, fast and slow mean, and the usual difference of both.
  private double near;

  private double far;
  private double usualMove;

  /// Usual level of each neighbour, how far the channel is from it, and that lately.
  private final double[] level;

  private final double[] known;
  private final double[] apart;
  private final double[] latelyApart;
  private final double[] moves;

  /// @param floor least deviation that counts, in the channel's unit: its accuracy class
  DriftTest(int neighbours, double floor) {
    this.floor = floor;
    level = new double[neighbours];
    known = new double[neighbours];
    apart = new double[neighbours];
    latelyApart = new double[neighbours];
    moves = new double[neighbours];
  }

  /// @param wallMillis since the epoch; only the time of day matters
  /// @param value finite
  /// @param neighbours NaN where there is none
  /// @param claimed whether something is claimed of the channel at present
  void observe(long wallMillis, double value, double[] neighbours, boolean claimed) {
    double move = median(neighbours);
    if (Double.isNaN(move)) {
      follow(value, neighbours, claimed);
      return;
    }
    readings++;
    if (readings == 1) {
      origin = value;
    }
    describe(wallMillis, move);
    double error = fit.error(clamp((value - origin) / floor));
    learn(error, move, claimed);
    follow(value, neighbours, claimed);
  }

  private void describe(long wallMillis, double move) {
    double phase = 2 * Math.PI * Math.floorMod(wallMillis, DAY_MILLIS) / DAY_MILLIS;
    double sine = Math.sin(phase);
    double cosine = Math.cos(phase);
    features.data[0] = 1;
    features.data[1] = sine;
    features.data[2] = cosine;
    features.data[3] = 2 * sine * cosine;
    features.data[4] = cosine * cosine - sine * sine;
    features.data[5] = clamp(move / floor);
  }

  /// Far beyond anything that happens in a rack, in units of the floor.
  private static double clamp(double standard) {
    return Math.clamp(standard, -1000, 1000);
  }

  private void learn(double error, double move, boolean claimed) {
    boolean settled = readings > SETTLING;
    double rate = Math.max(1 / readings, 1 / MEMORY);
    double slow = Math.max(1 / readings, 1 / LEVEL_MEMORY);
    double size = Math.abs(error);
    double usual = usualError + 1e-3;
    double largest = CLIP * usual + 2;
    residual += (Math.clamp(error, -largest, largest) - residual) / FAST;
    near += (move - near) / FAST;
    far += (move - far) * Math.max(1 / readings, 1 / MOVE_MEMORY);
    usualMove += slow * (move() - usualMove);
    // an event of the rack is rare and shows better than anything how the channel goes with it
    boolean isUnlikely = size > HUBER * usual && settled && !isRackEvent();
    double weight = isUnlikely ? HUBER * usual / size : 1;
    fit.learn(error, claimed ? DISTRUST * weight : weight);
    if (!claimed) {
      usualError += rate * ((settled ? Math.min(size, CLIP * usual) : size) - usualError);
      double clipped = Math.min(Math.abs(residual), settled ? CLIP * usualResidual + 1e-3 : 1e3);
      // slower than a drift grows
      usualResidual += slow * (clipped - usualResidual);
    }
  }

  private void follow(double value, double[] neighbours, boolean claimed) {
    for (int i = 0; i < neighbours.length; i++) {
      if (!Double.isNaN(neighbours[i])) {
        double distance = value - neighbours[i];
        known[i]++;
        double rate = Math.max(1 / known[i], 1 / LEVEL_MEMORY);
        level[i] += rate * (neighbours[i] - level[i]);
        latelyApart[i] += Math.max(1 / known[i], 1 / FAST) * (distance - latelyApart[i]);
        apart[i] += (claimed ? DISTRUST * rate : rate) * (distance - apart[i]);
      }
    }
  }

  /// How far the neighbours are from their levels: the median, so that one that strays itself says
  /// little; NaN when none has a value.
  private double median(double[] neighbours) {
    int count = 0;
    for (int i = 0; i < neighbours.length; i++) {
      if (!Double.isNaN(neighbours[i]) && known[i] > 0) {
        moves[count++] = neighbours[i] - level[i];
      }
    }
    if (count == 0) {
      return Double.NaN;
    }
    Arrays.sort(moves, 0, count);
    return (moves[(count - 1) / 2] + moves[count / 2]) / 2;
  }

  void save(StateWriter writer) {
    fit.save(writer);
    writer.values(
        new double[] {readings, origin, usualError, residual, usualResidual, near, far, usualMove});
    writer.values(level);
    for (double readingsKnown : known) {
      writer.number((long) readingsKnown);
    }
    writer.values(apart);
    writer.values(latelyApart);
  }

  void restore(StateReader reader) throws UnusableState {
    fit.restore(reader);
    double[] values = new double[8];
    reader.values(values);
    readings = values[0];
    origin = values[1];
    usualError = values[2];
    residual = values[3];
    usualResidual = values[4];
    near = values[5];
    far = values[6];
    usualMove = values[7];
    reader.values(level);
    for (int i = 0; i < known.length; i++) {
      known[i] = reader.number();
    }
    reader.values(apart);
    reader.values(latelyApart);
  }

  /// Whether the channel has left its neighbours and they are where they use to be.
  boolean isDrifting() {
    double size = Math.abs(residual);
    return readings > SETTLING
        && size > DRIFT * usualResidual
        && size > 1
        && size * floor > LIKENESS * move()
        && !isRackEvent()
        && leftMostNeighbours();
  }

  /// Whether the channel is back among its neighbours, or there is nothing to compare it with.
  boolean isBack() {
    return readings <= SETTLING || Math.abs(residual) < Math.max(2 * usualResidual, 0.5);
  }

  boolean hasNeighbours() {
    return readings > SETTLING;
  }

  private boolean isRackEvent() {
    return move() > RACK_EVENT * usualMove && move() > floor;
  }

  /// How far the neighbours have moved lately.
  private double move() {
    return Math.abs(near - far);
  }

  /// One that strays itself leaves all others; the others leave only it.
  private boolean leftMostNeighbours() {
    int compared = 0;
    int left = 0;
    for (int i = 0; i < level.length; i++) {
      if (known[i] > SETTLING) {
        compared++;
        left += Math.abs(latelyApart[i] - apart[i]) > floor / 2 ? 1 : 0;
      }
    }
    return 2 * left > compared;
  }
}
