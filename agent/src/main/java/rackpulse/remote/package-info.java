/// Commands over MQTT: what may be asked, why it is refused, and how it is answered.
///
/// ```
/// call ─▶ Desk ─ rate ─▶ Reception (pure) ─ Request ─▶ Deeds ─ Reply ─▶ Desk ─▶ answer
///                            └────────── Refused ─────────────────────────▶┘
/// ```
@NullMarked
package rackpulse.remote;

import org.jspecify.annotations.NullMarked;
