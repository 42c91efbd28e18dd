package flashsale.simulation;

import flashsale.ledger.Ledger;
import flashsale.model.ActivityId;
import flashsale.projection.BatchFold;
import flashsale.projection.BatchFold.Folded;
import flashsale.projection.BatchFold.ReadEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One consumer of the partition: production's fold, and the steps of production's store.
 *
 * <p>It begins where Postgres says, then goes on from where it is, and begins again after any
 * failure.
 */
public final class ProjectionModel {
  /** What becomes of one transaction. */
  public enum Fate {
    WORKS,
    DIES_BEFORE_THE_ROWS,
    DIES_BEFORE_THE_COMMIT,
    /** It is committed, and the consumer does not hear of it. */
    ACK_LOST,
    /** The consumer goes back first, as one does that was given a stale place. */
    READS_AGAIN
  }

  private static final long UNKNOWN = -1;

  private final ActivityId id;
  private final LogModel log;
  private final PostgresModel postgres;
  private long position = UNKNOWN;

  public ProjectionModel(ActivityId id, LogModel log, PostgresModel postgres) {
    this.id = id;
    this.log = log;
    this.postgres = postgres;
  }

  /** Everything that is in the log is stored, as far as this consumer knows. */
  public boolean isDone() {
    return position != UNKNOWN && log.indexFrom(position) == log.size();
  }

  /** Takes at most this many records more and stores what they do. */
  public void run(int records, Fate fate) {
    if (position == UNKNOWN) {
      position = postgres.position();
    }
    if (fate == Fate.READS_AGAIN) {
      goBack();
    }
    int first = log.indexFrom(position);
    int end = Math.min(log.size(), first + records);
    if (first == end) {
      return;
    }
    List<ReadEntry> entries = new ArrayList<>(end - first);
    for (int i = first; i < end; i++) {
      LogModel.Record record = log.record(i);
      entries.add(new ReadEntry(record.offset(), record.timestampMs(), id, record.entry()));
    }
    long next = log.record(end - 1).offset() + 1;
    position = store(new BatchFold(entries, List.of(), next, Optional.empty()), fate);
  }

  /** Returns where to go on. */
  private long store(BatchFold batch, Fate fate) {
    PostgresModel.Transaction transaction = postgres.begin();
    if (!transaction.advance(position, batch.nextOffset())) {
      return UNKNOWN;
    }
    if (fate == Fate.DIES_BEFORE_THE_ROWS) {
      return UNKNOWN;
    }
    Folded folded = batch.fold(Map.of(id, transaction.ledger()));
    transaction.insert(folded.sales());
    for (Ledger ledger : folded.ledgers().values()) {
      transaction.update(ledger);
    }
    if (fate == Fate.DIES_BEFORE_THE_COMMIT) {
      return UNKNOWN;
    }
    transaction.commit();
    return fate == Fate.ACK_LOST ? UNKNOWN : batch.nextOffset();
  }

  private void goBack() {
    int index = log.indexFrom(position) - 1;
    if (index >= 0) {
      position = log.record(index).offset();
    }
  }
}
