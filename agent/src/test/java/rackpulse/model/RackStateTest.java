package rackpulse.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Random;
import org.junit.jupiter.api.Test;
import rackpulse.model.RackModel.Trust;
import rackpulse.model.SensorFaults.Settings;
import rackpulse.state.StateReader;
import rackpulse.state.StateWriter;
import rackpulse.state.UnusableState;

/// What holds of every input: state that comes back bit by bit and stays small and finite, and no
/// garbage.
class RackStateTest {
  private static final int MOST_BYTES = 4096;
  private static final Settings SENSOR = new Settings(-1e15, 1e15, 0.4, 10_000, 3);

  @Test
  void rackModelGoesOnBitByBit() throws UnusableState {
    Random random = new Random(11);
    for (int trial = 0; trial < 12; trial++) {
      boolean declared = trial % 2 == 0;
      int candidates = declared ? 3 : 9;
      LinearRack rack = new LinearRack(trial, 0.05);
      RackModel model = new RackModel(candidates, declared, 0.01);
      int until = random.nextInt(2500);
      for (int i = 0; i < until; i++) {
        observe(model, rack, random, candidates);
      }
      RackModel restored = new RackModel(candidates, declared, 0.01);
      restored.restore(new StateReader(bytes(model)));
      assertArrayEquals(bytes(model), bytes(restored));
      Random twin = new Random(trial);
      Random other = new Random(trial);
      for (int i = 0; i < 1200; i++) {
        rack.advance();
        double target = disturbed(rack.outlet, twin);
        double[] inputs = inputs(rack, twin, candidates);
        disturbed(rack.outlet, other);
        assertEquals(
            model.observe(target, inputs, Trust.SOUND),
            restored.observe(target, inputs(rack, other, candidates), Trust.SOUND));
        assertEquals(model.expected(), restored.expected());
      }
      assertArrayEquals(bytes(model), bytes(restored));
      assertTrue(bytes(model).length < MOST_BYTES, bytes(model).length + " bytes");
    }
  }

  @Test
  void sensorFaultsGoOnBitByBit() throws UnusableState {
    for (int trial = 0; trial < 12; trial++) {
      Random random = new Random(trial);
      SensorFaults faults = new SensorFaults(SENSOR);
      int until = random.nextInt(20_000);
      for (int i = 0; i < until; i++) {
        faults.observe(10_000L * i, wild(random, trial), wilds(random, trial));
      }
      SensorFaults restored = new SensorFaults(SENSOR);
      restored.restore(new StateReader(bytes(faults)));
      for (int i = until; i < until + 5000; i++) {
        double value = wild(random, trial);
        double[] neighbours = wilds(random, trial);
        assertEquals(
            faults.observe(10_000L * i, value, neighbours),
            restored.observe(10_000L * i, value, neighbours));
      }
      assertArrayEquals(bytes(faults), bytes(restored));
      assertTrue(bytes(faults).length < MOST_BYTES, bytes(faults).length + " bytes");
    }
  }

  @Test
  void stateOfAnotherShapeIsRefused() throws UnusableState {
    byte[] three = bytes(new RackModel(3, true, 0.01));
    byte[] sensor = bytes(new SensorFaults(SENSOR));
    StateReader rack = new StateReader(three);
    assertThrows(UnusableState.class, () -> new RackModel(4, true, 0.01).restore(rack));
    StateReader again = new StateReader(three);
    assertThrows(UnusableState.class, () -> new RackModel(3, false, 0.01).restore(again));
    StateReader coarse = new StateReader(sensor);
    Settings other = new Settings(-1e15, 1e15, 0.5, 10_000, 3);
    assertThrows(UnusableState.class, () -> new SensorFaults(other).restore(coarse));
  }

  /// The reader refuses whatever is not finite.
  @Test
  void noInputMakesTheRackModelsStateUnusable() throws UnusableState {
    for (int trial = 0; trial < 40; trial++) {
      Random random = new Random(100 + trial);
      RackModel model = new RackModel(5, trial % 3 == 0, 0.01);
      for (int i = 0; i < 10_000; i++) {
        double[] inputs = new double[5];
        for (int j = 0; j < inputs.length; j++) {
          inputs[j] = wild(random, trial);
        }
        model.observe(wild(random, trial), inputs, Trust.values()[random.nextInt(40) / 38]);
      }
      new RackModel(5, trial % 3 == 0, 0.01).restore(new StateReader(bytes(model)));
      if (model.explains()) {
        assertTrue(Double.isFinite(model.expected() + model.band() + model.rSquared()));
        assertTrue(model.severity() >= 0.5 && model.severity() <= 1);
      }
    }
  }

