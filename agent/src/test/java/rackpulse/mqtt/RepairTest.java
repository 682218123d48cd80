package rackpulse.mqtt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Random;
import org.eclipse.paho.mqttv5.common.packet.MqttConnAck;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.MqttWireMessage;
import org.junit.jupiter.api.Test;

class RepairTest {
  @Test
  void lowersReceiveMaximumAndForbidsTopicAliases() throws IOException {
    byte[] packet = bytes(0x20, 9, 0, 0, 6, 0x21, 0xFF, 0xFF, 0x22, 0, 10);
    assertArrayEquals(
        bytes(0x20, 9, 0, 0, 6, 0x21, 0x7F, 0xFF, 0x22, 0, 0), Repair.connAck(packet).packet());
  }

  @Test
  void keepsASmallReceiveMaximum() throws IOException {
    byte[] packet = bytes(0x20, 6, 0, 0, 3, 0x21, 0, 20);
    assertArrayEquals(packet.clone(), Repair.connAck(packet).packet());
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
    Repair.ConnAck answer = Repair.connAck(refusal.serialize());
    assertEquals(0x9C, answer.reasonCode());
    assertEquals("näh", answer.reasonText());
    assertEquals("other:1883", answer.serverReference());
  }

  @Test
  void translatesTheRefusalOfAnOlderProtocol() throws IOException {
    assertArrayEquals(bytes(0x20, 3, 0, 0x84, 0), Repair.connAck(bytes(0x20, 2, 0, 1)).packet());
  }

  @Test
  void mapsUnknownReasonsOfPubAckToKnownOnes() throws Exception {
    for (int code = 0; code < 256; code++) {
      byte[] packet = Repair.pubAck(bytes(0x40, 3, 0, 1, code));
      MqttWireMessage known = MqttWireMessage.createWireMessage(packet); // throws when unknown
      assertEquals(
          ReasonPolicy.publication(code), ReasonPolicy.publication(known.getReasonCodes()[0]));
    }
    assertArrayEquals(bytes(0x40, 2, 0, 1), Repair.pubAck(bytes(0x40, 2, 0, 1)));
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
  void damagedConnAcksAreReadOrRefusedButNeverWorse() {
    byte[] good = bytes(0x20, 14, 0, 0, 11, 0x21, 0, 20, 0x1F, 0, 2, 'o', 'k', 0x13, 0, 60);
    Random random = new Random(4711);
    for (int i = 0; i < 50_000; i++) {
      byte[] damaged = good.clone();
      for (int hits = random.nextInt(1, 4); hits > 0; hits--) {
        damaged[random.nextInt(1, damaged.length)] = (byte) random.nextInt(256);
      }
      try {
        assertEquals(damaged.length, Repair.connAck(damaged).packet().length);
      } catch (IOException expected) {
        assertTrue(String.valueOf(expected.getMessage()).contains("CONNACK"));
      }
    }
  }

  private static byte[] read(byte[] stream) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(stream));
    return Repair.packet(in.readUnsignedByte(), in);
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
