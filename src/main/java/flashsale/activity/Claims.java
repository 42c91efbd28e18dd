package flashsale.activity;

import flashsale.config.Settings.ActivityLimits;
import flashsale.ledger.Entry;
import flashsale.ledger.Ledger;
import flashsale.ledger.Writer;
import flashsale.model.ActivityId;
import flashsale.model.Order;
import flashsale.model.OrderId;
import flashsale.model.Product;
import flashsale.model.UserId;
import flashsale.stock.ClaimCall;
import flashsale.stock.ClaimReply;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Claims on their way: judged by Redis as one batch, under way to the log, and answered.
 *
 * <pre>
 * line ─▶ judging ─▶ under way ─▶ CONFIRMED          one call at a time, at most 256 claims
 *   ▲        │           │
 *   └────────┴───────────┘                           held, refused, or void for good
 * </pre>
 */
final class Claims {
  /** A batch of at most this part of {@code batch-following-min} is no crowd's. */
  private static final int FEW = 16;

  private final Turn turn;
  private final ActivityId id;
  private final LogView log;
  private final Tickets tickets;
  private final ActivityLimits limits;
  private final Backoff appendBackoff;

  private final WaitingLine line;
  private final UnderWay underWay = new UnderWay();
  private @Nullable Judging judging;

  private long lastCallNo;
  private Writer me = Writer.NONE;
  private long nextBatchAtMs;
  private long nextSeq;
  private long appendAgainAtMs;
  private long soldOutUntilMs;

  Claims(
      Turn turn,
      ActivityId id,
      LogView log,
      Tickets tickets,
      ActivityLimits limits,
      Backoff appendBackoff) {
    this.turn = turn;
    this.id = id;
    this.log = log;
    this.tickets = tickets;
    this.limits = limits;
    this.appendBackoff = appendBackoff;
    line = new WaitingLine(turn, limits.claimWaitMax().toMillis());
  }

  // The line.

  /** Returns false, and has told so, when the line is full. */
  boolean enqueue(Waiting waiting) {
    if (claimsQueued() >= limits.claimsQueuedMax()) {
      turn.tell(waiting, new Answer.TryAgain());
      return false;
    }
    line.add(waiting);
    return true;
  }

  private int claimsQueued() {
    return line.size() + underWay.followers();
  }

  /**
   * The register is closed: whoever queues is told so at once, before Redis is asked. Those under
   * way learn that they are.
   */
  void refuseQueue() {
    for (Waiting waiting : line.takeQueue()) {
      boolean known = underWay.of(waiting.user()) != null;
      turn.tell(
          waiting,
          known ? new Answer.Pending(OrderId.of(id, waiting.user())) : new Answer.TryAgain());
    }
  }

  /** Whether the log can be written is not known. */
  boolean areInDoubt() {
    return underWay.inDoubt();
  }

  List<Waiting> takeQueue() {
    return line.takeQueue();
  }

  void expire() {
    line.expire();
  }

  // Epochs.

  /**
   * The epoch is over. A call of it that is under way is forgotten: nothing of it is ever appended.
   */
  void onEpochOver() {
    if (judging != null) {
      line.putBack(judging.batch);
      judging = null;
    }
  }

  /** The log shows a new epoch: it never accepts what is undecided, so those may queue again. */
  void onUndecidedAreVoid() {
    List<Waiting> undecided = new ArrayList<>();
    for (UnderWay.Batch batch : underWay.takeAll()) {
      undecided.addAll(batch.waiting);
      undecided.addAll(batch.followers);
    }
    line.putBack(line.takeRefused());
    line.putBack(line.takeHeld());
    line.putBack(undecided);
  }

  void onLive(Writer writer) {
    if (me.equals(Writer.NONE) && !limits.soldOutValid().isZero()) {
      // An actor before this one may say it for as long as it believes its view of the log.
      soldOutUntilMs = turn.now() + limits.tailFreshWithin().plus(limits.soldOutValid()).toMillis();
    }
    me = writer;
    nextSeq = 1;
    appendBackoff.reset();
  }

