package flashsale.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigValueFactory;
import flashsale.config.Settings.AuthMethod;
import flashsale.config.Settings.Role;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code application.conf} says is taken; what makes no sense is refused by its path. */
class SettingsTest {
  private static final String OWN_SECRET = "a-secret-that-nobody-else-has-0123456789";

  /** The defaults, whatever this machine's environment sets. */
  private static Config defaults() {
    return ConfigFactory.parseResources("application.conf")
        .withFallback(ConfigFactory.defaultReferenceUnresolved())
        .resolve(ConfigResolveOptions.noSystem())
        .withOnlyPath("flashsale");
  }

  private static Config local() {
    return with(defaults(), "flashsale.environment", "local");
  }

  private static Config with(Config config, String path, Object value) {
    return config.withValue(path, ConfigValueFactory.fromAnyRef(value));
  }

  private static void assertRefused(Config config, String why) {
    assertThatThrownBy(() -> Settings.from(config))
        .isInstanceOf(ConfigException.class)
        .hasMessage(why);
  }

  @Test
  void takesEveryDefault() {
    Settings settings = Settings.from(local());

    assertThat(settings.local()).isTrue();
    assertThat(settings.roles())
        .containsExactlyInAnyOrder(Role.GATEWAY, Role.INVENTORY, Role.PROJECTION);
    assertThat(settings.roleNames())
        .containsExactlyInAnyOrder("gateway", "inventory", "projection");
    assertThat(settings.http())
        .isEqualTo(new Settings.Http("127.0.0.1", 8080, 16_384, Duration.ofSeconds(10)));
    assertThat(settings.grpc().port()).isEqualTo(8081);
    assertThat(settings.grpc().claimTimeout()).isEqualTo(Duration.ofSeconds(4));
    assertThat(settings.grpc().staticEndpoint())
        .isEqualTo(new Settings.HostPort("127.0.0.1", 8081));
    assertThat(settings.auth().method()).isEqualTo(AuthMethod.HS256);
    assertThat(settings.activity().batchMax()).isEqualTo(256);
    assertThat(settings.activity().idleAfter()).isEqualTo(Duration.ofMinutes(2));
    assertThat(settings.kafka().partitions()).isEqualTo(16);
    assertThat(settings.kafka().retention()).isEqualTo(Duration.ofDays(90));
    assertThat(settings.postgres().jdbcUrl())
        .isEqualTo("jdbc:postgresql://127.0.0.1:5432/flashsale");
    assertThat(settings.etcd().endpoints()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http.port            | abc    | 0 to 65535; 0 takes any free port",
        "http.port            | 9999999999 | 0 to 65535; 0 takes any free port",
        "http.body-bytes-max  | [1]    | >= 1024",
        "activity.batch-max   | many   | 1 to 256",
        "grpc.call-timeout    | soon   | a duration above zero, like 300 ms",
        "grpc.call-timeout    | 10 parsecs | a duration above zero, like 300 ms",
        "auth.clock-skew      | x      | a duration, like 300 ms, or 0",
      })
  void saysWhatWasExpectedInsteadOfAnotherType(String name, String value, String expected) {
    assertRefused(
        with(local(), "flashsale." + name, value),
        "flashsale." + name + ": " + value + " (expected: " + expected + ")");
  }

  @Test
  void refusesAListWhereANumberBelongs() {
    assertRefused(
        with(local(), "flashsale.http.port", List.of(1)),
        "flashsale.http.port: [1] (expected: 0 to 65535; 0 takes any free port)");
  }

