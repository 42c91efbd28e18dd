package flashsale.saleslog;

import flashsale.config.Settings;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Asks the brokers where partitions end, without blocking. For one asking thread; the answers come
 * on Kafka's.
 */
final class LogEnds implements AutoCloseable {
  private static final Duration ANSWER_WITHIN = Duration.ofMillis(1500);

  /** Receives the answers to one question. */
  interface Answers {
    void end(TopicPartition partition, long end);

    /** Every partition has been answered or has failed. */
    void complete();
  }

  private final Settings.Kafka settings;
  private @Nullable Admin admin;

  LogEnds(Settings.Kafka settings) {
    this.settings = settings;
  }

  /**
   * A partition whose leader does not answer in time is left out; throws when nobody can be asked.
   */
  void ask(Collection<TopicPartition> partitions, Answers answers) {
    Map<TopicPartition, OffsetSpec> latest =
        partitions.stream()
            .collect(Collectors.toMap(Function.identity(), p -> OffsetSpec.latest()));
    ListOffsetsOptions within = new ListOffsetsOptions().timeoutMs((int) ANSWER_WITHIN.toMillis());
    ListOffsetsResult asked = admin().listOffsets(latest, within);
    for (TopicPartition partition : latest.keySet()) {
      var unused =
          asked
              .partitionResult(partition)
              .whenComplete((answer, failure) -> {
                if (failure == null) {
                  answers.end(partition, answer.offset());
                }
              });
    }
    var unused = asked.all().whenComplete((all, failure) -> answers.complete());
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
