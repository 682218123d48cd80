package rackpulse.mqtt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.eclipse.paho.mqttv5.common.packet.MqttConnAck;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.MqttWireMessage;
import org.junit.jupiter.api.Test;
import rackpulse.mqtt.Repair.Said;

class RepairTest {
  @Test
  void lowersReceiveMaximumAndForbidsTopicAliases() throws IOException {
    byte[] packet = bytes(0x20, 9, 0, 0, 6, 0x21, 0xFF, 0xFF, 0x22, 0, 10);
    assertArrayEquals(
        bytes(0x20, 9, 0, 0, 6, 0x21, 0x7F, 0xFF, 0x22, 0, 0), Repair.understand(packet).packet());
  }

  @Test
  void keepsASmallReceiveMaximum() throws IOException {
    byte[] packet = bytes(0x20, 6, 0, 0, 3, 0x21, 0, 20);
    assertArrayEquals(packet.clone(), Repair.understand(packet).packet());
  }

  @Test
  void readsWhatARefusalSays() throws Exception {
    MqttProperties properties = new MqttProperties();
    properties.setReasonString("näh");
    properties.setServerReference("other:1883");
    properties.setAssignedClientIdentifier("id");
    properties.setMaximumPacketSize(1000L);
    properties.setServerKeepAlive(30);
    properties.setRetainAvailable(false);
    MqttConnAck refusal = new MqttConnAck(false, 0x9C, properties);
    properties.setValidProperties(new Byte[] {0x1F, 0x1C, 0x12, 0x27, 0x13, 0x25});
    Repair.Said answer = ((Repair.ConnAck) Repair.understand(refusal.serialize())).said();
    assertEquals(0x9C, answer.reasonCode());
    assertEquals("näh", answer.text());
    assertEquals("other:1883", answer.serverReference());
  }

  @Test
  void translatesTheRefusalOfAnOlderProtocol() throws IOException {
    Repair.ConnAck answer = (Repair.ConnAck) Repair.understand(bytes(0x20, 2, 0, 1));
    assertEquals(new Said(0x84, "", ""), answer.said());
  }

  @Test
  void understandsEveryRefusal() throws Exception {
    for (int code = 0x80; code < 256; code++) {
      Repair.ConnAck answer = (Repair.ConnAck) Repair.understand(bytes(0x20, 3, 0, code, 0));
      assertEquals(new Said(code, "", ""), answer.said());
      assertEquals(0x80, MqttWireMessage.createWireMessage(answer.packet()).getReasonCodes()[0]);
    }
  }

  @Test
  void mapsUnknownReasonsOfPubAckToKnownOnes() throws Exception {
    for (int code = 0; code < 256; code++) {
      byte[] packet = Repair.understand(bytes(0x40, 3, 0, 1, code)).packet();
      MqttWireMessage known = MqttWireMessage.createWireMessage(packet); // throws when unknown
      assertEquals(
          ReasonPolicy.publication(code), ReasonPolicy.publication(known.getReasonCodes()[0]));
    }
    assertArrayEquals(bytes(0x40, 3, 0, 1, 0), Repair.understand(bytes(0x40, 2, 0, 1)).packet());
  }

  @Test
  void readsPacketsOfEveryLengthWhole() throws IOException {
    for (int length : new int[] {0, 1, 127, 128, 16_383, 16_384, Repair.MAX_PACKET_BYTES}) {
      byte[] head = MqttWireMessage.encodeVariableByteInteger(length);
      byte[] packet = new byte[1 + head.length + length];
      packet[0] = 0x30;
      System.arraycopy(head, 0, packet, 1, head.length);
      assertArrayEquals(packet, read(packet));
    }
  }

  @Test
  void refusesPacketsThatWouldFillTheMemory() {
    assertThrows(IOException.class, () -> read(bytes(0x30, 0xFF, 0xFF, 0xFF, 0x7F)));
    assertThrows(IOException.class, () -> read(bytes(0x30, 0xFF, 0xFF, 0xFF, 0xFF)));
    assertThrows(IOException.class, () -> read(bytes(0x30, 5, 1)));
  }

  @Test
  void toldReceiveMaximumIsOneThatPahoCannotReach() throws IOException {
    for (int maximum : new int[] {0, 1, 2, 3, 200}) {
      Repair.ConnAck answer =
          (Repair.ConnAck) Repair.understand(bytes(0x20, 6, 0, 0, 3, 0x21, 0, maximum));
      assertEquals(maximum, answer.receiveMaximum());
      assertEquals(Math.max(3, maximum), answer.packet()[7] & 0xFF);
    }
  }

