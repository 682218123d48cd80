package rackpulse.sensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import rackpulse.sensor.Encoding.Format;
import rackpulse.telemetry.Cause;
import rackpulse.telemetry.Channel;
import rackpulse.telemetry.Gap;
import rackpulse.telemetry.Quantity;
import rackpulse.telemetry.Reading;
import rackpulse.telemetry.Sample;
import rackpulse.telemetry.Stamp;

/// Golden values are those of the data sheets and of IEEE 754, not of the decoder.
class DecoderTest {
  private static final Stamp STAMP = new Stamp(Instant.EPOCH, 0, true);

  @Test
  void decodesEveryFormat() {
    assertValue(65535, Encoding.of(Format.U16), "FFFF");
    assertValue(-1, Encoding.of(Format.S16), "FFFF");
    assertValue(4294967295.0, Encoding.of(Format.U32), "FFFF FFFF");
    assertValue(-2, Encoding.of(Format.S32), "FFFF FFFE");
    assertValue(305419896, Encoding.of(Format.S32), "1234 5678");
    assertValue(0x1.23456789ABCDFp60, Encoding.of(Format.S64), "1234 5678 9ABC DEF0");
    assertValue(-1, Encoding.of(Format.S64), "FFFF FFFF FFFF FFFF");
    assertValue(0x1p64, Encoding.of(Format.U64), "FFFF FFFF FFFF FFFF");
    assertValue(0x1p63, Encoding.of(Format.U64), "8000 0000 0000 0000");
    assertValue(230.0, Encoding.of(Format.F32), "4366 0000");
    assertValue(-118.625, Encoding.of(Format.F32), "C2ED 4000");
    assertValue(Math.PI, Encoding.of(Format.F64), "4009 21FB 5444 2D18");
    assertValue(1, Encoding.of(Format.BIT), "0001");
    assertValue(0, Encoding.of(Format.BIT), "0000");
  }

  @Test
  void decodesEveryWordAndByteOrder() {
    assertValue(230, ordered(Format.F32, true, false), "0000 4366");
    assertValue(230, ordered(Format.F32, false, true), "6643 0000");
    assertValue(230, ordered(Format.F32, true, true), "0000 6643");
    assertValue(0x12345678, ordered(Format.U32, true, false), "5678 1234");
    assertValue(0x12345678, ordered(Format.U32, false, true), "3412 7856");
    assertValue(0x12345678, ordered(Format.U32, true, true), "7856 3412");
    assertValue(-2, ordered(Format.S16, false, true), "FEFF");
    assertValue(
        (double) 0x1122334455667788L, ordered(Format.S64, true, false), "7788 5566 3344 1122");
    assertValue(
        (double) 0x1122334455667788L, ordered(Format.U64, true, true), "8877 6655 4433 2211");
    assertValue(Math.PI, ordered(Format.F64, true, false), "2D18 5444 21FB 4009");
    assertValue(Math.PI, ordered(Format.F64, false, true), "0940 FB21 4454 182D");
  }

  @Test
  void startsAtItsIndex() {
    Sample sample =
        decoder(Quantity.RAW, Encoding.of(Format.U16)).sample(STAMP, words("0001 0002"), 1);

    assertEquals(new Reading(channel(Quantity.RAW), STAMP, 2), sample);
  }

  @Test
  void cutsBitsAndExtendsTheirSign() {
    assertValue(-25 * 16, new Encoding(Format.S16, false, false, 15, 4), "E700");
    assertValue(25 * 16, new Encoding(Format.S16, false, false, 15, 4), "1900");
    assertValue(-4, new Encoding(Format.S16, false, false, 10, 8), "0400");
    assertValue(4, new Encoding(Format.U16, false, false, 10, 8), "0400");
    assertValue(1, new Encoding(Format.U16, false, false, 3, 3), "0008");
    assertValue(0, new Encoding(Format.U16, false, false, 3, 3), "FFF7");
    assertValue(0xABC, new Encoding(Format.U32, false, false, 27, 16), "FABC FFFF");
    assertValue(-1, new Encoding(Format.S64, true, false, 63, 60), "0000 0000 0000 F000");
  }

