package flashsale.projection;

import flashsale.ledger.Entry;
import flashsale.ledger.Ledger;
import flashsale.model.ActivityId;
import flashsale.model.Product;
import flashsale.saleslog.Decoded;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A few records of one partition, read: what they say, and what they sell once the ledgers before
 * them are known.
 *
 * <p>Pure. The stream brings the records, the store the ledgers; both would do as well for a
 * simulation.
 *
 * @param entries the readable records, in order
 * @param quarantined the records that nobody can read; they sell nothing
 * @param nextOffset the first offset that is not in this batch
 * @param halt the record at {@code nextOffset}, when it must not be skipped
 */
public record BatchFold(
    List<ReadEntry> entries, List<Quarantined> quarantined, long nextOffset, Optional<Halt> halt) {

  /** A record that says something. */
  public record ReadEntry(long offset, long timestampMs, ActivityId activity, Entry entry) {}

  /** A record that says nothing that anybody can read. */
  public record Quarantined(LogRecord record, String why) {}

  /** A record of ours that this program does not know; folding past it could be wrong. */
  public record Halt(long offset, String what) {}

  /** A unit sold: an order to be. */
  public record Sale(
      long offset,
      long confirmedAtMs,
      ActivityId activity,
      Product product,
      Entry.Item item,
      long sequence,
      long epoch) {}

  /** What a batch does. {@code ledgers} has those that changed, which need not have sold. */
  public record Folded(List<Sale> sales, Map<ActivityId, Ledger> ledgers) {}

  public BatchFold {
    entries = List.copyOf(entries);
    quarantined = List.copyOf(quarantined);
  }

  /**
   * Takes {@code records}, up to the first that must not be skipped.
   *
   * <p>Throws when they are not the next ones from {@code position} on: then they belong to another
   * place of the log, or some are missing, and nothing of them may be stored.
   *
   * @param belongs whether this partition is the activity's: a record in another one is void, since
   *     the activity's actor never sees it
   */
  public static BatchFold of(
      long position, List<LogRecord> records, Predicate<ActivityId> belongs) {
    List<ReadEntry> entries = new ArrayList<>();
    List<Quarantined> quarantined = new ArrayList<>();
    long next = position;
    for (LogRecord record : records) {
      if (record.offset() != next) {
        throw new IllegalArgumentException(
            "offset: " + record.offset() + " (expected: " + next + ", as the log has no gaps)");
      }
      switch (record.decoded()) {
        case Decoded.Readable readable when !belongs.test(readable.activity()) ->
            quarantined.add(new Quarantined(record, "not in the partition of its activity"));
        case Decoded.Readable readable ->
            entries.add(
                new ReadEntry(
                    record.offset(), record.timestampMs(), readable.activity(), readable.entry()));
        case Decoded.Unreadable unreadable ->
            quarantined.add(new Quarantined(record, unreadable.why()));
        case Decoded.Unknown unknown -> {
          Halt halt = new Halt(record.offset(), unknown.what());
          return new BatchFold(entries, quarantined, record.offset(), Optional.of(halt));
        }
      }
      next = record.offset() + 1;
    }
    return new BatchFold(entries, quarantined, next, Optional.empty());
  }

  /** Whose ledgers {@link #fold} needs. */
  public Set<ActivityId> activities() {
    return entries.stream().map(ReadEntry::activity).collect(Collectors.toSet());
  }

  /** Folds the batch over the ledgers before it; an activity without one begins empty. */
  public Folded fold(Map<ActivityId, Ledger> before) {
    List<Sale> sales = new ArrayList<>();
    Map<ActivityId, Ledger> changed = new HashMap<>();
    for (ReadEntry read : entries) {
      Ledger ledger =
          changed.getOrDefault(read.activity(), before.getOrDefault(read.activity(), Ledger.EMPTY));
      Ledger.Folded folded = ledger.fold(read.entry());
      if (folded.accepted()) {
        changed.put(read.activity(), folded.next());
        addSales(sales, read, ledger.sold());
      }
    }
    return new Folded(sales, changed);
  }

  private static void addSales(List<Sale> sales, ReadEntry read, long soldBefore) {
    if (read.entry() instanceof Entry.Sold sold) {
      long sequence = soldBefore;
      for (Entry.Item item : sold.items()) {
        sequence++;
        sales.add(
            new Sale(
                read.offset(),
                read.timestampMs(),
                read.activity(),
                sold.product(),
                item,
                sequence,
                sold.writer().epoch()));
      }
    }
  }
}
