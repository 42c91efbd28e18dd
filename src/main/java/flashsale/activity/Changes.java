package flashsale.activity;

import flashsale.ledger.Ledger;
import flashsale.model.Activity;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Operators' changes, one at a time, in the order in which they came.
 *
 * <p>Whenever anything has happened the first change is looked at anew: what is still missing for
 * it, and is it done? So no step is stored, and a change goes on wherever the actor is after a
 * failure.
 */
final class Changes {
  /** One more is told to try again. */
  private static final int QUEUED_MAX = 100;

  private final Turn turn;
  private final JournalBook journal;
  private final LogView log;
  private final Claims claims;
  private final long incarnation;
  private final Deque<Input.Change> queue = new ArrayDeque<>(0);

  /** Since when the first change has been waiting for something; {@link Turn#NEVER}: it is not. */
  private long headSinceMs = Turn.NEVER;

  /** The first change has written its event. */
  private boolean written;

  /** The first change, a repair, has begun to rebuild. */
  private boolean rebuilding;

  /** What a change needs of the core. */
  interface Core {
    /** An epoch is open, and no other is being opened. */
    boolean isLive();

    boolean isOpening();

    /** Opens an epoch, at once, unless one is being opened. */
    void open(String why);

    /** The same, and does not believe what Redis holds. */
    void rebuild(String why);

    Answer.View view();
  }

  Changes(Turn turn, JournalBook journal, LogView log, Claims claims, long incarnation) {
    this.turn = turn;
    this.journal = journal;
    this.log = log;
    this.claims = claims;
    this.incarnation = incarnation;
  }

  void add(Input.Change change) {
    if (queue.size() >= QUEUED_MAX) {
      turn.tell(change.asker(), new Answer.TryAgain());
    } else {
      queue.addLast(change);
    }
  }

