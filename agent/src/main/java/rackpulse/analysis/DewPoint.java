package rackpulse.analysis;

import org.jspecify.annotations.Nullable;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Sample;

/// The dew point over water by the Magnus formula, from temperature and relative humidity of one
/// device.
///
/// 17.62 and 243.12 °C are the coefficients recommended by the World Meteorological Organization,
/// as given at novasolver.jp/zh/tools/dew-point-rh.html and ing-moehn.de/die-magnus-formel, good to
/// 0.4 % of the vapour pressure between −40 and 50 °C.
public record DewPoint(Channel temperature, Channel humidity, Channel channel) {
  /// The name of the added channel.
  public static final String NAME = "dew-point";

  private static final double MAGNUS_B = 17.62;
  private static final double MAGNUS_C_CELSIUS = 243.12;

  /// The dew point of a device with `channels`, if it has exactly one temperature, exactly one
  /// relative humidity, and does not measure a dew point itself.
  public static @Nullable DewPoint of(Iterable<Channel> channels) {
    Channel temperature = null;
    Channel humidity = null;
    for (Channel channel : channels) {
      if (channel.name().equals(NAME)) {
        return null;
      } else if (channel.quantity() == Quantity.TEMPERATURE) {
        if (temperature != null) {
          return null;
        }
        temperature = channel;
      } else if (channel.quantity() == Quantity.RELATIVE_HUMIDITY) {
        if (humidity != null) {
          return null;
        }
        humidity = channel;
      }
    }
    if (temperature == null || humidity == null) {
      return null;
    }
    Channel channel = new Channel(temperature.device(), NAME, Quantity.TEMPERATURE);
    return new DewPoint(temperature, humidity, channel);
  }

  /// @return in °C; not a number or infinite where there is no dew point, as in dry air
  static double celsius(double celsius, double relativeHumidityPercent) {
    double gamma =
        Math.log(relativeHumidityPercent / 100) + MAGNUS_B * celsius / (MAGNUS_C_CELSIUS + celsius);
    return MAGNUS_C_CELSIUS * gamma / (MAGNUS_B - gamma);
  }

  /// The dew point that belongs to the samples of one poll; a gap in either is a gap with its
  /// cause.
  Sample from(Iterable<Sample> samples) {
    double celsius = Double.NaN;
    double percent = Double.NaN;
    Sample last = null;
    for (Sample sample : samples) {
      boolean isTemperature = sample.channel().equals(temperature);
      if (isTemperature || sample.channel().equals(humidity)) {
        last = sample;
        switch (sample) {
          case Gap gap -> {
            return new Gap(channel, gap.stamp(), gap.cause());
          }
          case Reading reading -> {
            if (isTemperature) {
              celsius = reading.value();
            } else {
              percent = reading.value();
            }
          }
        }
      }
    }
    if (last == null) {
      throw new IllegalArgumentException("no samples of " + temperature.device());
    }
    // the formula is no better than this, and more digits would only be bytes
    double dewPoint = Math.rint(100 * celsius(celsius, percent)) / 100;
    return Double.isFinite(dewPoint)
        ? new Reading(channel, last.stamp(), dewPoint)
        : new Gap(channel, last.stamp(), Cause.UNDEFINED);
  }
}
