/// Drawings of recordings for reports, as SVG.
@NullMarked
package rackpulse.plot;

import org.jspecify.annotations.NullMarked;
