package flashsale;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ActorSystem;

/**
 * Part of {@code /ready}: false until the node's start is complete, and while a part that it needs
 * has ceased to work.
 *
 * <p>Named in {@code pekko.conf}; Pekko Management makes one for each actor system.
 */
public final class Readiness implements Supplier<CompletionStage<Boolean>> {
  private static volatile boolean started;
  private static final List<BooleanSupplier> NEEDED = new CopyOnWriteArrayList<>();

  /** Called by reflection. */
  public Readiness(ActorSystem system) {}

  static Done started() {
    started = true;
    return Done.getInstance();
  }

  /** From now on the node is ready only while this holds too. */
  static void needs(BooleanSupplier part) {
    NEEDED.add(part);
  }

  @Override
  public CompletionStage<Boolean> get() {
    return CompletableFuture.completedFuture(
        started && NEEDED.stream().allMatch(BooleanSupplier::getAsBoolean));
  }
}
