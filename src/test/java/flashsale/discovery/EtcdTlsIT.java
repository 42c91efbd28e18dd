package flashsale.discovery;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import flashsale.config.Settings.HostPort;
import flashsale.local.EtcdProcess;
import io.etcd.jetcd.Auth;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.auth.Permission;
import io.grpc.netty.GrpcSslContexts;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** An etcd behind TLS that wants a name and a password. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EtcdTlsIT {
  private static final String PREFIX = "/flashsale/";
  private static final HostPort ONE = new HostPort("127.0.0.1", 1);
  private static final String STORE_PASSWORD = "changeit";

  @TempDir static Path directory;
  private LocalEtcd etcd;

  @BeforeAll
  void start() throws Exception {
    Path certificate = directory.resolve("certificate.pem");
    Path key = directory.resolve("key.pem");
    makeCertificate(certificate, key);
    etcd = LocalEtcd.startOrSkip(new EtcdProcess.Tls(certificate, key));
    try (Client root = root()) {
      Auth auth = root.getAuthClient();
      get(auth.userAdd(LocalEtcd.bytes("root"), LocalEtcd.bytes("root-password")));
      get(auth.roleAdd(LocalEtcd.bytes("root")));
      get(auth.userGrantRole(LocalEtcd.bytes("root"), LocalEtcd.bytes("root")));
      get(auth.userAdd(LocalEtcd.bytes("flashsale"), LocalEtcd.bytes("secret")));
      get(auth.roleAdd(LocalEtcd.bytes("flashsale")));
      get(
          auth.roleGrantPermission(
              LocalEtcd.bytes("flashsale"),
              LocalEtcd.bytes(PREFIX),
              LocalEtcd.bytes("/flashsale0"),
              Permission.Type.READWRITE));
      get(auth.userGrantRole(LocalEtcd.bytes("flashsale"), LocalEtcd.bytes("flashsale")));
      get(auth.authEnable());
    }
  }

  @AfterAll
  void stop() {
    if (etcd != null) {
      etcd.close();
    }
  }

  @Test
  void registersAndIsFound() throws Exception {
    ActorSystem<?> system = system("flashsale", "secret", directory.resolve("certificate.pem"));
    try {
      EtcdConnection connection = EtcdConnection.of(system);
      system.systemActorOf(
          EtcdRegistration.create(connection, Map.of("grpc", ONE)), "one", Props.empty());
      await()
          .atMost(LocalEtcd.REGISTERED_AGAIN_WITHIN)
          .ignoreExceptions()
          .untilAsserted(() ->
              assertThat(get(connection.endpoints("grpc").toCompletableFuture()))
                  .containsExactly(ONE));
    } finally {
      LocalEtcd.end(system);
    }
  }

  @Test
  void aWrongPasswordIsSaid() {
    ActorSystem<?> system = system("flashsale", "wrong", directory.resolve("certificate.pem"));
    try {
      assertThatThrownBy(
              () -> get(EtcdConnection.of(system).endpoints("grpc").toCompletableFuture()))
          .rootCause()
          .hasMessageContaining("authentication failed");
    } finally {
      LocalEtcd.end(system);
    }
  }

  @Test
  void aServerThatNobodyTrustsIsNotBelieved() {
    ActorSystem<?> system = system("flashsale", "secret", null);
    try {
      assertThatThrownBy(
              () -> get(EtcdConnection.of(system).endpoints("grpc").toCompletableFuture()))
          .rootCause()
          .hasMessageContaining("certification path");
    } finally {
      LocalEtcd.end(system);
    }
  }

  @Test
  void aFileThatHasNoCertificatesEndsTheStart() {
    ActorSystem<?> system = system("flashsale", "secret", directory.resolve("none.pem"));
    try {
      assertThatThrownBy(() -> EtcdConnection.of(system))
          .hasMessageContaining("flashsale.etcd.ca-file")
          .hasMessageContaining("none.pem (expected: ");
    } finally {
      LocalEtcd.end(system);
    }
  }

  private ActorSystem<?> system(String user, String password, @Nullable Path ca) {
    return etcd.system(
        PREFIX,
        "flashsale.etcd { user = %s, password = %s, ca-file = \"%s\" }"
            .formatted(user, password, ca == null ? "" : ca));
  }

  private Client root() throws Exception {
    return Client.builder()
        .endpoints(etcd.endpoint())
        .sslContext(
            GrpcSslContexts.forClient()
                .trustManager(directory.resolve("certificate.pem").toFile())
                .build())
        .build();
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(10, TimeUnit.SECONDS);
  }

  /** For 127.0.0.1, signed by itself. */
  private static void makeCertificate(Path certificate, Path key) throws Exception {
    Path store = directory.resolve("store.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "etcd",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=etcd",
                "-ext",
                "san=ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                STORE_PASSWORD)
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, STORE_PASSWORD.toCharArray());
    }
    write(certificate, "CERTIFICATE", keys.getCertificate("etcd").getEncoded());
    write(key, "PRIVATE KEY", keys.getKey("etcd", STORE_PASSWORD.toCharArray()).getEncoded());
  }

  private static void write(Path file, String kind, byte[] der) throws Exception {
    String body = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(der);
    Files.writeString(
        file, "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(kind, body));
  }
}
