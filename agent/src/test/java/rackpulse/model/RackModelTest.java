package rackpulse.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import rackpulse.model.RackModel.Change;
import rackpulse.model.RackModel.State;
import rackpulse.model.RackModel.Trust;

class RackModelTest {
  private static final int DAY = LinearRack.BLOCKS_PER_DAY;
  private static final double FAULT = 4;
  private static final double[] NOTHING = {Double.NaN, Double.NaN, Double.NaN};

  private final LinearRack rack = new LinearRack(1, 0.05);
  private final RackModel model = new RackModel(3, true, 0.01);

  @Test
  void readsAFaultOfFourKelvinFromTheRaiseOn() {
    for (long seed = 1; seed <= 4; seed++) {
      LinearRack simulated = new LinearRack(seed, 0.05);
      RackModel watching = trained(simulated, 10 * DAY);
      int raisedAfter = -1;
      for (int i = 0; i < DAY; i++) {
        simulated.advance();
        watching.observe(simulated.outlet + FAULT, simulated.inputs(), Trust.SOUND);
        raisedAfter = raisedAfter < 0 && watching.raised() ? i : raisedAfter;
        if (raisedAfter >= 0) {
          assertTrue(watching.raised(), "must stay raised");
          assertEquals(FAULT, watching.unexplained(), 0.1 * FAULT, "seed " + seed);
        }
      }
      assertTrue(raisedAfter >= 0 && raisedAfter <= 3, "raised after " + raisedAfter + " blocks");
    }
  }

  @Test
  void freeRunHasNoBias() {
    for (long seed = 1; seed <= 6; seed++) {
      LinearRack simulated = new LinearRack(seed, 0.05);
      RackModel watching = trained(simulated, 7 * DAY);
      double sum = 0;
      double truly = 0;
      int within = 0;
      for (int i = 0; i < 7 * DAY; i++) {
        simulated.advance();
        watching.observe(simulated.outlet, simulated.inputs(), Trust.SOUND);
        sum += watching.unexplained();
        truly += simulated.settled() - watching.expected();
        within += Math.abs(watching.unexplained()) <= watching.band() ? 1 : 0;
      }
      assertEquals(0, sum / (7 * DAY), 0.05, "seed " + seed);
      assertEquals(0, truly / (7 * DAY), 0.05, "of what the sensor would say without noise");
      assertTrue(within > 0.99 * 7 * DAY, within + " within three standard deviations");
      assertTrue(watching.rSquared() > 0.99, () -> "R² " + watching.rSquared());
    }
  }

  /// Nothing is learned while a fault lasts, so nothing of it creeps into what is expected.
  @Test
  void freeRunHasNoBiasWhileAFaultLasts() {
    for (long seed = 1; seed <= 4; seed++) {
      LinearRack simulated = new LinearRack(seed, 0.05);
      RackModel watching = trained(simulated, 10 * DAY);
      double sum = 0;
      int blocks = 0;
      for (int i = 0; i < 2 * DAY; i++) {
        simulated.advance();
        watching.observe(simulated.outlet + FAULT, simulated.inputs(), Trust.SOUND);
        if (watching.raised()) {
          sum += simulated.settled() - watching.expected();
          blocks++;
        }
      }
      assertTrue(blocks > 2 * DAY - 5);
      assertEquals(0, sum / blocks, 0.05, "seed " + seed);
    }
  }

  @Test
  void sharesSumToExpectedLessUsual() {
    train(4 * DAY);
    for (int i = 0; i < DAY; i++) {
      rack.advance();
      model.observe(rack.outlet, rack.inputs(), Trust.SOUND);
      double sum = model.share(0) + model.share(1) + model.share(2);
      assertEquals(model.expected() - model.usual(), sum, 1e-9);
    }
  }

