package flashsale.saleslog;

import flashsale.ledger.Entry;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A listener that keeps what it is told. */
class Recorded implements SalesLog.Listener {
  record Failure(boolean fatal, String why) {}

  final List<Located> entries = new CopyOnWriteArrayList<>();
  final List<Long> scanned = new CopyOnWriteArrayList<>();
  final List<Long> fresh = new CopyOnWriteArrayList<>();
  final List<Failure> failures = new CopyOnWriteArrayList<>();

  @Override
  public void onEntry(long offset, long timestampMs, Entry entry) {
    entries.add(new Located(offset, timestampMs, entry));
  }

  @Override
  public void onScanned(long nextOffset) {
    scanned.add(nextOffset);
  }

  @Override
  public void onFresh(long asOfMs) {
    fresh.add(asOfMs);
  }

  @Override
  public void onFailure(boolean fatal, String why) {
    failures.add(new Failure(fatal, why));
  }

  List<Long> offsets() {
    return entries.stream().map(Located::offset).toList();
  }

  List<Long> seqs() {
    return entries.stream()
        .map(Located::entry)
        .map(entry -> entry instanceof Entry.Sold sold ? sold.seq() : Long.valueOf(0))
        .toList();
  }

  boolean isFreshSince(long ms) {
    return fresh.stream().anyMatch(asOf -> asOf >= ms);
  }
}
