package rackpulse.credentials;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.tinylog.Logger;

/// What the files of the operator hold now; when they cannot be used, what they held before.
/// Belongs to one thread.
///
/// A certificate, its key and its authority are several files, and each is written over some time.
/// So a change counts only when the files have rested between two looks and fit together: a bundle
/// that is cut between two certificates would look whole.
public final class Credentials {
  /// Three or four calls to the kernel, and who changes a file can wait so long to see it used.
  public static final Duration BETWEEN_LOOKS = Duration.ofSeconds(5);

  private static final String FAREWELL = "the next connection to this broker will fail: ";

  private final CredentialFiles files;
  private final boolean encrypted;
  private final LongSupplier nanoTime;
  private long lookNanos;
  private @Nullable Access current;
  private Map<Path, String> usedMarks = Map.of();
  private Map<Path, String> lastMarks = Map.of();
  private final Expiry expiry = new Expiry();

  /// Why the files as they are now are not used; empty while they are.
  private String trouble = "";

  private Optional<String> distrust = Optional.empty();

  /// What a look has shown.
  public enum Change {
    /// Nothing to do.
    NONE,
    /// What the next connection will use differs: a refused one may be tried again.
    FOR_NEXT,
    /// A connection should be made anew to use them.
    RENEWED
  }

  /// @param encrypted whether TLS is needed
  /// @param nanoTime a clock that never jumps
  public Credentials(CredentialFiles files, boolean encrypted, LongSupplier nanoTime) {
    this.files = files;
    this.encrypted = encrypted;
    this.nanoTime = nanoTime;
    lookNanos = nanoTime.getAsLong();
  }

  /// For the next connection, read anew.
  ///
  /// @param now what the time is: a certificate outside its dates does not replace another
  /// @throws CredentialException when nothing could be read, now or ever
  public Access access(Instant now) throws CredentialException {
    Map<Path, String> marks = CredentialFile.marks(files.all());
    try {
      return use(read(now), marks);
    } catch (CredentialException e) {
      Access before = current;
      if (before == null) {
        usedMarks = marks;
        throw e;
      }
      complain(e);
      return before;
    }
  }

  private Access read(Instant now) throws CredentialException {
    Access read = Access.read(files, encrypted);
    Access before = current;
    if (before != null && !read.isLike(before)) {
      checkDates(read, now);
    }
    return read;
  }

  private void checkDates(Access access, Instant now) throws CredentialException {
    for (X509Certificate own : access.chain()) {
      if (now.isBefore(own.getNotBefore().toInstant())
          || now.isAfter(own.getNotAfter().toInstant())) {
        throw new CredentialException(
            files.certificate().map(Path::toString).orElse("")
                + ": valid from "
                + own.getNotBefore().toInstant()
                + " to "
                + own.getNotAfter().toInstant()
                + ", not now");
      }
    }
  }

  private Access use(Access access, Map<Path, String> marks) {
    if (!trouble.isEmpty()) {
      Logger.info("the files of mqtt can be used again");
    }
    trouble = "";
    usedMarks = marks;
    current = access;
    expiry.set("own", access.chain());
    return access;
  }

  private void complain(CredentialException e) {
    String text = e.text() + "; what was read before stays in use";
    if (!text.equals(trouble)) {
      Logger.warn(text);
    }
    trouble = text;
  }

  /// Looks at the files when it is time.
  ///
  /// @param now what the time is, as for [#access]
  public Change look(Instant now) {
    long nanos = nanoTime.getAsLong();
    if (nanos - lookNanos < 0) {
      return Change.NONE;
    }
    lookNanos = nanos + BETWEEN_LOOKS.toNanos();
    Map<Path, String> marks = CredentialFile.marks(files.all());
    boolean rested = marks.equals(lastMarks);
    lastMarks = marks;
    return marks.equals(usedMarks) || !rested ? Change.NONE : changed(marks, now);
  }

  private Change changed(Map<Path, String> marks, Instant now) {
    Access before = current;
    if (before == null) {
      usedMarks = marks;
      return Change.FOR_NEXT;
    }
    try {
      Access after = use(read(now), marks);
      return after.isLike(before) ? Change.FOR_NEXT : Change.RENEWED;
    } catch (CredentialException e) {
      complain(e);
      return Change.NONE;
    }
  }

  /// Whether a broker that has shown this chain would be accepted again. Who rotates authorities
  /// may not have come to it yet.
  public boolean accepts(List<X509Certificate> broker) {
    Access access = current;
    distrust = access == null ? Optional.empty() : access.objection(broker).map(FAREWELL::concat);
    distrust.ifPresent(Logger::warn);
    return distrust.isEmpty();
  }

  /// A broker was accepted, with this chain.
  public void accepted(List<X509Certificate> broker) {
    distrust = Optional.empty();
    expiry.set("broker", broker);
  }

  /// Logs which certificates soon expire, each once a day.
  public void warn(Instant now) {
    expiry.warn(now);
  }

  /// When certificates expire, by `own` and `broker`.
  public Map<String, Instant> expiry() {
    return expiry.dates();
  }

  /// What an operator should see to although it works, in sentences.
  public List<String> notes(Instant now) {
    List<String> notes = new ArrayList<>(expiry.notes(now));
    if (!trouble.isEmpty()) {
      notes.add(trouble);
    }
    distrust.ifPresent(notes::add);
    return notes;
  }

  /// How long until the next look; for ever when there are no files.
  public long nanosLeft() {
    return files.all().isEmpty() ? Long.MAX_VALUE : Math.max(0, lookNanos - nanoTime.getAsLong());
  }
}