  /** The live epoch, or the last one that was. */
  Writer writer() {
    return me;
  }

  // Redis nominates.

  /**
   * Sends the whole queue, at most one batch, as one call; the next one waits until it is back.
   * While the log decides on a batch, only one of some size follows: what comes meanwhile goes
   * together, because every call and every record has its price. For the same reason a pause
   * follows the batch of a crowd.
   *
   * @param refusal what everybody is told who is no buyer; null: they may buy
   */
  void judgeNext(Product product, @Nullable Answer refusal) {
    if (judging != null
        || line.queueIsEmpty()
        || underWay.inDoubt()
        || underWay.size() >= limits.batchesUnderWayMax()
        || line.queued() < limits.batchFollowingMin()
            && (!underWay.isEmpty() || turn.now() < nextBatchAtMs)) {
      return;
    }
    List<Waiting> batch = line.take(limits.batchMax());
    boolean few = batch.size() <= limits.batchFollowingMin() / FEW;
    nextBatchAtMs = few ? turn.now() : turn.now() + limits.batchPause().toMillis();
    List<ClaimCall.Ask> asks = new ArrayList<>(batch.size());
    for (Waiting waiting : batch) {
      asks.add(new ClaimCall.Ask(waiting.user(), waiting.isClaim() && refusal == null));
    }
    Ledger ledger = log.ledger();
    ClaimCall call =
        new ClaimCall(
            id, me.epoch(), nextSeq, ledger.sold() + underWay.units(), ledger.stock(), asks);
    judging = new Judging(++lastCallNo, call, batch, product, refusal);
    turn.emit(new Effect.Judge(judging.callNo, call));
  }

  /** Returns why Redis cannot be used in this epoch any more; null when all is well. */
  @Nullable String onJudged(Input.Judged judged) {
    Judging j = judging;
    if (j == null || j.callNo != judged.callNo()) {
      return null;
    }
    return switch (judged.reply()) {
      case ClaimReply.Decided decided -> {
        judging = null;
        onDecided(j, decided.verdicts());
        yield null;
      }
      case ClaimReply.Lost lost -> "Redis lost the activity";
      case ClaimReply.Fenced fenced -> "Redis is held by epoch " + fenced.storedEpoch();
      case ClaimReply.Rewound rewound ->
          "Redis is at seq " + rewound.storedSeq() + " (expected: " + (nextSeq - 1) + ")";
      case ClaimReply.Corrupt corrupt -> "Redis contradicts: " + corrupt.why();
    };
  }

  private void onDecided(Judging j, List<ClaimReply.Verdict> verdicts) {
    List<Waiting> nominated = new ArrayList<>();
    List<Entry.Item> items = new ArrayList<>();
    for (int i = 0; i < verdicts.size(); i++) {
      if (verdicts.get(i) == ClaimReply.Verdict.NOMINATED) {
        Waiting waiting = j.batch.get(i);
        nominated.add(waiting);
        items.add(
            new Entry.Item(OrderId.of(id, waiting.user()), waiting.user(), 1, waiting.sinceMs()));
      }
    }
    if (!items.isEmpty()) {
      Entry.Sold sold = new Entry.Sold(me, nextSeq++, j.product, items);
      long ticket = tickets.next();
      underWay.add(new UnderWay.Batch(sold, nominated, turn.now()), ticket);
      turn.emit(new Effect.Append(ticket, sold));
    }
    for (int i = 0; i < verdicts.size(); i++) {
      Waiting waiting = j.batch.get(i);
      switch (verdicts.get(i)) {
        case NOMINATED -> {}
        case DUPLICATE -> onDuplicate(waiting, j.product);
        case NONE_LEFT -> line.hold(waiting);
        case NOT_A_BUYER -> onNoBuyer(waiting, j.refusal());
      }
    }
  }

