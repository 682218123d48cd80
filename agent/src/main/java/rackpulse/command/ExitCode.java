package rackpulse.command;

/// What the process tells its caller; the README documents them for operators.
public final class ExitCode {
  /// Done, and everything was as asked.
  public static final int OK = 0;

  /// Done, but some value could not be read or something was not there.
  public static final int GAPS = 1;

  /// The command line was not understood.
  public static final int USAGE = 2;

  /// The program itself is at fault (`EX_SOFTWARE` of sysexits.h); systemd restarts it.
  public static final int INTERNAL = 70;

  /// The configuration cannot be used (`EX_CONFIG`); systemd does not restart it.
  public static final int CONFIGURATION = 78;

  private ExitCode() {}
}
