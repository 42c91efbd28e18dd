package flashsale.discovery;

import flashsale.config.Settings;
import flashsale.config.Settings.HostPort;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.WatchOption;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one etcd client of an actor system, opened at the first use and closed with the system.
 *
 * <p>It can be made while etcd is down. Every call ends within {@link #CALL_TIMEOUT}, with a value
 * or a failure, and nothing here throws. Safe for use by any thread.
 */
final class EtcdConnection implements Extension {

  /** After it a call has failed, also when etcd accepts connections and never answers. */
  static final Duration CALL_TIMEOUT = Duration.ofSeconds(2);

  /**
   * After this many failures in a row the client is replaced. gRPC waits longer and longer, up to
   * two minutes, before it connects again; a new client connects at once.
   */
  private static final int FAILURES_BEFORE_RENEWAL = 3;

  private static final Duration RENEWAL_INTERVAL_MIN = Duration.ofSeconds(1);

  private static final Logger log = LoggerFactory.getLogger(EtcdConnection.class);

  private final Settings.Etcd settings;
  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("etcd-client").daemon(true).factory());

  private NumberedClient current;
  private long currentSince = System.nanoTime();
  private int failuresInARow;
  private boolean closed;

  private EtcdConnection(Settings.Etcd settings) {
    this.settings = settings;
    this.current = new NumberedClient(1, newClient());
  }

  static EtcdConnection of(ClassicActorSystemProvider system) {
    return Id.INSTANCE.get(system);
  }

  Duration leaseTtl() {
    return settings.leaseTtl();
  }

  /** The key under which an endpoint of a service is registered; the key says it all. */
  String key(String service, HostPort endpoint) {
    return directory(service) + endpoint.host() + ":" + endpoint.port();
  }

  static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }

  /** Runs one call on the current client; the stage always completes, in time. */
  <T> CompletionStage<T> call(Function<Client, CompletableFuture<T>> call) {
    NumberedClient used = current();
    try {
      return call.apply(used.client())
          // The deadline of the call itself comes first; this is for a client closed meanwhile.
          .orTimeout(CALL_TIMEOUT.multipliedBy(2).toMillis(), TimeUnit.MILLISECONDS)
          .whenComplete((value, failure) -> onOutcome(used.number(), failure));
    } catch (RuntimeException e) {
      onOutcome(used.number(), e);
      return CompletableFuture.failedFuture(e);
    }
  }

  /** The endpoints registered for a service now, in the order of their keys. */
  CompletionStage<Set<HostPort>> endpoints(String service) {
    String directory = directory(service);
    GetOption all = GetOption.builder().isPrefix(true).build();
    return call(c -> c.getKVClient().get(bytes(directory), all))
        .thenApply(found ->
            found.getKvs().stream()
                .map(entry -> entry.getKey().toString(StandardCharsets.UTF_8))
                .flatMap(key -> parse(key.substring(directory.length())).stream())
                .collect(Collectors.toCollection(LinkedHashSet::new)));
  }

  /**
   * Watches a service's registrations from now on; the listener first hears that the watch stands.
   *
   * <p>A watch has no deadline. Whoever hears of an error closes it and opens another.
   */
  Watch.Watcher watch(String service, Watch.Listener listener) {
    WatchOption option =
        WatchOption.builder().isPrefix(true).withCreateNotify(true).withRequireLeader(true).build();
    return current().client().getWatchClient().watch(bytes(directory(service)), option, listener);
  }

  /** What was wrong in the end, without what futures and gRPC wrapped around it. */
  static String reason(Throwable failure) {
    Throwable cause = failure.getCause();
    return cause == null ? String.valueOf(failure.getMessage()) : reason(cause);
  }

  private String directory(String service) {
    return settings.prefix() + service + "/";
  }

  /** What somebody else wrote there and is no endpoint is left out. */
  private static Optional<HostPort> parse(String text) {
    int colon = text.lastIndexOf(':');
    return colon > 0 && text.substring(colon + 1).matches("[0-9]{1,5}")
        ? Optional.of(
            new HostPort(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1))))
        : Optional.empty();
  }

  private synchronized NumberedClient current() {
    return current;
  }

  private synchronized void onOutcome(int clientNumber, @Nullable Throwable failure) {
    if (clientNumber != current.number() || closed) {
      return;
    }
    if (failure == null) {
      failuresInARow = 0;
      return;
    }
    failuresInARow++;
    boolean due = System.nanoTime() - currentSince >= RENEWAL_INTERVAL_MIN.toNanos();
    if (failuresInARow >= FAILURES_BEFORE_RENEWAL && due) {
      log.atDebug().addKeyValue("failures", failuresInARow).log("etcd client replaced");
      Client old = current.client();
      current = new NumberedClient(clientNumber + 1, newClient());
      currentSince = System.nanoTime();
      failuresInARow = 0;
      old.close();
    }
  }

  private synchronized void close() {
    closed = true;
    current.client().close();
    executor.shutdown();
  }

  private Client newClient() {
    ClientBuilder builder =
        Client.builder()
            .endpoints(settings.endpoints().toArray(String[]::new))
            .executorService(executor)
            .interceptor(new CallDeadline(CALL_TIMEOUT))
            // Fail fast, and once: who calls knows better when to try again.
            .waitForReady(false)
            .retryMaxAttempts(0)
            .connectTimeout(CALL_TIMEOUT)
            // Finds a connection that died without a word while a watch waits on it.
            .keepaliveTime(Duration.ofSeconds(10))
            .keepaliveTimeout(Duration.ofSeconds(3));
    if (!settings.user().isEmpty()) {
      builder.user(bytes(settings.user())).password(bytes(settings.password()));
    }
    if (settings.isSecured()) {
      // Without it jetcd would speak in the clear, whatever the scheme says.
      builder.sslContext(trusting(settings.caFile()));
    }
    return builder.build();
  }

  private static SslContext trusting(String caFile) {
    try {
      SslContextBuilder context = GrpcSslContexts.forClient();
      if (!caFile.isEmpty()) {
        context.trustManager(new File(caFile));
      }
      return context.build();
    } catch (SSLException | IllegalArgumentException e) {
      throw new IllegalStateException(
          "flashsale.etcd.ca-file: " + caFile + " (expected: a file of certificates in PEM)", e);
    }
  }

  private record NumberedClient(int number, Client client) {}

  private static final class Id extends AbstractExtensionId<EtcdConnection> {
    private static final Id INSTANCE = new Id();

    @Override
    public EtcdConnection createExtension(ExtendedActorSystem system) {
      EtcdConnection connection =
          new EtcdConnection(Settings.from(system.settings().config()).etcd());
      system.registerOnTermination(connection::close);
      return connection;
    }
  }
}