  /** A buyer, or a shopper whose first claim is under way: then only the log knows. */
  private void onDuplicate(Waiting waiting, Product product) {
    UserId user = waiting.user();
    OrderId order = OrderId.of(id, user);
    UnderWay.Batch batch = underWay.of(user);
    if (batch == null) {
      turn.tell(
          waiting,
          waiting.isClaim()
              ? new Answer.AlreadyPurchased(order)
              : new Answer.Confirmed(new Order(order, id, user, 1, product, null, null)));
    } else if (waiting.isClaim() && !underWay.inDoubt()) {
      batch.followers.add(waiting);
    } else {
      turn.tell(waiting, new Answer.Pending(order));
    }
  }

  /** No buyer yet; a claim of theirs that is held may still become one. */
  private void onNoBuyer(Waiting waiting, Answer refusal) {
    if (waiting.isClaim()) {
      line.refuse(waiting, refusal);
    } else if (line.isHeld(waiting.user())) {
      pending(waiting);
    } else {
      line.refuse(waiting, new Answer.NotPurchased());
    }
  }

  /**
   * Nothing is known of the call: the very same one is sent again. Returns why not, when it failed
   * too often.
   */
  @Nullable String onJudgeFailed(long callNo) {
    Judging j = judging;
    if (j == null || j.callNo != callNo) {
      return null;
    }
    if (j.failures >= limits.redisRetriesMax()) {
      return "Redis does not answer";
    }
    j.againAtMs = turn.now() + (limits.backoffMin().toMillis() << Math.min(j.failures, 4));
    j.failures++;
    return null;
  }

  void judgeAgainIfDue() {
    if (judging != null && turn.now() >= judging.againAtMs) {
      judging.againAtMs = Turn.NEVER;
      turn.emit(new Effect.Judge(judging.callNo, judging.call));
    }
  }

  // The log decides.

  /** The ledger accepted a batch. Returns whether it was one of those under way. */
  boolean onAccepted(Entry.Sold sold, long soldBefore, long timestampMs) {
    UnderWay.Batch batch = underWay.takeIfFirst(sold);
    if (batch == null) {
      return false;
    }
    appendBackoff.reset();
    log.freshAsOf(batch.sentAtMs);
    Instant confirmedAt = Instant.ofEpochMilli(timestampMs);
    for (int i = 0; i < batch.waiting.size(); i++) {
      Entry.Item item = sold.items().get(i);
      Order order =
          new Order(
              item.orderId(),
              id,
              item.userId(),
              1,
              sold.product(),
              soldBefore + 1 + i,
              confirmedAt);
      turn.tell(batch.waiting.get(i), new Answer.Confirmed(order));
    }
    for (Waiting follower : batch.followers) {
      turn.tell(follower, new Answer.AlreadyPurchased(OrderId.of(id, follower.user())));
    }
    return true;
  }

  /**
   * A batch of this epoch came back void. Returns whether its turn may still come: an earlier one
   * is missing.
   */
  boolean onVoid(Entry.Sold sold) {
    long seq = log.ledger().seq();
    if (!sold.writer().equals(me) || sold.seq() <= seq) {
      return true;
    }
    underWay.voidForNow(sold);
    return sold.seq() > seq + 1;
  }

  void onAppended(long ticket) {
    underWay.acked(ticket, turn.now());
  }

  /** The batch may be in the log, now or later: whoever waits for it is told PENDING. */
  void onAppendFailed(long ticket) {
    UnderWay.Batch batch = underWay.failed(ticket);
    if (batch != null) {
      if (turn.now() >= appendAgainAtMs) {
        appendAgainAtMs = turn.now() + appendBackoff.next();
      }
      pending(batch);
    }
  }

  /**
   * Those of the items keep their places, so a later answer finds nobody who still listens; that is
   * harmless.
   */
  private void pending(UnderWay.Batch batch) {
    batch.waiting.forEach(this::pending);
    batch.followers.forEach(this::pending);
    batch.followers.clear();
  }

  private void pending(Waiting waiting) {
    turn.tell(waiting, new Answer.Pending(OrderId.of(id, waiting.user())));
  }

