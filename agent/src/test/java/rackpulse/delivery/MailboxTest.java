package rackpulse.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MailboxTest {
  @Test
  void oldestGoesFirstAndIsTold() throws InterruptedException {
    Mailbox<Integer> mailbox = new Mailbox<>(2);
    assertNull(mailbox.put(1));
    assertNull(mailbox.put(2));
    assertEquals(1, mailbox.put(3));
    List<Integer> items = new ArrayList<>(List.of(0));
    mailbox.drain(items, 0);
    assertEquals(List.of(0, 2, 3), items);
    mailbox.drain(items, 0);
    assertEquals(3, items.size());
  }

  @Test
  void drainEndsWhenSomethingComes() throws InterruptedException {
    Mailbox<String> mailbox = new Mailbox<>(2);
    Thread producer = new Thread(() -> mailbox.put("x"));
    producer.start();
    List<String> items = new ArrayList<>();
    mailbox.drain(items, Duration.ofSeconds(10).toNanos());
    producer.join();
    assertEquals(List.of("x"), items);
  }
}
