package rackpulse.model;

import java.util.Random;

/// Values, times and intervals that no sensor should give: seeded, and switching its habit all the
/// time.
public final class AdversarialSeries {
  private static final int HABITS = 9;

  private final Random random;
  private int habit;
  private int left;
  private double state;
  private double size;

  public AdversarialSeries(long seed) {
    random = new Random(seed);
  }

  public double value() {
    if (left-- <= 0) {
      habit = random.nextInt(HABITS);
      left = random.nextInt(2000);
      size = Math.pow(10, random.nextInt(28) - 12);
      state = random.nextBoolean() ? size * random.nextGaussian() : 0;
    }
    double before = state;
    if (habit == 4) {
      state += size * random.nextGaussian();
    } else if (habit == 6) {
      state = Math.abs(before) > 1e15 ? 1e-9 : before * 1.5 + 1e-9;
    }
    return switch (habit) {
      case 0 -> state;
      case 1 -> random.nextInt(100) == 0 ? state + size : state;
      case 2 -> Double.longBitsToDouble(random.nextLong());
      case 3 -> (left % 2 == 0 ? 1 : -1) * 1e15;
      case 4, 6 -> state;
      case 5 -> left % 500 == 0 ? 1e15 : 1e-300;
      case 7 -> size * (left % 7) + random.nextGaussian() * Double.MIN_NORMAL;
      default -> random.nextInt(3) == 0 ? Double.NaN : size * random.nextGaussian();
    };
  }

  /// Mostly steps of `usual`, sometimes backward, the same again, or anywhere.
  public long next(long before, long usual) {
    return switch (random.nextInt(200)) {
      case 0 -> random.nextLong();
      case 1 -> before - usual;
      case 2, 3 -> before;
      case 4 -> before + usual * random.nextInt(1000);
      default -> before + usual;
    };
  }

  /// Mostly 1, sometimes a gap, sometimes nonsense.
  public long intervals() {
    return switch (random.nextInt(500)) {
      case 0 -> random.nextLong();
      case 1 -> -random.nextInt(10);
      case 2, 3 -> random.nextInt(1000);
      default -> 1;
    };
  }

  public boolean seldom() {
    return random.nextInt(20_000) == 0;
  }
}