  @Test
  void sharesFollowTheKnownGains() {
    train(10 * DAY);
    double[] low = {21, 3200, 57};
    double[] high = {23, 3700, 64};
    double[] before = sharesAt(low);
    double[] after = sharesAt(high);
    assertEquals(2 * LinearRack.INLET_GAIN, after[0] - before[0], 0.05);
    assertEquals(500 * LinearRack.LOAD_GAIN, after[1] - before[1], 0.05);
    assertEquals(7 * LinearRack.FAN_GAIN, after[2] - before[2], 0.05);
  }

  /// The shares when the inputs have stayed as they are; a block without target teaches nothing.
  private double[] sharesAt(double[] held) {
    for (int i = 0; i < 100; i++) {
      model.observe(Double.NaN, held, Trust.SOUND);
    }
    return new double[] {model.share(0), model.share(1), model.share(2)};
  }

  @Test
  void choosesWhatGoesWithTheTarget() {
    RackModel choosing = new RackModel(12, false, 0.01);
    for (int i = 0; i < 3 * DAY; i++) {
      rack.advance();
      double[] candidates = new double[12];
      Arrays.setAll(candidates, _ -> rack.unrelated());
      candidates[3] = rack.fan;
      candidates[7] = rack.inlet;
      candidates[10] = rack.load;
      candidates[11] = Double.NaN;
      choosing.observe(rack.outlet, candidates, Trust.SOUND);
    }
    assertTrue(choosing.uses(3) && choosing.uses(7) && choosing.uses(10));
    assertFalse(choosing.uses(11), "a channel without values explains nothing");
    assertTrue(choosing.inputs() <= RackModel.MAX_INPUTS);
    assertTrue(choosing.explains());
  }

  @Test
  void staysLearningWhileNothingGoesWithTheTarget() {
    RackModel choosing = new RackModel(2, false, 0.01);
    for (int i = 0; i < 5 * DAY; i++) {
      rack.advance();
      choosing.observe(rack.outlet, new double[] {230, Double.NaN}, Trust.SOUND);
    }
    assertEquals(State.LEARNING, choosing.state());
    assertFalse(choosing.explains());
  }

  @Test
  void claimsNothingBeforeThereIsEnoughData() {
    double last = 0;
    for (int i = 0; i < RackInputs.LEARNING_BLOCKS + Evidence.FIRST_VERDICT; i++) {
      assertEquals(State.LEARNING, model.state());
      assertFalse(model.explains());
      assertTrue(model.progress() >= last && model.progress() < 1);
      last = model.progress();
      rack.advance();
      // a fault that is there from the start is all that it knows
      assertEquals(Change.NONE, model.observe(rack.outlet + (i % 7), rack.inputs(), Trust.SOUND));
    }
    train(1);
    assertEquals(State.READY, model.state());
    assertEquals(1, model.progress());
    assertTrue(model.explains());
  }

  @Test
  void neverLearnsFromFaultyBlocks() {
    RackModel sheltered = new RackModel(3, true, 0.01);
    for (int i = 0; i < 5 * DAY; i++) {
      rack.advance();
      if (i % 100 < 10) {
        model.observe(rack.outlet + 20, rack.inputs(), Trust.FAULTY);
        assertEquals(State.SUSPENDED, i > 3 * DAY ? model.state() : State.SUSPENDED);
        sheltered.observe(Double.NaN, NOTHING, Trust.SOUND);
      } else {
        model.observe(rack.outlet, rack.inputs(), Trust.SOUND);
        sheltered.observe(rack.outlet, rack.inputs(), Trust.SOUND);
        assertEquals(sheltered.expected(), model.expected());
      }
    }
  }

  @Test
  void judgesAbnormalBlocksWithoutLearningThem() {
    train(5 * DAY);
    double before = model.rSquared();
    boolean wasRaised = false;
    for (int i = 0; i < 20; i++) {
      rack.advance();
      model.observe(rack.outlet + FAULT, rack.inputs(), Trust.ABNORMAL);
      wasRaised |= model.raised();
      assertEquals(State.SUSPENDED, model.state());
    }
    assertTrue(wasRaised);
    assertEquals(before, model.rSquared());
  }

