package flashsale.simulation;

import flashsale.activity.RecoverySource;
import flashsale.ledger.Ledger;
import flashsale.model.ActivityId;
import flashsale.model.UserId;
import flashsale.projection.BatchFold.Sale;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What the projection has stored of one activity: its orders, its ledger and the partition's
 * position; which may be far behind the log.
 *
 * <p>Changed by transactions, whose statements are those of production's store. It can lose the
 * last of them.
 */
public final class PostgresModel implements RecoverySource {
  /** What a transaction replaced. */
  private record Before(long position, Ledger ledger, int orders) {}

  private final List<Before> commits = new ArrayList<>();
  private final List<Sale> orders = new ArrayList<>();
  private final Map<UserId, Sale> byUser = new HashMap<>();
  private final Set<UserId> refused = new HashSet<>();
  private Ledger ledger = Ledger.EMPTY;
  private long position;

  /** Statements that take effect together, when they are committed, or never. */
  public final class Transaction {
    private final List<Sale> inserted = new ArrayList<>();
    private @Nullable Ledger newLedger;
    private long newPosition = position;

    private Transaction() {}

    /**
     * Compares and sets the partition's position; false: it is another one, and nothing is done.
     */
    public boolean advance(long from, long to) {
      if (newPosition != from) {
        return false;
      }
      newPosition = to;
      return true;
    }

    public Ledger ledger() {
      return newLedger == null ? ledger : newLedger;
    }

    public void insert(List<Sale> sales) {
      inserted.addAll(sales);
    }

    public void update(Ledger next) {
      newLedger = next;
    }

    /** Checks the tables as the analysts' contract does. */
    public void commit() {
      commits.add(new Before(position, ledger, orders.size()));
      position = newPosition;
      ledger = ledger();
      for (Sale sale : inserted) {
        if (byUser.putIfAbsent(sale.item().userId(), sale) != null) {
          throw new Violation("I2", "Postgres has an order of this shopper already: " + sale);
        }
        orders.add(sale);
        if (sale.sequence() != orders.size()) {
          throw new Violation("I1", "Postgres: order " + orders.size() + " is " + sale);
        }
      }
      if (orders.size() != ledger.sold()) {
        throw new Violation("I1", "Postgres: " + orders.size() + " orders, but " + ledger);
      }
    }
  }

  public Transaction begin() {
    return new Transaction();
  }

  /** Loses the last commits. */
  public void loseLast(int count) {
    for (int i = 0; i < count && !commits.isEmpty(); i++) {
      Before before = commits.removeLast();
      position = before.position;
      ledger = before.ledger;
      while (orders.size() > before.orders) {
        byUser.remove(orders.removeLast().item().userId());
      }
    }
  }

  public Ledger ledger() {
    return ledger;
  }

  /** The first offset that is not stored. */
  public long position() {
    return position;
  }

  public List<Sale> orders() {
    return Collections.unmodifiableList(orders);
  }

  public @Nullable Sale orderOf(UserId user) {
    return byUser.get(user);
  }

  @Override
  public CompletionStage<Snapshot> snapshot(ActivityId activity) {
    return CompletableFuture.completedFuture(new Snapshot(ledger, position));
  }

  /** As if {@code orders} could not take this user's sale: it is in {@code conflicts}. */
  public void refuse(UserId user) {
    refused.add(user);
  }

  @Override
  public CompletionStage<Buyers> buyers(
      ActivityId activity, long afterSequence, long upToSequence) {
    List<UserId> users = new ArrayList<>();
    List<Long> inConflict = new ArrayList<>();
    for (Sale order : orders) {
      if (order.sequence() > afterSequence && order.sequence() <= upToSequence) {
        if (refused.contains(order.item().userId())) {
          inConflict.add(order.sequence());
        } else {
          users.add(order.item().userId());
        }
      }
    }
    return CompletableFuture.completedFuture(new Buyers(users, inConflict));
  }
}
