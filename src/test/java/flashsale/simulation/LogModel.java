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
 * <p>Offsets have gaps, because others write to the partition too. The fold is production's; what
 * it accepts is counted here once more, so a ledger that sells too much is noticed.
 */
public final class LogModel {
  /**
   * A record, and the ledger after it.
   *
   * @param atMs when it was appended
   * @param timestampMs the same by the broker's clock: the log's append time
   */
  public record Record(
      long offset, long atMs, long timestampMs, Entry entry, boolean accepted, Ledger ledger) {}

  /**
   * A unit that somebody has.
   *
   * @param confirmedAtMs by the broker's clock
   * @param soldAtMs by the world's
   */
  public record Sale(
      UserId user, long sequence, long claimedAtMs, long confirmedAtMs, long soldAtMs) {}

  private final List<Record> records = new ArrayList<>();
  private final Map<UserId, Sale> sales = new HashMap<>();
  private long highestStock;

  /** Appends; returns the offset. */
  public long append(long nowMs, Entry entry) {
    return append(nowMs, nowMs, entry);
  }

  /** Appends, while the broker's clock shows {@code timestampMs}; returns the offset. */
  public long append(long nowMs, long timestampMs, Entry entry) {
    Ledger before = ledger();
    Ledger.Folded folded = before.fold(entry);
    long offset = end() + records.size() % 3;
    records.add(new Record(offset, nowMs, timestampMs, entry, folded.accepted(), folded.next()));
    if (folded.accepted()) {
      switch (entry) {
        case Entry.EpochOpened opened -> highestStock = Math.max(highestStock, opened.stock());
        case Entry.Sold sold -> sell(sold, before.sold(), timestampMs, nowMs);
        case Entry.Closed closed -> {}
      }
    }
    return offset;
  }

  private void sell(Entry.Sold sold, long soldBefore, long timestampMs, long nowMs) {
    long sequence = soldBefore;
    for (Entry.Item item : sold.items()) {
      sequence++;
      Sale sale = new Sale(item.userId(), sequence, item.claimedAtMs(), timestampMs, nowMs);
      Sale earlier = sales.put(item.userId(), sale);
      if (earlier != null) {
        throw new Violation("I2", "two for one shopper: " + earlier + " and " + sale);
      }
    }
    if (sales.size() > highestStock) {
      throw new Violation("I1", sales.size() + " sold of " + highestStock);
    }
    if (sales.size() != ledger().sold()) {
      throw new Violation("I1", sales.size() + " sold, but " + ledger());
    }
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

  public int size() {
    return records.size();
  }

  /** The place among the {@link #records} of the first one from this offset on. */
  public int indexFrom(long offset) {
    int first = records.size();
    while (first > 0 && records.get(first - 1).offset() >= offset) {
      first--;
    }
    return first;
  }

  public Record record(int index) {
    return records.get(index);
  }

  public @Nullable Sale saleTo(UserId user) {
    return sales.get(user);
  }

  public Map<UserId, Sale> sales() {
    return Collections.unmodifiableMap(sales);
  }
}
