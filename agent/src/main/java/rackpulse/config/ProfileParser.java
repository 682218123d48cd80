package rackpulse.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import rackpulse.bus.Crc8;
import rackpulse.sensor.ChannelProfile;
import rackpulse.sensor.Conversion;
import rackpulse.sensor.Encoding;
import rackpulse.sensor.I2cProfile;
import rackpulse.sensor.I2cProfile.ChipKind;
import rackpulse.sensor.I2cProfile.Output;
import rackpulse.sensor.I2cProfile.Step;
import rackpulse.sensor.ModbusProfile;
import rackpulse.sensor.ModbusProfile.RequestLimits;
import rackpulse.sensor.ModbusProfile.Table;
import rackpulse.sensor.Profile;
import rackpulse.telemetry.Ids;
import rackpulse.telemetry.Quantity;

/// Decodes a profile file: what a part is. Also runs the examples of the file, so that a profile
/// that contradicts its own examples is never used.
///
/// Every file has `part` (make and model), `source` (what was read; a list or one text), `bus`
/// (`i2c` or `modbus`), `status = "unproven"` where an address, a scale or a sign was not read in a
/// source, `[[channel]]`s and `[[example]]`s. For numbers, in a channel or for the whole file:
/// `format` (u16 s16 u32 s32 u64 s64 f32 f64 bit), `words` and `bytes` (`high first`, the default,
/// or `low first`).
///
/// A channel has `name`, `quantity`, and:
///
/// - `bits = "15..4"` or `bit = 3`: only these, shifted down, with their sign in signed formats;
/// - `scale`, `fraction = 7` (raw / 2^7) and `offset`, or `formula = { offset, span, full_scale }`
///   for offset + span · raw / full_scale;
/// - `unit = "kWh"`: as the part sends it, if that is not the quantity's own; `decimals`: digits
///   kept after the point;
/// - `undefined = 0xFFFF` or a list: whole numbers that mean "no value"; `valid = [-40, 125]`: what
///   the part can measure.
///
/// **I2C**: `addresses`; `steps = [ { write = [0xFD], pause = "10 ms", read = 6, retries = 2 } ]`
/// at every poll, `setup` likewise, once; without a pause, write and read are joined by a repeated
/// start. `checksum` (`crc8-31-ff`, `crc8-31-00`) follows each word. A channel says which `word` of
/// the joined replies, from 0. `[identity]` has `steps`, `expect = "54 49"` and `mask`. `driver =
/// "bme280"` instead of steps names a class; its channels have only name, quantity and valid.
/// Examples: `reply = "66 66 93 72 B0 DC"`, or a `transcript` with `parameters`.
///
/// **Modbus**: `table` (`holding`, `input`, `coil`, `discrete-input`; in a channel or for the whole
/// file), `address` from 0 as on the wire, `count` for many alike, whose names have `{address}` or
/// `{n}` in them. `[requests] max_registers, max_hole, single`. `[identity]` has `table`, `address`
/// and `text` or `expect = [0x0117]`. Examples: `address`, `table`, `reply`.
///
/// `expect = { temperature = 25.0, power = "undefined" }`: values, or causes of gaps.
final class ProfileParser {
  /// A part with more values than this is described by several profiles.
  private static final int MAX_CHANNELS = 2000;

  private static final Map<String, Boolean> BUSES = Map.of("i2c", true, "modbus", false);
  private static final Map<String, Boolean> STATUS = Map.of("unproven", false, "proven", true);
  private static final Map<String, Crc8> CHECKSUMS =
      Map.of("crc8-31-ff", Crc8.SENSIRION, "crc8-31-00", Crc8.HTU);
  static final Map<String, Table> TABLES =
      ChannelParser.byName(
          Table.values(), t -> t.name().toLowerCase(Locale.ROOT).replace('_', '-'));
  private static final Map<String, ChipKind> DRIVERS =
      ChannelParser.byName(ChipKind.values(), k -> k.name().toLowerCase(Locale.ROOT));

  private final TomlReader file;
  private final Set<String> names = new HashSet<>();

  private ProfileParser(TomlReader file) {
    this.file = file;
  }

  /// @param examples those with a reply agree with the profile; those with a transcript need a bus
  ///   to be played back on
  record Parsed(Profile profile, List<ProfileExample> examples) {}

