package flashsale.simulation;

import flashsale.activity.RecoverySource;
import flashsale.ledger.Ledger;
import flashsale.model.ActivityId;
import flashsale.model.UserId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What the projection has stored: the log up to some record, which may be far behind. */
public final class PostgresModel implements RecoverySource {
  private final LogModel log;
  private final Set<UserId> refused = new HashSet<>();
  private int stored;

  public PostgresModel(LogModel log) {
    this.log = log;
  }

  /** Stores at most this many records more. */
  public void project(int records) {
    stored = Math.min(stored + records, log.records().size());
  }

  public void projectAll() {
    stored = log.records().size();
  }

  /** Loses the last commits; the projection goes on from there. */
  public void loseLast(int records) {
    stored = Math.max(0, stored - records);
  }

  public Ledger ledger() {
    return stored == 0 ? Ledger.EMPTY : log.records().get(stored - 1).ledger();
  }

  @Override
  public CompletionStage<Snapshot> snapshot(ActivityId activity) {
    long nextOffset = stored == 0 ? 0 : log.records().get(stored - 1).offset() + 1;
    return CompletableFuture.completedFuture(new Snapshot(ledger(), nextOffset));
  }

  /** From now on {@code orders} cannot take this user's sale: it is in {@code conflicts}. */
  public void refuse(UserId user) {
    refused.add(user);
  }

  @Override
  public CompletionStage<Buyers> buyers(
      ActivityId activity, long afterSequence, long upToSequence) {
    long storedUpTo = Math.min(upToSequence, ledger().sold());
    List<UserId> users = new ArrayList<>();
    List<Long> inConflict = new ArrayList<>();
    for (LogModel.Sale sale : log.sales().values()) {
      if (sale.sequence() > afterSequence && sale.sequence() <= storedUpTo) {
        if (refused.contains(sale.user())) {
          inConflict.add(sale.sequence());
        } else {
          users.add(sale.user());
        }
      }
    }
    return CompletableFuture.completedFuture(new Buyers(users, inConflict));
  }
}
