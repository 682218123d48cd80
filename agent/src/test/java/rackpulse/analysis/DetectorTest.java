package rackpulse.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rackpulse.analysis.Telemetry.at;
import static rackpulse.analysis.Telemetry.device;
import static rackpulse.analysis.Telemetry.gap;
import static rackpulse.analysis.Telemetry.poll;
import static rackpulse.analysis.Telemetry.reading;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import rackpulse.telemetry.Anomaly;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.DeviceDescription;
import rackpulse.telemetry.Poll;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Report;

class DetectorTest {
  private static final Channel POWER_A = new Channel("pdu-a", "power", Quantity.POWER);
  private static final Channel POWER_B = new Channel("pdu-b", "power", Quantity.POWER);
  private static final Channel COOLING = new Channel("crac", "power", Quantity.POWER);
  private static final Channel IT_POWER = new Channel("it-power", "value", Quantity.POWER);
  private static final Channel DOUBLED = new Channel("doubled", "value", Quantity.POWER);
  private static final Channel CELSIUS = new Channel("inlet", "temperature", Quantity.TEMPERATURE);
  private static final Channel PERCENT =
      new Channel("inlet", "humidity", Quantity.RELATIVE_HUMIDITY);

  private final Map<String, Long> sequences = new HashMap<>();

  @Test
  void addsTheDewPointToItsDevicesOwnPoll() {
    Detector detector = detector(List.of(), List.of());
    Poll poll = poll(7, reading(CELSIUS, 1, 25), reading(PERCENT, 1, 50));
    Poll completed = (Poll) observed(detector, poll).getFirst();
    assertEquals(7, completed.sequence());
    assertEquals(3, completed.samples().size());
    Reading dewPoint = (Reading) completed.samples().get(2);
    assertEquals("inlet.dew-point", dewPoint.channel().path());
    assertEquals(13.85, dewPoint.value(), 0.005);
  }

  @Test
  void computesWhenAllInputsAreNewAndStampsWithTheOldest() {
    Detector detector = detector(List.of(itPower()), List.of());
    assertEquals(1, observed(detector, poll(1, reading(POWER_A, 1, 100))).size());
    assertEquals(1, observed(detector, poll(1, reading(POWER_B, 2, 50))).size());
    assertEquals(1, observed(detector, poll(2, reading(POWER_A, 3, 110))).size());
    List<Report> reports = observed(detector, poll(1, reading(COOLING, 4, 30)));
    assertEquals(poll(1, reading(IT_POWER, 2, 130)), reports.get(1));
    assertEquals(1, observed(detector, poll(2, reading(COOLING, 5, 30))).size());
    assertEquals(1, observed(detector, poll(2, reading(POWER_B, 6, 60))).size());
    reports = observed(detector, poll(3, reading(POWER_A, 7, 100)));
    assertEquals(poll(2, reading(IT_POWER, 5, 130)), reports.get(1));
  }

  @Test
  void gapInAnyInputIsAGapWithItsCause() {
    Detector detector = detector(List.of(itPower()), List.of());
    observed(detector, poll(1, reading(POWER_A, 1, 100)));
    observed(detector, poll(1, gap(POWER_B, 2, Cause.CORRUPT)));
    List<Report> reports = observed(detector, poll(1, reading(COOLING, 3, 30)));
    assertEquals(poll(1, gap(IT_POWER, 1, Cause.CORRUPT)), reports.get(1));
  }

  @Test
  void derivedDevicesMayRestOnOthers() {
    DerivedSettings doubled =
        new DerivedSettings("doubled", List.of(IT_POWER, IT_POWER), List.of(), "");
    Detector detector = detector(List.of(doubled, itPower()), List.of());
    observed(detector, poll(1, reading(POWER_A, 1, 100)));
    observed(detector, poll(1, reading(POWER_B, 1, 50)));
    List<Report> reports = observed(detector, poll(1, reading(COOLING, 1, 30)));
    assertEquals(poll(1, reading(DOUBLED, 1, 240)), reports.get(2));
  }

