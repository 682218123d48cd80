package rackpulse.simulation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import rackpulse.bus.BusException;
import rackpulse.bus.Crc16;
import rackpulse.bus.Crc8;
import rackpulse.bus.I2cBus;

class SimulatedRackTest {
  private static final byte[] NOTHING = {};

  private final SimulatedRack rack = new SimulatedRack(7, System::nanoTime);

  @Test
  void inletChipAnswersWithChecksumsOnlyBehindItsBranch() throws BusException {
    assertThrows(BusException.NoAnswer.class, () -> write(0x44, 0xFD));
    write(0x70, 0x01);
    write(0x44, 0xFD);
    rack.front().pause(Duration.ofMillis(9));
    byte[] answer = new byte[6];
    rack.front().transfer(0x44, NOTHING, answer);
    assertEquals(Crc8.SENSIRION.of(answer, 0, 2), answer[2] & 0xFF);
    assertEquals(Crc8.SENSIRION.of(answer, 3, 2), answer[5] & 0xFF);
    int raw = (answer[0] & 0xFF) << 8 | answer[1] & 0xFF;
    assertEquals(23, -45 + 175.0 * raw / 65535, 2.5);
  }

  @Test
  void inletChipDoesNotAcknowledgeWhileItMeasures() throws BusException {
    I2cBus frozenInTime = new SimulatedRack(7, () -> 0L).front();
    frozenInTime.transfer(0x70, new byte[] {0x01}, NOTHING);
    frozenInTime.transfer(0x44, new byte[] {(byte) 0xFD}, NOTHING);
    assertThrows(
        BusException.NoAnswer.class, () -> frozenInTime.transfer(0x44, NOTHING, new byte[6]));
  }

  @Test
  void outletIsWarmerByTheLoadOverTheAirFlow() throws BusException {
    rack.advance(60);
    double rise = outletCelsius() - 23;
    assertEquals(3400 / (0.335 * 1500), rise, 3);
  }

  @Test
  void failedFanTrayHeatsTheOutletUntilItIsReplaced() throws BusException {
    rack.advance(60);
    double before = outletCelsius();
    rack.play(SimulatedRack.Event.FAN_TRAY_FAILS);
    rack.advance(3600);
    double hot = outletCelsius();
    rack.play(SimulatedRack.Event.FAN_TRAY_REPLACED);
    rack.advance(3600);
    assertTrue(hot - before > 5, before + " then " + hot);
    assertEquals(before, outletCelsius(), 2.5);
  }

  @Test
  void meterAnswersInputRegistersAsFloats() throws BusException {
    byte[] frame = exchange(1, 4, 0x0034, 2);
    assertEquals(9, frame.length);
    assertEquals(0, Crc16.of(frame, 0, 9));
    float watts = ByteBuffer.wrap(frame, 3, 4).getFloat();
    assertEquals(3400 * 0.54, watts, 600);
  }

  @Test
  void meterRefusesWhatItDoesNotHave() throws BusException {
    byte[] illegalAddress = exchange(1, 4, 0x2000, 2);
    assertArrayEquals(new byte[] {1, (byte) 0x84, 2}, head(illegalAddress));
    byte[] illegalFunction = exchange(1, 3, 0x0034, 2);
    assertArrayEquals(new byte[] {1, (byte) 0x83, 1}, head(illegalFunction));
  }

  @Test
  void unpluggedMeterIsSilentAndComesBack() throws BusException {
    rack.play(SimulatedRack.Event.FEED_B_METER_UNPLUGGED);
    assertEquals(0, exchange(2, 4, 0x0034, 2).length);
    rack.play(SimulatedRack.Event.FEED_B_METER_PLUGGED_IN);
    assertEquals(9, exchange(2, 4, 0x0034, 2).length);
  }

  @Test
  void stuckSensorKeepsItsValueWhileTheRackHeats() throws BusException {
    rack.play(SimulatedRack.Event.REAR_SENSOR_STUCK);
    byte[] before = exchange(10, 4, 1, 1);
    rack.play(SimulatedRack.Event.FAN_TRAY_FAILS);
    rack.advance(3600);
    assertArrayEquals(before, exchange(10, 4, 1, 1));
    rack.play(SimulatedRack.Event.REAR_SENSOR_RELEASED);
    assertTrue(exchange(10, 4, 1, 1)[4] != before[4]);
  }

  @Test
  void sameSeedMakesTheSameRack() throws BusException {
    SimulatedRack twin = new SimulatedRack(7, System::nanoTime);
    rack.advance(100);
    twin.advance(100);
    byte[] one = new byte[2];
    byte[] other = new byte[2];
    rack.front().transfer(0x48, new byte[] {0}, one);
    twin.front().transfer(0x48, new byte[] {0}, other);
    assertArrayEquals(one, other);
  }

  private void write(int address, int command) throws BusException {
    rack.front().transfer(address, new byte[] {(byte) command}, NOTHING);
  }

  private double outletCelsius() throws BusException {
    byte[] answer = new byte[2];
    rack.front().transfer(0x48, new byte[] {0}, answer);
    return (short) ((answer[0] & 0xFF) << 8 | answer[1] & 0xFF) / 128.0;
  }

  /// What came within a second; the line answers as soon as its baud rate allows.
  private byte[] exchange(int unit, int function, int address, int count) throws BusException {
    byte[] request = {
      (byte) unit, (byte) function, (byte) (address >> 8), (byte) address, 0, (byte) count, 0, 0
    };
    int crc = Crc16.of(request, 0, 6);
    request[6] = (byte) crc;
    request[7] = (byte) (crc >> 8);
    rack.power().write(ByteBuffer.wrap(request));
    ByteBuffer answer = ByteBuffer.allocate(256);
    rack.power().read(answer, System.nanoTime() + 50_000_000L);
    byte[] frame = new byte[answer.position()];
    answer.flip().get(frame);
    return frame;
  }

  private static byte[] head(byte[] frame) {
    return new byte[] {frame[0], frame[1], frame[2]};
  }
}
