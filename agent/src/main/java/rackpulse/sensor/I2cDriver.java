package rackpulse.sensor;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import rackpulse.bus.BusException;
import rackpulse.bus.Crc8;
import rackpulse.bus.I2cBus;
import rackpulse.chip.Ads1115;
import rackpulse.chip.Bme280;
import rackpulse.chip.Chip;
import rackpulse.chip.Ina2xx;
import rackpulse.chip.Registers;
import rackpulse.sensor.I2cProfile.Identity;
import rackpulse.sensor.I2cProfile.Step;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;

/// Reads a part on I2C, by its table or its class. Before the first values are believed, and again
/// after every failure, the part is identified and set up.
final class I2cDriver implements Driver {
  private static final byte[] NOTHING = {};

  private final I2cProfile profile;
  private final I2cBus bus;
  private final int address;
  private final List<Channel> channels = new ArrayList<>();
  private final Part part;
  private boolean ready;

  I2cDriver(DeviceSettings device, I2cProfile profile, I2cBus bus) {
    this.profile = profile;
    this.bus = bus;
    this.address = device.address();
    for (ChannelProfile channel : wanted(device)) {
      channels.add(new Channel(device.name(), channel.name(), channel.quantity()));
    }
    this.part =
        switch (profile.program()) {
          case I2cProfile.Table table -> new TablePart(table);
          case I2cProfile.Chip chip -> new ChipPart(device, chip);
        };
  }

  /// The channels of `device`'s profile that it is to deliver.
  static List<ChannelProfile> wanted(DeviceSettings device) {
    return device.profile().channels().stream()
        .filter(channel -> device.wants(channel.name()))
        .toList();
  }

  @Override
  public List<Channel> channels() {
    return channels;
  }

  @Override
  public void reset() {
    ready = false;
  }

  @Override
  public List<Sample> read(Stamp stamp) throws BusException {
    boolean wasReady = ready;
    ready = false; // until all has gone well
    if (!wasReady) {
      if (profile.identity().isPresent()) {
        check(profile.identity().get());
      }
      part.prepare();
    }
    Sample[] samples = new Sample[channels.size()];
    part.measure(stamp, samples);
    ready = true;
    return List.of(samples);
  }

  /// @throws BusException.WrongSender when another part answers
  private void check(Identity identity) throws BusException {
    byte[] answer = strip(exchange(identity.steps()), identity.checksum());
    for (int i = 0; i < answer.length; i++) {
      if ((answer[i] & identity.mask()[i]) != (identity.expected()[i] & identity.mask()[i])) {
        HexFormat hex = HexFormat.ofDelimiter(" ").withUpperCase();
        throw new BusException.WrongSender(
            "another part than its profile describes: address 0x"
                + hex.toHexDigits((byte) address)
                + " identifies as "
                + hex.formatHex(answer)
                + ", profile \""
                + profile.header().id()
                + "\" expects "
                + hex.formatHex(identity.expected())
                + " in the bits "
                + hex.formatHex(identity.mask())
                + "; check the profile, the address and the wiring",
            answer);
      }
    }
  }

  private static byte[] strip(byte[] reply, Optional<Crc8> checksum) throws BusException {
    if (checksum.isEmpty()) {
      return reply;
    }
    short[] words = I2cProfile.words(reply, checksum);
    byte[] bytes = new byte[2 * words.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (words[i / 2] >> (i % 2 == 0 ? 8 : 0));
    }
    return bytes;
  }

  /// Does `steps` in turn and joins what was read.
  private byte[] exchange(List<Step> steps) throws BusException {
    byte[] joined = new byte[steps.stream().mapToInt(Step::read).sum()];
    int at = 0;
    for (Step step : steps) {
      byte[] read = new byte[step.read()];
      exchange(step, read);
      System.arraycopy(read, 0, joined, at, read.length);
      at += read.length;
    }
    return joined;
  }

  private void exchange(Step step, byte[] read) throws BusException {
    if (step.pause().isZero()) {
      bus.transfer(address, step.write(), read);
      return;
    }
    if (step.write().length > 0) {
      bus.transfer(address, step.write(), NOTHING);
    }
    bus.pause(step.pause());
    for (int retries = step.retries(); read.length > 0; retries--) {
      try {
        bus.transfer(address, NOTHING, read);
        return;
      } catch (BusException.NoAnswer | BusException.Refused busy) {
        if (retries == 0) {
          throw busy;
        }
        bus.pause(step.pause());
      }
    }
  }

  /// How the part is set up and measured.
  private sealed interface Part permits TablePart, ChipPart {
    void prepare() throws BusException;

    void measure(Stamp stamp, Sample[] into) throws BusException;
  }

  private final class TablePart implements Part {
    private final I2cProfile.Table table;
    private final List<Decoder> decoders = new ArrayList<>();
    private final List<Integer> words = new ArrayList<>();

    TablePart(I2cProfile.Table table) {
      this.table = table;
      for (I2cProfile.Field field : table.fields()) {
        for (Channel channel : channels) {
          if (channel.name().equals(field.channel().name())) {
            decoders.add(
                new Decoder(channel, field.channel(), field.encoding(), field.undefined()));
            words.add(field.word());
          }
        }
      }
    }

    @Override
    public void prepare() throws BusException {
      exchange(table.setup());
    }

    @Override
    public void measure(Stamp stamp, Sample[] into) throws BusException {
      short[] reply = I2cProfile.words(exchange(table.steps()), table.checksum());
      for (int i = 0; i < into.length; i++) {
        into[i] = decoders.get(i).sample(stamp, reply, words.get(i));
      }
    }
  }

  private final class ChipPart implements Part {
    private final List<ChannelProfile> wanted;
    private final int[] outputs;
    private final Chip chip;

    ChipPart(DeviceSettings device, I2cProfile.Chip program) {
      wanted = wanted(device);
      List<String> names = program.kind().outputs().stream().map(o -> o.name()).toList();
      outputs = wanted.stream().mapToInt(channel -> names.indexOf(channel.name())).toArray();
      Registers registers = new Registers(bus, address);
      chip =
          switch (program.kind()) {
            case BME280 -> new Bme280(registers);
            case INA219 -> new Ina2xx(Ina2xx.Kind.INA219, registers, given(device, "shunt_ohms"));
            case INA226 -> new Ina2xx(Ina2xx.Kind.INA226, registers, given(device, "shunt_ohms"));
            case ADS1115 -> {
              boolean[] inputs = new boolean[Ads1115.INPUTS];
              for (int output : outputs) {
                inputs[output] = true;
              }
              yield new Ads1115(registers, given(device, "full_scale_volts"), inputs);
            }
          };
    }

    /// @throws IllegalArgumentException when the configuration was not checked
    private static double given(DeviceSettings device, String name) {
      Double value = device.parameters().get(name);
      return value != null
          ? value
          : device.profile().parameters().stream()
              .filter(parameter -> parameter.name().equals(name))
              .flatMap(parameter -> parameter.fallback().stream())
              .findFirst()
              .orElseThrow(() -> new IllegalArgumentException(device.name() + " lacks " + name));
    }

    @Override
    public void prepare() throws BusException {
      chip.prepare();
    }

    @Override
    public void measure(Stamp stamp, Sample[] into) throws BusException {
      double[] values = chip.measure();
      for (int i = 0; i < into.length; i++) {
        into[i] = Decoder.sample(channels.get(i), wanted.get(i), stamp, values[outputs[i]]);
      }
    }
  }
}
