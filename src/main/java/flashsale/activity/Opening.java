package flashsale.activity;

import flashsale.ledger.Entry;
import flashsale.ledger.Ledger;
import flashsale.ledger.Writer;
import flashsale.model.UserId;
import flashsale.stock.AdoptReply;
import flashsale.stock.FlipReply;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Opens an epoch, from the journal to the flip; between two of them it takes no notice of anything.
 *
 * <p>Every step may be repeated: one that failed is done again after a wait. Nobody is admitted
 * before the last.
 */
final class Opening {
  enum Step {
    /** Persist the epoch event: its number is the epoch, and the journal lets one writer win. */
    START_EPOCH,
    /** Read where Postgres stands. */
    READ_SNAPSHOT,
    /** Append EpochOpened, and fold the log from there until it comes back. */
    ANNOUNCE,
    /** Take over what Redis holds, if that is what the ledger says. Otherwise rebuild it: */
    ADOPT,
    /** Load the buyers into Redis, beside the live set. */
    LOAD,
    /** Make them the live set. */
    FLIP,
    /** A higher epoch is in Redis: fold to the log's end, to see whether it is anybody's. */
    CHECK_GARBAGE,
    /** No epoch is being opened. */
    DONE
  }

  /** What an entry of the log means to an opening. */
  enum Seen {
    NOTHING,
    /** This epoch is in the log: what it did not accept of an older one, it never will. */
    ANNOUNCED,
    /** A later epoch is: this actor is over. */
    SUPERSEDED
  }

  private final Turn turn;
  private final JournalBook journal;
  private final LogView log;
  private final Tickets tickets;
  private final long incarnation;
  private final Backoff retries;

  /** Redis is not to be believed, even if it seems to be right. */
  private boolean rebuilds;

  private Step step = Step.DONE;

  /** The step's effect was asked for and has not come back. */
  private boolean asked;

  /** The step failed when it was tried last. */
  private boolean failing;

  /** When the step was tried first; {@link Turn#NEVER}: it was not. */
  private long triedSinceMs = Turn.NEVER;

  private long notBeforeMs;
  private Writer writer = Writer.NONE;

  /** What the ledger said just before this epoch. */
  private Ledger before = Ledger.EMPTY;

  private long announcedAtMs = Turn.NEVER;

  /** Buyers up to this sequence are in Postgres. */
  private long storedUpTo;

  /** Buyers that the log showed after the snapshot, in order. */
  private final List<UserId> recent = new ArrayList<>();

  private long ticket;
  private long ackedAtMs = Turn.NEVER;

  /**
   * The epoch above this one that Redis holds, and from which offset on the log would have shown
   * it.
   */
  private long foreignEpoch;

  private long foreignShownAtOffset = Turn.NEVER;
  private OptionalLong garbage = OptionalLong.empty();

  Opening(
      Turn turn,
      JournalBook journal,
      LogView log,
      Tickets tickets,
      long incarnation,
      Backoff retries) {
    this.turn = turn;
    this.journal = journal;
    this.log = log;
    this.tickets = tickets;
    this.incarnation = incarnation;
    this.retries = retries;
  }

  /**
   * Begins with the first step.
   *
   * @param rebuilds whatever Redis holds is not believed
   */
  void begin(boolean rebuilds, long notBeforeMs) {
    this.rebuilds = rebuilds;
    this.notBeforeMs = notBeforeMs;
    retries.reset();
    writer = Writer.NONE;
    garbage = OptionalLong.empty();
    go(Step.START_EPOCH);
  }

  private void end() {
    recent.clear();
    go(Step.DONE);
  }

  /** The epoch being opened; {@link Writer#NONE} until it is persisted. */
  Writer writer() {
    return writer;
  }

  boolean isDone() {
    return step == Step.DONE;
  }

  /** A step has been failing for longer than a hiccup. */
  boolean isHeldUp() {
    return failing && turn.now() - triedSinceMs >= Backoff.HICCUP_MS;
  }

  /** The log answers again, so a step that waits for it need not wait any longer. */
  void onLogBack() {
    if (step == Step.ANNOUNCE || step == Step.CHECK_GARBAGE) {
      notBeforeMs = Math.min(notBeforeMs, turn.now());
    }
  }

  /** Asks for the step's effect if it is time. */
  void advance() {
    if (waitsForAnEvent() || turn.now() < notBeforeMs) {
      return;
    }
    asked = true;
    triedSinceMs = Math.min(triedSinceMs, turn.now());
    Ledger ledger = log.ledger();
    switch (step) {
      case START_EPOCH -> journal.write(new JournalEvent.EpochStarted(incarnation));
      case READ_SNAPSHOT -> turn.emit(new Effect.ReadSnapshot());
      case ANNOUNCE, CHECK_GARBAGE -> {
        ticket = tickets.next();
        announcedAtMs = Math.min(announcedAtMs, turn.now());
        turn.emit(
            new Effect.Append(ticket, new Entry.EpochOpened(writer, journal.state().stock())));
      }
      case ADOPT -> turn.emit(new Effect.Adopt(before, writer.epoch(), ledger.stock()));
      case LOAD -> turn.emit(new Effect.Load(writer.epoch(), storedUpTo, List.copyOf(recent)));
      case FLIP ->
          turn.emit(new Effect.Flip(writer.epoch(), ledger.sold(), ledger.stock(), garbage));
      case DONE -> {}
    }
  }

  private void go(Step next) {
    step = next;
    asked = false;
    failing = false;
    triedSinceMs = Turn.NEVER;
    ackedAtMs = Turn.NEVER;
  }

  private void again() {
    asked = false;
    failing = true;
    notBeforeMs = turn.now() + retries.next();
  }

