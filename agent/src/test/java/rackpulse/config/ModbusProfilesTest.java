package rackpulse.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import rackpulse.sensor.ModbusProfile;
import rackpulse.sensor.RegisterSpans;
import rackpulse.sensor.RegisterSpans.Span;

/// What the shipped Modbus profiles cost and what they admit.
class ModbusProfilesTest {
  @Test
  void everyPartIsReadWithinItsLimits() {
    for (ModbusProfile profile : shipped().values()) {
      List<ModbusProfile.Field> covered = new ArrayList<>();
      for (Span span : RegisterSpans.merge(profile.fields(), profile.requests())) {
        assertTrue(span.count() <= profile.requests().maxRegisters(), profile.header().id());
        covered.addAll(span.fields());
      }
      assertEquals(Set.copyOf(profile.fields()), Set.copyOf(covered), profile.header().id());
    }
  }

  @Test
  void readsAMeterInFewRequests() {
    Map<String, Integer> requests = new TreeMap<>();
    for (String id : List.of("sdm120", "sdm630", "em24", "pzem016", "apc-nmc2")) {
      ModbusProfile profile = Objects.requireNonNull(shipped().get(id), id);
      requests.put(id, RegisterSpans.merge(profile.fields(), profile.requests()).size());
    }

    assertEquals(
        Map.of("sdm120", 3, "sdm630", 3, "em24", 3, "pzem016", 1, "apc-nmc2", 14), requests);
  }

  @Test
  void saysWhichPartsNobodyHasProven() {
    Set<String> unproven = new TreeSet<>();
    shipped()
        .forEach((id, profile) -> {
          if (!profile.header().proven()) {
            unproven.add(id);
          }
        });

    assertEquals(
        Set.of("eaton-power-xpert-emp", "eaton-power-xpert-panel", "pm5000", "raritan-xerus"),
        unproven);
  }

  private static Map<String, ModbusProfile> shipped() {
    Problems problems = new Problems();
    Profiles profiles = new Profiles(List.of());
    Map<String, ModbusProfile> shipped = new TreeMap<>();
    for (String id : profiles.ids()) {
      if (profiles.find(id, problems).orElse(null) instanceof ModbusProfile profile) {
        shipped.put(id, profile);
      }
    }
    return shipped;
  }
}
