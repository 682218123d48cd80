package rackpulse;

import java.io.IOException;
import rackpulse.delivery.SpoolOpener;
import rackpulse.linux.ErrorTexts;
import rackpulse.spool.DiskStorage;
import rackpulse.spool.Spool;
import rackpulse.spool.SpoolSettings;

/// The spool on a real disk.
record SpoolDirectory(SpoolSettings settings) implements SpoolOpener {
  @Override
  public Spool open(long nowNanos) throws IOException {
    return Spool.open(DiskStorage.open(settings.directory()), settings, nowNanos);
  }

  @Override
  public Words words() {
    return new Words(ErrorTexts.diskFull(), ErrorTexts.quotaExceeded(), ErrorTexts.readOnly());
  }
}
