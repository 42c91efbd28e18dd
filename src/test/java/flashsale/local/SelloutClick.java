package flashsale.local;

import flashsale.local.SelloutHistory.Exchange;
import flashsale.local.SelloutHistory.Question;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Delayed;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * One press on the button until its outcome is known: what to ask next, and when.
 *
 * <p>Carried by one thread at a time; the queue hands it over.
 */
public final class SelloutClick implements Delayed {
  private static final Duration PAUSE_MIN = Duration.ofMillis(50);
  private static final Duration PAUSE_MAX = Duration.ofSeconds(5);
  private static final Duration BACKOFF_MAX = Duration.ofSeconds(1);

  /** People who were told the same moment come at most half as long again after it. */
  private static final int LATER_BY_PART = 2;

  private final String user;
  private final String token;
  private final boolean looksAway;
  private final List<Exchange> exchanges = new ArrayList<>(1);
  private Question question;
  private boolean decided;
  private long dueNs;

  SelloutClick(String user, String token, boolean looksAway) {
    this(user, token, Question.BUY, looksAway);
  }

  private SelloutClick(String user, String token, Question first, boolean looksAway) {
    this.user = user;
    this.token = token;
    this.question = first;
    this.looksAway = looksAway;
  }

  /** Of a shopper who waits for every answer; nothing is asked yet. */
  public static SelloutClick beginningWith(Question first, String user, String token) {
    return new SelloutClick(user, token, first, false);
  }

  /** Who clicked. */
  public String user() {
    return user;
  }

  /** Of that shopper. */
  public String token() {
    return token;
  }

  /** What to ask next. */
  public Question question() {
    return question;
  }

  /** The first answer of a shopper who looks away is not waited for. */
  boolean looksAwayNow() {
    return looksAway && exchanges.isEmpty();
  }

  /** How much was asked so far. */
  public int exchanges() {
    return exchanges.size();
  }

  /** The last answer was final. */
  public boolean isDecided() {
    return decided;
  }

  /** Everything asked and answered so far. */
  public SelloutHistory.Click history() {
    return new SelloutHistory.Click(exchanges);
  }

  /** Takes an answer in: it decides, or says what to ask next and how long to wait before. */
  public void add(Exchange exchange) {
    exchanges.add(exchange);
    switch (exchange.answer()) {
      case SelloutAnswer.Has has -> decided = true;
      case SelloutAnswer.SoldOut soldOut -> decided = true;
      case SelloutAnswer.Refused refused -> decided = true;
      case SelloutAnswer.Pending pending -> askNext(Question.INQUIRE, pending.retryAfterS());
      case SelloutAnswer.NotPurchased notPurchased -> askNext(Question.BUY, 0);
      case SelloutAnswer.TryAgain tryAgain -> askNext(question, tryAgain.retryAfterS());
      case SelloutAnswer.Unknown unknown -> {
        long backoffMs = PAUSE_MIN.toMillis() * exchanges.size();
        askAfter(question, Math.min(backoffMs, BACKOFF_MAX.toMillis()));
      }
    }
  }

  private void askNext(Question next, int retryAfterS) {
    long namedMs = TimeUnit.SECONDS.toMillis(retryAfterS);
    long pauseMs = Math.clamp(namedMs, PAUSE_MIN.toMillis(), PAUSE_MAX.toMillis());
    askAfter(next, pauseMs + ThreadLocalRandom.current().nextLong(1 + pauseMs / LATER_BY_PART));
  }

  private void askAfter(Question next, long pauseMs) {
    question = next;
    dueNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pauseMs);
  }

  @Override
  public long getDelay(TimeUnit unit) {
    return unit.convert(dueNs - System.nanoTime(), TimeUnit.NANOSECONDS);
  }

  @Override
  public int compareTo(Delayed other) {
    return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
  }
}
