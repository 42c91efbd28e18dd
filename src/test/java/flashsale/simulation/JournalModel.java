package flashsale.simulation;

import flashsale.activity.JournalEvent;
import java.util.List;
import java.util.TreeMap;

/** The journal's table: its primary key lets one writer win each sequence number. */
public final class JournalModel {
  private final TreeMap<Long, JournalEvent> rows = new TreeMap<>();

  /** Returns false when the sequence number is taken. */
  public boolean insert(long seqNr, JournalEvent event) {
    return rows.putIfAbsent(seqNr, event) == null;
  }

  public List<JournalEvent> events() {
    return List.copyOf(rows.values());
  }

  public long lastSeqNr() {
    return rows.isEmpty() ? 0 : rows.lastKey();
  }

  /** Loses the last commit. */
  public void loseLast() {
    rows.pollLastEntry();
  }
}
