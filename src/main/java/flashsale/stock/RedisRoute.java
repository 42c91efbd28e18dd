package flashsale.stock;

import flashsale.config.Settings;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * How Redis is reached: one server, the master that Sentinels name, or a Redis Cluster.
 *
 * <p>In a cluster the keys of an activity lie together, because they have its id as their hash tag;
 * a slot that moves is followed by Lettuce.
 */
record RedisRoute(
    AbstractRedisClient client, String where, Supplier<CompletionStage<Line>> connector) {
  private static final Duration TOPOLOGY_READ_EVERY = Duration.ofSeconds(5);
  private static final Duration TOPOLOGY_READ_AFTER_SURPRISE = Duration.ofMillis(200);

  /** A connection, and the commands that every kind of it knows. */
  record Line(
      StatefulConnection<String, String> connection,
      RedisClusterAsyncCommands<String, String> commands) {}

  static RedisRoute of(Settings.Redis settings, ClientResources resources) {
    RedisURI uri = RedisURI.create(settings.uri());
    uri.setTimeout(settings.commandTimeout());
    return settings.cluster()
        ? cluster(settings, uri, resources)
        : single(settings, uri, resources);
  }

  private static RedisRoute single(
      Settings.Redis settings, RedisURI uri, ClientResources resources) {
    RedisClient client = RedisClient.create(resources, uri);
    client.setOptions(with(settings, ClientOptions.builder()).build());
    boolean bySentinel = !uri.getSentinels().isEmpty();
    String where =
        bySentinel
            ? uri.getSentinelMasterId() + " by Sentinel"
            : uri.getHost() + ":" + uri.getPort();
    return new RedisRoute(
        client,
        where,
        () ->
            client
                .connectAsync(StringCodec.UTF8, uri)
                .thenApply(connection -> new Line(connection, connection.async())));
  }

  private static RedisRoute cluster(
      Settings.Redis settings, RedisURI uri, ClientResources resources) {
    RedisClusterClient client = RedisClusterClient.create(resources, List.of(uri));
    ClusterClientOptions.Builder options = ClusterClientOptions.builder();
    with(settings, options);
    // The connection to a primary is opened by the first command for it, which would be rejected.
    options.disconnectedBehavior(DisconnectedBehavior.ACCEPT_COMMANDS);
    options.topologyRefreshOptions(
        ClusterTopologyRefreshOptions.builder()
            .enablePeriodicRefresh(TOPOLOGY_READ_EVERY)
            .enableAllAdaptiveRefreshTriggers()
            .adaptiveRefreshTriggersTimeout(TOPOLOGY_READ_AFTER_SURPRISE)
            .build());
    client.setOptions(options.build());
    return new RedisRoute(
        client,
        "cluster at " + uri.getHost() + ":" + uri.getPort(),
        () ->
            client
                .refreshPartitionsAsync()
                .thenCompose(known -> client.connectAsync(StringCodec.UTF8))
                .thenApply(connection -> new Line(connection, connection.async())));
  }

  private static ClientOptions.Builder with(
      Settings.Redis settings, ClientOptions.Builder options) {
    return options
        .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
        .requestQueueSize(settings.requestsQueuedMax())
        .socketOptions(
            SocketOptions.builder()
                .connectTimeout(settings.commandTimeout())
                .keepAlive(true)
                .build())
        .maintNotificationsConfig(MaintNotificationsConfig.disabled());
  }
}