  /// The profile in `text`; empty when something is wrong, which is added to `problems`.
  ///
  /// @param id the file's name without `.toml`
  /// @param shipped whether it comes with the program, which demands a source and two examples
  static Optional<Parsed> parse(
      Path path, String id, String text, boolean shipped, Problems problems) {
    int before = problems.count();
    Optional<TomlReader> file = TomlReader.parse(path, text, problems);
    if (file.isEmpty()) {
      return Optional.empty();
    }
    Parsed parsed = new ProfileParser(file.get()).profile(id, shipped);
    file.get().finish();
    if (problems.count() == before) {
      parsed.examples().forEach(example -> example.checkReply(parsed.profile()));
    }
    return problems.count() == before ? Optional.of(parsed) : Optional.empty();
  }

  private Parsed profile(String id, boolean shipped) {
    file.require("part", "bus");
    if (shipped) {
      file.require("source");
    }
    boolean proven = file.choice("status", STATUS).orElse(true);
    Profile.Header header =
        new Profile.Header(
            id, file.string("part", ""), String.join("; ", file.strings("source")), proven);
    boolean i2c = file.choice("bus", BUSES).orElse(true);
    Profile profile = i2c ? i2c(header) : modbus(header);
    if (profile.channels().isEmpty()) {
      file.problem("a profile needs at least one [[channel]]");
    }
    List<ProfileExample> examples = new ArrayList<>();
    for (TomlReader table : file.tableList("example")) {
      Optional<Table> usual = i2c ? Optional.empty() : usualTable();
      examples.add(ProfileExample.parse(table, !i2c, usual));
    }
    if (shipped && examples.size() < 2) {
      file.problem("a shipped profile needs two [[example]]s, one negative or at a limit");
    }
    return new Parsed(profile, List.copyOf(examples));
  }

  // ---- I2C

  private I2cProfile i2c(Profile.Header header) {
    file.require("addresses");
    List<Integer> addresses = file.integers("addresses").stream().map(Long::intValue).toList();
    boolean possible = addresses.stream().allMatch(address -> address >= 0x08 && address <= 0x77);
    if (file.has("addresses") && (addresses.isEmpty() || !possible)) {
      file.problem("addresses", "\"addresses\" lists 7-bit addresses from 0x08 to 0x77");
    }
    Optional<Crc8> checksum = file.choice("checksum", CHECKSUMS);
    Optional<I2cProfile.Identity> identity =
        file.table("identity").map(table -> identity(table, checksum));
    I2cProfile.Program program = file.has("driver") ? chip() : table(checksum);
    return new I2cProfile(header, addresses, identity, program);
  }

  private I2cProfile.Chip chip() {
    Optional<ChipKind> known = file.choice("driver", DRIVERS);
    ChipKind kind = known.orElse(ChipKind.BME280);
    List<ChannelProfile> channels = new ArrayList<>();
    for (TomlReader table : channelTables()) {
      String name = name(table, 0, 0);
      Quantity quantity = ChannelParser.quantity(table);
      double[] valid = ChannelParser.valid(table);
      channels.add(new ChannelProfile(name, quantity, Conversion.IDENTITY, valid[0], valid[1]));
      if (known.isPresent() && !kind.outputs().contains(new Output(name, quantity))) {
        List<String> has =
            kind.outputs().stream().map(o -> o.name() + " (" + o.quantity().id() + ")").toList();
        table.problem("this driver has the channels " + String.join(", ", has));
      }
    }
    return new I2cProfile.Chip(kind, channels);
  }

  private I2cProfile.Table table(Optional<Crc8> checksum) {
    file.require("steps");
    List<Step> setup = steps(file, "setup", Optional.empty());
    List<Step> steps = steps(file, "steps", checksum);
    int words = steps.stream().mapToInt(Step::read).sum() / (checksum.isPresent() ? 3 : 2);
    ChannelParser.Defaults defaults = ChannelParser.defaults(file);
    List<I2cProfile.Field> fields = new ArrayList<>();
    for (TomlReader table : channelTables()) {
      ChannelParser.Form form = ChannelParser.form(table, defaults);
      Encoding.Format format = form.encoding().format();
      ChannelProfile channel = ChannelParser.channel(table, name(table, 0, 0), format);
      table.require("word");
      int word = (int) table.integer("word", 0, 0, 1000);
      if (format == Encoding.Format.BIT || word + format.words() > words) {
        table.problem("word", "the replies have " + words + " words, counted from 0");
      }
      fields.add(new I2cProfile.Field(channel, word, form.encoding(), form.undefined()));
    }
    return new I2cProfile.Table(setup, steps, checksum, fields);
  }

