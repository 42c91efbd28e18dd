package flashsale.grpc;

import flashsale.config.Settings;
import flashsale.v1.Inventory;
import flashsale.v1.InventoryHandlerFactory;
import flashsale.v1.health.Health;
import flashsale.v1.health.HealthHandlerFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.grpc.javadsl.ServerReflection;
import org.apache.pekko.grpc.javadsl.ServiceHandler;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.japi.function.Function;

/**
 * Serves {@link Inventory} and its health over HTTP/2 without TLS; reflection only in the local
 * run.
 */
public final class GrpcServer {
  private GrpcServer() {}

  /**
   * Binds to the configured address.
   *
   * @param serves what the health service says of this node
   */
  public static CompletionStage<ServerBinding> bind(
      ActorSystem<?> system, Settings settings, Inventory service, BooleanSupplier serves) {
    List<Function<HttpRequest, CompletionStage<HttpResponse>>> handlers = new ArrayList<>();
    handlers.add(
        InventoryHandlerFactory.partial(
            service,
            Inventory.name,
            org.apache.pekko.stream.SystemMaterializer.get(system).materializer(),
            actorSystem -> Faults::trailers,
            system));
    handlers.add(HealthHandlerFactory.partial(new HealthService(serves), Health.name, system));
    if (settings.local()) {
      handlers.add(
          ServerReflection.create(List.of(Inventory.description, Health.description), system));
    }
    @SuppressWarnings({"unchecked", "rawtypes"})
    Function<HttpRequest, CompletionStage<HttpResponse>>[] all = handlers.toArray(new Function[0]);
    return Http.get(system)
        .newServerAt(settings.grpc().host(), settings.grpc().port())
        .bind(ServiceHandler.concatOrNotFound(all));
  }
}