  @Test
  void convertsFixedPointExactly() {
    assertEquals(50.0, value(fixed(10), Format.U16, "C800"));
    assertEquals(-14.0, value(fixed(10), Format.S16, "C800"));
    assertEquals(26.0, value(fixed(7), Format.S16, "0D00"));
    assertEquals(-1.0, value(fixed(7), Format.S16, "FF80"));
  }

  @Test
  void keepsDecimalsOfScaledIntegers() {
    Conversion tenth = new Conversion(0, 1, 10, -1);

    assertEquals(30.5, value(tenth, Format.S16, "0131"));
    assertEquals(-20.5, value(tenth, Format.S16, "FF33"));
  }

  @Test
  void reportsUndefinedForSentinels() {
    assertGap(Cause.UNDEFINED, Quantity.RAW, Encoding.of(Format.U16), "FFFF", 0xFFFFL);
    assertGap(Cause.UNDEFINED, Quantity.RAW, Encoding.of(Format.S16), "8000", 0x8000L);
    assertGap(Cause.UNDEFINED, Quantity.RAW, Encoding.of(Format.S16), "8000", -32768L);
    assertGap(Cause.UNDEFINED, Quantity.RAW, Encoding.of(Format.S32), "7FFF FFFF", 0x7FFFFFFFL);
    assertGap(
        Cause.UNDEFINED, Quantity.ENERGY, Encoding.of(Format.U64), "FFFF FFFF FFFF FFFF", -1L);
    assertGap(Cause.UNDEFINED, Quantity.RAW, ordered(Format.U32, true, true), "0100 0000", 1L, 7L);
  }

  @Test
  void comparesSentinelsWithTheWholeNumber() {
    Encoding low = new Encoding(Format.U16, false, false, 2, 0);

    assertGap(Cause.UNDEFINED, Quantity.STATE, low, "FFFF", 0xFFFFL);
    assertValue(7, low, "0007", 0xFFFFL);
  }

  @Test
  void reportsUndefinedForFloatsThatAreNoNumbers() {
    assertGap(Cause.UNDEFINED, Quantity.VOLTAGE, Encoding.of(Format.F32), "7FC0 0000");
    assertGap(Cause.UNDEFINED, Quantity.VOLTAGE, Encoding.of(Format.F32), "FFFF FFFF");
    assertGap(Cause.UNDEFINED, Quantity.VOLTAGE, Encoding.of(Format.F32), "7F80 0000");
    assertGap(Cause.UNDEFINED, Quantity.VOLTAGE, Encoding.of(Format.F32), "FF80 0000");
    assertGap(Cause.UNDEFINED, Quantity.ENERGY, Encoding.of(Format.F64), "7FF8 0000 0000 0000");
  }

  @Test
  void reportsOutOfRangeBeyondWhatThePartCanMeasure() {
    ChannelProfile profile = new ChannelProfile("t", Quantity.TEMPERATURE, fixed(7), -40, 125);
    Decoder decoder =
        new Decoder(channel(Quantity.TEMPERATURE), profile, Encoding.of(Format.S16), List.of());

    assertEquals(125, ((Reading) decoder.sample(STAMP, words("3E80"), 0)).value());
    assertEquals(Cause.OUT_OF_RANGE, cause(decoder.sample(STAMP, words("3E81"), 0)));
    assertEquals(-40, ((Reading) decoder.sample(STAMP, words("EC00"), 0)).value());
    assertEquals(Cause.OUT_OF_RANGE, cause(decoder.sample(STAMP, words("EBFF"), 0)));
  }

  @Test
  void reportsOutOfRangeForIntegersThatADoubleCannotHold() {
    assertValue(9007199254740991.0, Encoding.of(Format.U64), "001F FFFF FFFF FFFF");
    assertGap(Cause.OUT_OF_RANGE, Quantity.COUNT, Encoding.of(Format.U64), "0020 0000 0000 0000");
    assertGap(Cause.OUT_OF_RANGE, Quantity.RAW, Encoding.of(Format.S64), "FFDF FFFF FFFF FFFF");
  }