  private static List<Step> steps(TomlReader table, String key, Optional<Crc8> checksum) {
    List<Step> steps = new ArrayList<>();
    for (TomlReader step : table.tableList(key)) {
      byte[] write = bytes(step, "write");
      Duration pause = step.duration("pause", Duration.ZERO, Duration.ZERO, Duration.ofSeconds(2));
      int read = (int) step.integer("read", 0, 0, 32);
      int retries = (int) step.integer("retries", 0, 0, 20);
      if (checksum.isPresent() && read % 3 != 0) {
        step.problem("read", "a word and its checksum are 3 bytes: \"read\" is a multiple of 3");
      }
      if (write.length == 0 && read == 0) {
        step.problem("a step writes, reads or does both");
      }
      if (retries > 0 && (pause.isZero() || read == 0)) {
        step.problem("retries", "\"retries\" repeat a \"read\" after another \"pause\"");
      }
      steps.add(new Step(write, pause, read, retries));
    }
    return steps;
  }

  private static byte[] bytes(TomlReader table, String key) {
    List<Long> numbers = table.integers(key);
    if (numbers.size() > 32 || numbers.stream().anyMatch(n -> n < 0 || n > 0xFF)) {
      table.problem(key, "\"" + key + "\" has at most 32 bytes from 0x00 to 0xFF");
      return new byte[0];
    }
    byte[] bytes = new byte[numbers.size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = numbers.get(i).byteValue();
    }
    return bytes;
  }

  private static I2cProfile.Identity identity(TomlReader table, Optional<Crc8> checksum) {
    int before = table.problems().count();
    table.require("steps", "expect");
    List<Step> steps = steps(table, "steps", checksum);
    byte[] expected = hex(table, "expect");
    byte[] mask = hex(table, "mask");
    if (mask.length == 0) {
      mask = new byte[expected.length];
      Arrays.fill(mask, (byte) 0xFF);
    }
    int read = steps.stream().mapToInt(Step::read).sum();
    int answer = checksum.isPresent() ? read / 3 * 2 : read;
    boolean fits = expected.length == answer && mask.length == answer && answer > 0;
    if (!fits && table.problems().count() == before) {
      table.problem("\"expect\" and \"mask\" have as many bytes as the steps read: " + answer);
    }
    return new I2cProfile.Identity(steps, checksum, mask, expected);
  }

  // ---- Modbus

  private ModbusProfile modbus(Profile.Header header) {
    RequestLimits limits = file.table("requests").map(this::limits).orElse(RequestLimits.DEFAULT);
    Optional<Table> table = usualTable();
    ChannelParser.Defaults defaults = ChannelParser.defaults(file);
    Optional<ModbusProfile.Identity> identity =
        file.table("identity").map(reader -> registerIdentity(reader, table));
    List<ModbusProfile.Field> fields = new ArrayList<>();
    for (TomlReader channel : channelTables()) {
      addFields(channel, table, defaults, fields);
    }
    if (fields.size() > MAX_CHANNELS) {
      file.problem("a profile has at most " + MAX_CHANNELS + " channels");
    }
    if (fields.stream().anyMatch(f -> f.encoding().format().words() > limits.maxRegisters())) {
      file.problem("\"max_registers\" is too small for the longest number of the profile");
    }
    return new ModbusProfile(header, limits, identity, fields);
  }

  private RequestLimits limits(TomlReader table) {
    RequestLimits usual = RequestLimits.DEFAULT;
    return new RequestLimits(
        (int) table.integer("max_registers", usual.maxRegisters(), 1, 125),
        (int) table.integer("max_hole", usual.maxHole(), 0, 124),
        table.flag("single", usual.single()));
  }

