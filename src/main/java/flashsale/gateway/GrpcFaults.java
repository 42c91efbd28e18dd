package flashsale.gateway;

import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** What a failed gRPC call says about whether the request was sent. */
final class GrpcFaults {
  /** grpc-java's words when name resolution found nobody; there is no code of its own for it. */
  private static final String NO_ENDPOINT = "NameResolver returned no usable address";

  private GrpcFaults() {}

  /**
   * Calls; a call that throws is a failed stage. A stage of its own: what is done to it does not
   * reach the caller's.
   */
  static <S, R> CompletionStage<R> invoke(Function<S, CompletionStage<R>> call, S service) {
    try {
      return call.apply(service).thenApply(Function.identity());
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  /** The status code of a fault; a local time-out is DEADLINE_EXCEEDED, anything else UNKNOWN. */
  static Status.Code code(Throwable fault) {
    for (Throwable at = fault; at != null; at = at.getCause()) {
      switch (at) {
        case StatusRuntimeException e -> {
          return e.getStatus().getCode();
        }
        case StatusException e -> {
          return e.getStatus().getCode();
        }
        case TimeoutException e -> {
          return Status.Code.DEADLINE_EXCEEDED;
        }
        default -> {}
      }
    }
    return Status.Code.UNKNOWN;
  }

  /**
   * True only when it is certain that no node received anything: there was none to connect to.
   *
   * <p>A connection that broke is not this case, however early it broke.
   */
  static boolean nothingWasSent(Throwable fault) {
    if (code(fault) != Status.Code.UNAVAILABLE) {
      return false;
    }
    for (Throwable at = fault; at != null; at = at.getCause()) {
      if (at instanceof InventoryNodes.NoneKnown
          || at instanceof ConnectException
          || at instanceof NoRouteToHostException
          || at instanceof UnknownHostException) {
        return true;
      }
      String message = at.getMessage();
      if (at instanceof StatusRuntimeException
          && message != null
          && message.contains(NO_ENDPOINT)) {
        return true;
      }
    }
    return false;
  }

  /** The inventory found the request not to be one of its contract; its words are for engineers. */
  static Problem refusedByInventory() {
    return Problem.invalid("request", "refused by the inventory", "a request of the contract");
  }
}
