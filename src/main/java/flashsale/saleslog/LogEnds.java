package flashsale.saleslog;

import flashsale.config.Settings;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Asks the brokers where partitions end: a few times a second, and at once when a follower joins.
 * Never blocks.
 *
 * <p>For the tail's thread; only the answers come on Kafka's. Every partition is asked on its own:
 * one without a leader does not make the others wait.
 */
final class LogEnds implements AutoCloseable {
  /** How often a tail that has read everything is fresh. */
  private static final Duration ASK_EVERY = Duration.ofMillis(300);

  private static final Duration ANSWER_WITHIN = Duration.ofMillis(1500);

  /**
   * What became of asking for one partition.
   *
   * @param end null: not answered in time
   */
  record Told(long ask, long askedAtMs, TopicPartition partition, @Nullable Long end) {}

  private final Settings.Kafka settings;
  private final LongSupplier clock;
  private final Consumer<Told> onTold;
  private final Set<TopicPartition> underWay = new HashSet<>();

  /** Who waits to be told, with the number of the last ask before it. */
  private final Map<Follower, Long> waiting = new LinkedHashMap<>();

  private long asks;
  private long askAtNanos = System.nanoTime();
  private @Nullable Admin admin;

  /**
   * @param clock tells when an ask began
   * @param onTold called once for every partition of every ask, by Kafka's thread
   */
  LogEnds(Settings.Kafka settings, LongSupplier clock, Consumer<Told> onTold) {
    this.settings = settings;
    this.clock = clock;
    this.onTold = onTold;
  }

  /** The follower is {@link #answered} by an ask that begins after this call. */
  void await(Follower follower) {
    waiting.put(follower, asks);
    askSoon();
  }

  void forget(Follower follower) {
    waiting.remove(follower);
  }

  Set<Follower> waiting() {
    return waiting.keySet();
  }

  void askSoon() {
    askAtNanos = System.nanoTime();
  }

  /**
   * Asks for these partitions and for those that somebody waits for; throws when nobody can be
   * asked.
   */
  void askIfDue(Set<TopicPartition> tailed) {
    if (System.nanoTime() - askAtNanos < 0) {
      return;
    }
    askAtNanos = System.nanoTime() + ASK_EVERY.toNanos();
    Set<TopicPartition> asked = new HashSet<>(tailed);
    waiting.keySet().forEach(follower -> asked.add(follower.partition()));
    asked.removeAll(underWay);
    if (!asked.isEmpty()) {
      ask(asked);
    }
  }

  private void ask(Collection<TopicPartition> partitions) {
    long ask = ++asks;
    long askedAtMs = clock.getAsLong();
    Map<TopicPartition, OffsetSpec> latest =
        partitions.stream()
            .collect(Collectors.toMap(Function.identity(), p -> OffsetSpec.latest()));
    ListOffsetsOptions within = new ListOffsetsOptions().timeoutMs((int) ANSWER_WITHIN.toMillis());
    ListOffsetsResult result = admin().listOffsets(latest, within);
    underWay.addAll(partitions);
    for (TopicPartition partition : partitions) {
      var unused =
          result
              .partitionResult(partition)
              .whenComplete((answer, failure) ->
                  onTold.accept(
                      new Told(
                          ask, askedAtMs, partition, failure == null ? answer.offset() : null)));
    }
  }

  /** Answers who waited for this, and makes room for the next ask. */
  List<Follower> answered(Told told) {
    underWay.remove(told.partition());
    List<Follower> of =
        waiting.keySet().stream().filter(f -> f.partition().equals(told.partition())).toList();
    List<Follower> answered =
        of.stream().filter(f -> told.end() != null && asksBefore(f) < told.ask()).toList();
    answered.forEach(waiting::remove);
    if (told.end() != null && answered.size() < of.size()) {
      askSoon();
    }
    return answered;
  }

  private long asksBefore(Follower follower) {
    return waiting.getOrDefault(follower, Long.MAX_VALUE);
  }

  Duration untilNextAsk() {
    long nanos = askAtNanos - System.nanoTime();
    return Duration.ofNanos(Math.clamp(nanos, 0, ASK_EVERY.toNanos()));
  }

  private Admin admin() {
    Admin open = admin;
    if (open == null) {
      open = KafkaClients.admin(settings, ANSWER_WITHIN);
      admin = open;
    }
    return open;
  }

  @Override
  public void close() {
    if (admin != null) {
      admin.close(Duration.ZERO);
    }
  }
}