  @Test
  void refusesAPacketSizeOfNothing() {
    byte[] packet = bytes(0x20, 8, 0, 0, 5, 0x27, 0, 0, 0, 0);
    assertThrows(IOException.class, () -> Repair.understand(packet));
  }

  @Test
  void understandsEveryDisconnect() throws Exception {
    assertEquals(new Said(0, "", ""), disconnect(bytes(0xE0, 0)));
    for (int code = 0; code < 256; code++) {
      byte[] packet = bytes(0xE0, 7, code, 5, 0x1F, 0, 2, 'o', 'k');
      assertEquals(new Said(code, "ok", ""), disconnect(packet));
      MqttWireMessage.createWireMessage(Repair.understand(packet).packet()); // throws when unknown
    }
  }

  private static Said disconnect(byte[] packet) throws IOException {
    return ((Repair.Disconnect) Repair.understand(packet)).said();
  }

  @Test
  void refusesWhatOnlyAClientMaySend() {
    for (int type :
        new int[] {0x00, 0x10, 0x50, 0x32, 0x34, 0x62, 0x70, 0x82, 0xA2, 0xB0, 0xC0, 0xE1, 0xF0}) {
      assertThrows(IOException.class, () -> read(bytes(type, 2, 0, 1)));
    }
  }

  @Test
  void damagedPacketsAreReadOrRefusedButNeverWorse() throws Exception {
    byte[][] good = {
      bytes(0x20, 14, 0, 0, 11, 0x21, 0, 20, 0x1F, 0, 2, 'o', 'k', 0x13, 0, 60),
      bytes(0x30, 16, 0, 1, 't', 9, 0x02, 0, 0, 0, 7, 8, 0, 1, 'r', 'x', 'y', 'z'),
      bytes(0x40, 6, 0, 1, 0x87, 2, 0x1F, 0),
      bytes(0x90, 4, 0, 1, 0, 0),
      bytes(0xD0, 0),
      bytes(0xE0, 7, 0x8E, 5, 0x1F, 0, 2, 'o', 'k'),
    };
    Random random = new Random(4711);
    int understood = 0;
    for (int i = 0; i < 100_000; i++) {
      byte[] damaged = good[random.nextInt(good.length)].clone();
      for (int hits = random.nextInt(1, 4); hits > 0; hits--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      try {
        Repair.Packet packet = Repair.understand(read(damaged));
        if (!(packet instanceof Repair.Arrived)) { // of which Paho hears nothing
          MqttWireMessage.createWireMessage(packet.packet()); // its thread would not survive it
        }
        understood++;
      } catch (IOException expected) {
        boolean told = String.valueOf(expected.getMessage()).startsWith("the broker ");
        assertTrue(told || expected instanceof EOFException); // less came than was announced
      }
    }
    assertTrue(understood > 10_000, () -> "too much is refused");
  }

  @Test
  void readsAMessageWithAllThatItMayCarry() throws IOException {
    byte[] packet =
        bytes(
            0x31, 0, 0, 3, 'a', '/', 'b', 36, // length, topic, length of the properties
            0x01, 1, // payload format
            0x02, 0xFF, 0xFF, 0xFF, 0xFE, // expiry
            0x03, 0, 1, 'j', // content type
            0x08, 0, 2, 'r', 's', // response topic
            0x09, 0, 3, 0, 0xFF, 1, // correlation data
            0x0B, 0x81, 0x01, // subscription identifier
            0x26, 0, 1, 'k', 0, 3, 0xFF, 0, 1, // user property, which need not be text
            0x23, 0, 0, // topic alias
            '{', '}');
    packet[1] = (byte) (packet.length - 2);
    packet[7] = (byte) (packet.length - 8 - 2);
    Repair.Packet known = Repair.understand(read(packet));
    assertEquals(0, known.packet().length);
    Message.Arrival arrival = ((Repair.Arrived) known).arrival();
    assertEquals("a/b", arrival.topic());
    assertEquals("{}", new String(arrival.payload(), StandardCharsets.UTF_8));
    assertTrue(arrival.retained());
    assertEquals(Optional.of("rs"), arrival.responseTopic());
    assertArrayEquals(bytes(0, 0xFF, 1), arrival.correlation());
    assertEquals(OptionalLong.of(0xFFFFFFFEL), arrival.expirySeconds());
    assertThrows(IOException.class, () -> Repair.understand(bytes(0x30, 6, 0, 0, 3, 0x23, 0, 1)));
  }

  private static byte[] read(byte[] stream) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(stream));
    return Repair.read(in.readUnsignedByte(), in);
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
