package rackpulse.vitals;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import rackpulse.json.JsonWriter;
import rackpulse.telemetry.Health;

class HealthJsonTest {
  private static final Health.Problem PROBLEM = new Health.Problem("a.toml", 3, 9, "say \"b\"");

  @Test
  void tellsWhatIsWrongWithItsPlaceAndRemedy() {
    assertEquals(
        "{\"reload\":{\"ts\":\"1970-01-01T00:00:00.000Z\",\"origin\":\"SIGHUP\","
            + "\"outcome\":\"refused\",\"text\":\"why\",\"problems\":[{\"file\":\"a.toml\","
            + "\"line\":3,\"column\":9,\"message\":\"say \\\"b\\\"\"}],\"later\":[\"[spool]\"]}}",
        json(Optional.of(reload(List.of(PROBLEM)))));
  }

  @Test
  void staysSmallWhateverIsWrong() {
    String all = json(Optional.of(reload(Collections.nCopies(100, PROBLEM))));
    assertEquals(20, all.split("a.toml", -1).length - 1);
  }

  @Test
  void saysNothingWhereThereWasNoReload() {
    assertEquals("{}", json(Optional.empty()));
  }

  private static Health.Reload reload(List<Health.Problem> problems) {
    return new Health.Reload(
        Instant.EPOCH, "SIGHUP", "refused", "why", problems, List.of("[spool]"));
  }

  private static String json(Optional<Health.Reload> reload) {
    JsonWriter json = new JsonWriter().beginObject();
    HealthJson.reload(json, reload);
    return json.end().text();
  }
}
