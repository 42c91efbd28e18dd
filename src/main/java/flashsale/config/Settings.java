package flashsale.config;

import com.typesafe.config.Config;
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

  /** As many as {@code flashsale.model.Partitions} takes. */
  private static final int PARTITIONS_MAX = 1024;

  public enum Role {
    GATEWAY,
    INVENTORY,
    PROJECTION
  }

  public Settings {
    roles = Set.copyOf(roles);
    Section.requirePath(
        !roles.isEmpty(),
        "flashsale.roles",
        "none",
        "one or more of gateway, inventory, projection");
    boolean secretIsPublic =
        auth.method() == AuthMethod.HS256 && auth.hs256Secret().equals(LOCAL_SECRET);
    Section.requirePath(
        local || !secretIsPublic || !roles.contains(Role.GATEWAY),
        "flashsale.auth.hs256-secret",
        "the local run's, which is public",
        "a secret of your own (FLASHSALE_AUTH_HS256_SECRET), or auth.method JWKS; only environment = local may use it");
  }

  /**
   * Reads the section {@code flashsale} of {@code root}; throws with the name of what is wrong and
   * what was expected.
   */
  public static Settings from(Config root) {
    return from(Section.of(root, "flashsale"));
  }

  /** The same, and refuses what no part of the program reads, wherever it was given. */
  public static Settings strictlyFrom(Config root) {
    Section section = Section.of(root, "flashsale");
    Settings settings = from(section);
    section.refuseUnknown();
    return settings;
  }

  private static Settings from(Section c) {
    return new Settings(
        c.oneOf("environment", "local", "production").equals("local"),
        roles(c.texts("roles")),
        Http.from(c.section("http")),
        Grpc.from(c.section("grpc")),
        Auth.from(c.section("auth")),
        ActivityLimits.from(c.section("activity")),
        Redis.from(c.section("redis")),
        Kafka.from(c.section("kafka")),
        Postgres.from(c.section("postgres")),
        Projection.from(c.section("projection")),
        Etcd.from(c.section("etcd")));
  }

  private static Set<Role> roles(List<String> names) {
    Set<Role> roles = EnumSet.noneOf(Role.class);
    for (String name : names) {
      Section.requirePath(
          Set.of("gateway", "inventory", "projection").contains(name),
          "flashsale.roles",
          name,
          "gateway, inventory or projection");
      roles.add(Role.valueOf(name.toUpperCase(Locale.ROOT)));
    }
    return roles;
  }

  public record Http(String host, int port, int bodyBytesMax, Duration bodyWithin) {
    static Http from(Section c) {
      return new Http(
          c.text("host"),
          c.port("port"),
          c.atLeast("body-bytes-max", 1024),
          c.positive("body-within"));
    }
  }

  public record Grpc(
      String host,
      int port,
      Duration claimTimeout,
      int claimAttemptsMax,
      Duration callTimeout,
      int callsUnderWayMax,
      HostPort staticEndpoint) {
    static Grpc from(Section c) {
      return new Grpc(
          c.text("host"),
          c.port("port"),
          c.positive("claim-timeout"),
          c.atLeast("claim-attempts-max", 1),
          c.positive("call-timeout"),
          c.atLeast("calls-under-way-max", 1),
          HostPort.from(c, "static-endpoint"));
    }
  }

  public record HostPort(String host, int port) {
    static HostPort from(Section c, String name) {
      String text = c.text(name);
      int colon = text.lastIndexOf(':');
      String port = text.substring(colon + 1);
      boolean valid =
          colon > 0
              && port.matches("[0-9]{1,5}")
              && Integer.parseInt(port) >= 1
              && Integer.parseInt(port) <= 65535;
      c.require(valid, name, text, "host:port with a port of 1 to 65535");
      return new HostPort(text.substring(0, colon), Integer.parseInt(port));
    }
  }

  public enum AuthMethod {
    HS256,
    JWKS
  }

  /** The secret never appears in {@link #toString()}. */
  public record Auth(
      AuthMethod method,
      String hs256Secret,
      String jwks,
      Duration jwksRefreshMin,
      Duration jwksAgeMax,
      Duration clockSkew,
      int tokensCachedMax) {
    static Auth from(Section c) {
      Auth auth =
          new Auth(
              AuthMethod.valueOf(c.oneOf("method", "HS256", "JWKS")),
              c.text("hs256-secret"),
              c.text("jwks"),
              c.notNegative("jwks-refresh-min"),
              c.positive("jwks-age-max"),
              c.notNegative("clock-skew"),
              c.atLeast("tokens-cached-max", 1));
      if (auth.method == AuthMethod.HS256) {
        int bytes = auth.hs256Secret.getBytes(StandardCharsets.UTF_8).length;
        c.require(bytes >= 32, "hs256-secret", bytes + " bytes", "32 or more");
      } else {
        c.require(!auth.jwks.isBlank(), "jwks", "nothing", "a file path or an https URL");
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
      int batchFollowingMin,
      Duration batchPause,
      Duration tailPatience,
      Duration tailFreshWithin,
      Duration soldOutValid,
      Duration opensAhead,
      Duration backoffMin,
      Duration backoffMax,
      Duration retryMax,
      int redisRetriesMax,
      int rebuildsAtOnceMax,
      Duration idleAfter) {
    static ActivityLimits from(Section c) {
      Backoff backoff = Backoff.from(c);
      return new ActivityLimits(
          c.atLeast("claims-queued-max", 1),
          c.positive("claim-wait-max"),
          c.between("batch-max", 1, 256),
          c.atLeast("batches-under-way-max", 1),
          c.between("batch-following-min", 1, 256),
          c.notNegativeUpTo("batch-pause", Duration.ofMillis(100)),
          c.positive("tail-patience"),
          c.positive("tail-fresh-within"),
          c.notNegativeUpTo("sold-out-valid", Duration.ofSeconds(1)),
          c.notNegativeUpTo("opens-ahead", Duration.ofSeconds(10)),
          backoff.min(),
          backoff.max(),
          c.positive("retry-max"),
          c.atLeast("redis-retries-max", 0),
          c.atLeast("rebuilds-at-once-max", 1),
          c.positive("idle-after"));
    }
  }

  /** A password in the URI never appears in {@link #toString()}. */
  public record Redis(
      String uri,
      boolean cluster,
      Duration commandTimeout,
      int requestsQueuedMax,
      int breakerFailuresMax,
      Duration breakerReset,
      String keyPrefix) {
    static Redis from(Section c) {
      return new Redis(
          c.text("uri"),
          c.oneOf("cluster", "on", "off").equals("on"),
          c.positive("command-timeout"),
          c.atLeast("requests-queued-max", 1),
          c.atLeast("breaker-failures-max", 1),
          c.positive("breaker-reset"),
          c.text("key-prefix"));
    }

    @Override
    public String toString() {
      return "Redis[" + uri.replaceFirst("//.*@", "//***@") + ", keyPrefix=" + keyPrefix + "]";
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
    static Kafka from(Section c) {
      return new Kafka(
          c.text("bootstrap-servers"),
          c.text("topic"),
          c.between("partitions", 1, PARTITIONS_MAX),
          c.between("replication-factor", 1, Short.MAX_VALUE),
          c.atLeast("min-insync-replicas", 1),
          c.positive("retention"),
          c.positive("delivery-timeout"));
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
      int readConnectionsMax,
      Duration connectionTimeout,
      Duration statementTimeout) {
    static Postgres from(Section c) {
      return new Postgres(
          c.text("host"),
          c.between("port", 1, 65535),
          c.text("database"),
          c.text("user"),
          c.text("password"),
          c.atLeast("connections-max", 2),
          c.atLeast("read-connections-max", 1),
          c.positive("connection-timeout"),
          c.positive("statement-timeout"));
    }

    public String jdbcUrl() {
      return "jdbc:postgresql://" + host + ":" + port + "/" + database;
    }

    @Override
    public String toString() {
      return "Postgres[" + user + "@" + jdbcUrl() + "]";
    }
  }

  public record Projection(
      Duration transactionsApart,
      int bytesPerTransactionMax,
      Duration positionCheckedEvery,
      Duration backoffMin,
      Duration backoffMax) {
    /** Some 80,000 rows: a second or two of {@code postgres.statement-timeout}. */
    private static final int BYTES_PER_TRANSACTION_MAX = 4 << 20;

    /** Rows are promised to be at most two seconds behind. */
    private static final Duration TRANSACTIONS_APART_MAX = Duration.ofSeconds(1);

    static Projection from(Section c) {
      Backoff backoff = Backoff.from(c);
      return new Projection(
          c.positiveUpTo("transactions-apart", TRANSACTIONS_APART_MAX),
          c.between("bytes-per-transaction-max", 1, BYTES_PER_TRANSACTION_MAX),
          c.positive("position-checked-every"),
          backoff.min(),
          backoff.max());
    }
  }

  /**
   * Where etcd is; no endpoints: no etcd, one node on its own. The password never appears in {@link
   * #toString()}.
   *
   * @param user empty: none
   * @param caFile certificates to trust for https, PEM; empty: the JVM's
   */
  public record Etcd(
      List<String> endpoints,
      String prefix,
      Duration leaseTtl,
      String user,
      String password,
      String caFile) {
    static Etcd from(Section c) {
      String text = c.text("endpoints");
      List<String> endpoints =
          text.isBlank() ? List.of() : List.of(text.trim().split("\\s*,\\s*", -1));
      c.require(
          endpoints.stream().allMatch(endpoint -> endpoint.matches("https?://[^/\\s]+:[0-9]+/?")),
          "endpoints",
          text,
          "none, or URLs like http://127.0.0.1:2379 with commas between");
      long secured = endpoints.stream().filter(Etcd::isSecured).count();
      c.require(
          secured == 0 || secured == endpoints.size(),
          "endpoints",
          text,
          "all of them http or all of them https");
      String caFile = c.text("ca-file");
      c.require(
          caFile.isEmpty() || secured > 0, "ca-file", caFile, "nothing unless endpoints are https");
      return new Etcd(
          endpoints,
          c.text("prefix"),
          c.positive("lease-ttl"),
          c.text("user"),
          c.text("password"),
          caFile);
    }

    private static boolean isSecured(String endpoint) {
      return endpoint.startsWith("https:");
    }

    public boolean isSecured() {
      return endpoints.stream().anyMatch(Etcd::isSecured);
    }

    @Override
    public String toString() {
      return "Etcd[" + endpoints + ", prefix=" + prefix + ", user=" + user + "]";
    }
  }

  private record Backoff(Duration min, Duration max) {
    static Backoff from(Section c) {
      Duration min = c.positive("backoff-min");
      Duration max = c.positive("backoff-max");
      c.require(max.compareTo(min) >= 0, "backoff-max", max, "at least backoff-min " + min);
      return new Backoff(min, max);
    }
  }

  /** The roles as Pekko Cluster writes them: lower case. */
  public Set<String> roleNames() {
    return roles.stream()
        .map(role -> role.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.toUnmodifiableSet());
  }
}
