package flashsale.activity;

import flashsale.config.Settings.ActivityLimits;
import flashsale.ledger.Entry;
import flashsale.ledger.Ledger;
import flashsale.ledger.Writer;
import flashsale.model.Activity;
import flashsale.model.ActivityId;
import flashsale.model.Order;
import flashsale.model.OrderId;
import flashsale.model.UserId;
import flashsale.stock.ClaimCall;
import flashsale.stock.ClaimReply;
import flashsale.stock.FlipReply;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The protocol of one activity: Redis nominates, the log decides.
 *
 * <p>{@link #step} takes what happened and says what to do next. There is no clock, no thread and
 * no client in here: the same inputs at the same times always give the same effects, in production
 * and in the simulation. One thread at a time.
 *
 * <p>Two halves. The <em>handlers</em> ({@code onX}) record what happened. Then {@link #settle}
 * does whatever has become possible: go on opening an epoch, carry out a change, form the next
 * batch, answer those who were held.
 */
final class ActivityCore {
  private enum Phase {
    /** The journal has not been read. */
    LOADING,
    /** The journal is empty. */
    UNCREATED,
    /** No epoch was opened since this actor started. */
    IDLE,
    /** An epoch is being opened: nobody is admitted. */
    OPENING,
    /** The epoch is open. */
    LIVE,
    STOPPED
  }

  /** How often acked records may stay unseen before the epoch is given up. */
  private static final int TAIL_RESTARTS_MAX = 3;

  /** Changes and looks that wait for the journal; one more is told to try again. */
  private static final int CHANGES_QUEUED_MAX = 100;

  /** An activity that does not exist is forgotten this soon. */
  private static final long UNCREATED_IDLE_MS = 1_000;

  private static final long NEVER = Long.MAX_VALUE;

  private final ActivityId id;
  private final long incarnation;
  private final ActivityLimits limits;

  private Phase phase = Phase.LOADING;
  private List<Effect> effects = new ArrayList<>();
  private long now;

  // The journal.
  private JournalState journal = JournalState.EMPTY;
  private @Nullable JournalEvent writing;
  private boolean journalDown;
  private long journalRetryAtMs = NEVER;
  private final Backoff journalBackoff;

  // Operators' changes, one at a time.
  private final Deque<Input.Change> changes = new ArrayDeque<>();
  private final Deque<Input.Look> looks = new ArrayDeque<>();
  private boolean changeWritten;
  private boolean closingOnTime;

  // The log.
  private Ledger ledger = Ledger.EMPTY;
  private boolean ledgerKnown;
  private long folded = -1;
  private long following;
  private long followRetryAtMs = NEVER;
  private long freshAsOfMs;
  private int tailRestarts;
  private long lastTicket;

  // The epoch.
  private Writer me = Writer.NONE;
  private @Nullable Opening opening;
  private long liveSinceMs;
  private final Backoff openingBackoff;

  // Claims on their way.
  private final Deque<Waiting> queue = new ArrayDeque<>();
  private final Deque<Waiting> held = new ArrayDeque<>();
  private @Nullable Judging judging;
  private long lastCallNo;
  private long nextSeq;
  private final UnderWay underWay = new UnderWay();
  private long appendAgainAtMs;
  private final Backoff appendBackoff;
  private long closedTicket;
  private long closedAckedAtMs = NEVER;
  private long closedRetryAtMs;

  // The end.
  private long lastAskedMs;
  private boolean passivating;
  private boolean draining;
  private long drainedByMs = NEVER;

  /** The call of the claim script that is under way. */
  private static final class Judging {
    final long callNo;
    final ClaimCall call;
    final List<Waiting> batch;

    /** What a shopper who is no buyer is told if nobody may buy; null: they may. */
    final @Nullable Answer refusal;

    int failures;
    long againAtMs = NEVER;

    Judging(long callNo, ClaimCall call, List<Waiting> batch, @Nullable Answer refusal) {
      this.callNo = callNo;
      this.call = call;
      this.batch = batch;
      this.refusal = refusal;
    }
  }

  ActivityCore(ActivityId id, long incarnation, ActivityLimits limits) {
    this.id = id;
    this.incarnation = incarnation;
    this.limits = limits;
    this.journalBackoff = backoff();
    this.openingBackoff = backoff();
    this.appendBackoff = backoff();
  }

  private Backoff backoff() {
    return new Backoff(limits.backoffMin().toMillis(), limits.backoffMax().toMillis());
  }

  /** The first effects of a new incarnation. */
  List<Effect> start(long nowMs) {
    lastAskedMs = nowMs;
    return List.of(new Effect.ReplayJournal());
  }

  /** Takes one input at a time that never goes back; returns what is to be done, in this order. */
  List<Effect> step(long nowMs, Input input) {
    effects = new ArrayList<>();
    now = Math.max(now, nowMs);
    if (phase == Phase.STOPPED) {
      refuseAfterTheEnd(input);
      return effects;
    }
    switch (input) {
      case Input.Ask ask -> onAsk(new Waiting(ask, now));
      case Input.Look look -> onLook(look);
      case Input.Change asked -> onChange(asked);
      case Input.Drain drain -> onDrain();
      case Input.Wake wake -> onWake();
      case Input.JournalReplayed replayed -> onJournalReplayed(replayed.state());
      case Input.JournalWritten written -> onJournalWritten(written.event(), written.seqNr());
      case Input.JournalFailed failed -> onJournalFailed();
      case Input.Judged judged -> onJudged(judged);
      case Input.JudgeFailed failed -> onJudgeFailed(failed.callNo());
      case Input.SnapshotRead read -> onSnapshotRead(read.snapshot());
      case Input.SnapshotFailed failed -> onStepFailed(Opening.Step.READ_SNAPSHOT);
      case Input.Loaded loaded -> onLoaded(loaded.epoch());
      case Input.LoadFailed failed -> onStepFailed(Opening.Step.LOAD);
      case Input.FlipDone done -> onFlipDone(done);
      case Input.FlipFailed failed -> onStepFailed(Opening.Step.FLIP);
      case Input.Appended appended -> onAppended(appended);
      case Input.AppendFailed failed -> onAppendFailed(failed.ticket());
      case Input.LogRead read -> onLogRead(read);
      case Input.TailFresh fresh -> onTailFresh(fresh);
      case Input.FollowFailed failed -> onFollowFailed(failed);
    }
    settle();
    return effects;
  }

  // ---- what shoppers and operators ask
  // ---------------------------------------------------------------------------

  private void onAsk(Waiting waiting) {
    lastAskedMs = now;
    switch (phase) {
      case UNCREATED -> tell(waiting, new Answer.UnknownActivity());
      case IDLE -> {
        Answer answer = journal.opened() ? null : answerOfNeverOpened(waiting);
        if (answer != null) {
          tell(waiting, answer);
        } else if (enqueue(waiting)) {
          open("asked by a shopper");
        }
      }
      case LIVE -> {
        if (underWay.inDoubt()) {
          UserId user = waiting.ask().user();
          boolean isUnderWay = underWay.of(user) != null;
          tell(
              waiting,
              isUnderWay ? new Answer.Pending(OrderId.of(id, user)) : new Answer.TryAgain());
        } else {
          enqueue(waiting);
        }
      }
      case LOADING, OPENING -> enqueue(waiting);
      case STOPPED -> throw new IllegalStateException("stopped");
    }
  }

  /**
   * Before the first epoch nothing can have been sold, so no book need be opened. Null: it is time
   * to open one.
   */
  private @Nullable Answer answerOfNeverOpened(Waiting waiting) {
    return waiting.isClaim() ? refusal() : new Answer.NotPurchased();
  }

  /** Why nobody may buy now, in order of precedence; null: they may. */
  private @Nullable Answer refusal() {
    if (journal.closed() || isClosingTime()) {
      return new Answer.Closed();
    }
    if (journal.paused()) {
      return new Answer.Paused();
    }
    Instant opensAt = journal.activity().opensAt();
    return journal.opened() || opensAt == null || now >= opensAt.toEpochMilli()
        ? null
        : new Answer.NotOpen(opensAt);
  }

  private boolean isClosingTime() {
    Instant closesAt = journal.activity().closesAt();
    return closesAt != null && now >= closesAt.toEpochMilli();
  }

  private boolean enqueue(Waiting waiting) {
    if (draining || queue.size() + held.size() >= limits.claimsQueuedMax()) {
      tell(waiting, new Answer.TryAgain());
      return false;
    }
    queue.addLast(waiting);
    return true;
  }

  /** Puts them in front of the queue, in their order. */
  private void enqueueAgain(List<Waiting> waiting) {
    for (int i = waiting.size() - 1; i >= 0; i--) {
      queue.addFirst(waiting.get(i));
    }
  }

  private void onLook(Input.Look look) {
    lastAskedMs = now;
    switch (phase) {
      case LOADING -> {
        if (looks.size() >= CHANGES_QUEUED_MAX) {
          tell(looks.removeFirst().asker(), new Answer.TryAgain());
        }
        looks.addLast(look);
      }
      case UNCREATED -> tell(look.asker(), new Answer.UnknownActivity());
      default -> tell(look.asker(), view());
    }
  }

  private Answer.View view() {
    int waiting = queue.size() + held.size() + (judging == null ? 0 : judging.batch.size());
    return new Answer.View(
        journal.row(), ledgerKnown ? ledger : null, phase == Phase.LIVE, underWay.size(), waiting);
  }

  private void onChange(Input.Change change) {
    lastAskedMs = now;
    if (draining || changes.size() >= CHANGES_QUEUED_MAX) {
      tell(change.asker(), new Answer.TryAgain());
    } else {
      changes.addLast(change);
    }
  }

  private void onDrain() {
    draining = true;
    drainedByMs = now + limits.claimWaitMax().toMillis();
    answerAll(queue, new Answer.TryAgain());
    answerAll(held, new Answer.TryAgain());
    changes.forEach(change -> tell(change.asker(), new Answer.TryAgain()));
    changes.clear();
  }

  // ---- the journal
  // -----------------------------------------------------------------------------------------------

  private void onJournalReplayed(JournalState state) {
    journalDown = false;
    journalRetryAtMs = NEVER;
    if (phase == Phase.LOADING) {
      journalBackoff.reset();
      journal = state;
      phase = state.exists() ? Phase.IDLE : Phase.UNCREATED;
      List<Waiting> waited = List.copyOf(queue);
      queue.clear();
      waited.forEach(this::onAsk);
      looks.forEach(this::onLook);
      looks.clear();
    } else if (state.seqNr() == journal.seqNr()) {
      if (writing != null) {
        effects.add(new Effect.WriteJournal(writing));
      }
    } else if (writing != null
        && state.seqNr() == journal.seqNr() + 1
        && state.writtenBy() == incarnation) {
      onJournalWritten(writing, state.seqNr());
    } else {
      stop("another actor wrote the journal", false);
    }
  }

  private void write(JournalEvent event) {
    writing = event;
    if (!journalDown) {
      effects.add(new Effect.WriteJournal(event));
    }
  }

  private void onJournalWritten(JournalEvent event, long seqNr) {
    writing = null;
    journalBackoff.reset();
    journal = journal.with(event, seqNr);
    if (event instanceof JournalEvent.Created) {
      phase = Phase.IDLE;
    }
    if (event instanceof JournalEvent.EpochStarted && opening != null) {
      opening.writer = new Writer(seqNr, incarnation);
      opening.go(Opening.Step.READ_SNAPSHOT);
    }
  }

  private void onJournalFailed() {
    journalDown = true;
    journalRetryAtMs = now + journalBackoff.next();
  }

  // ---- opening an epoch
  // ------------------------------------------------------------------------------------------

  /** Begins a new epoch. What is under way stays under way until the log shows the new epoch. */
  private void open(String why) {
    if (opening != null) {
      return;
    }
    boolean calm = phase == Phase.IDLE || now - liveSinceMs > limits.backoffMax().toMillis();
    if (calm) {
      openingBackoff.reset();
    }
    opening = new Opening(calm ? now : now + openingBackoff.next());
    if (judging != null) {
      // A call of an epoch that is over: nothing of it is ever appended, so its claims may queue
      // again.
      enqueueAgain(judging.batch);
      judging = null;
    }
    phase = Phase.OPENING;
    effects.add(new Effect.Note("opening an epoch: " + why));
  }

  private void advanceOpening() {
    Opening o = opening;
    if (o == null || o.asked || now < o.notBeforeMs) {
      return;
    }
    switch (o.step) {
      case START_EPOCH -> {
        if (writing != null) {
          return;
        }
        write(new JournalEvent.EpochStarted(incarnation));
      }
      case READ_SNAPSHOT -> effects.add(new Effect.ReadSnapshot());
      case ANNOUNCE, CHECK_GARBAGE -> {
        o.ticket = ++lastTicket;
        effects.add(new Effect.Append(o.ticket, new Entry.EpochOpened(o.writer, journal.stock())));
      }
      case LOAD ->
          effects.add(new Effect.Load(o.writer.epoch(), o.storedUpTo, List.copyOf(o.recent)));
      case FLIP ->
          effects.add(new Effect.Flip(o.writer.epoch(), ledger.sold(), ledger.stock(), o.garbage));
    }
    o.asked = true;
  }

  private void onStepFailed(Opening.Step step) {
    if (opening != null && opening.step == step) {
      opening.againAt(now + openingBackoff.next());
    }
  }

  private void onSnapshotRead(RecoverySource.Snapshot snapshot) {
    Opening o = opening;
    if (o == null || o.step != Opening.Step.READ_SNAPSHOT) {
      return;
    }
    ledger = snapshot.ledger();
    ledgerKnown = true;
    o.storedUpTo = ledger.sold();
    o.recent.clear();
    folded = snapshot.nextOffset() - 1;
    follow();
    if (ledger.writer().equals(o.writer)) {
      onAnnounced(o);
    } else if (ledger.epoch() >= o.writer.epoch()) {
      o.go(Opening.Step.START_EPOCH);
    } else {
      o.go(Opening.Step.ANNOUNCE);
    }
  }

  /** The ledger is at this epoch: what it did not accept of an older one, it never will. */
  private void onAnnounced(Opening o) {
    List<Waiting> undecided = new ArrayList<>();
    for (UnderWay.Batch batch : underWay.takeAll()) {
      undecided.addAll(batch.waiting);
      undecided.addAll(batch.followers);
    }
    enqueueAgain(undecided);
    o.go(Opening.Step.LOAD);
  }

  private void onLoaded(long epoch) {
    if (opening != null && opening.step == Opening.Step.LOAD && opening.writer.epoch() == epoch) {
      opening.go(Opening.Step.FLIP);
    }
  }

  private void onFlipDone(Input.FlipDone done) {
    Opening o = opening;
    if (o == null || o.step != Opening.Step.FLIP || o.writer.epoch() != done.epoch()) {
      return;
    }
    switch (done.reply()) {
      case FlipReply.Flipped flipped -> onLive(o);
      case FlipReply.Fenced fenced -> {
        o.foreign = OptionalLong.of(fenced.storedEpoch());
        o.checkedAtOffset = NEVER;
        o.go(Opening.Step.CHECK_GARBAGE);
      }
      case FlipReply.Miscounted miscounted -> {
        effects.add(
            new Effect.Alarm(
                "loaded "
                    + miscounted.loaded()
                    + " buyers (expected: "
                    + ledger.sold()
                    + ", what the ledger says)"));
        o.go(Opening.Step.READ_SNAPSHOT);
        o.againAt(now + openingBackoff.next());
      }
    }
  }

  private void checkGarbage(Opening o) {
    if (o.step == Opening.Step.CHECK_GARBAGE && folded >= o.checkedAtOffset) {
      effects.add(
          new Effect.Alarm("Redis held epoch " + o.foreign.orElse(0) + ", which is nobody's"));
      o.garbage = o.foreign;
      o.go(Opening.Step.FLIP);
    }
  }

  private void onLive(Opening o) {
    opening = null;
    me = o.writer;
    nextSeq = 1;
    phase = Phase.LIVE;
    liveSinceMs = now;
    tailRestarts = 0;
    appendBackoff.reset();
    List<Waiting> waited = List.copyOf(held);
    held.clear();
    enqueueAgain(waited);
    effects.add(
        new Effect.Note(
            "epoch " + me.epoch() + " open, sold " + ledger.sold() + " of " + ledger.stock()));
  }

  // ---- Redis nominates
  // -------------------------------------------------------------------------------------------

  /** Sends the whole queue, at most one batch, as one call; the next one waits until it is back. */
  private void judgeNext() {
    if (phase != Phase.LIVE
        || judging != null
        || queue.isEmpty()
        || underWay.inDoubt()
        || awaitingDrained()) {
      return;
    }
    if (underWay.size() >= limits.batchesUnderWayMax()) {
      return;
    }
    Answer refusal = refusal();
    int size = Math.min(queue.size(), limits.batchMax());
    List<Waiting> batch = new ArrayList<>(size);
    List<ClaimCall.Ask> asks = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      Waiting waiting = queue.removeFirst();
      batch.add(waiting);
      asks.add(new ClaimCall.Ask(waiting.ask().user(), waiting.isClaim() && refusal == null));
    }
    ClaimCall call =
        new ClaimCall(
            id, me.epoch(), nextSeq, ledger.sold() + underWay.units(), ledger.stock(), asks);
    judging = new Judging(++lastCallNo, call, batch, refusal);
    effects.add(new Effect.Judge(judging.callNo, call));
  }

  private void onJudged(Input.Judged judged) {
    Judging j = judging;
    if (j == null || j.callNo != judged.callNo()) {
      return;
    }
    judging = null;
    switch (judged.reply()) {
      case ClaimReply.Decided decided -> onDecided(j, decided.verdicts());
      case ClaimReply.Lost lost -> openAfter(j, "Redis lost the activity");
      case ClaimReply.Fenced fenced ->
          openAfter(j, "Redis is held by epoch " + fenced.storedEpoch());
      case ClaimReply.Rewound rewound ->
          openAfter(
              j, "Redis is at seq " + rewound.storedSeq() + " (expected: " + (nextSeq - 1) + ")");
      case ClaimReply.Corrupt corrupt -> openAfter(j, "Redis contradicts: " + corrupt.why());
    }
  }

  /** The script wrote nothing, so the batch was never nominated and may queue again. */
  private void openAfter(Judging j, String why) {
    enqueueAgain(j.batch);
    open(why);
  }

  private void onDecided(Judging j, List<ClaimReply.Verdict> verdicts) {
    List<Waiting> nominated = new ArrayList<>();
    List<Entry.Item> items = new ArrayList<>();
    for (int i = 0; i < verdicts.size(); i++) {
      if (verdicts.get(i) == ClaimReply.Verdict.NOMINATED) {
        Waiting waiting = j.batch.get(i);
        UserId user = waiting.ask().user();
        nominated.add(waiting);
        items.add(new Entry.Item(OrderId.of(id, user), user, 1, waiting.sinceMs()));
      }
    }
    if (!items.isEmpty()) {
      UnderWay.Batch batch =
          new UnderWay.Batch(
              new Entry.Sold(me, nextSeq++, journal.activity().product(), items), nominated);
      underWay.add(batch, ++lastTicket);
      effects.add(new Effect.Append(lastTicket, batch.entry));
    }
    for (int i = 0; i < verdicts.size(); i++) {
      Waiting waiting = j.batch.get(i);
      switch (verdicts.get(i)) {
        case NOMINATED -> {}
        case DUPLICATE -> onDuplicate(waiting);
        case NONE_LEFT -> held.addLast(waiting);
        case NOT_A_BUYER ->
            tell(waiting, waiting.isClaim() ? refusalOf(j) : notPurchased(waiting.ask().user()));
      }
    }
  }

  private static Answer refusalOf(Judging j) {
    return j.refusal == null ? new Answer.TryAgain() : j.refusal;
  }

  /** A buyer, or a shopper whose first claim is still under way: only the log knows which. */
  private void onDuplicate(Waiting waiting) {
    UserId user = waiting.ask().user();
    OrderId order = OrderId.of(id, user);
    UnderWay.Batch batch = underWay.of(user);
    if (batch == null) {
      tell(
          waiting,
          waiting.isClaim()
              ? new Answer.AlreadyPurchased(order)
              : new Answer.Confirmed(order(user)));
    } else if (waiting.isClaim() && !underWay.inDoubt()) {
      batch.followers.add(waiting);
    } else {
      tell(waiting, new Answer.Pending(order));
    }
  }

  private Answer notPurchased(UserId user) {
    boolean stillAsking = held.stream().anyMatch(waiting -> waiting.ask().user().equals(user));
    return stillAsking ? new Answer.Pending(OrderId.of(id, user)) : new Answer.NotPurchased();
  }

  /** A buyer's order, without the place and time that only the log or Postgres know. */
  private Order order(UserId user) {
    return new Order(OrderId.of(id, user), id, user, 1, journal.activity().product(), null, null);
  }

  /**
   * Nothing is known of the call: the very same one is sent again; after some failures the epoch is
   * given up.
   */
  private void onJudgeFailed(long callNo) {
    Judging j = judging;
    if (j == null || j.callNo != callNo) {
      return;
    }
    if (j.failures < limits.redisRetriesMax()) {
      j.againAtMs = now + (limits.backoffMin().toMillis() << Math.min(j.failures, 4));
      j.failures++;
    } else {
      open("Redis does not answer");
    }
  }

  private void judgeAgain() {
    if (judging != null && now >= judging.againAtMs) {
      judging.againAtMs = NEVER;
      effects.add(new Effect.Judge(judging.callNo, judging.call));
    }
  }

  // ---- the log decides
  // -------------------------------------------------------------------------------------------

  private void follow() {
    followRetryAtMs = NEVER;
    following++;
    effects.add(new Effect.Follow(following, folded + 1));
  }

  private void onLogRead(Input.LogRead read) {
    if (read.following() != following || read.offset() <= folded) {
      return;
    }
    folded = read.offset();
    Ledger before = ledger;
    Ledger.Folded result = ledger.fold(read.entry());
    ledger = result.next();
    switch (read.entry()) {
      case Entry.EpochOpened opened -> onEpochOpened(opened, result.accepted());
      case Entry.Sold sold when result.accepted() ->
          onSold(sold, before.sold(), read.timestampMs());
      case Entry.Sold sold -> onVoid(sold);
      case Entry.Closed closed -> {}
    }
    if (opening != null) {
      checkGarbage(opening);
    }
  }

  private void onEpochOpened(Entry.EpochOpened opened, boolean accepted) {
    Opening o = opening;
    if (o == null) {
      if (accepted && !opened.writer().equals(me)) {
        superseded(opened.writer());
      }
    } else if (opened.writer().equals(o.writer)) {
      if (accepted) {
        onAnnounced(o);
      } else if (!ledger.writer().equals(o.writer)) {
        o.go(Opening.Step.START_EPOCH);
      }
    } else if (accepted && o.announced()) {
      superseded(opened.writer());
    } else if (accepted
        && o.step == Opening.Step.ANNOUNCE
        && opened.writer().epoch() >= o.writer.epoch()) {
      // Either the journal lost a commit, or another actor is ahead: then the journal refuses the
      // next write.
      o.go(Opening.Step.START_EPOCH);
    }
  }

  private void superseded(Writer by) {
    stop("epoch " + by.epoch() + " was opened by another actor", true);
  }

  private void onSold(Entry.Sold sold, long soldBefore, long timestampMs) {
    if (opening != null) {
      sold.items().forEach(item -> opening.recent.add(item.userId()));
    }
    UnderWay.Batch batch = underWay.takeIfFirst(sold);
    if (batch == null) {
      return;
    }
    tailRestarts = 0;
    appendBackoff.reset();
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
      tell(batch.waiting.get(i), new Answer.Confirmed(order));
    }
    for (Waiting follower : batch.followers) {
      tell(follower, new Answer.AlreadyPurchased(OrderId.of(id, follower.ask().user())));
    }
  }

  private void onVoid(Entry.Sold sold) {
    if (opening != null || !sold.writer().equals(me) || sold.seq() <= ledger.seq()) {
      return;
    }
    if (sold.seq() > ledger.seq() + 1) {
      underWay.voidForNow(sold);
    } else {
      effects.add(
          new Effect.Alarm("the ledger refused seq " + sold.seq() + " of this epoch: " + ledger));
      open("the ledger refused a batch");
    }
  }

  private void onAppended(Input.Appended appended) {
    Opening o = opening;
    if (o != null && o.asked && o.ticket == appended.ticket()) {
      o.ackedAtMs = now;
      if (o.step == Opening.Step.CHECK_GARBAGE) {
        o.checkedAtOffset = appended.offset();
        checkGarbage(o);
      }
    } else if (appended.ticket() == closedTicket) {
      closedAckedAtMs = now;
    } else {
      underWay.acked(appended.ticket(), now);
    }
  }

  private void onAppendFailed(long ticket) {
    Opening o = opening;
    if (o != null && o.asked && o.ticket == ticket) {
      if (o.step == Opening.Step.ANNOUNCE || o.step == Opening.Step.CHECK_GARBAGE) {
        o.againAt(now + openingBackoff.next());
      }
    } else if (ticket == closedTicket) {
      closedTicket = 0;
      closedRetryAtMs = now + appendBackoff.next();
    } else {
      UnderWay.Batch batch = underWay.failed(ticket);
      if (batch != null) {
        appendAgainAtMs = now + appendBackoff.next();
        pending(batch);
      }
    }
  }

  private void pending(UnderWay.Batch batch) {
    // The places in `waiting` belong to the items, so they are kept and answered once: a second
    // answer reaches nobody.
    for (Waiting waiting : batch.waiting) {
      tell(waiting, new Answer.Pending(OrderId.of(id, waiting.ask().user())));
    }
    for (Waiting waiting : batch.followers) {
      tell(waiting, new Answer.Pending(OrderId.of(id, waiting.ask().user())));
    }
    batch.followers.clear();
  }

  /**
   * In doubt: everything undecided is appended again, unchanged and in order; the ledger voids what
   * is there already.
   */
  private void appendAgain() {
    if (phase != Phase.LIVE || now < appendAgainAtMs || !underWay.canAppendAgain()) {
      return;
    }
    for (UnderWay.Batch batch : underWay.again()) {
      underWay.sentAgain(batch, ++lastTicket);
      effects.add(new Effect.Append(lastTicket, batch.entry));
    }
  }

  private void onTailFresh(Input.TailFresh fresh) {
    if (fresh.following() == following) {
      freshAsOfMs = Math.max(freshAsOfMs, fresh.asOfMs());
    }
  }

  private void onFollowFailed(Input.FollowFailed failed) {
    if (failed.following() != following) {
      return;
    }
    if (failed.fatal()) {
      effects.add(new Effect.Alarm("the sales log cannot be followed: " + failed.why()));
      stop(failed.why(), false);
    } else {
      followRetryAtMs = now + limits.backoffMin().toMillis();
    }
  }

  /**
   * A record that was acked and is not seen: the tail is restarted; after some restarts the record
   * is gone.
   */
  private void watchTail() {
    if (now >= followRetryAtMs) {
      follow();
    }
    if (now - ackedSinceMs() < limits.tailPatience().toMillis()) {
      return;
    }
    underWay.waitAgain(now);
    closedAckedAtMs = closedAckedAtMs == NEVER ? NEVER : now;
    if (opening != null && opening.ackedAtMs != NEVER) {
      opening.ackedAtMs = now;
    }
    if (++tailRestarts > TAIL_RESTARTS_MAX && opening == null) {
      open("an acked record does not come back");
    } else {
      effects.add(new Effect.Note("restarting the tail at offset " + (folded + 1)));
      follow();
    }
  }

  /** Since when an acked record has not been seen; {@link #NEVER} when all are. */
  private long ackedSinceMs() {
    long since = phase == Phase.LIVE ? Math.min(underWay.ackedSinceMs(), closedAckedAtMs) : NEVER;
    Opening o = opening;
    if (o == null
        || !o.asked
        || o.step != Opening.Step.ANNOUNCE && o.step != Opening.Step.CHECK_GARBAGE) {
      return since;
    }
    return Math.min(since, o.ackedAtMs);
  }

  // ---- what has become possible
  // ----------------------------------------------------------------------------------

  private void settle() {
    if (phase == Phase.STOPPED) {
      return;
    }
    if (now >= journalRetryAtMs) {
      journalRetryAtMs = NEVER;
      effects.add(new Effect.ReplayJournal());
    }
    expire(queue);
    expire(held);
    closeOnTime();
    advanceChange();
    advanceOpening();
    watchTail();
    appendAgain();
    closeLog();
    releaseHeld();
    judgeAgain();
    judgeNext();
    if (draining && (judging == null && underWay.isEmpty() || now >= drainedByMs)) {
      stop("drained", false);
    }
  }

  private void expire(Deque<Waiting> waiting) {
    Waiting first = waiting.peekFirst();
    while (first != null && now - first.sinceMs() >= limits.claimWaitMax().toMillis()) {
      waiting.removeFirst();
      tell(first, new Answer.TryAgain());
      first = waiting.peekFirst();
    }
  }

  /** Nobody is sold out before the ledger says so, as seen at the log's end a moment ago. */
  private void releaseHeld() {
    if (held.isEmpty() || phase != Phase.LIVE) {
      return;
    }
    if (ledger.soldOut()) {
      if (isTailFresh()) {
        answerAll(held, new Answer.SoldOut());
      }
    } else if (underWay.isEmpty() && judging == null) {
      List<Waiting> waited = List.copyOf(held);
      held.clear();
      enqueueAgain(waited);
    }
  }

  private boolean isTailFresh() {
    return now - freshAsOfMs < limits.tailFreshWithin().toMillis();
  }

  private void closeOnTime() {
    if (journal.exists() && !journal.closed() && !closingOnTime && isClosingTime()) {
      closingOnTime = true;
      changes.addFirst(new Input.Close(Asker.NOBODY));
    }
  }

  /** The log is told last, when everything that was sold before is decided. */
  private void closeLog() {
    boolean due = phase == Phase.LIVE && journal.closed() && !ledger.closed();
    if (due
        && closedTicket == 0
        && now >= closedRetryAtMs
        && judging == null
        && underWay.isEmpty()) {
      closedTicket = ++lastTicket;
      effects.add(new Effect.Append(closedTicket, new Entry.Closed(me)));
    } else if (!due) {
      closedTicket = 0;
      closedAckedAtMs = NEVER;
    }
  }

  // ---- operators' changes
  // ----------------------------------------------------------------------------------------

  /**
   * Looks at the first change as often as anything happens, and does its next step; no step is
   * stored.
   */
  private void advanceChange() {
    while (!changes.isEmpty() && writing == null && phase != Phase.LOADING) {
      Input.Change change = changes.getFirst();
      Answer answer = advance(change);
      if (answer == null) {
        return;
      }
      changes.removeFirst();
      changeWritten = false;
      tell(change.asker(), answer);
    }
  }

  /** The answer, or null when it takes more steps. */
  private @Nullable Answer advance(Input.Change change) {
    if (change instanceof Input.Create create) {
      return create(create.activity());
    }
    if (!journal.exists()) {
      return new Answer.UnknownActivity();
    }
    return switch (change) {
      case Input.Create create -> throw new IllegalStateException("handled above");
      case Input.Close close -> close(close.asker());
      case Input.Pause pause when journal.closed() -> new Answer.Closed();
      case Input.Resume resume when journal.closed() -> new Answer.Closed();
      case Input.SetStock set when journal.closed() -> new Answer.Closed();
      case Input.Pause pause ->
          journal.paused() ? new Answer.Done(view()) : wrote(new JournalEvent.Paused(incarnation));
      case Input.Resume resume ->
          journal.paused() ? wrote(new JournalEvent.Resumed(incarnation)) : new Answer.Done(view());
      case Input.SetStock set -> setStock(set.stock());
    };
  }

  private @Nullable Answer wrote(JournalEvent event) {
    changeWritten = true;
    write(event);
    return null;
  }

  private @Nullable Answer create(Activity activity) {
    if (!journal.exists()) {
      return wrote(JournalEvent.Created.of(incarnation, activity));
    }
    if (!activity.equals(journal.created())) {
      return new Answer.Exists();
    }
    return changeWritten ? new Answer.Done(view()) : new Answer.AlreadySo(view());
  }

  private @Nullable Answer close(Asker asker) {
    if (!journal.closed()) {
      return wrote(new JournalEvent.Closed(incarnation));
    }
    boolean inLog = !journal.opened() || phase == Phase.LIVE && ledger.closed();
    if (inLog || asker == Asker.NOBODY) {
      return new Answer.Done(view());
    }
    openIfIdle("to close");
    return null;
  }

  /**
   * With nothing under way the ledger knows what is sold; the epoch after the journal's event
   * carries the new stock.
   */
  private @Nullable Answer setStock(long stock) {
    if (!journal.opened()) {
      return journal.stock() == stock
          ? new Answer.Done(view())
          : wrote(new JournalEvent.StockSet(incarnation, stock));
    }
    openIfIdle("to change the stock");
    if (phase != Phase.LIVE || judging != null || !underWay.isEmpty()) {
      return null;
    }
    if (ledger.stock() == stock && journal.stock() == stock) {
      return new Answer.Done(view());
    }
    if (journal.stock() == stock) {
      open("stock " + stock);
      return null;
    }
    return stock < ledger.sold()
        ? new Answer.BelowSold(ledger.sold())
        : wrote(new JournalEvent.StockSet(incarnation, stock));
  }

  private void openIfIdle(String why) {
    if (phase == Phase.IDLE) {
      open(why);
    }
  }

  /** A change of stock waits until nothing is under way, so nothing new may start. */
  private boolean awaitingDrained() {
    return changes.peekFirst() instanceof Input.SetStock && !journal.closed();
  }

  // ---- time
  // ------------------------------------------------------------------------------------------------------

  private void onWake() {
    if (phase == Phase.IDLE && !journal.opened() && openingTimeMs() <= now && refusal() == null) {
      open("opening time");
    }
    boolean busy =
        !queue.isEmpty()
            || !held.isEmpty()
            || judging != null
            || !underWay.isEmpty()
            || !changes.isEmpty()
            || opening != null;
    if (busy) {
      lastAskedMs = now;
    } else if (!passivating && now >= idleAtMs()) {
      passivating = true;
      effects.add(new Effect.Passivate());
    }
  }

  /**
   * When a future opening time comes while this actor is awake; {@link #NEVER} when it has none.
   */
  private long openingTimeMs() {
    Instant opensAt = journal.exists() ? journal.activity().opensAt() : null;
    return opensAt == null || opensAt.toEpochMilli() <= lastAskedMs
        ? NEVER
        : opensAt.toEpochMilli();
  }

  private long idleAtMs() {
    return lastAskedMs
        + (phase == Phase.UNCREATED ? UNCREATED_IDLE_MS : limits.idleAfter().toMillis());
  }

  /**
   * When {@link Input.Wake} is due, milliseconds since 1970-01-01T00:00:00Z, if nothing else
   * happens before.
   */
  long wakeAtMs() {
    if (phase == Phase.STOPPED) {
      return NEVER;
    }
    long at = Math.min(Math.min(journalRetryAtMs, followRetryAtMs), drainedByMs);
    at = Math.min(at, deadline(queue.peekFirst()));
    at = Math.min(at, deadline(held.peekFirst()));
    at = judging == null ? at : Math.min(at, judging.againAtMs);
    at = opening == null || opening.asked ? at : Math.min(at, opening.notBeforeMs);
    at = underWay.canAppendAgain() && phase == Phase.LIVE ? Math.min(at, appendAgainAtMs) : at;
    long ackedSince = ackedSinceMs();
    at = ackedSince == NEVER ? at : Math.min(at, ackedSince + limits.tailPatience().toMillis());
    if (phase == Phase.LIVE && journal.closed() && !ledger.closed() && closedTicket == 0) {
      at = Math.min(at, closedRetryAtMs);
    }
    if (phase == Phase.IDLE && !journal.opened()) {
      at = Math.min(at, openingTimeMs());
    }
    if (journal.exists() && !journal.closed() && !closingOnTime) {
      Instant closesAt = journal.activity().closesAt();
      at = closesAt == null ? at : Math.min(at, closesAt.toEpochMilli());
    }
    return passivating ? at : Math.min(at, Math.max(idleAtMs(), now + 1));
  }

  private long deadline(@Nullable Waiting waiting) {
    return waiting == null ? NEVER : waiting.sinceMs() + limits.claimWaitMax().toMillis();
  }

  // ---- the end
  // ---------------------------------------------------------------------------------------------------

  /**
   * Ends this incarnation; it does not reopen.
   *
   * @param undecidedAreVoid the ledger never can accept what is under way; otherwise only the log
   *     will tell
   */
  private void stop(String why, boolean undecidedAreVoid) {
    phase = Phase.STOPPED;
    answerAll(queue, new Answer.TryAgain());
    answerAll(held, new Answer.TryAgain());
    if (judging != null) {
      answerAll(judging.batch, new Answer.TryAgain());
    }
    for (UnderWay.Batch batch : underWay.takeAll()) {
      if (undecidedAreVoid) {
        answerAll(batch.waiting, new Answer.TryAgain());
        answerAll(batch.followers, new Answer.TryAgain());
      } else {
        pending(batch);
      }
    }
    changes.forEach(change -> tell(change.asker(), new Answer.TryAgain()));
    changes.clear();
    looks.forEach(look -> tell(look.asker(), new Answer.TryAgain()));
    looks.clear();
    effects.add(new Effect.Stop(why));
  }

  private void refuseAfterTheEnd(Input input) {
    switch (input) {
      case Input.Ask ask -> tell(ask.asker(), new Answer.TryAgain());
      case Input.Look look -> tell(look.asker(), new Answer.TryAgain());
      case Input.Change change -> tell(change.asker(), new Answer.TryAgain());
      default -> {}
    }
  }

  private void answerAll(Iterable<Waiting> waiting, Answer answer) {
    for (Waiting one : waiting) {
      tell(one, answer);
    }
    if (waiting instanceof Deque<Waiting> deque) {
      deque.clear();
    }
  }

  private void tell(Waiting waiting, Answer answer) {
    tell(waiting.ask().asker(), answer);
  }

  private void tell(Asker asker, Answer answer) {
    if (asker != Asker.NOBODY) {
      effects.add(new Effect.Tell(asker, answer));
    }
  }
}
