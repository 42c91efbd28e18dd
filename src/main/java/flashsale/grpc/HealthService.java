package flashsale.grpc;

import flashsale.v1.Inventory;
import flashsale.v1.health.Health;
import flashsale.v1.health.HealthCheckRequest;
import flashsale.v1.health.HealthCheckResponse;
import flashsale.v1.health.HealthCheckResponse.ServingStatus;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.apache.pekko.NotUsed;
import org.apache.pekko.grpc.GrpcServiceException;
import org.apache.pekko.stream.javadsl.Source;

/** The standard health service: whether gateways should send claims here. */
final class HealthService implements Health {
  private static final Duration WATCH_INTERVAL = Duration.ofMillis(500);

  /** The whole server, and its one service. */
  private static final Set<String> KNOWN = Set.of("", Inventory.name);

  private final BooleanSupplier serves;

  HealthService(BooleanSupplier serves) {
    this.serves = serves;
  }

  @Override
  public CompletionStage<HealthCheckResponse> check(HealthCheckRequest in) {
    return KNOWN.contains(in.getService())
        ? CompletableFuture.completedFuture(response(status()))
        : CompletableFuture.failedFuture(
            new GrpcServiceException(Status.NOT_FOUND.withDescription("no such service")));
  }

  @Override
  public Source<HealthCheckResponse, NotUsed> watch(HealthCheckRequest in) {
    return KNOWN.contains(in.getService())
        ? Source.tick(Duration.ZERO, WATCH_INTERVAL, NotUsed.getInstance())
            .map(tick -> status())
            .statefulMapConcat(() -> {
              ServingStatus[] before = {ServingStatus.UNRECOGNIZED};
              return now -> {
                boolean changed = now != before[0];
                before[0] = now;
                return changed ? List.of(response(now)) : List.of();
              };
            })
            .mapMaterializedValue(cancellable -> NotUsed.getInstance())
        : Source.single(response(ServingStatus.SERVICE_UNKNOWN));
  }

  private ServingStatus status() {
    return serves.getAsBoolean() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  }

  private static HealthCheckResponse response(ServingStatus status) {
    return HealthCheckResponse.newBuilder().setStatus(status).build();
  }
}