  @Test
  void staysRaisedWhileTheFaultLastsAndClearsWhenItIsOver() {
    train(7 * DAY);
    for (int i = 0; i < 2 * DAY; i++) {
      rack.advance();
      Change change = model.observe(rack.outlet + FAULT, rack.inputs(), Trust.SOUND);
      assertFalse(change == Change.CLEARED || change == Change.ACCEPTED, "after " + i);
    }
    assertEquals(FAULT, model.unexplained(), 0.1 * FAULT);
    assertEquals(State.SUSPENDED, model.state());
    int blocks = 0;
    Change change = Change.NONE;
    while (change != Change.CLEARED && blocks++ < DAY) {
      rack.advance();
      change = model.observe(rack.outlet, rack.inputs(), Trust.SOUND);
    }
    assertEquals(Change.CLEARED, change);
    assertEquals(0, model.unexplained(), 0.3);
    assertFalse(model.raised());
  }

  @Test
  void seesALastingFaultBehindALargeThermalMass() {
    for (long seed = 1; seed <= 3; seed++) {
      Random random = new Random(seed);
      RackModel slow = new RackModel(1, true, 0.01);
      double load = 0;
      double outlet = 30;
      boolean isRaised = false;
      for (int i = 0; i < 12 * DAY; i++) {
        load += -load / 30 + 0.3 * random.nextGaussian();
        outlet += 0.1 * (30 + 2 * load - outlet);
        double fault = i > 10 * DAY ? FAULT * Math.min(1, (i - 10 * DAY) / 24.0) : 0;
        double measured = outlet + fault + 0.02 * random.nextGaussian();
        slow.observe(measured, new double[] {load}, Trust.SOUND);
        isRaised |= slow.raised() && fault > 0;
      }
      assertTrue(isRaised, "seed " + seed);
      assertEquals(FAULT, slow.unexplained(), 0.1 * FAULT, "seed " + seed);
    }
  }

  @Test
  void acceptsWhatLastsThreeDaysAndLearnsIt() {
    train(7 * DAY);
    Change change = Change.NONE;
    int blocks = 0;
    while (change != Change.ACCEPTED && blocks++ < 4 * DAY) {
      rack.advance();
      change = model.observe(rack.outlet + FAULT, rack.inputs(), Trust.SOUND);
    }
    assertEquals(RackModel.ACCEPTING_BLOCKS, blocks, 3);
    for (int i = 0; i < 7 * DAY; i++) {
      rack.advance();
      change = model.observe(rack.outlet + FAULT, rack.inputs(), Trust.SOUND);
      assertFalse(change == Change.RAISED, "raised again after " + i);
    }
    assertEquals(State.READY, model.state());
    assertEquals(0, model.unexplained(), 0.3);
  }

  @Test
  void isSilentOnAQuantisedConstant() {
    Random random = new Random(5);
    RackModel quiet = new RackModel(1, true, 0.1);
    for (int i = 0; i < 30 * DAY; i++) {
      double flips = random.nextInt(200) == 0 ? 0.1 : 0;
      double load = 3000 + 100 * random.nextGaussian();
      assertEquals(
          Change.NONE, quiet.observe(25 + flips, new double[] {load}, Trust.SOUND), "at " + i);
    }
  }

  @Test
  void raisesHardlyAnyFalseAlarm() {
    int alarms = 0;
    for (long seed = 1; seed <= 6; seed++) {
      LinearRack sound = new LinearRack(seed, 0.1);
      RackModel watching = new RackModel(3, true, 0.01);
      for (int i = 0; i < 20 * DAY; i++) {
        sound.advance();
        Change change = watching.observe(sound.outlet, sound.inputs(), Trust.SOUND);
        alarms += change == Change.RAISED ? 1 : 0;
      }
    }
    assertTrue(alarms <= 1, alarms + " alarms in 120 days");
  }

