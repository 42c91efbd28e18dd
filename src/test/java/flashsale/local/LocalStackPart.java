package flashsale.local;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * One server of the run: how it is started, and which process it is now.
 *
 * <p>Starts and restarts of a part happen one after another, on a thread of its own. That thread
 * must live as long as the run: the kernel ends a server when the <em>thread</em> that started it
 * ends (see {@code scripts/run}).
 */
final class LocalStackPart {
  /** How long a server may take to end. */
  static final Duration STOP_GRACE = Duration.ofSeconds(4);

  /** A server that is up, and how it is asked to end. */
  record Running(ServerProcess process, AutoCloseable server) {}

  /** Returns when the server is ready; always on the same port and the same data. */
  interface Starter {
    Running start();
  }

  /** Hears that a part ended that nobody had asked to end. */
  interface Mourner {
    void died(String name, int exitCode);
  }

  private final String name;
  private final Starter starter;
  private final Mourner mourner;
  private final Duration stopsWithin;
  private final ExecutorService thread;
  private volatile @Nullable Running running;

  LocalStackPart(String name, Starter starter, Mourner mourner, Duration stopsWithin) {
    this.name = name;
    this.starter = starter;
    this.mourner = mourner;
    this.stopsWithin = stopsWithin;
    this.thread =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("part-" + name).factory());
  }

  String name() {
    return name;
  }

  /** Completes when it is ready, with its process. */
  CompletableFuture<ServerProcess> start() {
    return CompletableFuture.supplyAsync(this::startNow, thread);
  }

  /** Ends it first if it still lives. */
  CompletableFuture<ServerProcess> restart() {
    return CompletableFuture.supplyAsync(
        () -> {
          stop();
          return startNow();
        },
        thread);
  }

  private ServerProcess startNow() {
    Running started = starter.start();
    running = started;
    long pid = started.process().pid();
    started
        .process()
        .exit()
        .thenAccept(exitCode -> {
          ServerProcess now = process();
          if (now != null && now.pid() == pid) {
            mourner.died(name, exitCode);
          }
        });
    return started.process();
  }

  /** Returns when it is gone: asked to end, and ended by force when it takes too long. */
  void stop() {
    Running now = running;
    running = null;
    if (now == null) {
      return;
    }
    Thread asking = Thread.ofVirtual().start(() -> close(now.server()));
    try {
      if (!asking.join(stopsWithin)) {
        now.process().kill();
      }
    } catch (InterruptedException e) {
      now.process().kill();
      Thread.currentThread().interrupt();
    }
  }

  private static void close(AutoCloseable server) {
    try {
      server.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Its process, dead or alive; null before its first start. */
  @Nullable ServerProcess process() {
    Running now = running;
    return now == null ? null : now.process();
  }
}
