package flashsale.saleslog;

import flashsale.config.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sales log's topic: made as it must be, or refused as it is. */
public final class SalesLogTopic {
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);
  private static final Duration RETENTION_LEAST = Duration.ofDays(30);
  private static final Logger log = LoggerFactory.getLogger(SalesLogTopic.class);

  private SalesLogTopic() {}

  /**
   * Completes when the topic is there with the right partition count and settings.
   *
   * <p>Fails with an {@link IllegalStateException} that says which setting to change when the topic
   * was made otherwise: with another partition count an activity's records would stand in two
   * partitions; compacted, its history would be lost; with the writers' clocks, two readers could
   * not agree on a confirmation's time. Fails otherwise when Kafka does not answer.
   */
  public static CompletionStage<Void> ensure(Settings.Kafka settings) {
    Admin admin;
    try {
      admin = KafkaClients.admin(settings, ANSWER_WITHIN);
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e);
    }
    // Creating comes first: asking first would race with the other nodes.
    return create(admin, settings)
        .handle((created, failure) -> afterCreating(admin, settings, failure))
        .thenCompose(Function.identity())
        .whenComplete((done, failure) -> admin.close(Duration.ZERO));
  }

  private static CompletionStage<Void> create(Admin admin, Settings.Kafka settings) {
    Map<String, String> configs =
        Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_DELETE,
            TopicConfig.RETENTION_MS_CONFIG,
            Long.toString(settings.retention().toMillis()),
            TopicConfig.RETENTION_BYTES_CONFIG,
            "-1",
            TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG,
            "false",
            TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
            "LogAppendTime",
            TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
            Integer.toString(settings.minInsyncReplicas()));
    NewTopic topic =
        new NewTopic(settings.topic(), settings.partitions(), (short) settings.replicationFactor())
            .configs(configs);
    return admin.createTopics(List.of(topic)).all().toCompletionStage();
  }

  private static CompletionStage<Void> afterCreating(
      Admin admin, Settings.Kafka settings, @Nullable Throwable failure) {
    if (failure == null) {
      log.atInfo()
          .addKeyValue("topic", settings.topic())
          .addKeyValue("partitions", settings.partitions())
          .log("sales log created");
      return CompletableFuture.completedStage(null);
    }
    Throwable why =
        failure instanceof CompletionException e && e.getCause() != null ? e.getCause() : failure;
    boolean mayExist =
        why instanceof TopicExistsException || why instanceof TopicAuthorizationException;
    return mayExist ? verify(admin, settings) : CompletableFuture.failedStage(why);
  }

  private static CompletionStage<Void> verify(Admin admin, Settings.Kafka settings) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, settings.topic());
    CompletionStage<TopicDescription> described =
        admin
            .describeTopics(List.of(settings.topic()))
            .allTopicNames()
            .toCompletionStage()
            .thenApply(all -> Objects.requireNonNull(all.get(settings.topic())));
    CompletionStage<Config> configured =
        admin
            .describeConfigs(List.of(resource))
            .all()
            .toCompletionStage()
            .thenApply(all -> Objects.requireNonNull(all.get(resource)));
    return described.thenCombine(
        configured,
        (topic, config) -> {
          wrongIn(topic, config, settings)
              .ifPresent(wrong -> {
                throw new IllegalStateException(wrong);
              });
          warnOf(config, settings);
          return null;
        });
  }

  private static Optional<String> wrongIn(
      TopicDescription topic, Config config, Settings.Kafka settings) {
    int count = topic.partitions().size();
    if (count != settings.partitions()) {
      return Optional.of(
          "flashsale.kafka.partitions: "
              + settings.partitions()
              + " (expected: "
              + count
              + ", the count of the existing topic "
              + settings.topic()
              + "; the count is fixed for its life)");
    }
    return differing(config, settings, TopicConfig.CLEANUP_POLICY_CONFIG, "delete")
        .or(() ->
            differing(
                config, settings, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime"));
  }

  private static Optional<String> differing(
      Config config, Settings.Kafka settings, String name, String expected) {
    String actual = config.get(name).value();
    return actual.equals(expected)
        ? Optional.empty()
        : Optional.of(
            name
                + " of topic "
                + settings.topic()
                + ": "
                + actual
                + " (expected: "
                + expected
                + ")");
  }

  /** What weakens the promise without breaking it. */
  private static void warnOf(Config config, Settings.Kafka settings) {
    differing(config, settings, TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG, "false")
        .ifPresent(
            weak -> log.atWarn().addKeyValue("setting", weak).log("sales log may lose records"));
    long retentionMs = Long.parseLong(config.get(TopicConfig.RETENTION_MS_CONFIG).value());
    if (retentionMs >= 0 && retentionMs < RETENTION_LEAST.toMillis()) {
      log.atWarn()
          .addKeyValue("retention.ms", retentionMs)
          .addKeyValue("expected", ">= " + RETENTION_LEAST.toMillis())
          .log("sales log forgets early");
    }
  }
}
