package flashsale;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ActorSystem;

/**
 * Part of {@code /ready}: false until the node's start is complete.
 *
 * <p>Named in {@code pekko.conf}; Pekko Management makes one for each actor system.
 */
public final class Readiness implements Supplier<CompletionStage<Boolean>> {
  private static volatile boolean started;

  /** Called by reflection. */
  public Readiness(ActorSystem system) {}

  static Done started() {
    started = true;
    return Done.getInstance();
  }

  @Override
  public CompletionStage<Boolean> get() {
    return CompletableFuture.completedFuture(started);
  }
}
