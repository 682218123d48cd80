package rackpulse.delivery;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import rackpulse.spool.DiskStorage;
import rackpulse.telemetry.Loss;

/// Why the spool does not take polls, in words for an operator.
///
/// @param what with the directory, where it is known
/// @param remedy what to do
/// @param cause of the losses when memory runs out before it works again
record SpoolTrouble(String what, String remedy, Loss.Cause cause) {
  static SpoolTrouble of(IOException failure, SpoolOpener.Words words) {
    String message = String.valueOf(failure.getMessage());
    if (failure instanceof DiskStorage.LockedException) {
      return new SpoolTrouble(
          "spool in use: " + message,
          "stop the other agent, or give each a [spool] directory of its own",
          Loss.Cause.MEMORY_OVERFLOW);
    }
    if (failure instanceof AccessDeniedException) {
      return new SpoolTrouble(
          "no permission for the spool: " + message,
          "let the agent's account own the directory and all in it",
          Loss.Cause.MEMORY_OVERFLOW);
    }
    if (message.contains(words.full()) || message.contains(words.quota())) {
      return new SpoolTrouble(
          "disk full: " + message, "make room on the disk of the spool", Loss.Cause.DISK_FULL);
    }
    if (message.contains(words.readOnly())) {
      return new SpoolTrouble(
          "disk read-only: " + message,
          "mount it writable, or see with dmesg why the kernel made it read-only",
          Loss.Cause.DISK_FULL);
    }
    return new SpoolTrouble(
        "the spool cannot be used: " + failure,
        "check the directory and the disk",
        Loss.Cause.MEMORY_OVERFLOW);
  }
}
