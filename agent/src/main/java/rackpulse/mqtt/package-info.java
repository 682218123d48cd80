/// Topics, payloads and the MQTT 5 session.
@NullMarked
package rackpulse.mqtt;

import org.jspecify.annotations.NullMarked;