  void addFirst(Input.Change change) {
    queue.addFirst(change);
    written = false;
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  /**
   * A change of stock waits until nothing is under way, so nothing new may start; but a journal
   * that is away must not keep a sale from going on.
   */
  boolean needRegisterClosed() {
    return queue.peekFirst() instanceof Input.SetStock
        && !journal.state().closed()
        && !journal.isHeldUp();
  }

  void refuseAll() {
    queue.forEach(change -> turn.tell(change.asker(), new Answer.TryAgain()));
    queue.clear();
  }

  /** Does what can be done now. */
  void advance(Core core) {
    while (!queue.isEmpty() && !journal.isWriting()) {
      Input.Change change = queue.getFirst();
      Answer answer = advance(change, core);
      if (answer == null) {
        headSinceMs = Math.min(headSinceMs, turn.now());
        if (turn.now() - headSinceMs >= Backoff.HICCUP_MS) {
          overtake(core);
        }
        return;
      }
      queue.removeFirst();
      headSinceMs = Turn.NEVER;
      written = false;
      rebuilding = false;
      turn.tell(change.asker(), answer);
    }
  }

  /** What needs the journal alone does not wait for long behind what needs the other books too. */
  private void overtake(Core core) {
    Iterator<Input.Change> all = queue.iterator();
    all.next();
    while (all.hasNext() && !journal.isWriting()) {
      Input.Change change = all.next();
      if (change instanceof Input.Pause
          || change instanceof Input.Resume
          || change instanceof Input.Close) {
        Answer answer = advance(change, core);
        if (answer != null) {
          all.remove();
          turn.tell(change.asker(), answer);
        }
      }
    }
  }

  /** The answer, or null when more has to happen first. */
  private @Nullable Answer advance(Input.Change change, Core core) {
    JournalState state = journal.state();
    if (change instanceof Input.Create create) {
      return create(create.activity(), core);
    }
    if (!state.exists()) {
      return new Answer.UnknownActivity();
    }
    if (change instanceof Input.Close close) {
      return close(close.asker(), core);
    }
    if (change instanceof Input.Repair) {
      return repair(core);
    }
    if (state.closed()) {
      return new Answer.Closed();
    }
    return switch (change) {
      case Input.Pause pause ->
          state.paused()
              ? new Answer.Done(core.view())
              : write(new JournalEvent.Paused(incarnation));
      case Input.Resume resume ->
          state.paused()
              ? write(new JournalEvent.Resumed(incarnation))
              : new Answer.Done(core.view());
      case Input.SetStock set -> setStock(set.stock(), core);
      case Input.Repair repair -> throw new IllegalStateException("handled above");
      case Input.Create create -> throw new IllegalStateException("handled above");
      case Input.Close close -> throw new IllegalStateException("handled above");
    };
  }

  private @Nullable Answer write(JournalEvent event) {
    written = true;
    journal.write(event);
    return null;
  }

  private @Nullable Answer create(Activity activity, Core core) {
    if (!journal.state().exists()) {
      return write(JournalEvent.Created.of(incarnation, activity));
    }
    if (!activity.equals(journal.state().created())) {
      return new Answer.Exists();
    }
    return written ? new Answer.Done(core.view()) : new Answer.AlreadySo(core.view());
  }

  /** Persisted first; answered when the log shows it too. */
  private @Nullable Answer close(Asker asker, Core core) {
    JournalState state = journal.state();
    if (!state.closed()) {
      return write(new JournalEvent.Closed(incarnation));
    }
    boolean inLog = !state.opened() || core.isLive() && log.ledger().closed();
    if (inLog || asker.equals(Asker.NOBODY)) {
      return new Answer.Done(core.view());
    }
    openUnlessLive(core, "to close");
    return null;
  }

  /**
   * With nothing under way the ledger knows what is sold; the epoch after the journal's event
   * carries the new stock.
   */
  private @Nullable Answer setStock(long stock, Core core) {
    JournalState state = journal.state();
    boolean persisted = state.stock() == stock;
    if (!state.opened()) {
      return persisted
          ? new Answer.Done(core.view())
          : write(new JournalEvent.StockSet(incarnation, stock));
    }
    openUnlessLive(core, "to change the stock");
    if (!core.isLive() || !claims.areDecided()) {
      return null;
    }
    Ledger ledger = log.ledger();
    if (ledger.soldOut() && isSoldOutSaid()) {
      return null;
    }
    boolean below = stock < ledger.sold();
    if (!persisted) {
      return below
          ? new Answer.BelowSold(ledger.sold())
          : write(new JournalEvent.StockSet(incarnation, stock));
    }
    if (ledger.stock() != Math.max(stock, ledger.sold())) {
      core.open("stock " + stock);
      return null;
    }
    // Below after all: the journal was away for so long that it went on selling meanwhile.
    return below ? new Answer.BelowSold(ledger.sold()) : new Answer.Done(core.view());
  }

  /** Or about to be: whoever repeats it to others must have stopped before it is no longer true. */
  private boolean isSoldOutSaid() {
    return claims.holdAnybody() || turn.now() < claims.soldOutUntilMs();
  }

  /** When what a change waits for by the clock is over; {@link Turn#NEVER} when it does not. */
  long wakeAtMs() {
    boolean waits =
        queue.peekFirst() instanceof Input.SetStock && turn.now() < claims.soldOutUntilMs();
    return waits ? claims.soldOutUntilMs() : Turn.NEVER;
  }

  /**
   * An epoch that is being opened may yet adopt, so it has to be over first. A sale that goes on
   * while the journal is away must not be ended by it.
   */
  private @Nullable Answer repair(Core core) {
    if (!journal.state().opened()) {
      return new Answer.Done(core.view());
    }
    if (rebuilding) {
      return core.isLive() ? new Answer.Done(core.view()) : null;
    }
    if (journal.isDown()) {
      return new Answer.TryAgain();
    }
    if (!journal.isCheckedSince(headSinceMs)) {
      journal.check();
    } else if (!core.isOpening()) {
      rebuilding = true;
      core.rebuild("an operator asked");
    }
    return null;
  }

  private static void openUnlessLive(Core core, String why) {
    if (!core.isLive()) {
      core.open(why);
    }
  }
}
