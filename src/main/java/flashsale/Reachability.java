package flashsale;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a server answered a moment ago; it is asked every second. */
final class Reachability implements BooleanSupplier {
  private static final Logger LOG = LoggerFactory.getLogger(Reachability.class);
  private static final Duration ASKED_EVERY = Duration.ofSeconds(1);
  private static final Duration BELIEVED_FOR = Duration.ofSeconds(4);

  private final String server;
  private final Supplier<? extends CompletionStage<?>> question;
  private volatile boolean asking;
  private volatile long answeredNs = System.nanoTime() - BELIEVED_FOR.toNanos();
  private volatile boolean told = true;

  private Reachability(String server, Supplier<? extends CompletionStage<?>> question) {
    this.server = server;
    this.question = question;
  }

  static Reachability of(
      ActorSystem<?> system, String server, Supplier<? extends CompletionStage<?>> question) {
    Reachability reachability = new Reachability(server, question);
    var unused =
        system
            .scheduler()
            .scheduleWithFixedDelay(
                Duration.ZERO, ASKED_EVERY, reachability::ask, system.executionContext());
    return reachability;
  }

  @Override
  public boolean getAsBoolean() {
    return System.nanoTime() - answeredNs < BELIEVED_FOR.toNanos();
  }

  private void ask() {
    boolean reachable = getAsBoolean();
    if (reachable != told) {
      told = reachable;
      LOG.atInfo()
          .addKeyValue("server", server)
          .log(reachable ? "server answers" : "server does not answer, so this node is not ready");
    }
    if (asking) {
      return;
    }
    asking = true;
    var unused =
        asked()
            .whenComplete((answer, failure) -> {
              if (failure == null) {
                answeredNs = System.nanoTime();
              }
              asking = false;
            });
  }

  private CompletionStage<?> asked() {
    try {
      return question.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }
}
