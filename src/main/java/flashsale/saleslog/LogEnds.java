package flashsale.saleslog;

import flashsale.config.Settings;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

  /** Whoever neither answers nor fails within this time, has died. */
  private static final Duration LOST_AFTER = Duration.ofSeconds(5);

  /**
   * What became of asking for one partition.
   *
   * @param end null: not answered in time
   */
  record Told(long ask, long askedAtMs, TopicPartition partition, @Nullable Long end) {}

  private static final Logger log = LoggerFactory.getLogger(LogEnds.class);

  private final Settings.Kafka settings;
  private final LongSupplier clock;
  private final Consumer<Told> onTold;

  /** Who was asked for and when. */
  private final Map<TopicPartition, Long> underWay = new HashMap<>();

  /** Who waits to be told, with the number of the last ask before it. */
  private final Map<Follower, Long> waiting = new LinkedHashMap<>();

  /** Of these the end was not told when it was asked for last. */
  private final Set<TopicPartition> silent = new HashSet<>();

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
    long now = System.nanoTime();
    askAtNanos = now + ASK_EVERY.toNanos();
    if (underWay.values().stream().anyMatch(at -> now - at > LOST_AFTER.toNanos())) {
      log.atWarn().log("the log's ends are not told, the client is opened again");
      closeAdmin();
      underWay.clear();
    }
    Set<TopicPartition> asked = new HashSet<>(tailed);
    waiting.keySet().forEach(follower -> asked.add(follower.partition()));
    silent.retainAll(asked);
    asked.removeAll(underWay.keySet());
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
    long now = System.nanoTime();
    partitions.forEach(partition -> underWay.put(partition, now));
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
    noteSilence(told);
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

  /** Kafka's clients say much while a broker is away, and they are not heard: one line instead. */
  private void noteSilence(Told told) {
    boolean none = silent.isEmpty();
    if (told.end() == null) {
      silent.add(told.partition());
      if (none) {
        log.atWarn().addKeyValue("partition", told.partition()).log("Kafka does not answer");
      }
    } else {
      silent.remove(told.partition());
      if (!none && silent.isEmpty()) {
        log.atInfo().log("Kafka answers again");
      }
    }
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

  /** Nobody waits any more, and the brokers are asked anew. */
  void reset() {
    waiting.clear();
    underWay.clear();
    closeAdmin();
    askSoon();
  }

  private void closeAdmin() {
    Admin open = admin;
    admin = null;
    if (open != null) {
      open.close(Duration.ZERO);
    }
  }

  @Override
  public void close() {
    closeAdmin();
  }
}
