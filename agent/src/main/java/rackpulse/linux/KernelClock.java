package rackpulse.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import org.tinylog.Logger;

/// Whether the kernel calls the wall clock synchronised: the state of its clock discipline, which
/// NTP and PTP daemons keep up to date. Any thread may ask.
///
/// A hardened unit keeps adjtimex from us, with which one may also set the clock: then the file
/// counts that systemd-timesyncd touches whenever it has synchronised the clock.
public final class KernelClock implements BooleanSupplier {
  /// `struct timex`, linux/timex.h; `modes` is 0, so nothing is changed.
  static final StructLayout TIMEX =
      MemoryLayout.structLayout(
              JAVA_INT.withName("modes"),
              MemoryLayout.paddingLayout(4),
              MemoryLayout.sequenceLayout(4, JAVA_LONG).withName("offset_freq_maxerror_esterror"),
              JAVA_INT.withName("status"),
              MemoryLayout.paddingLayout(4),
              MemoryLayout.sequenceLayout(3, JAVA_LONG).withName("constant_precision_tolerance"),
              MemoryLayout.sequenceLayout(2, JAVA_LONG).withName("time"),
              MemoryLayout.sequenceLayout(3, JAVA_LONG).withName("tick_ppsfreq_jitter"),
              JAVA_INT.withName("shift"),
              MemoryLayout.paddingLayout(4),
              MemoryLayout.sequenceLayout(5, JAVA_LONG).withName("pps"),
              JAVA_INT.withName("tai"),
              MemoryLayout.sequenceLayout(11, JAVA_INT).withName("reserved"))
          .withName("timex");

  static final int STA_UNSYNC = 0x40;

  /// What adjtimex answers for a clock that is not synchronised.
  static final int TIME_ERROR = 5;

  /// systemd-timesyncd.service(8), FILES; it goes with the boot.
  private static final Path TOUCHED = Path.of("/run/systemd/timesync/synchronized");

  /// After so long without a word from NTP the kernel itself stops believing its clock: a possible
  /// error that grows by 500 ppm passes 16 s (`NTP_PHASE_LIMIT`, linux/timex.h).
  private static final Duration BELIEVED = Duration.ofSeconds(32_000);

  private static final long STATUS = TIMEX.byteOffset(PathElement.groupElement("status"));

  private final Libc libc;
  private final Path touched;
  private final InstantSource wall;
  private final MemorySegment timex = Arena.ofAuto().allocate(TIMEX);
  private boolean refused;

  public KernelClock() {
    this(Libc.system(), TOUCHED, InstantSource.system());
  }

  /// @param touched the file of systemd-timesyncd
  /// @param wall the clock by which its age is judged
  KernelClock(Libc libc, Path touched, InstantSource wall) {
    this.libc = libc;
    this.touched = touched;
    this.wall = wall;
  }

  @Override
  public synchronized boolean getAsBoolean() {
    timex.fill((byte) 0);
    int state = libc.adjtimex(timex);
    if (state < 0) {
      return wasTouchedLately(-state);
    }
    return state != TIME_ERROR && (timex.get(JAVA_INT, STATUS) & STA_UNSYNC) == 0;
  }

  private boolean wasTouchedLately(int errno) {
    try {
      Instant last = Files.getLastModifiedTime(touched).toInstant();
      return Duration.between(last, wall.instant()).abs().compareTo(BELIEVED) < 0;
    } catch (IOException never) {
      if (!refused && !Files.isDirectory(touched.resolveSibling(""))) {
        Logger.warn(
            "cannot ask the kernel whether the clock is synchronised ({}), and systemd-timesyncd"
                + " does not run: readings say it is not; with another time service the unit needs"
                + " the drop-in clock.conf",
            Errno.text(errno));
        refused = true;
      }
      return false;
    }
  }
}