  @Test
  void unitOfTheTargetMakesNoDifference() {
    RackModel milli = new RackModel(3, true, 10);
    for (int i = 0; i < 8 * DAY; i++) {
      rack.advance();
      double fault = i > 7 * DAY && i < 7 * DAY + 50 ? 2 : 0;
      Change change = model.observe(rack.outlet + fault, rack.inputs(), Trust.SOUND);
      Change same = milli.observe(1000 * (rack.outlet + fault), rack.inputs(), Trust.SOUND);
      assertEquals(change, same);
    }
    assertEquals(1000 * model.expected(), milli.expected(), 1e-3);
  }

  @Test
  void orderOfTheInputsMakesNoDifference() {
    RackModel other = new RackModel(3, true, 0.01);
    for (int i = 0; i < 8 * DAY; i++) {
      rack.advance();
      double fault = i > 7 * DAY && i < 7 * DAY + 50 ? 2 : 0;
      double[] permuted = {rack.fan, rack.inlet, rack.load};
      Change change = model.observe(rack.outlet + fault, rack.inputs(), Trust.SOUND);
      assertEquals(change, other.observe(rack.outlet + fault, permuted, Trust.SOUND));
    }
    assertEquals(model.expected(), other.expected(), 1e-9);
    assertEquals(model.share(0), other.share(1), 1e-9);
  }

  @Test
  void copesWithInputsThatAreTheSame() {
    RackModel twins = new RackModel(3, true, 0.01);
    for (int i = 0; i < 8 * DAY; i++) {
      rack.advance();
      double goal = 30 + 2 * rack.inlet;
      double[] same = {rack.inlet, rack.inlet, rack.inlet};
      twins.observe(goal + 0.02 * rack.unrelated(), same, Trust.SOUND);
    }
    assertEquals(0, twins.unexplained(), 0.2);
    assertEquals(twins.share(0), twins.share(1), 1e-6, "the ridge divides fairly");
    assertTrue(twins.quality() < 0.01, () -> "shares must be told apart badly: " + twins.quality());
  }

  @Test
  void survivesGapsWithoutAnAlarm() {
    train(6 * DAY);
    Random random = new Random(3);
    for (int i = 0; i < 6 * DAY; i++) {
      rack.advance();
      double target = random.nextInt(10) == 0 ? Double.NaN : rack.outlet;
      double[] inputs = random.nextInt(10) == 0 ? NOTHING : rack.inputs();
      model.observe(target, i > 500 && i < 700 ? NOTHING : inputs, Trust.SOUND);
      assertFalse(model.raised());
    }
    assertTrue(Double.isFinite(model.expected()));
  }

  @Test
  void retrainsFromNothing() {
    train(5 * DAY);
    model.retrain();
    assertEquals(State.LEARNING, model.state());
    assertEquals(0, model.progress());
    RackModel fresh = new RackModel(3, true, 0.01);
    for (int i = 0; i < 4 * DAY; i++) {
      rack.advance();
      model.observe(rack.outlet, rack.inputs(), Trust.SOUND);
      fresh.observe(rack.outlet, rack.inputs(), Trust.SOUND);
    }
    assertEquals(fresh.expected(), model.expected());
    assertEquals(fresh.band(), model.band());
  }

  private void train(int blocks) {
    for (int i = 0; i < blocks; i++) {
      rack.advance();
      model.observe(rack.outlet, rack.inputs(), Trust.SOUND);
    }
  }

  private static RackModel trained(LinearRack rack, int blocks) {
    RackModel model = new RackModel(3, true, 0.01);
    for (int i = 0; i < blocks; i++) {
      rack.advance();
      model.observe(rack.outlet, rack.inputs(), Trust.SOUND);
    }
    return model;
  }
}
