package flashsale.saleslog;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import flashsale.config.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SalesLogTopicIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir static Path folder;
  private static KafkaFixture kafka;

  @BeforeAll
  static void start() {
    kafka = new KafkaFixture(folder);
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  @Test
  void makesTheTopicAsItMustBe() throws Exception {
    Settings.Kafka settings = kafka.newTopic(3);
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, settings.topic());

    try (Admin admin = kafka.admin()) {
      Config config =
          requireNonNull(
              admin
                  .describeConfigs(List.of(resource))
                  .all()
                  .get(20, TimeUnit.SECONDS)
                  .get(resource));
      assertThat(config.get("cleanup.policy").value()).isEqualTo("delete");
      assertThat(config.get("message.timestamp.type").value()).isEqualTo("LogAppendTime");
      assertThat(config.get("unclean.leader.election.enable").value()).isEqualTo("false");
      assertThat(config.get("min.insync.replicas").value()).isEqualTo("1");
      assertThat(config.get("retention.ms").value())
          .isEqualTo(Long.toString(Duration.ofDays(90).toMillis()));
    }
  }

  @Test
  void acceptsTheTopicThatItMade() throws Exception {
    Settings.Kafka settings = kafka.newTopic(3);

    assertThat(SalesLogTopic.ensure(settings).toCompletableFuture()).succeedsWithin(PATIENCE);
  }

  @Test
  void refusesAnotherPartitionCount() throws Exception {
    Settings.Kafka existing = kafka.newTopic(3);

    assertRefused(
        kafka.settings(existing.topic(), 4),
        "flashsale.kafka.partitions: 4 (expected: 3, the count of the existing topic "
            + existing.topic()
            + "; the count is fixed for its life)");
  }

  @Test
  void refusesATopicThatIsCompactedOrHasTheWritersTime() throws Exception {
    make(
        "compacted",
        Map.of("cleanup.policy", "compact", "message.timestamp.type", "LogAppendTime"));
    make("create-time", Map.of());

    assertRefused(
        kafka.settings("compacted", 1),
        "cleanup.policy of topic compacted: compact (expected: delete)");
    assertRefused(
        kafka.settings("create-time", 1),
        "message.timestamp.type of topic create-time: CreateTime (expected: LogAppendTime)");
  }

  private static void make(String topic, Map<String, String> configs) throws Exception {
    try (Admin admin = kafka.admin()) {
      admin
          .createTopics(List.of(new NewTopic(topic, 1, (short) 1).configs(configs)))
          .all()
          .get(20, TimeUnit.SECONDS);
    }
  }

  private static void assertRefused(Settings.Kafka settings, String why) {
    assertThat(SalesLogTopic.ensure(settings).toCompletableFuture())
        .failsWithin(PATIENCE)
        .withThrowableOfType(ExecutionException.class)
        .havingCause()
        .isInstanceOf(IllegalStateException.class)
        .withMessage(why);
  }
}
