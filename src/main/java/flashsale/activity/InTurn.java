package flashsale.activity;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Lets so many calls be under way at once; the others wait, in their order. For many threads. */
public final class InTurn {
  private final int most;
  private final Queue<Runnable> waiting = new ArrayDeque<>(0);
  private int underWay;

  public InTurn(int most) {
    this.most = most;
  }

  /** Begins now or when it is its turn. A call that throws is a failed stage. */
  public <T> CompletionStage<T> call(Supplier<? extends CompletionStage<T>> call) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Runnable begin = () -> begin(call, result);
    synchronized (this) {
      if (underWay >= most) {
        waiting.add(begin);
        return result;
      }
      underWay++;
    }
    begin.run();
    return result;
  }

  private <T> void begin(Supplier<? extends CompletionStage<T>> call, CompletableFuture<T> result) {
    CompletionStage<T> called;
    try {
      called = call.get();
    } catch (RuntimeException e) {
      called = CompletableFuture.failedStage(e);
    }
    var unused =
        called.whenComplete((value, failure) -> {
          next();
          if (failure == null) {
            result.complete(value);
          } else {
            result.completeExceptionally(failure);
          }
        });
  }

  private void next() {
    Runnable begin;
    synchronized (this) {
      begin = waiting.poll();
      if (begin == null) {
        underWay--;
      }
    }
    if (begin != null) {
      begin.run();
    }
  }
}
