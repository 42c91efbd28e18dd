package flashsale.chaos;

import flashsale.local.SelloutAnswer;
import flashsale.local.SelloutClick;
import flashsale.local.SelloutDesk;
import flashsale.local.SelloutHistory;
import flashsale.local.SelloutHistory.Exchange;
import flashsale.local.SelloutHistory.Question;
import flashsale.local.SelloutHttp;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Thousands of shoppers of one activity who never give up: each asks until the answer is final, and
 * now and then again after that, because a final answer must not change.
 *
 * <p>Who may come is said by {@link #admit}: so a sale can be held in its middle for as long as a
 * fault lasts. Everybody's questions and answers are kept, with their times.
 */
final class Crowd {
  private static final Duration IDLE_POLL = Duration.ofMillis(20);
  private static final Duration AWAIT_POLL = Duration.ofMillis(10);
  private static final Duration LOOKS_AWAY_AFTER_MAX = Duration.ofMillis(20);
  private static final int LOOKS_AWAY_EVERY = 19;
  private static final int CLICKS_TWICE_EVERY = 10;
  private static final int AGAIN_MAX = 500;

  /** Of those who ask again one in this many only looks at the purchase. */
  private static final int BUYS_IN = 4;

  /**
   * How much they ask.
   *
   * @param connections questions at the same time
   * @param againPerSecond questions by shoppers whose answer is final already
   * @param answerWithin how long one waits for one answer
   */
  record Pace(int connections, int againPerSecond, Duration answerWithin) {}

  /** A shopper who may come, with the token to show. */
  record Guest(String user, String token) {}

  /** Until {@code from + (upTo − from) · elapsed ⁄ over} have come. */
  private record Gate(int from, int upTo, long sinceNs, long overNs) {
    int open() {
      long elapsedNs = System.nanoTime() - sinceNs;
      return elapsedNs >= overNs ? upTo : from + (int) (1L * (upTo - from) * elapsedNs / overNs);
    }
  }

  private static final class Shopper {
    final Guest guest;
    volatile boolean knows;
    final ConcurrentLinkedQueue<SelloutClick> clicks = new ConcurrentLinkedQueue<>();

    Shopper(Guest guest) {
      this.guest = guest;
    }
  }

  private enum Kind {
    /** A shopper's first click. */
    FIRST,
    /** A second one at the same time, or the last. */
    FURTHER,
    /** By a shopper who knows already. */
    AGAIN
  }

  /** One click; due when its next question is. */
  private record Task(Shopper shopper, Kind kind, SelloutClick click) implements Delayed {
    @Override
    public long getDelay(TimeUnit unit) {
      return click.getDelay(unit);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }
  }

  private final SelloutDesk desk;
  private final List<Shopper> shoppers;
  private final AtomicInteger come = new AtomicInteger();
  private final AtomicInteger know = new AtomicInteger();
  private final AtomicInteger furtherOpen = new AtomicInteger();
  private final AtomicInteger againOpen = new AtomicInteger();
  private final LongAdder confirmed = new LongAdder();
  private final long againEveryNs;
  private final AtomicLong againAtNs = new AtomicLong(System.nanoTime());
  private final DelayQueue<Task> waiting = new DelayQueue<>();
  private final ConcurrentLinkedQueue<Task> fresh = new ConcurrentLinkedQueue<>();
  private final AtomicReference<@Nullable Throwable> defect = new AtomicReference<>();
  private final CountDownLatch gone;
  private volatile Gate gate = new Gate(0, 0, 0, 0);
  private volatile boolean asksAgain = true;
  private volatile boolean closed;

  private Crowd(String activityId, List<Guest> guests, Pace pace) {
    this.desk = new SelloutDesk(activityId, pace.answerWithin);
    this.againEveryNs = TimeUnit.SECONDS.toNanos(1) / pace.againPerSecond;
    this.shoppers = guests.stream().map(Shopper::new).toList();
    this.gone = new CountDownLatch(pace.connections);
  }

  /** They stand in front of the door: nobody asks before {@link #admit}. */
  static Crowd before(List<URI> urls, String activityId, List<Guest> guests, Pace pace) {
    Crowd crowd = new Crowd(activityId, guests, pace);
    for (int i = 0; i < pace.connections; i++) {
      List<URI> from = new ArrayList<>(urls);
      Collections.rotate(from, i);
      Thread.ofVirtual().start(() -> crowd.work(from));
    }
    return crowd;
  }

  int size() {
    return shoppers.size();
  }

  /**
   * Lets shoppers in until {@code upTo} have come. Those that were let in before may come at once,
   * the others evenly {@code over} that time.
   */
  void admit(int upTo, Duration over) {
    gate = new Gate(gate.upTo, upTo, System.nanoTime(), over.toNanos());
  }

  /** Shoppers who were told 201. */
  long confirmed() {
    return confirmed.sum();
  }

  /** Waits until that many were told 201; false: not in time. */
  boolean awaitConfirmed(long expected, Duration within) throws InterruptedException {
    return await(() -> confirmed.sum() >= expected, within);
  }

  /** Waits until everybody has come and knows; false: not in time. */
  boolean awaitEverybodyKnows(Duration within) throws InterruptedException {
    return await(() -> know.get() == shoppers.size() && furtherOpen.get() == 0, within);
  }

  /** Everybody asks once more, for the last time; false: not all were answered in time. */
  boolean askForTheLastTime(Duration within) throws InterruptedException {
    long deadlineNs = System.nanoTime() + within.toNanos();
    asksAgain = false;
    if (!await(() -> againOpen.get() == 0, within)) {
      return false;
    }
    shoppers.forEach(shopper -> fresh.add(begin(shopper, Kind.FURTHER, Question.BUY)));
    Duration left = Duration.ofNanos(Math.max(1, deadlineNs - System.nanoTime()));
    return await(() -> furtherOpen.get() == 0, left);
  }

  private boolean await(BooleanSupplier done, Duration within) throws InterruptedException {
    long deadlineNs = System.nanoTime() + within.toNanos();
    while (!done.getAsBoolean()) {
      if (System.nanoTime() > deadlineNs || gone.getCount() == 0) {
        return false;
      }
      Thread.sleep(AWAIT_POLL.toMillis());
    }
    return true;
  }

  /** Nobody asks any more when this returns. */
  void disperse() throws InterruptedException {
    closed = true;
    gone.await();
  }

  /** What everybody asked and was told; to be read when they are gone. */
  List<SelloutHistory.Shopper> history() {
    Throwable found = defect.get();
    if (found != null) {
      throw new IllegalStateException("the crowd itself is defective", found);
    }
    return shoppers.stream()
        .map(shopper ->
            new SelloutHistory.Shopper(
                shopper.guest.user, shopper.clicks.stream().map(SelloutClick::history).toList()))
        .toList();
  }

  private void work(List<URI> urls) {
    try (SelloutHttp connection = new SelloutHttp(urls)) {
      while (!closed) {
        Task task = next();
        if (task != null) {
          step(task, connection);
          connection.pause();
        }
      }
    } catch (InterruptedException | RuntimeException | Error e) {
      defect.compareAndSet(null, e);
      closed = true;
    } finally {
      gone.countDown();
    }
  }

  /** Who has waited long enough, else who comes, else who asks again. */
  private @Nullable Task next() throws InterruptedException {
    Task task = waiting.poll();
    if (task == null) {
      task = fresh.poll();
    }
    if (task == null) {
      task = comes();
    }
    if (task == null) {
      task = asksAgain();
    }
    return task == null ? waiting.poll(IDLE_POLL.toMillis(), TimeUnit.MILLISECONDS) : task;
  }

  private @Nullable Task comes() {
    int number = come.get();
    if (number >= gate.open() || !come.compareAndSet(number, number + 1)) {
      return null;
    }
    Shopper shopper = shoppers.get(number);
    if (number % CLICKS_TWICE_EVERY == 3) {
      // Next in the queue, so that two connections carry the two at the same time.
      Task first = begin(shopper, Kind.FIRST, Question.BUY);
      fresh.add(begin(shopper, Kind.FURTHER, Question.BUY));
      return first;
    }
    return begin(shopper, Kind.FIRST, Question.BUY);
  }

  private @Nullable Task asksAgain() {
    int known = know.get();
    if (!asksAgain || known == 0 || againOpen.get() >= AGAIN_MAX || !isTimeToAskAgain()) {
      return null;
    }
    Shopper shopper = shoppers.get(ThreadLocalRandom.current().nextInt(known));
    if (!shopper.knows) {
      return null;
    }
    boolean buys = ThreadLocalRandom.current().nextInt(BUYS_IN) > 0;
    return begin(shopper, Kind.AGAIN, buys ? Question.BUY : Question.INQUIRE);
  }

  /** What was missed while nobody answered is not made up for. */
  private boolean isTimeToAskAgain() {
    long nowNs = System.nanoTime();
    long dueNs = againAtNs.get();
    return nowNs >= dueNs && againAtNs.compareAndSet(dueNs, Math.max(dueNs + againEveryNs, nowNs));
  }

  private Task begin(Shopper shopper, Kind kind, Question first) {
    if (kind == Kind.FURTHER) {
      furtherOpen.incrementAndGet();
    } else if (kind == Kind.AGAIN) {
      againOpen.incrementAndGet();
    }
    SelloutClick click = SelloutClick.beginningWith(first, shopper.guest.user, shopper.guest.token);
    shopper.clicks.add(click);
    return new Task(shopper, kind, click);
  }

  private void step(Task task, SelloutHttp connection) {
    SelloutClick click = task.click;
    Question question = click.question();
    long askedNs = System.nanoTime();
    SelloutAnswer answer =
        task.kind == Kind.FIRST && click.exchanges() == 0 && looksAway(click.user())
            ? lookAway(click, connection)
            : desk.ask(question, click.token(), connection);
    click.add(new Exchange(question, askedNs, System.nanoTime(), answer));
    if (answer instanceof SelloutAnswer.Has has && has.how() == SelloutAnswer.How.CONFIRMED) {
      confirmed.increment();
    }
    if (!click.isDecided()) {
      waiting.add(task);
      return;
    }
    switch (task.kind) {
      case FIRST -> {
        task.shopper.knows = true;
        know.incrementAndGet();
      }
      case FURTHER -> furtherOpen.decrementAndGet();
      case AGAIN -> againOpen.decrementAndGet();
    }
  }

  private static boolean looksAway(String user) {
    return Math.floorMod(user.hashCode(), LOOKS_AWAY_EVERY) == 7;
  }

  /** Buys, and never learns what came of it: the answer is dropped or the connection is. */
  private SelloutAnswer lookAway(SelloutClick click, SelloutHttp connection) {
    long patienceMs = ThreadLocalRandom.current().nextLong(1, LOOKS_AWAY_AFTER_MAX.toMillis() + 1);
    desk.ask(Question.BUY, click.token(), connection, Duration.ofMillis(patienceMs));
    return SelloutAnswer.LOOKED_AWAY;
  }
}
