package flashsale.saleslog;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * What the followers of one partition have missed of it, and whose turn it is.
 *
 * <p>Every other turn is for the range with the least left, so a short one does not wait for a long
 * one. The turns between sweep the partition from the lowest place up, like an elevator, so every
 * range ends within two sweeps, whoever else comes. The list is guarded by its owner; the ranges'
 * numbers belong to whose turn it is.
 */
final class MissingRanges {
  /** {@code next} (inclusive) up to {@code to} (exclusive), for the follower. */
  static final class Range {
    final Follower follower;
    final long to;
    long next;
    int turnsInVain;
    boolean failed;

    /** What the page of this turn has for it. */
    List<Located> entries = List.of();

    Range(Follower follower, long from, long to) {
      this.follower = follower;
      this.next = from;
      this.to = to;
    }

    private boolean isOver() {
      return failed || next >= to || follower.hasEnded();
    }

    boolean wants(long offset) {
      return !failed && offset >= next && offset < to;
    }
  }

  /** A page is read where {@code first} goes on. */
  record Turn(MissingRanges of, Range first, List<Range> present) {
    /** This was read. */
    void read(RangeReader.Page page) {
      if (of.sweeps) {
        of.sweptUpTo = page.next();
      }
    }

    /** Those that go on inside the page. */
    List<Range> sharing(RangeReader.Page page) {
      return present.stream()
          .filter(range -> range.next >= first.next && range.next < page.next())
          .toList();
    }
  }

  private final List<Range> ranges = new ArrayList<>();
  private boolean sweeps = true;
  private long sweptUpTo;

  void add(Range range) {
    ranges.add(range);
  }

  boolean isEmpty() {
    return ranges.isEmpty();
  }

  /** Drops those that are over; returns how many. */
  int prune() {
    int before = ranges.size();
    ranges.removeIf(Range::isOver);
    return before - ranges.size();
  }

  Turn nextTurn() {
    sweeps = !sweeps;
    return new Turn(this, sweeps ? nextInSweep() : leastLeft(), List.copyOf(ranges));
  }

  private Range leastLeft() {
    return Collections.min(ranges, Comparator.comparingLong(range -> range.to - range.next));
  }

  private Range nextInSweep() {
    List<Range> ahead = ranges.stream().filter(range -> range.next >= sweptUpTo).toList();
    return Collections.min(
        ahead.isEmpty() ? ranges : ahead, Comparator.comparingLong(range -> range.next));
  }
}
