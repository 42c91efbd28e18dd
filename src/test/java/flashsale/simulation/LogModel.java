package flashsale.simulation;

import flashsale.ledger.Entry;
import flashsale.ledger.Ledger;
import flashsale.model.UserId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One activity's part of a partition of the sales log, and its fold: the truth.
 *
 * <p>Offsets have gaps, because others write to the partition too.
 */
public final class LogModel {
  /** A record, and the ledger after it. */
  public record Record(
      long offset, long timestampMs, Entry entry, boolean accepted, Ledger ledger) {}

  /** A unit that somebody has. */
  public record Sale(UserId user, long sequence, long claimedAtMs, long confirmedAtMs) {}

  private final List<Record> records = new ArrayList<>();
  private final Map<UserId, Sale> sales = new HashMap<>();

  /** Appends; returns the offset. */
  public long append(long nowMs, Entry entry) {
    Ledger before = ledger();
    Ledger.Folded folded = before.fold(entry);
    long offset = end() + records.size() % 3;
    records.add(new Record(offset, nowMs, entry, folded.accepted(), folded.next()));
    if (entry instanceof Entry.Sold sold && folded.accepted()) {
      long sequence = before.sold();
      for (Entry.Item item : sold.items()) {
        sequence++;
        Sale sale = new Sale(item.userId(), sequence, item.claimedAtMs(), nowMs);
        Sale earlier = sales.put(item.userId(), sale);
        if (earlier != null) {
          throw new AssertionError("two for one shopper: " + earlier + " and " + sale);
        }
      }
    }
    return offset;
  }

  public Ledger ledger() {
    return records.isEmpty() ? Ledger.EMPTY : records.getLast().ledger();
  }

  /** The offset after the last record. */
  public long end() {
    return records.isEmpty() ? 100 : records.getLast().offset() + 1;
  }

  public List<Record> records() {
    return Collections.unmodifiableList(records);
  }

  /** The records from this offset on. */
  public List<Record> from(long offset) {
    int first = records.size();
    while (first > 0 && records.get(first - 1).offset() >= offset) {
      first--;
    }
    return List.copyOf(records.subList(first, records.size()));
  }

  public @Nullable Sale saleTo(UserId user) {
    return sales.get(user);
  }

  public Map<UserId, Sale> sales() {
    return Collections.unmodifiableMap(sales);
  }
}