  @Test
  void knowsEverySettingOfApplicationConf() {
    assertThat(Settings.strictlyFrom(local())).isEqualTo(Settings.from(local()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"http.prot", "htp.port", "activity.batchmax", "retries"})
  void refusesASettingThatNobodyReads(String name) {
    assertThatThrownBy(() -> Settings.strictlyFrom(with(local(), "flashsale." + name, 1)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("flashsale." + name + ": ");
  }

  /** A gateway that gave up before the actor did would still tell the truth, but later. */
  @Test
  void aClaimGivesUpWaitingBeforeItsGatewayDoes() {
    Settings settings = Settings.from(local());

    assertThat(settings.activity().claimWaitMax()).isLessThan(settings.grpc().claimTimeout());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          environment                 | staging      | local or production
          http.port                   | 65536        | 0 to 65535; 0 takes any free port
          http.port                   | -1           | 0 to 65535; 0 takes any free port
          http.body-bytes-max         | 0            | >= 1024
          grpc.port                   | 70000        | 0 to 65535; 0 takes any free port
          grpc.static-endpoint        | 8081         | host:port with a port of 1 to 65535
          grpc.static-endpoint        | :8081        | host:port with a port of 1 to 65535
          grpc.static-endpoint        | host:        | host:port with a port of 1 to 65535
          grpc.static-endpoint        | host:0       | host:port with a port of 1 to 65535
          grpc.static-endpoint        | host:99999   | host:port with a port of 1 to 65535
          auth.method                 | none         | HS256 or JWKS
          activity.claims-queued-max  | 0            | >= 1
          activity.batch-max          | 0            | 1 to 256
          activity.batch-max          | 257          | 1 to 256
          activity.batches-under-way-max | 0         | >= 1
          activity.batch-following-min | 0           | 1 to 256
          activity.batch-following-min | 257         | 1 to 256
          auth.tokens-cached-max      | 0            | >= 1
          activity.redis-retries-max  | -1           | >= 0
          activity.rebuilds-at-once-max | 0          | >= 1
          redis.cluster               | yes          | on or off
          redis.requests-queued-max   | 0            | >= 1
          redis.breaker-failures-max  | 0            | >= 1
          kafka.partitions            | 0            | 1 to 1024
          kafka.partitions            | 1025         | 1 to 1024
          kafka.replication-factor    | 0            | 1 to 32767
          kafka.min-insync-replicas   | 0            | >= 1
          postgres.port               | 0            | 1 to 65535
          postgres.connections-max    | 1            | >= 2
          postgres.read-connections-max | 0          | >= 1
          projection.bytes-per-transaction-max | 0 | 1 to 4194304
          """)
  void refusesNonsense(String name, String value, String expected) {
    assertRefused(
        with(local(), "flashsale." + name, value),
        "flashsale." + name + ": " + value + " (expected: " + expected + ")");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "grpc.claim-timeout",
        "grpc.call-timeout",
        "activity.claim-wait-max",
        "activity.tail-patience",
        "activity.tail-fresh-within",
        "activity.backoff-min",
        "activity.backoff-max",
        "activity.idle-after",
        "redis.command-timeout",
        "redis.breaker-reset",
        "kafka.retention",
        "kafka.delivery-timeout",
        "postgres.connection-timeout",
        "postgres.statement-timeout",
        "projection.transactions-apart",
        "projection.backoff-min",
        "projection.backoff-max",
        "etcd.lease-ttl"
      })
  void refusesADurationOfNothing(String name) {
    assertRefused(
        with(local(), "flashsale." + name, "0 s"),
        "flashsale." + name + ": PT0S (expected: a duration above zero, like 300 ms)");
  }

  @Test
  void clocksNeedNotDifferButNotBackwards() {
    assertThat(Settings.from(with(local(), "flashsale.auth.clock-skew", "0 s")).auth().clockSkew())
        .isZero();
    assertRefused(
        with(local(), "flashsale.auth.clock-skew", "-1 s"),
        "flashsale.auth.clock-skew: PT-1S (expected: a duration, like 300 ms, or 0)");
    assertRefused(
        with(local(), "flashsale.activity.sold-out-valid", "2 s"),
        "flashsale.activity.sold-out-valid: PT2S (expected: at most 1000 ms)");
    assertRefused(
        with(local(), "flashsale.activity.opens-ahead", "11 s"),
        "flashsale.activity.opens-ahead: PT11S (expected: at most 10000 ms)");
    assertRefused(
        with(local(), "flashsale.projection.transactions-apart", "2 s"),
        "flashsale.projection.transactions-apart: PT2S (expected: at most 1000 ms)");
    assertRefused(
        with(local(), "flashsale.activity.batch-pause", "101 ms"),
        "flashsale.activity.batch-pause: PT0.101S (expected: at most 100 ms)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"activity", "projection"})
  void refusesABackoffThatShrinks(String section) {
    assertRefused(
        with(local(), "flashsale." + section + ".backoff-max", "50 ms"),
        "flashsale."
            + section
            + ".backoff-max: PT0.05S (expected: at least backoff-min "
            + (section.equals("activity") ? "PT0.1S" : "PT0.2S")
            + ")");
  }

  @Test
  void refusesARoleThatIsNone() {
    assertRefused(
        with(local(), "flashsale.roles", List.of("gateway", "Inventory")),
        "flashsale.roles: Inventory (expected: gateway, inventory or projection)");
    assertRefused(
        with(local(), "flashsale.roles", List.of()),
        "flashsale.roles: none (expected: one or more of gateway, inventory, projection)");
  }

  @Test
  void refusesWhatIsMissing() {
    assertThatThrownBy(() -> Settings.from(local().withoutPath("flashsale.kafka.topic")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("topic");
  }

  // Secrets.

  @Test
  void refusesTheLocalSecretAnywhereElse() {
    assertThatThrownBy(() -> Settings.from(defaults()))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(
            "flashsale.auth.hs256-secret: the local run's, which is public (expected: a secret of"
                + " your own (FLASHSALE_AUTH_HS256_SECRET)")
        .hasMessageNotContaining(Settings.LOCAL_SECRET);
  }

  @Test
  void theLocalSecretIsTheDefault() {
    assertThat(Settings.from(local()).auth().hs256Secret()).isEqualTo(Settings.LOCAL_SECRET);
  }

  @Test
  void aNodeWithoutAGatewayNeedsNoSecret() {
    Config config = with(defaults(), "flashsale.roles", List.of("inventory", "projection"));

    assertThat(Settings.from(config).local()).isFalse();
  }

  @Test
  void productionTakesASecretOfItsOwnOrAKeySet() {
    Config own = with(defaults(), "flashsale.auth.hs256-secret", OWN_SECRET);
    Config keys =
        with(
            with(defaults(), "flashsale.auth.method", "JWKS"),
            "flashsale.auth.jwks",
            "https://id.example.com/jwks");

    assertThat(Settings.from(own).auth().hs256Secret()).isEqualTo(OWN_SECRET);
    assertThat(Settings.from(keys).auth().method()).isEqualTo(AuthMethod.JWKS);
  }

  @Test
  void refusesAShortSecretWithoutSayingIt() {
    assertRefused(
        with(local(), "flashsale.auth.hs256-secret", "0123456789"),
        "flashsale.auth.hs256-secret: 10 bytes (expected: 32 or more)");
  }

  @Test
  void refusesJwksWithoutAPlace() {
    assertRefused(
        with(local(), "flashsale.auth.method", "JWKS"),
        "flashsale.auth.jwks: nothing (expected: a file path or an https URL)");
  }

  @Test
  void noSecretIsEverPrinted() {
    Config config = with(local(), "flashsale.auth.hs256-secret", OWN_SECRET);
    config = with(config, "flashsale.postgres.password", "postgres-password");
    config = with(config, "flashsale.redis.uri", "redis://user:redis-p@ssword@127.0.0.1:6379/2");

    assertThat(Settings.from(config).toString())
        .doesNotContain(OWN_SECRET, "postgres-password", "redis-p", "ssword")
        .contains("flashsale@jdbc:postgresql://127.0.0.1:5432/flashsale")
        .contains("redis://***@127.0.0.1:6379/2");
  }

  // etcd.

  @Test
  void takesEtcdEndpointsWithCommasBetween() {
    Config config =
        with(local(), "flashsale.etcd.endpoints", " https://10.0.0.1:2379 , https://etcd-2:2379 ");

    assertThat(Settings.from(config).etcd().endpoints())
        .containsExactly("https://10.0.0.1:2379", "https://etcd-2:2379");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"127.0.0.1:2379", "http://a:2379,", "http://a:2379,,http://b:2379", "http://a"})
  void refusesAnEtcdEndpointThatIsNone(String endpoints) {
    assertRefused(
        with(local(), "flashsale.etcd.endpoints", endpoints),
        "flashsale.etcd.endpoints: "
            + endpoints
            + " (expected: none, or URLs like http://127.0.0.1:2379 with commas between)");
  }

  @Test
  void refusesEtcdEndpointsOfBothKinds() {
    // Half of it in the clear would give the password away.
    assertRefused(
        with(local(), "flashsale.etcd.endpoints", "https://a:2379,http://b:2379"),
        "flashsale.etcd.endpoints: https://a:2379,http://b:2379"
            + " (expected: all of them http or all of them https)");
  }

  @Test
  void refusesCertificatesForEtcdInTheClear() {
    assertRefused(
        with(local(), "flashsale.etcd.ca-file", "ca.pem"),
        "flashsale.etcd.ca-file: ca.pem (expected: nothing unless endpoints are https)");
  }
}
