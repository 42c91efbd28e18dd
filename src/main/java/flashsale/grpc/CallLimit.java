package flashsale.grpc;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Lets so many calls be under way at once, and no more. Safe for any number of threads. */
final class CallLimit {
  private final int most;
  private final AtomicInteger underWay = new AtomicInteger();

  CallLimit(int most) {
    this.most = most;
  }

  /** Calls; at the limit it does not, and the answer is {@code otherwise}, at once. */
  <T> CompletionStage<T> within(Supplier<CompletionStage<T>> call, T otherwise) {
    if (underWay.incrementAndGet() > most) {
      underWay.decrementAndGet();
      return CompletableFuture.completedFuture(otherwise);
    }
    CompletionStage<T> called;
    try {
      called = call.get();
    } catch (RuntimeException e) {
      underWay.decrementAndGet();
      throw e;
    }
    return called.whenComplete((answer, failure) -> underWay.decrementAndGet());
  }
}