  void onStepFailed(Step failed) {
    if (step == failed && asked) {
      again();
    }
  }

  void onEpochStarted(long epoch) {
    if (step != Step.START_EPOCH) {
      return;
    }
    writer = new Writer(epoch, incarnation);
    announcedAtMs = Turn.NEVER;
    go(Step.READ_SNAPSHOT);
  }

  /** Starts the fold where Postgres stands, or goes on where it is. */
  Seen onSnapshotRead(RecoverySource.Snapshot snapshot) {
    if (step != Step.READ_SNAPSHOT) {
      return Seen.NOTHING;
    }
    storedUpTo = snapshot.ledger().sold();
    recent.clear();
    log.startFrom(snapshot);
    if (log.ledger().writer().equals(writer)) {
      go(Step.LOAD);
      return Seen.ANNOUNCED;
    }
    go(log.ledger().epoch() >= writer.epoch() ? Step.START_EPOCH : Step.ANNOUNCE);
    return Seen.NOTHING;
  }

  /**
   * @param before the ledger before this entry
   */
  Seen onEpochOpened(Entry.EpochOpened opened, boolean accepted, Ledger before) {
    boolean mine = opened.writer().equals(writer);
    if (step == Step.ANNOUNCE) {
      if (mine && accepted) {
        this.before = before;
        log.freshAsOf(announcedAtMs);
        go(rebuilds || before.epoch() == 0 ? Step.LOAD : Step.ADOPT);
        return Seen.ANNOUNCED;
      }
      if (log.ledger().epoch() >= writer.epoch()) {
        // The journal lost a commit, so this epoch is not the highest; or another actor is ahead,
        // and then the journal
        // refuses the next write.
        go(Step.START_EPOCH);
      }
      return Seen.NOTHING;
    }
    boolean announced = step.compareTo(Step.ANNOUNCE) > 0;
    return announced && accepted ? Seen.SUPERSEDED : Seen.NOTHING;
  }

  /** Between the snapshot and the epoch: remembers buyers whom the snapshot did not have. */
  void onSold(Entry.Sold sold, long soldBefore) {
    if (step != Step.ANNOUNCE) {
      return;
    }
    long sequence = soldBefore;
    for (Entry.Item item : sold.items()) {
      sequence++;
      if (sequence > storedUpTo) {
        recent.add(item.userId());
      }
    }
  }

  /** After any record: a foreign epoch that has not shown up to here is nobody's. */
  void onFolded() {
    if (step == Step.CHECK_GARBAGE && log.folded() >= foreignShownAtOffset) {
      turn.alarm("Redis held epoch " + foreignEpoch + ", which is nobody's");
      garbage = OptionalLong.of(foreignEpoch);
      go(Step.FLIP);
    }
  }

  /** Returns whether the ticket was this opening's. */
  boolean onAppended(Input.Appended appended) {
    if (ticket != appended.ticket()) {
      return false;
    }
    if (awaitsLog()) {
      ackedAtMs = turn.now();
    }
    if (step == Step.CHECK_GARBAGE) {
      foreignShownAtOffset = appended.offset();
      onFolded();
    }
    return true;
  }

  /** Returns whether the ticket was this opening's. */
  boolean onAppendFailed(long failed) {
    if (ticket != failed) {
      return false;
    }
    if (awaitsLog()) {
      again();
    }
    return true;
  }

  private boolean awaitsLog() {
    return asked && (step == Step.ANNOUNCE || step == Step.CHECK_GARBAGE);
  }

  void onAdoptDone(Input.AdoptDone done) {
    if (step != Step.ADOPT || writer.epoch() != done.epoch()) {
      return;
    }
    switch (done.reply()) {
      case AdoptReply.Adopted adopted -> end();
      case AdoptReply.Differs differs -> {
        turn.note("rebuilding Redis: " + differs.why());
        go(Step.LOAD);
      }
    }
  }

  void onLoaded(long epoch) {
    if (step == Step.LOAD && writer.epoch() == epoch) {
      go(Step.FLIP);
    }
  }

  void onFlipDone(Input.FlipDone done) {
    if (step != Step.FLIP || writer.epoch() != done.epoch()) {
      return;
    }
    switch (done.reply()) {
      case FlipReply.Flipped flipped -> end();
      case FlipReply.Fenced fenced when fenced.storedEpoch() == writer.epoch() -> {
        // Nobody but this actor may use this number, and it has not sold yet.
        turn.alarm("Redis held epoch " + writer.epoch() + " before it was opened");
        rebuilds = true;
        go(Step.START_EPOCH);
      }
      case FlipReply.Fenced fenced -> {
        foreignEpoch = fenced.storedEpoch();
        foreignShownAtOffset = Turn.NEVER;
        go(Step.CHECK_GARBAGE);
      }
      case FlipReply.Miscounted miscounted -> {
        turn.alarm(
            "loaded "
                + miscounted.loaded()
                + " buyers (expected: "
                + log.ledger().sold()
                + " by the ledger)");
        go(Step.READ_SNAPSHOT);
        again();
      }
    }
  }

  /** Since when an acked record has not been seen; {@link Turn#NEVER} when none is awaited. */
  long ackedSinceMs() {
    return awaitsLog() ? ackedAtMs : Turn.NEVER;
  }

  /** The acked record is not in the log: it is appended again, which is void if it is there. */
  void appendAgain() {
    ackedAtMs = Turn.NEVER;
    again();
  }

  long wakeAtMs() {
    return waitsForAnEvent() ? Turn.NEVER : notBeforeMs;
  }

  private boolean waitsForAnEvent() {
    return asked || isDone() || step == Step.START_EPOCH && journal.isWriting();
  }
}
