package flashsale.local;

import flashsale.local.SelloutHistory.Exchange;
import flashsale.local.SelloutHistory.Question;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The rush: all shoppers buy as fast as {@code concurrency} connections carry them.
 *
 * <p>Everybody looks at the activity's page first, then all begin at once. Every tenth shopper
 * clicks twice, two requests at the same time. Every nineteenth looks away before the answer comes
 * and clicks again. PENDING is asked for at its address, "try again" is tried again after the time
 * it names; both a bounded number of times and only until the deadline.
 */
final class SelloutSale {
  private static final int CLICKS_TWICE_EVERY = 10;
  private static final int LOOKS_AWAY_EVERY = 19;
  private static final Duration LOOKS_AWAY_AFTER_MAX = Duration.ofMillis(20);
  private static final int LOOKS_AT_THE_PAGE = 10;
  private static final Duration WAITS_FOR_THE_OTHERS = Duration.ofSeconds(20);
  private static final Duration ALL_WAITING_POLL = Duration.ofMillis(20);

  /**
   * Bounds of a sale.
   *
   * @param within after it nobody asks any more, and who does not know yet never will
   * @param answerWithin how long a shopper waits for one answer
   * @param exchangesMax requests one click may cause
   */
  record Limits(Duration within, Duration answerWithin, int exchangesMax) {}

  private final String page;
  private final SelloutDesk desk;
  private final Limits limits;
  private final List<Shopper> shoppers = new ArrayList<>();
  private final List<SelloutClick> clicks = new ArrayList<>();
  private final AtomicInteger clicksStarted = new AtomicInteger();
  private final AtomicInteger clicksOpen = new AtomicInteger();
  private final DelayQueue<SelloutClick> waiting = new DelayQueue<>();
  private final Progress progress = new Progress();
  private final AtomicReference<@Nullable Throwable> defect = new AtomicReference<>();
  private long deadlineNs = Long.MAX_VALUE;

  private record Shopper(String user, List<SelloutClick> clicks) {}

  /** What is known so far; read by one thread while others count. */
  static final class Progress {
    final LongAdder requests = new LongAdder();
    final LongAdder retries = new LongAdder();
    private final Set<String> buyers = ConcurrentHashMap.newKeySet();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();

    int confirmed() {
      return buyers.size();
    }

    int refused() {
      return refused.size();
    }
  }

  /**
   * Prepares a sale; nothing is asked yet.
   *
   * @param users one or more
   * @param tokens by user
   */
  SelloutSale(
      String activityId, List<String> users, Function<String, String> tokens, Limits limits) {
    this.page = "/v1/activities/" + activityId;
    this.desk = new SelloutDesk(activityId, limits.answerWithin);
    this.limits = limits;
    for (int i = 0; i < users.size(); i++) {
      String user = users.get(i);
      String token = tokens.apply(user);
      Shopper shopper = new Shopper(user, new ArrayList<>(2));
      shopper.clicks.add(new SelloutClick(user, token, i % LOOKS_AWAY_EVERY == 7));
      if (i % CLICKS_TWICE_EVERY == 3) {
        // Right behind the first one, so that two connections carry the two at the same time.
        shopper.clicks.add(new SelloutClick(user, token, false));
      }
      shoppers.add(shopper);
      clicks.addAll(shopper.clicks);
    }
    clicksOpen.set(clicks.size());
  }

  Progress progress() {
    return progress;
  }

  /** Begins; the latch opens when everybody is done or the deadline has passed. */
  CountDownLatch start(List<URI> urls, int concurrency) {
    deadlineNs = System.nanoTime() + limits.within.toNanos();
    CountDownLatch ready = new CountDownLatch(concurrency);
    CountDownLatch done = new CountDownLatch(concurrency);
    for (int i = 0; i < concurrency; i++) {
      URI url = urls.get(i % urls.size());
      Thread.ofVirtual()
          .start(() -> {
            try (SelloutHttp connection = new SelloutHttp(url)) {
              lookAtThePage(connection);
              ready.countDown();
              ready.await(WAITS_FOR_THE_OTHERS.toMillis(), TimeUnit.MILLISECONDS);
              carry(connection);
            } catch (InterruptedException | RuntimeException | Error e) {
              defect.compareAndSet(null, e);
            } finally {
              done.countDown();
            }
          });
    }
    return done;
  }

  /** What everybody asked and was told; to be read when the latch is open. */
  List<SelloutHistory.Shopper> shoppers() {
    Throwable found = defect.get();
    if (found != null) {
      throw new IllegalStateException("the sell-out itself is defective", found);
    }
    return shoppers.stream()
        .map(shopper ->
            new SelloutHistory.Shopper(
                shopper.user, shopper.clicks.stream().map(SelloutClick::history).toList()))
        .toList();
  }

  /**
   * What shoppers do until the sale begins. It opens the connections and warms this program up, so
   * that what is measured then is the shop; a shop that does not answer is noticed soon enough.
   */
  private void lookAtThePage(SelloutHttp connection) {
    try {
      for (int i = 0; i < LOOKS_AT_THE_PAGE; i++) {
        connection.exchange("GET", page, clicks.getFirst().token(), null, limits.answerWithin);
      }
    } catch (IOException e) {
      // the first purchase will meet the same
    }
  }

  private void carry(SelloutHttp connection) throws InterruptedException {
    for (SelloutClick click = next(); click != null; click = next()) {
      step(click, connection);
      connection.pause();
    }
  }

  /** A click whose time has come, else one not yet begun; null: nothing is left to do. */
  private @Nullable SelloutClick next() throws InterruptedException {
    while (clicksOpen.get() > 0 && System.nanoTime() < deadlineNs) {
      SelloutClick due = waiting.poll();
      if (due != null) {
        return due;
      }
      if (clicksStarted.get() < clicks.size()) {
        int fresh = clicksStarted.getAndIncrement();
        if (fresh < clicks.size()) {
          return clicks.get(fresh);
        }
      }
      due = waiting.poll(ALL_WAITING_POLL.toMillis(), TimeUnit.MILLISECONDS);
      if (due != null) {
        return due;
      }
    }
    return null;
  }

  private void step(SelloutClick click, SelloutHttp connection) {
    Question question = click.question();
    progress.requests.increment();
    if (click.exchanges() > 0) {
      progress.retries.increment();
    }
    long askedNs = System.nanoTime();
    SelloutAnswer answer =
        click.looksAwayNow()
            ? lookAway(click, connection)
            : desk.ask(question, click.token(), connection);
    click.add(new Exchange(question, askedNs, System.nanoTime(), answer));
    if (click.isDecided()) {
      clicksOpen.decrementAndGet();
      if (answer instanceof SelloutAnswer.Has) {
        progress.buyers.add(click.user());
      } else {
        progress.refused.add(click.user());
      }
    } else if (click.exchanges() < limits.exchangesMax) {
      waiting.add(click);
    } else {
      clicksOpen.decrementAndGet();
    }
  }

  /** Buys, and never learns what came of it: the answer is dropped or the connection is. */
  private SelloutAnswer lookAway(SelloutClick click, SelloutHttp connection) {
    long patienceMs = ThreadLocalRandom.current().nextLong(1, LOOKS_AWAY_AFTER_MAX.toMillis() + 1);
    desk.ask(Question.BUY, click.token(), connection, Duration.ofMillis(patienceMs));
    return SelloutAnswer.LOOKED_AWAY;
  }
}
