package rackpulse.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/// A disk in memory that can fail and crash at any call: a killed process loses nothing that was
/// written, a power cut also what was not forced, in blocks and with names in any state between.
public final class CrashableStorage implements Storage {
  private static final int BLOCK_BYTES = 512;
  private static final int PAGE_BYTES = 4096;

  private final Random random;
  private Map<String, Content> files = new TreeMap<>();
  private Map<String, Content> durableNames = new TreeMap<>();
  private int callsToCrash = Integer.MAX_VALUE;
  private boolean down;
  private boolean full;
  private long mediumBytes;

  public CrashableStorage(Random random) {
    this.random = random;
  }

  /// The process or the power is gone; only [#restart] helps.
  public static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private static final class Content {
    byte[] bytes = {};
    byte[] durable = {};
  }

  /// Lets the call after `calls` more crash in its midst.
  public void crashAfter(int calls) {
    callsToCrash = calls;
  }

  /// Lets everything that needs more room fail, or no more.
  public void full(boolean now) {
    full = now;
  }

  /// Starts again after the process was killed, or after a power cut.
  public void restart(boolean powerCut) {
    down = false;
    callsToCrash = Integer.MAX_VALUE;
    if (!powerCut) {
      return;
    }
    Map<String, Content> kept = new TreeMap<>(random.nextBoolean() ? files : durableNames);
    Set<Content> all = new HashSet<>(kept.values());
    all.forEach(this::cutPower);
    files = kept;
    durableNames = new TreeMap<>(kept);
  }

  private void cutPower(Content content) {
    int bytes =
        switch (random.nextInt(3)) {
          case 0 -> content.bytes.length;
          case 1 -> content.durable.length;
          default -> {
            int least = Math.min(content.bytes.length, content.durable.length);
            int most = Math.max(content.bytes.length, content.durable.length);
            yield least + random.nextInt(most - least + 1);
          }
        };
    byte[] left = Arrays.copyOf(content.durable, bytes);
    boolean torn = random.nextBoolean();
    boolean all = random.nextBoolean();
    for (int at = 0; at < bytes; at += BLOCK_BYTES) {
      int end = Math.min(Math.min(at + BLOCK_BYTES, content.bytes.length), bytes);
      if (end > at && (torn ? random.nextBoolean() : all)) {
        System.arraycopy(content.bytes, at, left, at, end - at);
      }
    }
    content.bytes = left;
    content.durable = left.clone();
  }

  /// The files and what is in them.
  public Map<String, byte[]> snapshot() {
    Map<String, byte[]> snapshot = new HashMap<>();
    files.forEach((name, content) -> snapshot.put(name, content.bytes.clone()));
    return snapshot;
  }

  /// What was brought to the medium because somebody waited for it, in whole pages.
  public long mediumBytes() {
    return mediumBytes;
  }

  private static long changedBytes(byte[] before, byte[] after) {
    long changed = 0;
    for (int at = 0; at < after.length; at += PAGE_BYTES) {
      int end = Math.min(at + PAGE_BYTES, after.length);
      int from = Math.min(at, before.length);
      if (!Arrays.equals(after, at, end, before, from, Math.min(end, before.length))) {
        changed += PAGE_BYTES;
      }
    }
    return changed;
  }

  /// Replaces what is in a file, as damage does.
  public void damage(String name, byte[] bytes) {
    Content content = new Content();
    content.bytes = bytes;
    content.durable = bytes.clone();
    files.put(name, content);
    durableNames.put(name, content);
  }

  private boolean crashesNow() {
    if (down) {
      throw new Crash();
    }
    down = --callsToCrash < 0;
    return down;
  }

  private void call() {
    if (crashesNow()) {
      throw new Crash();
    }
  }

  @Override
  public List<String> names() {
    call();
    return new ArrayList<>(files.keySet());
  }

  @Override
  public StoredFile open(String name) throws IOException {
    call();
    Content content = files.get(name);
    if (content == null) {
      failWhenFull();
      content = new Content();
      files.put(name, content);
    }
    return new MemoryFile(content);
  }

  private void failWhenFull() throws IOException {
    if (full) {
      throw new IOException("No space left on device");
    }
  }

  @Override
  public void rename(String from, String to) {
    call();
    Content content = files.remove(from);
    if (content != null) {
      files.put(to, content);
    }
  }

  @Override
  public void delete(String name) {
    call();
    files.remove(name);
  }

  @Override
  public void force() {
    call();
    durableNames = new TreeMap<>(files);
  }

  @Override
  public void close() {}

  private final class MemoryFile implements StoredFile {
    private final Content content;

    MemoryFile(Content content) {
      this.content = content;
    }

    @Override
    public long size() {
      call();
      return content.bytes.length;
    }

    @Override
    public void read(ByteBuffer into, long position) {
      call();
      int bytes = (int) Math.min(into.remaining(), content.bytes.length - position);
      if (bytes > 0) {
        into.put(content.bytes, (int) position, bytes);
      }
    }

    @Override
    public void write(ByteBuffer bytes, long position) throws IOException {
      boolean crashes = crashesNow();
      int end = (int) position + bytes.remaining();
      boolean fails = full && end > content.bytes.length;
      if (crashes || fails) {
        bytes.limit(bytes.position() + random.nextInt(bytes.remaining() + 1));
        end = (int) position + bytes.remaining();
      }
      if (end > content.bytes.length) {
        content.bytes = Arrays.copyOf(content.bytes, end);
      }
      bytes.get(content.bytes, (int) position, bytes.remaining());
      if (crashes) {
        throw new Crash();
      }
      if (fails) {
        throw new IOException("No space left on device");
      }
    }

    @Override
    public void truncate(long size) {
      call();
      content.bytes = Arrays.copyOf(content.bytes, (int) Math.min(size, content.bytes.length));
    }

    @Override
    public void force() {
      call();
      mediumBytes += changedBytes(content.durable, content.bytes);
      content.durable = content.bytes.clone();
    }

    @Override
    public void close() {}
  }
}