  @Test
  void reportsOutOfRangeWhenTheConversionOverflows() {
    ChannelProfile profile =
        new ChannelProfile("e", Quantity.ENERGY, new Conversion(0, 3.6e6, 1, -1), 0, 1 / 0.0);
    Decoder decoder =
        new Decoder(channel(Quantity.ENERGY), profile, Encoding.of(Format.F64), List.of());

    assertEquals(Cause.OUT_OF_RANGE, cause(decoder.sample(STAMP, words("7FEF FFFF FFFF FFFF"), 0)));
  }

  @Test
  void publishesFloatsAsPeopleWriteThem() {
    for (String decimal :
        List.of("230.1", "0.1", "49.98", "1234567", "-0.003", "1.0E-10", "3.4E9")) {
      assertEquals(
          Double.parseDouble(decimal), Decoder.shortest(Float.parseFloat(decimal)), decimal);
    }
  }

  @Test
  void hasNoNegativeZero() {
    assertEquals(0.0, value(Conversion.IDENTITY, Format.F32, "8000 0000"));
  }

  @Test
  void namesTheSameFloatInItsShortestForm() {
    Random random = new Random(20250101);
    List<Float> longer = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      float value = Float.intBitsToFloat(random.nextInt());
      if (Float.isFinite(value)) {
        double shortest = Decoder.shortest(value);
        assertEquals(value, (float) shortest);
        boolean usual = Math.abs(value) > 1e-13 && Math.abs(value) < 1e27;
        if (usual && shortest != Double.parseDouble(Float.toString(value))) {
          longer.add(value);
        }
      }
    }
    assertEquals(List.of(), longer);
  }

  @Test
  void readsTextWithoutItsPadding() {
    assertEquals("ECD17020037", Decoder.text(words("4543 4431 3730 3230 3033 3720"), 6));
    assertEquals("Delta", Decoder.text(words("4465 6C74 6100 0000"), 4));
    assertEquals("A.", Decoder.text(words("41FF 4242"), 1));
  }

  private static void assertValue(
      double expected, Encoding encoding, String words, Long... undefined) {
    Quantity quantity =
        encoding.format().floating() || Math.abs(expected) > 0x1p53
            ? Quantity.NUMBER
            : Quantity.RAW;
    Decoder decoder =
        new Decoder(channel(quantity), profile(quantity), encoding, List.of(undefined));
    assertEquals(
        new Reading(channel(quantity), STAMP, expected), decoder.sample(STAMP, words(words), 0));
  }

  private static void assertGap(
      Cause cause, Quantity quantity, Encoding encoding, String words, Long... undefined) {
    Decoder decoder =
        new Decoder(channel(quantity), profile(quantity), encoding, List.of(undefined));
    assertEquals(new Gap(channel(quantity), STAMP, cause), decoder.sample(STAMP, words(words), 0));
  }

  private static Cause cause(Sample sample) {
    return ((Gap) sample).cause();
  }

  private static double value(Conversion conversion, Format format, String words) {
    ChannelProfile profile =
        new ChannelProfile(
            "x", Quantity.NUMBER, conversion, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    Decoder decoder =
        new Decoder(channel(Quantity.NUMBER), profile, Encoding.of(format), List.of());
    return ((Reading) decoder.sample(STAMP, words(words), 0)).value();
  }

  private static Decoder decoder(Quantity quantity, Encoding encoding) {
    return new Decoder(channel(quantity), profile(quantity), encoding, List.of());
  }

  private static ChannelProfile profile(Quantity quantity) {
    return new ChannelProfile(
        "x", quantity, Conversion.IDENTITY, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
  }

  private static Channel channel(Quantity quantity) {
    return new Channel("device", "x", quantity);
  }

  private static Conversion fixed(int fractionBits) {
    return new Conversion(0, 1, 1 << fractionBits, -1);
  }

  private static Encoding ordered(Format format, boolean lowWordFirst, boolean swapBytes) {
    return new Encoding(format, lowWordFirst, swapBytes, format.bits() - 1, 0);
  }

  private static short[] words(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    short[] words = new short[bytes.length / 2];
    ByteBuffer.wrap(bytes).asShortBuffer().get(words);
    return words;
  }
}
