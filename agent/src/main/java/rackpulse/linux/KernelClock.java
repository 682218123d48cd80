package rackpulse.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.util.function.BooleanSupplier;
import org.tinylog.Logger;

/// Whether the kernel calls the wall clock synchronised: the state of its clock discipline, which
/// NTP and PTP daemons keep up to date. Any thread may ask.
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

  private static final long STATUS = TIMEX.byteOffset(PathElement.groupElement("status"));

  private final Libc libc;
  private final MemorySegment timex = Arena.ofAuto().allocate(TIMEX);
  private boolean refused;

  public KernelClock() {
    this(Libc.system());
  }

  KernelClock(Libc libc) {
    this.libc = libc;
  }

  @Override
  public synchronized boolean getAsBoolean() {
    timex.fill((byte) 0);
    int state = libc.adjtimex(timex);
    if (state < 0 && !refused) {
      refused = true;
      Logger.warn(
          "cannot ask the kernel whether the clock is synchronised ({}): readings say it is not;"
              + " does the unit's ProtectClock or SystemCallFilter forbid adjtimex?",
          Errno.text(-state));
    }
    return state >= 0 && state != TIME_ERROR && (timex.get(JAVA_INT, STATUS) & STA_UNSYNC) == 0;
  }
}
