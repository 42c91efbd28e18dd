package flashsale.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import flashsale.local.EtcdProcess;
import flashsale.local.ServerProcess;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.options.GetOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;

/** An etcd of one test class on a port that stays, and what a test wants to do to it. */
final class LocalEtcd implements AutoCloseable {
  static final Duration LEASE_TTL = Duration.ofSeconds(2);

  /** The promise of {@link EtcdRegistration}. */
  static final Duration REGISTERED_AGAIN_WITHIN = LEASE_TTL.plusSeconds(5);

  private final Path directory;
  private final int port = ServerProcess.freePort();
  private final EtcdProcess.@Nullable Tls tls;
  private EtcdProcess process;

  private LocalEtcd(Path directory, EtcdProcess.@Nullable Tls tls) {
    this.directory = directory;
    this.tls = tls;
    this.process = start();
  }

  /** Starts etcd; the test is skipped, and says so, where none is installed. */
  static LocalEtcd startOrSkip() {
    return startOrSkip(null);
  }

  /** The same, over TLS only. */
  static LocalEtcd startOrSkip(EtcdProcess.@Nullable Tls tls) {
    assumeTrue(EtcdProcess.isInstalled(), EtcdProcess.SKIPPED);
    try {
      return new LocalEtcd(Files.createTempDirectory("flashsale-etcd"), tls);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private EtcdProcess start() {
    return EtcdProcess.start(directory.resolve("data"), port, directory.resolve("etcd.log"), tls);
  }

  String endpoint() {
    return process.endpoint();
  }

  void kill() {
    process.process().kill();
  }

  void restart() {
    process = start();
  }

  /** SIGSTOP: connections stay open, nobody answers. */
  void pause() {
    signal("STOP");
  }

  void resume() {
    signal("CONT");
  }

  private void signal(String name) {
    try {
      String pid = Long.toString(process.process().pid());
      int exit = new ProcessBuilder("kill", "-" + name, pid).inheritIO().start().waitFor();
      assertThat(exit).isZero();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  boolean isRunning() {
    return process.process().isAlive();
  }

  void ensureRunning() {
    if (!isRunning()) {
      restart();
    }
  }

  void wipe() {
    delete(directory.resolve("data"));
  }

  /** A client that waits for nothing; for one question or one deed. */
  Client client() {
    return Client.builder().endpoints(process.endpoint()).build();
  }

  List<KeyValue> entries(String prefix) {
    try (Client client = client()) {
      return client
          .getKVClient()
          .get(bytes(prefix), GetOption.builder().isPrefix(true).build())
          .get(5, TimeUnit.SECONDS)
          .getKvs();
    } catch (Exception e) {
      throw new IllegalStateException("etcd did not answer the test", e);
    }
  }

  List<String> keys(String prefix) {
    return entries(prefix).stream()
        .map(entry -> entry.getKey().toString(StandardCharsets.UTF_8))
        .toList();
  }

  void awaitKeys(String prefix, String... keys) {
    await()
        .atMost(REGISTERED_AGAIN_WITHIN)
        .untilAsserted(() -> assertThat(keys(prefix)).containsExactlyInAnyOrder(keys));
  }

  static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }

  /** The product's settings with this etcd under a prefix of the test's own. */
  Config config(String prefix, String overrides) {
    return config(
        """
        flashsale.etcd { endpoints = "%s", prefix = "%s", lease-ttl = %d s }
        """
                .formatted(endpoint(), prefix, LEASE_TTL.toSeconds())
            + overrides);
  }

  /** The product's settings without etcd. */
  static Config config(String overrides) {
    Config own =
        ConfigFactory.parseString("flashsale { environment = local, etcd.endpoints = \"\" }");
    return ConfigFactory.load(
        ConfigFactory.parseString(overrides)
            .withFallback(own)
            .withFallback(ConfigFactory.parseResources("application.conf")));
  }

  /** An actor system that is no cluster member, as a gateway's. */
  ActorSystem<?> system(String prefix) {
    return system(prefix, "");
  }

  /** The same with other settings. */
  ActorSystem<?> system(String prefix, String overrides) {
    return ActorSystem.create(
        Behaviors.empty(),
        "flashsale",
        config(prefix, "pekko.actor.provider = local\n" + overrides));
  }

  static void end(ActorSystem<?> system) {
    system.terminate();
    await().atMost(Duration.ofSeconds(30)).until(() -> system.whenTerminated().isCompleted());
  }

  @Override
  public void close() {
    process.close();
    delete(directory);
  }

  private static void delete(Path root) {
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
