package rackpulse.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import rackpulse.verdict.Outcomes.Tally;

class OutcomesTest {
  private final Outcomes outcomes = new Outcomes();

  @Test
  void countsWhatGaveNothing() {
    assertEquals(Tally.NONE, outcomes.tally());
    outcomes.add(true);
    outcomes.add(false);
    assertEquals(new Tally(2, 1), outcomes.tally());
    assertEquals(0.5, outcomes.tally().share());
    assertEquals(new Tally(5, 3), outcomes.tally().plus(new Tally(3, 2)));
  }

  @Test
  void remembersTheLatest() {
    for (int i = 0; i < 100; i++) {
      outcomes.add(true);
    }
    assertEquals(new Tally(64, 64), outcomes.tally());
    for (int i = 0; i < 60; i++) {
      outcomes.add(false);
    }
    assertEquals(new Tally(64, 4), outcomes.tally());
  }
}
