package rackpulse.simulation;

import java.util.Random;
import rackpulse.bus.I2cBus;
import rackpulse.bus.Line;
import rackpulse.bus.WireCounters;

/// A rack that does not exist: heat, chips and meters, and what can go wrong with them.
///
/// | bus | address | part | where |
/// |---|---|---|---|
/// | front, I2C | 0x44 behind mux 0x70 channel 0, 1 | SHT45 | front door, top and bottom |
/// | front, I2C | 0x48, 0x49 | TMP117 | rear door, top and bottom |
/// | power, Modbus RTU 38400 8E1 | 1, 2 | Eastron SDM630 | feeds A and B |
/// | power | 10 | XY-MD02 | rear door, middle |
public final class SimulatedRack {
  /// The line's speed in the demonstration's configuration.
  public static final int BAUD = 38_400;

  private static final int MUX = 0x70;
  private static final int INLET = 0x44;

  /// What single readings of a sensor stray, in kelvin.
  private static final double SENSOR_NOISE = 0.03;

  private final Random noise;
  private final RackPhysics physics;
  private final SimulatedI2cBus front;
  private final SimulatedLine power;
  private final double[] feedJoules = new double[2];
  private double stuckCelsius = Double.NaN;

  /// @param seed the same seed makes the same weather and load
  /// @param clock by which chips and lines take their time
  public SimulatedRack(long seed, WireClock clock) {
    physics = new RackPhysics(seed);
    noise = new Random(~seed);
    front =
        new SimulatedI2cBus(new WireCounters(), clock)
            .with(
                MUX,
                new MuxChip().with(0, INLET, inlet(1, 0x0A11CE)).with(1, INLET, inlet(0, 0x0B0B)))
            .with(0x48, RegisterChip.tmp117(() -> outlet(1)))
            .with(0x49, RegisterChip.tmp117(() -> outlet(0)));
    power =
        new SimulatedLine(BAUD, clock).with(1, meter(0)).with(2, meter(1)).with(10, rearSensor());
  }

  /// The I2C bus with the temperature chips.
  public I2cBus front() {
    return front;
  }

  /// The serial line with the meters.
  public Line power() {
    return power;
  }

  /// Lets time pass in the rack.
  public synchronized void advance(double elapsedSeconds) {
    physics.advance(elapsedSeconds);
    for (int feed = 0; feed < feedJoules.length; feed++) {
      feedJoules[feed] += physics.feedWatts(feed) * elapsedSeconds;
    }
  }

  /// Makes something go wrong, or right again.
  public synchronized void play(Event event) {
    switch (event) {
      case FAN_TRAY_FAILS -> physics.fans(0.4);
      case FAN_TRAY_REPLACED -> physics.fans(1);
      case FEED_B_METER_UNPLUGGED -> power.plug(2, false);
      case FEED_B_METER_PLUGGED_IN -> power.plug(2, true);
      case REAR_SENSOR_STUCK -> stuckCelsius = rearCelsius();
      case REAR_SENSOR_RELEASED -> stuckCelsius = Double.NaN;
    }
  }

  private SimulatedChip inlet(double height, int serial) {
    return new Sht4xChip(
        () -> inletCelsius(height),
        () -> RackPhysics.humidityPercent(inletCelsius(height)),
        serial);
  }

  private synchronized double inletCelsius(double height) {
    return physics.inletCelsius(height) + noise();
  }

  private synchronized double outlet(double height) {
    return physics.outletCelsius(height) + noise();
  }

  private synchronized double rearCelsius() {
    return Double.isNaN(stuckCelsius) ? physics.outletCelsius(0.5) + noise() : stuckCelsius;
  }

  private double noise() {
    return SENSOR_NOISE * noise.nextGaussian();
  }

  private synchronized double watts(int feed) {
    return physics.feedWatts(feed);
  }

  private synchronized double volts(int feed, int phase) {
    return physics.feedVolts(feed, phase);
  }

  private synchronized double kilowattHours(int feed) {
    return 18_204.5 + 311 * feed + feedJoules[feed] / 3.6e6;
  }

  /// An Eastron SDM630: input registers, IEEE 754, three phases loaded alike.
  private Slave meter(int feed) {
    Slave slave = new Slave(Slave.READ_INPUT, this);
    for (int i = 0; i < 3; i++) {
      int phase = i;
      slave
          .single(0x0000 + 2 * i, () -> volts(feed, phase))
          .single(0x0006 + 2 * i, () -> watts(feed) / 3 / 0.97 / volts(feed, phase))
          .single(0x000C + 2 * i, () -> watts(feed) / 3)
          .single(0x001E + 2 * i, () -> 0.97);
    }
    return slave
        .single(0x0034, () -> watts(feed))
        .single(0x0038, () -> watts(feed) / 0.97)
        .single(0x003C, () -> watts(feed) * 0.25)
        .single(0x003E, () -> 0.97)
        .single(0x0042, () -> 14.07)
        .single(0x0046, () -> 50.0)
        .single(0x0048, () -> kilowattHours(feed))
        .single(0x004A, () -> 0)
        .single(0x0156, () -> kilowattHours(feed))
        .single(0x0158, () -> 0);
  }

  /// An XY-MD02: input registers 1 and 2, tenths of a degree and of a percent.
  private Slave rearSensor() {
    return new Slave(Slave.READ_INPUT, this)
        .word(1, () -> rearCelsius() * 10)
        .word(2, () -> RackPhysics.humidityPercent(rearCelsius()) * 10);
  }

  /// What the demonstration's script can do to the rack.
  public enum Event {
    FAN_TRAY_FAILS("a fan tray fails: the rack gets less than half of its air"),
    FAN_TRAY_REPLACED("the fan tray is replaced"),
    FEED_B_METER_UNPLUGGED("the meter of feed B loses its wire"),
    FEED_B_METER_PLUGGED_IN("the meter of feed B is wired again"),
    REAR_SENSOR_STUCK("the rear sensor sticks at its value"),
    REAR_SENSOR_RELEASED("the rear sensor works again");

    private final String text;

    Event(String text) {
      this.text = text;
    }

    /// What happens, in words for the audience.
    public String text() {
      return text;
    }
  }
}
