/// Modbus slaves: two third-party ones that answer rightly, and one of ours that answers wrongly.
@NullMarked
package rackpulse.tests.slaves;

import org.jspecify.annotations.NullMarked;
