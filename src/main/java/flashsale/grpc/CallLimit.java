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
    if (!enter()) {
      return CompletableFuture.completedFuture(otherwise);
    }
    CompletionStage<T> called;
    try {
      called = call.get();
    } catch (RuntimeException e) {
      leave();
      throw e;
    }
    return called.whenComplete((answer, failure) -> leave());
  }

  /** Returns whether there is room for one more. It is over when it leaves. */
  boolean enter() {
    boolean isRoom = underWay.incrementAndGet() <= most;
    if (!isRoom) {
      leave();
    }
    return isRoom;
  }

  void leave() {
    underWay.decrementAndGet();
  }
}