  @Test
  void watchesLimitsOfPolledAndComputedChannels() {
    Channel dewPoint = new Channel("inlet", "dew-point", Quantity.TEMPERATURE);
    Detector detector =
        detector(List.of(itPower()), List.of(above(dewPoint, 13), above(IT_POWER, 100)));
    List<Report> reports =
        observed(detector, poll(1, reading(CELSIUS, 1, 25), reading(PERCENT, 1, 50)));
    assertTrue(reports.get(1) instanceof Anomaly anomaly && anomaly.channel().equals(dewPoint));
    observed(detector, poll(1, reading(POWER_A, 1, 100)));
    observed(detector, poll(1, reading(POWER_B, 1, 50)));
    reports = observed(detector, poll(1, reading(COOLING, 1, 30)));
    assertTrue(reports.get(2) instanceof Anomaly anomaly && anomaly.channel().equals(IT_POWER));
  }

  @Test
  void afterARestartWhatIsNoLongerWatchedIsOver() {
    Anomaly raised =
        (Anomaly)
            observed(
                    detector(List.of(), List.of(above(POWER_A, 100))),
                    poll(1, reading(POWER_A, 1, 120)))
                .get(1);
    Detector same = detector(List.of(), List.of(above(POWER_A, 100)));
    assertEquals(List.of(raised), same.restore(List.of(raised), at(2)));
    Anomaly again = (Anomaly) observed(same, poll(1, reading(POWER_A, 3, 120))).get(1);
    assertEquals(raised.id(), again.id());

    Detector another = detector(List.of(), List.of(above(POWER_B, 100)));
    Anomaly over = another.restore(List.of(raised), at(2)).getFirst();
    assertEquals(Anomaly.State.CLEARED, over.state());
    assertEquals(raised.id(), over.id());
    assertEquals("pdu-a power is no longer watched for this", over.text());
    assertEquals(1, observed(another, poll(1, reading(POWER_A, 3, 120))).size());
  }

  @Test
  void aLimitThatIsTheSameGoesOnWaiting() {
    Detector earlier = detector(List.of(), List.of(lasting(100)));
    observed(earlier, poll(1, reading(POWER_A, 1, 120)));
    Detector same = detector(List.of(), List.of(lasting(100)));
    same.goOnFrom(earlier);
    assertEquals(2, observed(same, poll(2, reading(POWER_A, 61, 120))).size(), "a minute is over");
    Detector other = detector(List.of(), List.of(lasting(110)));
    other.goOnFrom(earlier);
    assertEquals(1, observed(other, poll(2, reading(POWER_A, 61, 120))).size(), "another limit");
  }

  private static LimitSettings lasting(double limit) {
    OptionalDouble none = OptionalDouble.empty();
    OptionalDouble most = OptionalDouble.of(limit);
    return new LimitSettings(POWER_A, none, none, none, most, Duration.ofMinutes(1), 0);
  }

  @Test
  void describesWhatItComputes() {
    List<DeviceDescription> descriptions = detector(List.of(itPower()), List.of()).descriptions();
    DeviceDescription inlet =
        descriptions.stream()
            .filter(each -> each.device().equals("inlet"))
            .findFirst()
            .orElseThrow();
    assertEquals("dew-point", inlet.channels().getLast().channel().name());
    DeviceDescription power = descriptions.getLast();
    assertEquals("it-power", power.device());
    assertEquals("derived", power.part());
    assertEquals(Duration.ofSeconds(60), power.every(), "that of the slowest input");
    assertEquals(IT_POWER, power.channels().getFirst().channel());
  }

  private static DerivedSettings itPower() {
    return new DerivedSettings("it-power", List.of(POWER_A, POWER_B), List.of(COOLING), "");
  }

  private static LimitSettings above(Channel channel, double limit) {
    OptionalDouble none = OptionalDouble.empty();
    return new LimitSettings(channel, none, none, none, OptionalDouble.of(limit), Duration.ZERO, 0);
  }

  private static List<Report> observed(Detector detector, Poll poll) {
    List<Report> reports = new ArrayList<>();
    detector.observe(poll, reports);
    return reports;
  }

  private Detector detector(List<DerivedSettings> derived, List<LimitSettings> limits) {
    List<DeviceDescription> devices =
        List.of(
            device(5, CELSIUS, PERCENT),
            device(2, POWER_A),
            device(2, POWER_B),
            device(60, COOLING));
    return new Detector(devices, derived, limits, name -> sequences.merge(name, 1L, Long::sum));
  }
}
