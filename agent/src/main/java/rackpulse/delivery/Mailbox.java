package rackpulse.delivery;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A bounded queue from many threads to one. When it is full the oldest item goes, and whoever put
/// the newest is told which one that was.
public final class Mailbox<T> {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition filled = lock.newCondition();
  private final ArrayDeque<T> items = new ArrayDeque<>();
  private final int capacity;
  private boolean woken;

  /// @param capacity at least 1
  public Mailbox(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity is at least 1, got " + capacity);
    }
    this.capacity = capacity;
  }

  /// Adds `item` without waiting.
  ///
  /// @return the oldest item, if it had to go
  public @Nullable T put(T item) {
    lock.lock();
    try {
      T dropped = items.size() < capacity ? null : items.removeFirst();
      items.addLast(item);
      filled.signal();
      return dropped;
    } finally {
      lock.unlock();
    }
  }

  /// Moves all items that are there, oldest first, to the end of `into`.
  public void drain(List<T> into) {
    lock.lock();
    try {
      into.addAll(items);
      items.clear();
    } finally {
      lock.unlock();
    }
  }

  /// Ends a wait without an item.
  public void wake() {
    lock.lock();
    try {
      woken = true;
      filled.signal();
    } finally {
      lock.unlock();
    }
  }

  /// Moves all items, oldest first, to the end of `into`; waits for the first, or for [#wake], for
  /// at most `atMostNanos`.
  public void drain(List<T> into, long atMostNanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long leftNanos = atMostNanos;
      while (items.isEmpty() && !woken && leftNanos > 0) {
        leftNanos = filled.awaitNanos(leftNanos);
      }
      woken = false;
      into.addAll(items);
      items.clear();
    } finally {
      lock.unlock();
    }
  }
}
