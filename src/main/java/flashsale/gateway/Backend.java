package flashsale.gateway;

import flashsale.v1.Inventory;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * The inventory as the gateway asks it: every call ends in time, and a fault becomes an answer.
 *
 * <p>For everything that may simply be asked again. A claim may not: see {@link Claims}.
 */
final class Backend {
  private final Inventory inventory;
  private final Duration callTimeout;
  private final FaultLog faults;

  Backend(Inventory inventory, Duration callTimeout, FaultLog faults) {
    this.inventory = inventory;
    this.callTimeout = callTimeout;
    this.faults = faults;
  }

  /** What came of a call: a reply, or the problem to answer with. */
  private sealed interface Heard<R> {
    record Reply<R>(R reply) implements Heard<R> {}

    record Fault<R>(Problem problem) implements Heard<R> {}
  }

  /** Asks, and translates the reply; a fault is 503, or 400 when the request was at fault. */
  <R> CompletionStage<HttpResponse> ask(
      Function<Inventory, CompletionStage<R>> call, Function<R, HttpResponse> translate) {
    return askOr(call, translate, Answers::problem);
  }

  /** Asks, and translates the reply, or else the fault. */
  <R, T> CompletionStage<T> askOr(
      Function<Inventory, CompletionStage<R>> call,
      Function<R, T> translate,
      Function<Problem, T> otherwise) {
    return GrpcFaults.invoke(call, inventory)
        .toCompletableFuture()
        .orTimeout(callTimeout.toMillis(), TimeUnit.MILLISECONDS)
        .<Heard<R>>thenApply(Heard.Reply::new)
        .exceptionally(fault -> new Heard.Fault<>(problem(fault)))
        // In a step of its own: a fault in here is ours, not the inventory's.
        .thenApply(heard ->
            switch (heard) {
              case Heard.Reply<R>(R reply) -> translate.apply(reply);
              case Heard.Fault<R>(Problem problem) -> otherwise.apply(problem);
            });
  }

  private Problem problem(Throwable fault) {
    if (GrpcFaults.code(fault) == Status.Code.INVALID_ARGUMENT) {
      return GrpcFaults.refusedByInventory();
    }
    faults.note("call to the inventory failed", fault);
    return Problem.unavailable("Nobody can answer right now. Try again.");
  }
}
