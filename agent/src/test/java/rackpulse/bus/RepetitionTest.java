package rackpulse.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RepetitionTest {
  private final Repetition repetition = new Repetition();

  @Test
  void tellsOfTheFirstFailureAndOfEachPowerOfTen() {
    List<Integer> told = new ArrayList<>();
    for (int failure = 1; failure <= 12_345; failure++) {
      if (repetition.failed()) {
        told.add(failure);
      }
    }
    assertEquals(List.of(1, 10, 100, 1000, 10_000), told);
  }

  @Test
  void tellsOfRecoveryOnceWithTheNumberOfFailures() {
    repetition.failed();
    repetition.failed();
    assertEquals(2, repetition.recovered());
    assertEquals(0, repetition.recovered());
  }

  @Test
  void beginsAnewAfterRecovery() {
    repetition.failed();
    assertFalse(repetition.failed());
    repetition.recovered();
    assertTrue(repetition.failed());
    assertEquals(1, repetition.failures());
  }
}
