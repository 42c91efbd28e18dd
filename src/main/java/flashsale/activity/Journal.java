package flashsale.activity;

import flashsale.model.ActivityId;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/**
 * The journal of one activity: a child of its actor, so that a hanging Postgres stops nobody's
 * confirmation.
 *
 * <p>It stops when a write fails or the replay does. Two of them on one activity cannot both write
 * the same sequence number: the journal's primary key lets one win, and the other stops.
 */
final class Journal extends EventSourcedBehavior<Journal.Write, JournalEvent, JournalState> {
  static final String ENTITY = "activity";

  /** Asks to store an event; the parent hears {@link ActivityActor.JournalWritten}. */
  record Write(JournalEvent event) {}

  private final ActorRef<ActivityActor.Message> parent;
  private final int number;

  private Journal(ActivityId id, ActorRef<ActivityActor.Message> parent, int number) {
    super(PersistenceId.of(ENTITY, id.value()));
    this.parent = parent;
    this.number = number;
  }

  /**
   * Replays at once.
   *
   * @param number the parent's, told with each write
   */
  static Behavior<Write> create(ActivityId id, ActorRef<ActivityActor.Message> parent, int number) {
    return new Journal(id, parent, number);
  }

  @Override
  public JournalState emptyState() {
    return JournalState.EMPTY;
  }

  @Override
  public SignalHandler<JournalState> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(
            RecoveryCompleted.instance(),
            state -> parent.tell(new ActivityActor.JournalReplayed(state)))
        .build();
  }

  @Override
  public CommandHandler<Write, JournalEvent, JournalState> commandHandler() {
    return (state, write) ->
        Effect()
            .persist(write.event())
            .thenRun((JournalState after) ->
                parent.tell(new ActivityActor.JournalWritten(number, write.event(), after)));
  }

  /**
   * The sequence numbers are 1, 2, 3 …: nothing is ever deleted, and each write follows a replay.
   */
  @Override
  public EventHandler<JournalState, JournalEvent> eventHandler() {
    return (state, event) -> state.with(event, state.seqNr() + 1);
  }
}
