package flashsale.activity;

import flashsale.config.Settings.ActivityLimits;
import flashsale.ledger.Entry;
import flashsale.ledger.Ledger;
import flashsale.model.ActivityId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The protocol of one activity: Redis nominates, the log decides.
 *
 * <p>{@link #step} takes what happened and says what to do next. There is no clock, no thread and
 * no client in here: the same inputs at the same times always give the same effects, in production
 * and in the simulation. One thread at a time.
 *
 * <p>Its parts: {@link JournalBook} and {@link LogView} are what it knows, {@link OpeningHours} say
 * whether it may sell, {@link Opening} gets an epoch open, {@link Claims} sells in it, {@link
 * TailWatch} sees that the log is heard, {@link Changes} are the operators'. The handlers ({@code
 * onX}) record what happened; then {@link #settle} does whatever has become possible.
 */
final class ActivityCore implements Changes.Core {
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

  /** Looks that wait for the journal; for one more the oldest is told to try again. */
  private static final int LOOKS_QUEUED_MAX = 100;

  /** An activity that does not exist is forgotten this soon. */
  private static final long UNCREATED_IDLE_MS = 1_000;

  private final ActivityLimits limits;
  private final Turn turn = new Turn();
  private final Tickets tickets = new Tickets();
  private final Backoff openingBackoff;
  private final JournalBook journal;
  private final LogView log;
  private final Claims claims;
  private final Changes changes;
  private final CloseMark closeMark;
  private final Opening opening;
  private final TailWatch tail;
  private final OpeningHours hours;
  private final Rest rest;

  /** Before the epoch that is being opened there was none, so nothing can have been sold. */
  private boolean opensFirst;

  private final Deque<Input.Look> looks = new ArrayDeque<>(0);

  private Phase phase = Phase.LOADING;
  private long liveSinceMs;

  ActivityCore(ActivityId id, long incarnation, ActivityLimits limits) {
    this.limits = limits;
    openingBackoff = Backoff.ofOpenings(limits);
    journal = new JournalBook(turn, incarnation, Backoff.ofRetries(limits));
    log = new LogView(turn, limits.backoffMin().toMillis(), limits.backoffMax().toMillis());
    claims = new Claims(turn, id, log, tickets, limits, Backoff.ofRetries(limits));
    changes = new Changes(turn, journal, log, claims, incarnation);
    closeMark = new CloseMark(turn, log, tickets, Backoff.ofRetries(limits));
    opening = new Opening(turn, journal, log, tickets, incarnation, Backoff.ofRetries(limits));
    tail = new TailWatch(turn, log, opening, claims, closeMark, limits.tailPatience().toMillis());
    hours = new OpeningHours(turn, journal, log, limits.opensAhead().toMillis());
    rest = new Rest(turn, limits.claimWaitMax().toMillis());
  }

  /** The first effects of a new incarnation. */
  List<Effect> start(long nowMs) {
    rest.asked(nowMs);
    return List.of(new Effect.ReplayJournal());
  }

  /** Takes one input; returns what is to be done, in this order. */
  List<Effect> step(long nowMs, Input input) {
    turn.begin(nowMs);
    if (phase == Phase.STOPPED) {
      refuse(input);
    } else {
      on(input);
      settle();
    }
    return turn.end();
  }

  private void on(Input input) {
    switch (input) {
      case Input.Ask ask -> onAsk(new Waiting(ask, turn.now()));
      case Input.Asks asks -> asks.asks().forEach(ask -> onAsk(new Waiting(ask, turn.now())));
      case Input.Look look -> onLook(look);
      case Input.Change change -> onChange(change);
      case Input.Drain drain -> onDrain();
      case Input.Wake wake -> onWake();
      case Input.JournalReplayed replayed -> onJournalReplayed(replayed.state());
      case Input.JournalWritten written -> onJournalWritten(written.event(), written.seqNr());
      case Input.JournalFailed failed -> journal.failed();
      case Input.Judged judged -> onJudged(judged);
      case Input.JudgeFailed failed -> onJudgeFailed(failed.callNo());
      case Input.SnapshotRead read -> onSnapshotRead(read.snapshot());
      case Input.SnapshotFailed failed -> opening.onStepFailed(Opening.Step.READ_SNAPSHOT);
      case Input.AdoptDone done -> onAdoptDone(done);
      case Input.AdoptFailed failed -> opening.onStepFailed(Opening.Step.ADOPT);
      case Input.Loaded loaded -> opening.onLoaded(loaded.epoch());
      case Input.LoadFailed failed -> opening.onStepFailed(Opening.Step.LOAD);
      case Input.FlipDone done -> onFlipDone(done);
      case Input.FlipFailed failed -> opening.onStepFailed(Opening.Step.FLIP);
      case Input.Appended appended -> onAppended(appended);
      case Input.AppendFailed failed -> onAppendFailed(failed.ticket());
      case Input.LogRead read -> onLogRead(read);
      case Input.TailScanned scanned -> log.scanned(scanned);
      case Input.TailFresh fresh -> onTailFresh(fresh);
      case Input.FollowFailed failed -> onFollowFailed(failed);
    }
  }

  /** Does whatever has become possible. */
  private void settle() {
    if (phase == Phase.STOPPED) {
      return;
    }
    journal.retryIfDue();
    claims.expire();
    if (phase != Phase.LOADING) {
      changes.advance(this);
      if (hours.isTimeToGetReady() && phase == Phase.IDLE) {
        open("opening time");
      }
      if (hours.isTimeToClose()) {
        changes.addFirst(new Input.Close(Asker.NOBODY));
        changes.advance(this);
      }
    }
    opening.advance();
    if (!tail.restartIfDue()) {
      reopen("an acked record does not come back", false);
    }
    if (isRegisterClosed()) {
      claims.refuseQueue();
    }
    if (phase == Phase.LIVE) {
      claims.appendAgainIfDue();
      claims.releaseHeld(stockMayChange());
      claims.judgeAgainIfDue();
      boolean closing = journal.state().closed() && !log.ledger().closed();
      if (closing && claims.areDecided()) {
        closeMark.appendIfDue(claims.writer());
      }
      if (!closing && !changes.needRegisterClosed()) {
        claims.judgeNext(journal.state().activity().product(), hours.refusal());
      }
    }
    if (rest.isDraining() && (claims.areDecided() || rest.isTimeUp())) {
      stop("drained", false);
    }
  }

  /**
   * Whether whoever asks is refused at once, before Redis is asked: the log or another book that
   * this takes is away, as far as one knows. What cannot be written must not be nominated.
   */
  private boolean isRegisterClosed() {
    return switch (phase) {
      case LOADING -> journal.isHeldUp();
      case OPENING ->
          journal.isHeldUp() || opening.isHeldUp() || log.freshAsOfMs() > 0 && !isLogAnswering();
      case LIVE -> claims.areInDoubt() || !isLogAnswering();
      case UNCREATED, IDLE, STOPPED -> false;
    };
  }

  /** An event that is in the journal, or on its way there, or another actor's soon. */
  private boolean stockMayChange() {
    return rest.isDraining()
        || !changes.isEmpty()
        || journal.isWriting()
        || journal.state().stock() != log.ledger().stock();
  }

  /** An acked record would be awaited no longer either. */
  private boolean isLogAnswering() {
    return log.isFreshWithin(limits.tailPatience().toMillis());
  }

  // What shoppers and operators ask.

  private void onAsk(Waiting waiting) {
    rest.asked(turn.now());
    if (rest.isDraining()) {
      turn.tell(waiting, new Answer.TryAgain());
      return;
    }
    switch (phase) {
      case UNCREATED -> turn.tell(waiting, new Answer.UnknownActivity());
      case IDLE -> {
        Answer answer = hours.isBeforeFirstEpoch() ? answerBeforeOpening(waiting) : null;
        if (answer != null) {
          turn.tell(waiting, answer);
        } else if (claims.enqueue(waiting)) {
          open("asked by a shopper");
        }
      }
      case OPENING -> {
        Answer answer = opensFirst && waiting.isClaim() ? hours.beforeOpening() : null;
        if (answer != null) {
          turn.tell(waiting, answer);
        } else {
          claims.enqueue(waiting);
        }
      }
      case LOADING, LIVE -> claims.enqueue(waiting);
      case STOPPED -> throw new IllegalStateException("stopped");
    }
  }

  private @Nullable Answer answerBeforeOpening(Waiting waiting) {
    return waiting.isClaim() ? hours.refusal() : new Answer.NotPurchased();
  }

  private void onLook(Input.Look look) {
    rest.asked(turn.now());
    switch (phase) {
      case LOADING -> {
        if (looks.size() >= LOOKS_QUEUED_MAX) {
          turn.tell(looks.removeFirst().asker(), new Answer.TryAgain());
        }
        looks.addLast(look);
      }
      case UNCREATED -> turn.tell(look.asker(), new Answer.UnknownActivity());
      default -> turn.tell(look.asker(), view());
    }
  }

  @Override
  public Answer.View view() {
    return new Answer.View(
        journal.state().row(),
        log.ledgerIfKnown(),
        isLive(),
        claims.batchesUnderWay(),
        claims.waiting());
  }

  private void onChange(Input.Change change) {
    rest.asked(turn.now());
    if (rest.isDraining()) {
      turn.tell(change.asker(), new Answer.TryAgain());
    } else {
      changes.add(change);
    }
  }

  // The journal.

  private void onJournalReplayed(JournalState state) {
    switch (journal.replayed(state)) {
      case FIRST -> {
        phase = Phase.UNCREATED;
        if (state.exists()) {
          phase = Phase.IDLE;
          hours.begin();
        }
        claims.takeQueue().forEach(this::onAsk);
        looks.forEach(this::onLook);
        looks.clear();
      }
      case UNCHANGED -> {}
      case WRITTEN -> {
        JournalEvent event = journal.writing();
        if (event != null) {
          onJournalWritten(event, state.seqNr());
        }
      }
      case TAKEN_OVER -> stop("another actor wrote the journal", false);
    }
  }

  private void onJournalWritten(JournalEvent event, long seqNr) {
    journal.written(event, seqNr);
    if (phase == Phase.UNCREATED) {
      phase = Phase.IDLE;
      hours.begin();
    }
    if (event instanceof JournalEvent.EpochStarted) {
      opening.onEpochStarted(seqNr);
    }
  }

  // Epochs.

  @Override
  public boolean isLive() {
    return phase == Phase.LIVE;
  }

  @Override
  public boolean isOpening() {
    return phase == Phase.OPENING;
  }

  @Override
  public void open(String why) {
    open(why, false, turn.now());
  }

  @Override
  public void rebuild(String why) {
    open(why, true, turn.now());
  }

  /** The epoch did not last; the sooner it ended, the longer the next one waits. */
  private void reopen(String why, boolean rebuilds) {
    boolean lasted = turn.now() - liveSinceMs > limits.backoffMax().toMillis();
    if (lasted) {
      openingBackoff.reset();
    }
    open(why, rebuilds, lasted ? turn.now() : turn.now() + openingBackoff.next());
  }

  /** Opens an epoch. What is under way stays so until the log shows the new one. */
  private void open(String why, boolean rebuilds, long notBeforeMs) {
    if (isOpening()) {
      return;
    }
    opening.begin(rebuilds, notBeforeMs);
    opensFirst = !journal.state().opened();
    phase = Phase.OPENING;
    tail.isContent();
    claims.onEpochOver();
    turn.note("opening an epoch: " + why);
  }

  /** A Redis that was wrong once is not adopted, even if it seems to be right by then. */
  private void onJudged(Input.Judged judged) {
    String why = claims.onJudged(judged);
    if (why != null) {
      reopen(why, true);
    }
  }

  private void onJudgeFailed(long callNo) {
    String why = claims.onJudgeFailed(callNo);
    if (why != null) {
      reopen(why, false);
    }
  }

  private void onSnapshotRead(RecoverySource.Snapshot snapshot) {
    if (opening.onSnapshotRead(snapshot) == Opening.Seen.ANNOUNCED) {
      claims.onUndecidedAreVoid();
    }
  }

  private void onAdoptDone(Input.AdoptDone done) {
    opening.onAdoptDone(done);
    goLiveIfOpen();
  }

  private void onFlipDone(Input.FlipDone done) {
    opening.onFlipDone(done);
    goLiveIfOpen();
  }

  private void goLiveIfOpen() {
    if (isOpening() && opening.isDone()) {
      claims.onLive(opening.writer());
      phase = Phase.LIVE;
      liveSinceMs = turn.now();
      tail.isContent();
      Ledger ledger = log.ledger();
      turn.note(
          "epoch " + ledger.epoch() + " open, sold " + ledger.sold() + " of " + ledger.stock());
    }
  }

  // The log.

  private void onLogRead(Input.LogRead read) {
    Ledger before = log.ledger();
    Ledger.Folded folded = log.read(read);
    if (folded == null) {
      return;
    }
    switch (read.entry()) {
      case Entry.EpochOpened opened -> onEpochOpened(opened, folded.accepted(), before);
      case Entry.Sold sold when folded.accepted() ->
          onAccepted(sold, before.sold(), read.timestampMs());
      case Entry.Sold sold -> onVoid(sold);
      case Entry.Closed closed -> {}
    }
    opening.onFolded();
  }

  private void onEpochOpened(Entry.EpochOpened opened, boolean accepted, Ledger before) {
    switch (opening.onEpochOpened(opened, accepted, before)) {
      case NOTHING -> {}
      case ANNOUNCED -> claims.onUndecidedAreVoid();
      case SUPERSEDED ->
          stop("epoch " + opened.writer().epoch() + " was opened by another actor", true);
    }
  }

  private void onAccepted(Entry.Sold sold, long soldBefore, long timestampMs) {
    opening.onSold(sold, soldBefore);
    if (claims.onAccepted(sold, soldBefore, timestampMs)) {
      tail.isContent();
    }
  }

  private void onVoid(Entry.Sold sold) {
    if (opening.isDone() && !claims.onVoid(sold)) {
      turn.alarm(
          "the ledger refused seq " + sold.seq() + " of this epoch; it is at " + log.ledger());
      reopen("the ledger refused a batch", false);
    }
  }

  private void onAppended(Input.Appended appended) {
    log.acked(appended.offset());
    if (!opening.onAppended(appended) && !closeMark.onAppended(appended.ticket())) {
      claims.onAppended(appended.ticket());
    }
  }

  private void onAppendFailed(long ticket) {
    if (!opening.onAppendFailed(ticket) && !closeMark.onAppendFailed(ticket)) {
      claims.onAppendFailed(ticket);
    }
  }

  private void onTailFresh(Input.TailFresh fresh) {
    boolean wasAway = !isLogAnswering();
    log.fresh(fresh);
    if (wasAway && isLogAnswering()) {
      claims.onLogBack();
      opening.onLogBack();
    }
  }

  private void onFollowFailed(Input.FollowFailed failed) {
    if (!log.isFollowing(failed.following())) {
      return;
    }
    if (failed.fatal()) {
      turn.alarm("the sales log cannot be followed: " + failed.why());
    }
    log.failed(failed.fatal());
  }

  // Time.

  private void onWake() {
    boolean busy = !claims.isIdle() || !changes.isEmpty() || isOpening();
    if (busy) {
      rest.asked(turn.now());
    } else {
      rest.passivateAfter(idleMs());
    }
  }

  private long idleMs() {
    return phase == Phase.UNCREATED ? UNCREATED_IDLE_MS : limits.idleAfter().toMillis();
  }

  /**
   * When {@link Input.Wake} is due if nothing else happens before, milliseconds since
   * 1970-01-01T00:00:00Z.
   */
  long wakeAtMs() {
    if (phase == Phase.STOPPED) {
      return Turn.NEVER;
    }
    long at = Math.min(journal.wakeAtMs(), tail.wakeAtMs());
    at = Math.min(at, opening.wakeAtMs());
    at = Math.min(at, changes.wakeAtMs());
    at = Math.min(at, rest.wakeAtMs(idleMs()));
    at = Math.min(at, claims.wakeAtMs(isLive()));
    if (isLive() && journal.state().closed() && claims.areDecided()) {
      at = Math.min(at, closeMark.wakeAtMs());
    }
    return phase == Phase.LOADING ? at : Math.min(at, hours.wakeAtMs());
  }

  // The end.

  private void onDrain() {
    rest.drain();
    claims.refuseWaiting();
    changes.refuseAll();
  }

  /**
   * Ends this incarnation; it does not reopen.
   *
   * @param undecidedAreVoid the ledger never can accept what is under way; otherwise only the log
   *     will tell
   */
  private void stop(String why, boolean undecidedAreVoid) {
    phase = Phase.STOPPED;
    claims.end(undecidedAreVoid);
    changes.refuseAll();
    looks.forEach(look -> turn.tell(look.asker(), new Answer.TryAgain()));
    looks.clear();
    turn.emit(new Effect.Stop(why));
  }

  private void refuse(Input input) {
    switch (input) {
      case Input.Ask ask -> turn.tell(ask.asker(), new Answer.TryAgain());
      case Input.Asks asks -> asks.asks().forEach(this::refuse);
      case Input.Look look -> turn.tell(look.asker(), new Answer.TryAgain());
      case Input.Change change -> turn.tell(change.asker(), new Answer.TryAgain());
      default -> {}
    }
  }
}