  /// One channel, or as many alike as `count` says.
  private void addFields(
      TomlReader channel,
      Optional<Table> usual,
      ChannelParser.Defaults defaults,
      List<ModbusProfile.Field> fields) {
    Table table = registerTable(channel, usual);
    boolean bits = table == Table.COIL || table == Table.DISCRETE_INPUT;
    ChannelParser.Form form =
        ChannelParser.form(channel, bits ? ChannelParser.Defaults.BITS : defaults);
    Encoding.Format format = form.encoding().format();
    if (bits != (format == Encoding.Format.BIT)) {
      channel.problem("format", "coils and discrete inputs are bits, registers are not");
    }
    channel.require("address");
    int first = (int) channel.integer("address", 0, 0, 0xFFFF);
    int count = (int) channel.integer("count", 1, 1, MAX_CHANNELS);
    ChannelProfile profile = ChannelParser.channel(channel, "", format);
    channel.require("name");
    if (first + count * format.words() > 0x10000) {
      channel.problem("address", "there are no addresses above 0xFFFF");
      count = 0;
    }
    for (int n = 0; n < count; n++) {
      int address = first + n * format.words();
      String name = name(channel, address, n);
      ChannelProfile named =
          new ChannelProfile(
              name, profile.quantity(), profile.conversion(), profile.low(), profile.high());
      fields.add(new ModbusProfile.Field(named, table, address, form.encoding(), form.undefined()));
    }
  }

  /// The table of all channels that do not say otherwise; any when it is unknown, which has been
  /// reported.
  private Optional<Table> usualTable() {
    Optional<Table> table = file.choice("table", TABLES);
    return table.isEmpty() && file.has("table") ? Optional.of(Table.HOLDING) : table;
  }

  static Table registerTable(TomlReader reader, Optional<Table> usual) {
    Optional<Table> table = reader.choice("table", TABLES).or(() -> usual);
    if (table.isEmpty() && !reader.has("table")) {
      reader.problem(
          "the table is missing, here or for the whole file: table = \"holding\" (function code 3)"
              + " or \"input\" (4), \"coil\" (1), \"discrete-input\" (2)");
    }
    return table.orElse(Table.HOLDING);
  }

  private static ModbusProfile.Identity registerIdentity(TomlReader reader, Optional<Table> usual) {
    reader.require("address");
    Table table = registerTable(reader, usual);
    int address = (int) reader.integer("address", 0, 0, 0xFFFF);
    String text = reader.string("text", "");
    List<Integer> words = new ArrayList<>();
    // an odd last character is not compared: parts differ in what they put beside it
    for (int i = 0; i + 1 < text.length(); i += 2) {
      words.add(text.charAt(i) << 8 | text.charAt(i + 1) & 0xFF);
    }
    if (reader.has("expect")) {
      reader.integers("expect").forEach(word -> words.add(word.intValue()));
    }
    boolean fits =
        !words.isEmpty()
            && words.size() <= 32
            && words.stream().allMatch(word -> word >= 0 && word <= 0xFFFF)
            && text.chars().allMatch(c -> c >= ' ' && c <= '~')
            && reader.has("text") != reader.has("expect");
    if (!fits || table == Table.COIL || table == Table.DISCRETE_INPUT) {
      reader.problem(
          "an identity is a \"text\" of 2 to 64 ASCII characters, or \"expect\", a list of 1 to 32"
              + " registers");
    }
    return new ModbusProfile.Identity(table, address, words, text);
  }

  // ---- both

  private List<TomlReader> channelTables() {
    List<TomlReader> tables = file.tableList("channel");
    return tables.size() <= MAX_CHANNELS ? tables : tables.subList(0, MAX_CHANNELS);
  }

  /// The channel's name with its placeholders filled in, the address and the number from 1 on;
  /// reports what cannot be a name.
  private String name(TomlReader channel, int address, int n) {
    String form = ChannelParser.name(channel);
    String number = Integer.toString(n + 1);
    String name = form.replace("{address}", Integer.toString(address)).replace("{n}", number);
    if (!Ids.valid(name)) {
      channel.problem(
          "name", "a channel's name has 1 to 64 of A-Z a-z 0-9 _ -, not \"" + name + "\"");
    } else if (!names.add(name)) {
      String remedy = n > 0 ? "; with \"count\" a name has {n} or {address} in it" : "";
      channel.problem("name", "there is already a channel \"" + name + "\"" + remedy);
    }
    return name;
  }

  static byte[] hex(TomlReader table, String key) {
    String text = table.string(key, "");
    StringBuilder digits = new StringBuilder();
    text.chars().filter(c -> !Character.isWhitespace(c)).forEach(c -> digits.append((char) c));
    try {
      return HexFormat.of().parseHex(digits);
    } catch (IllegalArgumentException notHex) {
      table.problem(key, "\"" + key + "\" must be bytes in hexadecimal, as \"66 7F\"");
      return new byte[0];
    }
  }
}
