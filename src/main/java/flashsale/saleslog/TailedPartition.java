package flashsale.saleslog;

import flashsale.model.ActivityId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * One partition that the tail reads: how far it is, and who follows. For the tail's thread alone.
 */
final class TailedPartition {
  /** The log ended at {@code end} at that time; not read that far yet. */
  private record Awaited(long asOfMs, long end) {}

  private final TopicPartition partition;
  private final Map<ActivityId, List<Follower>> followers = new HashMap<>();
  private long position;
  private @Nullable Awaited awaited;
  private long progressedAtNanos;

  TailedPartition(TopicPartition partition, long position) {
    this.partition = partition;
    this.position = position;
  }

  TopicPartition partition() {
    return partition;
  }

  /** The next offset to be read. */
  long position() {
    return position;
  }

  void join(Follower follower) {
    followers.computeIfAbsent(follower.activity(), id -> new ArrayList<>()).add(follower);
  }

  void leave(Follower follower) {
    List<Follower> same = followers.getOrDefault(follower.activity(), List.of());
    if (same.remove(follower) && same.isEmpty()) {
      followers.remove(follower.activity());
    }
  }

  boolean isFollowed() {
    return !followers.isEmpty();
  }

  /**
   * Shows a record to those whom it concerns: its activity's followers, or all if it names none.
   */
  void show(ConsumerRecord<byte[], byte[]> record) {
    Collection<Follower> concerned =
        SalesLogCodec.decodeKey(record.key())
            .<Collection<Follower>>map(activity -> followers.getOrDefault(activity, List.of()))
            .orElseGet(this::everyone);
    if (concerned.isEmpty()) {
      return;
    }
    switch (SalesLogCodec.decode(record.key(), record.value())) {
      case Decoded.Readable readable -> {
        Located read = new Located(record.offset(), record.timestamp(), readable.entry());
        concerned.forEach(follower -> follower.show(read));
      }
      case Decoded.Unreadable voided -> {}
      case Decoded.Unknown unknown ->
          concerned.forEach(follower -> follower.fail(true, describe(record, unknown)));
    }
  }

  static String describe(ConsumerRecord<byte[], byte[]> record, Decoded.Unknown unknown) {
    return record.topic()
        + "-"
        + record.partition()
        + ", offset "
        + record.offset()
        + ": "
        + unknown.what();
  }

  /** Everything below {@code next} has been shown. */
  void advanceTo(long next, long nowNanos) {
    if (next <= position) {
      return;
    }
    position = next;
    progressedAtNanos = nowNanos;
    if (awaited != null && position >= awaited.end()) {
      freshAsOf(awaited.asOfMs());
      awaited = null;
    }
  }

  /**
   * The log ended at {@code end} at that time.
   *
   * <p>The oldest end not reached is kept: a newer one would never be reached by a tail that is
   * always a little behind.
   */
  void endWas(long end, long asOfMs, long nowNanos) {
    if (position >= end) {
      awaited = null;
      freshAsOf(asOfMs);
    } else if (awaited == null) {
      awaited = new Awaited(asOfMs, end);
      progressedAtNanos = nowNanos;
    }
  }

  /** Tells the followers how far the partition has been shown, also where nothing was theirs. */
  void tellScanned() {
    everyone().forEach(follower -> follower.shownUpTo(position));
  }

  /** There is more to read, and nothing was read for that long. */
  boolean isStuck(long forNanos, long nowNanos) {
    return awaited != null && nowNanos - progressedAtNanos > forNanos;
  }

  /** The reading begins anew at the position. */
  void restarted(long nowNanos) {
    progressedAtNanos = nowNanos;
  }

  private void freshAsOf(long asOfMs) {
    everyone().forEach(follower -> follower.freshAsOf(asOfMs));
  }

  void failAll(boolean fatal, String why) {
    everyone().forEach(follower -> follower.fail(fatal, why));
  }

  private List<Follower> everyone() {
    return followers.values().stream().flatMap(List::stream).toList();
  }

  @Override
  public String toString() {
    return partition + " at " + position;
  }
}