  /**
   * In doubt: all that is undecided is appended again, unchanged and in order; the ledger voids
   * what is there.
   */
  void appendAgainIfDue() {
    if (turn.now() < appendAgainAtMs || !underWay.canAppendAgain()) {
      return;
    }
    for (UnderWay.Batch batch : underWay.again()) {
      long ticket = tickets.next();
      underWay.sentAgain(batch, ticket);
      turn.emit(new Effect.Append(ticket, batch.entry));
    }
  }

  long ackedSinceMs() {
    return underWay.ackedSinceMs();
  }

  void waitAgain() {
    underWay.waitAgain(turn.now());
  }

  /** The log answers again: what is missing need not wait any longer. */
  void onLogBack() {
    appendBackoff.reset();
    appendAgainAtMs = turn.now();
  }

  /**
   * Nobody is sold out before the ledger says so, and nobody is refused unless all this is as of
   * the log's end a moment ago: a later epoch may have sold to them.
   *
   * @param stockMayChange by an epoch that does not wait: SOLD OUT is for these alone
   */
  void releaseHeld(boolean stockMayChange) {
    boolean fresh = log.isFreshWithin(limits.tailFreshWithin().toMillis());
    if (fresh) {
      line.tellRefused(log.freshAsOfMs());
    }
    if (log.ledger().soldOut()) {
      if (fresh) {
        tellSoldOut(line.takeHeld(), stockMayChange);
      }
    } else if (areDecided()) {
      line.putBack(line.takeHeld());
    }
  }

  private void tellSoldOut(List<Waiting> held, boolean stockMayChange) {
    if (!held.isEmpty()) {
      long validMs = stockMayChange ? 0 : limits.soldOutValid().toMillis();
      soldOutUntilMs = Math.max(soldOutUntilMs, turn.now() + validMs);
      answer(held, new Answer.SoldOut(log.ledger().sold(), validMs));
    }
  }

  /** Until then others may be repeating that it is sold out. */
  long soldOutUntilMs() {
    return soldOutUntilMs;
  }

  // The end.

  /** Refuses those whom Redis has not been asked about. */
  void refuseWaiting() {
    answer(line.takeQueue(), new Answer.TryAgain());
    answer(line.takeHeld(), new Answer.TryAgain());
    answer(line.takeRefused(), new Answer.TryAgain());
  }

  /**
   * Answers everybody.
   *
   * @param undecidedAreVoid the ledger never can accept what is under way; otherwise only the log
   *     will tell
   */
  void end(boolean undecidedAreVoid) {
    refuseWaiting();
    if (judging != null) {
      answer(judging.batch, new Answer.TryAgain());
      judging = null;
    }
    for (UnderWay.Batch batch : underWay.takeAll()) {
      if (undecidedAreVoid) {
        answer(batch.waiting, new Answer.TryAgain());
        answer(batch.followers, new Answer.TryAgain());
      } else {
        pending(batch);
      }
    }
  }

  private void answer(List<Waiting> waiting, Answer answer) {
    waiting.forEach(one -> turn.tell(one, answer));
  }

  /** Nothing is judged or under way, so the ledger knows all that is sold. */
  boolean areDecided() {
    return judging == null && underWay.isEmpty();
  }

  boolean holdAnybody() {
    return line.holdsAnybody();
  }

  boolean isIdle() {
    return areDecided() && line.isEmpty();
  }

  int batchesUnderWay() {
    return underWay.size();
  }

  int waiting() {
    return claimsQueued() + (judging == null ? 0 : judging.batch.size());
  }

  /**
   * @param live the epoch is open
   */
  long wakeAtMs(boolean live) {
    long at = line.wakeAtMs();
    if (judging != null) {
      at = Math.min(at, judging.againAtMs);
    } else if (live && underWay.isEmpty() && !line.queueIsEmpty() && turn.now() < nextBatchAtMs) {
      at = Math.min(at, nextBatchAtMs);
    }
    return live && underWay.canAppendAgain() ? Math.min(at, appendAgainAtMs) : at;
  }
}
