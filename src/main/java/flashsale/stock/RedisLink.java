package flashsale.stock;

import flashsale.config.Settings;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.pattern.CircuitBreaker;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one connection to Redis that everybody shares: opened in the background, and opened again by
 * itself or by the next call that finds it gone.
 *
 * <p>A call has one time-out for all that it takes: connecting, a script by its SHA-1, and the same
 * script by its text. After some calls in a row without an answer the circuit breaker opens: calls
 * then fail at once instead of queueing up, but for one now and then that tries whether Redis is
 * back. That one's answer may be out a moment before the breaker closes: a call made in that moment
 * still fails.
 *
 * <p>A call that timed out may still be executed, or be in flight when the connection breaks, and
 * then it is <em>sent again</em> by Lettuce after it reconnects (measured on 7.7.0, whatever its
 * replay filter says); so only commands that may run twice, or late, belong here.
 */
final class RedisLink implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RedisLink.class);
  private static final Duration RECONNECT_DELAY_MIN = Duration.ofMillis(10);
  private static final Duration RECONNECT_DELAY_MAX = Duration.ofMillis(500);

  /**
   * After nothing but time-outs for this long the connection is replaced: a peer that vanished
   * without a word (power cut, firewall) would otherwise be believed in until TCP gives up, a
   * quarter of an hour. What waits in it for an answer is dropped with it.
   */
  private static final Duration SILENCE_MAX = Duration.ofSeconds(2);

  private static final long NOT_SILENT = Long.MIN_VALUE;

  private final ClientResources resources;
  private final RedisRoute route;
  private final CircuitBreaker breaker;
  private CompletableFuture<RedisRoute.Line> current =
      CompletableFuture.failedFuture(new IllegalStateException("redis: not connected yet"));
  private long silentSinceNanos = NOT_SILENT;
  private boolean away;
  private boolean closed;

  private RedisLink(ClientResources resources, RedisRoute route, CircuitBreaker breaker) {
    this.resources = resources;
    this.route = route;
    this.breaker = breaker.addOnOpenListener(this::onAway).addOnCloseListener(this::onBack);
  }

  /** Begins to connect, and does not wait for it. */
  static RedisLink open(Settings.Redis settings, ActorSystem<?> system) {
    ClientResources resources =
        ClientResources.builder()
            .reconnectDelay(
                Delay.exponential(
                    RECONNECT_DELAY_MIN, RECONNECT_DELAY_MAX, 2, TimeUnit.MILLISECONDS))
            .build();
    CircuitBreaker breaker =
        CircuitBreaker.create(
            system.classicSystem().scheduler(),
            settings.breakerFailuresMax(),
            settings.commandTimeout(),
            settings.breakerReset());
    RedisLink link = new RedisLink(resources, RedisRoute.of(settings, resources), breaker);
    link.connection();
    return link;
  }

  /** Runs the script by its SHA-1, and by its text where Redis has forgotten or never seen it. */
  CompletionStage<List<String>> run(Script script, String[] keys, String... values) {
    return call(() ->
        send(redis ->
                redis.<List<String>>evalsha(script.sha(), ScriptOutputType.MULTI, keys, values))
            .exceptionallyCompose(failure ->
                causeOf(failure) instanceof RedisNoScriptException
                    ? send(redis ->
                        redis.<List<String>>eval(
                            script.text(), ScriptOutputType.MULTI, keys, values))
                    : CompletableFuture.failedFuture(failure)));
  }

  /** Asks for nothing but an answer. */
  CompletionStage<Void> ping() {
    return call(() -> send(RedisClusterAsyncCommands::ping)).thenAccept(pong -> {});
  }

  /** Deletes a key of whatever type. */
  CompletionStage<Void> delete(String key) {
    return call(() -> send(redis -> redis.unlink(key))).thenAccept(deleted -> {});
  }

  private <T> CompletionStage<T> call(Callable<CompletionStage<T>> command) {
    return breaker
        .callWithCircuitBreakerCS(
            command, (answer, failure) -> failure.filter(RedisLink::isNoAnswer).isPresent())
        .whenComplete((answer, failure) -> onEnd(failure));
  }

  /** An error that Redis itself reports is an answer, and a fast one. */
  private static boolean isNoAnswer(Throwable failure) {
    return !(causeOf(failure) instanceof RedisCommandExecutionException);
  }

  private <T> CompletionStage<T> send(
      Function<RedisClusterAsyncCommands<String, String>, CompletionStage<T>> command) {
    return connection()
        .thenCompose(line ->
            command.apply(line.commands()).whenComplete((answer, failure) -> onAnswer(failure)));
  }

  private synchronized CompletionStage<RedisRoute.Line> connection() {
    if (current.isCompletedExceptionally() && !closed) {
      current =
          route
              .connector()
              .get()
              .whenComplete((line, failure) -> {
                if (line != null) {
                  log.atInfo().addKeyValue("redis", route.where()).log("redis connected");
                }
              })
              .toCompletableFuture();
    }
    return current;
  }

  private synchronized void onAnswer(@Nullable Throwable failure) {
    if (failure == null || !isNoAnswer(failure)) {
      silentSinceNanos = NOT_SILENT;
    }
  }

  private synchronized void onEnd(@Nullable Throwable failure) {
    if (failure == null || !(causeOf(failure) instanceof TimeoutException)) {
      return;
    }
    long now = System.nanoTime();
    if (silentSinceNanos == NOT_SILENT) {
      silentSinceNanos = now;
    } else if (now - silentSinceNanos > SILENCE_MAX.toNanos()
        && current.isDone()
        && !current.isCompletedExceptionally()) {
      log.atWarn().addKeyValue("redis", route.where()).log("redis silent, connecting anew");
      silentSinceNanos = NOT_SILENT;
      var unused = current.thenCompose(line -> line.connection().closeAsync());
      current = CompletableFuture.failedFuture(failure);
    }
  }

  private synchronized void onAway() {
    if (!away) {
      away = true;
      log.atWarn().addKeyValue("redis", route.where()).log("redis away, calls fail at once");
    }
  }

  private synchronized void onBack() {
    away = false;
    log.atInfo().addKeyValue("redis", route.where()).log("redis back");
  }

  private static Throwable causeOf(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    route.client().shutdown(Duration.ZERO, Duration.ofSeconds(2));
    var unused = resources.shutdown(0, 2, TimeUnit.SECONDS);
  }
}
