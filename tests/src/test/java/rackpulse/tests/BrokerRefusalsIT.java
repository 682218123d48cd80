package rackpulse.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import rackpulse.tests.broker.FaultBroker;
import rackpulse.tests.broker.FaultBroker.Script;
import rackpulse.tests.broker.PolledRack;
import rackpulse.tests.broker.Property;
import rackpulse.tests.broker.Scripts;
import rackpulse.tests.support.Account;

/// Brokers that refuse, throw out, fall silent or talk nonsense: the agent polls on, tells why
/// once, does not hammer, and delivers everything when the broker is well again.
@Execution(ExecutionMode.CONCURRENT)
@Tag("long") // not run on the jar when there is a binary
class BrokerRefusalsIT {
  /// Refusals that pass by themselves.
  private static final int[] PASSING = {0x80, 0x81, 0x82, 0x83, 0x88, 0x89, 0x95, 0x97, 0x99, 0x9F};

  /// Reasons to throw out that pass by themselves, and that CONNACK does not have.
  private static final int[] KICKS = {0x8B, 0x8D, 0x93, 0x94, 0x96, 0x98, 0xA0};

  /// Refusals that only a person can end; `8e` throws out, `v3` is a broker of MQTT 3.1.1.
  private static final List<List<String>> LASTING =
      List.of(List.of("84", "85", "86", "87"), List.of("8a", "8c", "8e", "v3"));

  private static final int LEAST_PAUSE_SECONDS = 120;

  @TempDir private Path directory;

  @Test
  void everyReasonThatPassesIsToldOnceAndNothingIsLost() throws Exception {
    Random random = new Random(4711);
    try (FaultBroker other = FaultBroker.start(Scripts.kicking(10, 0x98));
        FaultBroker broker = FaultBroker.start(Scripts.inTurn(script(random, other.address())));
        PolledRack rack =
            PolledRack.start(
                directory,
                "refusals",
                broker,
                """
                connect_timeout = "2 s"
                ack_timeout = "2 s"
                server_references = ["%s"]
                """
                    .formatted(other.address()))) {
      rack.counting(other);
      int planned = script(random, "").size();
      rack.await("every kind of end", () -> broker.connections() >= planned);
      Account account = rack.awaitBalance();
      assertEquals(0, account.lost(), account::toString);
      assertEquals(planned, broker.connections(), rack.agent()::transcript);
      assertEquals(1, other.connections());
      for (int[] codes : List.of(PASSING, KICKS)) {
        for (int code : codes) {
          assertEquals(1, told(rack, code), () -> rack.agent().transcript());
        }
      }
      assertEquals(1, rack.told("use another server: evil:1883, which mqtt.server_references"));
      assertEquals(1, rack.told("server moved: going to mqtt://" + other.address()));
      assertEquals(1, rack.told("no answer within 2000 ms"), rack.agent()::transcript);
      assertTrue(rack.told("closed the connection") <= 2, rack.agent()::transcript);
      assertEquals(0, rack.told(" died"), rack.agent()::transcript);
    }
  }

  private static long told(PolledRack rack, int code) {
    return rack.told("broker: 0x" + Integer.toHexString(code) + " ");
  }

  private static List<Script> script(Random random, String elsewhere) {
    List<Script> scripts = new ArrayList<>();
    for (int code : PASSING) {
      scripts.add(Scripts.refusing(code));
    }
    for (int code : KICKS) {
      scripts.add(Scripts.kicking(2, code, Property.reason("so it is")));
    }
    scripts.add(Scripts.refusing(0x9C, Property.serverReference("evil:1883")));
    scripts.add(Scripts.kicking(1, 0x9D, Property.serverReference(elsewhere)));
    scripts.add(Scripts.closing());
    scripts.add(Scripts.breaking(3, false));
    scripts.add(Scripts.breaking(3, true));
    scripts.add(Scripts.silent());
    scripts.add(Scripts.freezing(2));
    for (int i = 0; i < 4; i++) {
      scripts.add(Scripts.garbageFirst(random));
      scripts.add(Scripts.garbageAfter(2, random));
    }
    scripts.add(Scripts.good());
    return scripts;
  }

  @Test
  void whatOnlyAPersonCanEndIsToldLoudlyAndNotTriedAgainSoon() throws Exception {
    try (FaultBroker broker =
        FaultBroker.start(peer -> {
          FaultBroker.Connection client = peer.greeting();
          String kind = client.clientId().split("-", -1)[2];
          switch (kind) {
            case "v3" -> peer.raw((byte) 0x20, (byte) 2, (byte) 0, (byte) 1);
            case "8e" -> {
              peer.connAck(0);
              peer.pubAck(peer.publish(), 0);
              peer.disconnect(0x8E);
            }
            default -> peer.connAck(Integer.parseInt(kind, 16), Property.reason("so it is"));
          }
        })) {
      for (List<String> batch : LASTING) {
        List<PolledRack> racks = new ArrayList<>();
        try {
          for (String kind : batch) {
            Path place = Files.createDirectory(directory.resolve(kind));
            racks.add(PolledRack.start(place, kind, broker, ""));
          }
          for (int i = 0; i < batch.size(); i++) {
            String kind = batch.get(i).equals("v3") ? "84" : batch.get(i);
            assertPatient(racks.get(i), kind);
          }
        } finally {
          racks.forEach(PolledRack::close);
        }
      }
      assertEquals(8, broker.connections());
    }
  }

  private static void assertPatient(PolledRack rack, String kind) throws Exception {
    String line =
        rack.agent().awaitErr("reason 0x" + kind, text -> text.contains("broker: 0x" + kind));
    assertTrue(line.contains(" ERROR "), line);
    String pause = line.replaceAll(".*next attempt in (\\d+) s.*", "$1");
    assertTrue(Integer.parseInt(pause) >= LEAST_PAUSE_SECONDS, line);
    rack.awaitPolls(5);
  }
}
