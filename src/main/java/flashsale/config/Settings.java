package flashsale.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * {@code application.conf}'s section {@code flashsale}, read once and refused where it makes no
 * sense.
 *
 * <p>What each setting means, its unit and what happens at the limit stands in {@code
 * application.conf}.
 */
public record Settings(
    boolean local,
    Set<Role> roles,
    Http http,
    Grpc grpc,
    Auth auth,
    ActivityLimits activity,
    Redis redis,
    Kafka kafka,
    Postgres postgres,
    Projection projection,
    Etcd etcd) {

  /** The token secret of the local run. Public, hence worthless anywhere else. */
  public static final String LOCAL_SECRET = "flashsale-local-run-only-secret-do-not-deploy";

  public enum Role {
    GATEWAY,
    INVENTORY,
    PROJECTION
  }

  public Settings {
    roles = Set.copyOf(roles);
    require(!roles.isEmpty(), "roles", "none", "one or more of gateway, inventory, projection");
    boolean secretIsPublic =
        auth.method() == AuthMethod.HS256 && auth.hs256Secret().equals(LOCAL_SECRET);
    require(
        local || !secretIsPublic || !roles.contains(Role.GATEWAY),
        "auth.hs256-secret",
        "the local run's, which is public",
        "a secret of your own (FLASHSALE_AUTH_HS256_SECRET), or auth.method JWKS; only environment = local may use it");
  }

  /**
   * Reads the section {@code flashsale} of {@code root}; throws with the name of what is wrong and
   * what was expected.
   */
  public static Settings from(Config root) {
    Config c = root.getConfig("flashsale");
    return new Settings(
        oneOf(c, "environment", "local", "production").equals("local"),
        roles(c.getStringList("roles")),
        Http.from(c.getConfig("http")),
        Grpc.from(c.getConfig("grpc")),
        Auth.from(c.getConfig("auth")),
        ActivityLimits.from(c.getConfig("activity")),
        Redis.from(c.getConfig("redis")),
        Kafka.from(c.getConfig("kafka")),
        Postgres.from(c.getConfig("postgres")),
        Projection.from(c.getConfig("projection")),
        Etcd.from(c.getConfig("etcd")));
  }

  private static Set<Role> roles(List<String> names) {
    Set<Role> roles = EnumSet.noneOf(Role.class);
    for (String name : names) {
      require(
          Set.of("gateway", "inventory", "projection").contains(name),
          "roles",
          name,
          "gateway, inventory or projection");
      roles.add(Role.valueOf(name.toUpperCase(Locale.ROOT)));
    }
    return roles;
  }

  public record Http(String host, int port, int bodyBytesMax) {
    static Http from(Config c) {
      return new Http(c.getString("host"), portOf(c), atLeast(c, "body-bytes-max", 1024));
    }
  }

  public record Grpc(
      String host, int port, Duration claimTimeout, Duration callTimeout, HostPort staticEndpoint) {
    static Grpc from(Config c) {
      return new Grpc(
          c.getString("host"),
          portOf(c),
          positive(c, "claim-timeout"),
          positive(c, "call-timeout"),
          HostPort.parse(c.getString("static-endpoint")));
    }
  }

  public record HostPort(String host, int port) {
    static HostPort parse(String text) {
      int colon = text.lastIndexOf(':');
      require(
          colon > 0 && text.substring(colon + 1).matches("[0-9]{1,5}"),
          "endpoint",
          text,
          "host:port");
      return new HostPort(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    }
  }

  public enum AuthMethod {
    HS256,
    JWKS
  }

  /** The secret never appears in {@link #toString()}. */
  public record Auth(AuthMethod method, String hs256Secret, String jwks, Duration clockSkew) {
    static Auth from(Config c) {
      Auth auth =
          new Auth(
              AuthMethod.valueOf(oneOf(c, "method", "HS256", "JWKS")),
              c.getString("hs256-secret"),
              c.getString("jwks"),
              c.getDuration("clock-skew"));
      if (auth.method == AuthMethod.HS256) {
        int bytes = auth.hs256Secret.getBytes(StandardCharsets.UTF_8).length;
        require(bytes >= 32, "auth.hs256-secret", bytes + " bytes", "32 or more");
      } else {
        require(!auth.jwks.isBlank(), "auth.jwks", "nothing", "a file path or an https URL");
      }
      return auth;
    }

    @Override
    public String toString() {
      return "Auth[method=" + method + ", jwks=" + jwks + "]";
    }
  }

  public record ActivityLimits(
      int claimsQueuedMax,
      Duration claimWaitMax,
      int batchMax,
      int batchesUnderWayMax,
      Duration tailPatience,
      Duration tailFreshWithin,
      Duration backoffMin,
      Duration backoffMax,
      int redisRetriesMax,
      Duration idleAfter) {
    static ActivityLimits from(Config c) {
      int batchMax = atLeast(c, "batch-max", 1);
      require(batchMax <= 256, "activity.batch-max", batchMax, "1 to 256");
      return new ActivityLimits(
          atLeast(c, "claims-queued-max", 1),
          positive(c, "claim-wait-max"),
          batchMax,
          atLeast(c, "batches-under-way-max", 1),
          positive(c, "tail-patience"),
          positive(c, "tail-fresh-within"),
          positive(c, "backoff-min"),
          positive(c, "backoff-max"),
          atLeast(c, "redis-retries-max", 0),
          positive(c, "idle-after"));
    }
  }

  public record Redis(
      String uri, Duration commandTimeout, int requestsQueuedMax, String keyPrefix) {
    static Redis from(Config c) {
      return new Redis(
          c.getString("uri"),
          positive(c, "command-timeout"),
          atLeast(c, "requests-queued-max", 1),
          c.getString("key-prefix"));
    }
  }

  public record Kafka(
      String bootstrapServers,
      String topic,
      int partitions,
      int replicationFactor,
      int minInsyncReplicas,
      Duration retention,
      Duration deliveryTimeout) {
    static Kafka from(Config c) {
      return new Kafka(
          c.getString("bootstrap-servers"),
          c.getString("topic"),
          atLeast(c, "partitions", 1),
          atLeast(c, "replication-factor", 1),
          atLeast(c, "min-insync-replicas", 1),
          positive(c, "retention"),
          positive(c, "delivery-timeout"));
    }
  }

  /** The password never appears in {@link #toString()}. */
  public record Postgres(
      String host,
      int port,
      String database,
      String user,
      String password,
      int connectionsMax,
      Duration connectionTimeout,
      Duration statementTimeout) {
    static Postgres from(Config c) {
      return new Postgres(
          c.getString("host"),
          portOf(c),
          c.getString("database"),
          c.getString("user"),
          c.getString("password"),
          atLeast(c, "connections-max", 2),
          positive(c, "connection-timeout"),
          positive(c, "statement-timeout"));
    }

    public String jdbcUrl() {
      return "jdbc:postgresql://" + host + ":" + port + "/" + database;
    }

    @Override
    public String toString() {
      return "Postgres[" + user + "@" + jdbcUrl() + "]";
    }
  }

  public record Projection(int recordsPerTransactionMax, Duration backoffMin, Duration backoffMax) {
    static Projection from(Config c) {
      return new Projection(
          atLeast(c, "records-per-transaction-max", 1),
          positive(c, "backoff-min"),
          positive(c, "backoff-max"));
    }
  }

  /** Where etcd is; no endpoints: no etcd, one node on its own. */
  public record Etcd(List<String> endpoints, String prefix, Duration leaseTtl) {
    static Etcd from(Config c) {
      String endpoints = c.getString("endpoints");
      return new Etcd(
          endpoints.isBlank() ? List.of() : List.of(endpoints.trim().split("\\s*,\\s*", -1)),
          c.getString("prefix"),
          positive(c, "lease-ttl"));
    }
  }

  private static int portOf(Config c) {
    int port = c.getInt("port");
    require(port >= 0 && port <= 65535, "port", port, "0 to 65535; 0 takes any free port");
    return port;
  }

  private static int atLeast(Config c, String name, int least) {
    int value = c.getInt(name);
    require(value >= least, name, value, ">= " + least);
    return value;
  }

  private static Duration positive(Config c, String name) {
    Duration value = c.getDuration(name);
    require(
        !value.isNegative() && !value.isZero(), name, value, "a duration above zero, like 300 ms");
    return value;
  }

  private static String oneOf(Config c, String name, String... allowed) {
    String value = c.getString(name);
    String expected = String.join(" or ", allowed);
    require(List.of(allowed).contains(value), name, value, expected);
    return value;
  }

  private static void require(boolean holds, String name, Object actual, String expected) {
    if (!holds) {
      throw new ConfigException.Generic(
          "flashsale." + name + ": " + actual + " (expected: " + expected + ")");
    }
  }

  /** The roles as Pekko Cluster writes them: lower case. */
  public Set<String> roleNames() {
    return roles.stream()
        .map(role -> role.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.toUnmodifiableSet());
  }
}
