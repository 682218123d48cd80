package rackpulse.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/// Every shipped profile is parsed, which runs its examples of replies.
class ProfileExamplesTest {
  @Test
  void everyShippedProfileAgreesWithItsExamples() {
    Problems problems = new Problems();
    Profiles profiles = new Profiles(List.of());
    for (String id : profiles.ids()) {
      profiles.find(id, problems);
    }
    assertEquals(List.of(), problems.list());
    assertTrue(profiles.ids().contains("sht4x"));
  }
}