  @Test
  void noInputMakesTheSensorFaultsStateUnusable() throws UnusableState {
    for (int trial = 0; trial < 100; trial++) {
      Random random = new Random(500 + trial);
      SensorFaults faults = new SensorFaults(SENSOR);
      long millis = 0;
      for (int i = 0; i < 50_000; i++) {
        boolean isOdd = random.nextInt(1000) == 0;
        millis += isOdd ? random.nextLong(-86_400_000L, 86_400_000L) : 10_000;
        faults.observe(millis, wild(random, trial), wilds(random, trial));
      }
      new SensorFaults(SENSOR).restore(new StateReader(bytes(faults)));
    }
  }

  @Test
  void makesNoGarbage() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    LinearRack rack = new LinearRack(1, 0.05);
    RackModel model = new RackModel(3, true, 0.01);
    SensorFaults faults = new SensorFaults(SENSOR);
    double[] inputs = new double[3];
    long startBytes = 0;
    for (int i = 0; i < 20_000; i++) {
      if (i == 10_000) {
        startBytes = threads.getCurrentThreadAllocatedBytes();
      }
      rack.advance();
      inputs[0] = rack.inlet;
      inputs[1] = rack.load;
      inputs[2] = rack.fan;
      model.observe(rack.outlet, inputs, Trust.SOUND);
      faults.observe(10_000L * i, rack.outlet, inputs);
    }
    long madeBytes = threads.getCurrentThreadAllocatedBytes() - startBytes;
    assertTrue(madeBytes < 10_000, madeBytes + " bytes in 10,000 steps");
  }

  private static void observe(RackModel model, LinearRack rack, Random random, int candidates) {
    rack.advance();
    double target = disturbed(rack.outlet, random);
    model.observe(target, inputs(rack, random, candidates), Trust.SOUND);
  }

  private static double disturbed(double value, Random random) {
    return switch (random.nextInt(300)) {
      case 0 -> Double.NaN;
      case 1 -> value + 10;
      default -> value;
    };
  }

  private static double[] inputs(LinearRack rack, Random random, int candidates) {
    double[] inputs = new double[candidates];
    for (int i = 0; i < candidates; i++) {
      inputs[i] =
          switch (i) {
            case 0 -> rack.inlet;
            case 1 -> rack.load;
            case 2 -> rack.fan;
            default -> random.nextGaussian();
          };
    }
    return inputs;
  }

  private static double[] wilds(Random random, int kind) {
    return new double[] {wild(random, kind), wild(random, kind), wild(random, kind)};
  }

  /// Series that no sensor should make: one kind of malice for each trial, and a little of all.
  private static double wild(Random random, int kind) {
    if (random.nextInt(100) == 0) {
      return switch (random.nextInt(6)) {
        case 0 -> Double.NaN;
        case 1 -> Double.POSITIVE_INFINITY;
        case 2 -> -Double.MAX_VALUE;
        case 3 -> Double.MIN_VALUE;
        case 4 -> 1e15;
        default -> -1e15;
      };
    }
    return switch (kind % 8) {
      case 0 -> random.nextGaussian();
      case 1 -> 25;
      case 2 -> 1e15 * random.nextGaussian();
      case 3 -> 1e-300 * random.nextGaussian();
      case 4 -> random.nextBoolean() ? 1e15 : -1e15;
      case 5 -> Math.rint(2 * random.nextGaussian());
      case 6 -> Math.exp(60 * random.nextGaussian());
      default -> Double.longBitsToDouble(random.nextLong());
    };
  }

  private static byte[] bytes(RackModel model) {
    StateWriter writer = new StateWriter();
    model.save(writer);
    return writer.toBytes();
  }

  private static byte[] bytes(SensorFaults faults) {
    StateWriter writer = new StateWriter();
    faults.save(writer);
    return writer.toBytes();
  }
}
