package rackpulse.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rackpulse.mqtt.MqttSession.Fate;
import rackpulse.mqtt.ReasonPolicy.Remedy;

class ReasonPolicyTest {
  @ParameterizedTest
  @CsvSource({
    "-1, BACK_OFF", // the network
    "0x00, BACK_OFF", // normal disconnection, said by a server
    "0x80, BACK_OFF",
    "0x81, OUR_FAULT",
    "0x82, OUR_FAULT",
    "0x83, BACK_OFF",
    "0x84, CONFIGURATION",
    "0x85, CONFIGURATION",
    "0x86, ASK_ACCESS",
    "0x87, ASK_ACCESS",
    "0x88, BACK_OFF",
    "0x89, BACK_OFF",
    "0x8A, CONFIGURATION",
    "0x8B, BACK_OFF",
    "0x8C, CONFIGURATION",
    "0x8D, OUR_FAULT",
    "0x8E, NO_TUG_OF_WAR",
    "0x90, CONFIGURATION",
    "0x93, OUR_FAULT",
    "0x94, OUR_FAULT",
    "0x95, OUR_FAULT",
    "0x96, BACK_OFF",
    "0x97, BACK_OFF",
    "0x98, BACK_OFF",
    "0x99, OUR_FAULT",
    "0x9A, ADAPT",
    "0x9B, ADAPT",
    "0x9C, ELSEWHERE",
    "0x9D, ELSEWHERE",
    "0x9F, BACK_OFF",
    "0xA0, BACK_OFF",
    "0xFF, BACK_OFF",
  })
  void everyEndOfAConnectionHasItsRemedy(String code, Remedy remedy) {
    assertEquals(remedy, ReasonPolicy.connection(Integer.decode(code)));
  }

  @Test
  void everyPubAckHasItsFate() {
    Map<Integer, Fate> expected =
        Map.of(
            0x00, Fate.ACKNOWLEDGED,
            0x10, Fate.ACKNOWLEDGED,
            0x87, Fate.REFUSED,
            0x90, Fate.REFUSED,
            0x95, Fate.REFUSED,
            0x99, Fate.REFUSED);
    for (int code = ReasonPolicy.NONE; code < 256; code++) {
      assertEquals(expected.getOrDefault(code, Fate.UNSENT), ReasonPolicy.publication(code));
    }
  }

  @Test
  void whatNobodyCanHelpAtOnceIsLoudAndPatient() {
    for (Remedy remedy : Set.of(Remedy.ASK_ACCESS, Remedy.CONFIGURATION, Remedy.NO_TUG_OF_WAR)) {
      assertTrue(remedy.loud());
      assertTrue(remedy.pause().toMinutes() >= 2);
    }
    assertFalse(Remedy.BACK_OFF.loud());
    assertTrue(Remedy.BACK_OFF.pause().isZero());
  }

  @Test
  void wordsBeginWithTheCode() {
    assertTrue(ReasonPolicy.words(0x8E).startsWith("0x8e session taken over"));
    assertEquals("0xff the broker ended it", ReasonPolicy.words(0xFF));
  }
}
