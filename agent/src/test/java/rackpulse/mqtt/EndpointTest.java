package rackpulse.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {
  @Test
  void knowsTheUsualPorts() {
    assertEquals(new Endpoint(false, "a", 1883), Endpoint.of(URI.create("mqtt://a")));
    assertEquals(new Endpoint(true, "a.b", 8883), Endpoint.of(URI.create("mqtts://a.b/")));
    assertEquals(new Endpoint(true, "::1", 99), Endpoint.of(URI.create("mqtts://[::1]:99")));
  }

  @Test
  void showsItselfAsUrl() {
    assertEquals("mqtts://[::1]:99", new Endpoint(true, "::1", 99).toString());
    assertEquals("mqtt://a:1883", new Endpoint(false, "a", 1883).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://a",
        "mqtt:a",
        "//a",
        "mqtt://user:secret@a",
        "mqtt://a/path",
        "mqtt://a?x=1",
        "mqtt://a:0",
        "mqtt://a:65536",
        "mqtt://a_b",
      })
  void refusesOtherUrls(String url) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Endpoint.of(URI.create(url)));
    assertEquals(false, String.valueOf(e.getMessage()).contains("secret"));
  }

  @ParameterizedTest
  @CsvSource({
    "mqtt://localhost, false",
    "mqtt://LOCALHOST:1, false",
    "mqtt://127.9.9.9, false",
    "mqtt://[::1], false",
    "mqtts://10.0.0.1, false",
    "mqtt://10.0.0.1, true",
    "mqtt://localhost.example, true",
    "mqtt://127.0.0.1.example, true",
  })
  void knowsWhenReadingsLeaveThisHostInTheClear(String url, boolean expected) {
    assertEquals(expected, Endpoint.of(URI.create(url)).isPlainBeyondLoopback());
  }
}
