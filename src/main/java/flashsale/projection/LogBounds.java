package flashsale.projection;

import static java.util.Objects.requireNonNull;

import flashsale.config.Settings;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** Where each partition of the sales log begins and ends now. */
final class LogBounds implements AutoCloseable {
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

  /**
   * Offsets that can be read from.
   *
   * @param first the oldest record that is still there
   * @param end the offset that the next record will get
   */
  record Bounds(long first, long end) {
    boolean contain(long position) {
      return first <= position && position <= end;
    }
  }

  private final Admin admin;

  LogBounds(Settings.Kafka settings) {
    int withinMs = (int) ANSWER_WITHIN.toMillis();
    this.admin =
        Admin.create(
            Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                settings.bootstrapServers(),
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                withinMs,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                withinMs / 2));
  }

  CompletionStage<Map<TopicPartition, Bounds>> of(Collection<TopicPartition> partitions) {
    return offsets(partitions, OffsetSpec.earliest())
        .thenCombine(
            offsets(partitions, OffsetSpec.latest()),
            (first, end) -> {
              Map<TopicPartition, Bounds> bounds = new HashMap<>();
              for (TopicPartition partition : partitions) {
                bounds.put(
                    partition,
                    new Bounds(
                        requireNonNull(first.get(partition)).offset(),
                        requireNonNull(end.get(partition)).offset()));
              }
              return bounds;
            });
  }

  private CompletionStage<Map<TopicPartition, ListOffsetsResultInfo>> offsets(
      Collection<TopicPartition> partitions, OffsetSpec spec) {
    return admin
        .listOffsets(partitions.stream().collect(Collectors.toMap(p -> p, p -> spec)))
        .all()
        .toCompletionStage();
  }

  @Override
  public void close() {
    admin.close(Duration.ZERO);
  }
}
