package flashsale.gateway;

import flashsale.config.Settings;
import flashsale.v1.Inventory;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.model.headers.ProductVersion;
import org.apache.pekko.http.javadsl.model.headers.Server;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import scala.concurrent.duration.Duration;

/**
 * The shop's HTTP door.
 *
 * <p>Stateless: any number of gateways may stand side by side, and a shopper may change between
 * them with every request.
 */
public final class HttpGateway {
  private HttpGateway() {}

  /**
   * Listens on {@code settings.http()}; port 0 takes any free one.
   *
   * <p>Fails when the port is taken or the JWK set cannot be read. {@code inventory} has deadlines
   * of its own: {@code grpc.claim-timeout} for a claim, for which the gateway sets no timer, and
   * not below {@code grpc.call-timeout} for the rest, which the gateway stops waiting for but
   * cannot cancel.
   */
  public static CompletionStage<ServerBinding> bind(
      ActorSystem<?> system, Settings settings, Inventory inventory) {
    return Tokens.open(settings.auth(), Clock.systemUTC())
        .thenCompose(tokens ->
            Http.get(system)
                .newServerAt(settings.http().host(), settings.http().port())
                .withSettings(serverSettings(system))
                .bind(FrontDoor.create(system, settings, inventory, tokens)));
  }

  /**
   * What Pekko HTTP says by itself is said as the contract wants it. Its own request time-out is
   * off because every step of ours has one, with a truer answer.
   */
  private static ServerSettings serverSettings(ActorSystem<?> system) {
    ServerSettings given = ServerSettings.create(system.classicSystem());
    return given
        .withServerHeader(Optional.of(Server.create(ProductVersion.create("flashsale", ""))))
        .withParsingErrorHandler(ParsingErrors.class.getName())
        .withTerminationDeadlineExceededResponse(
            Answers.problem(Problem.unavailable("The server is stopping.")))
        .withTimeouts(given.getTimeouts().withRequestTimeout(Duration.Inf()))
        .withParserSettings(given.getParserSettings().withModeledHeaderParsing(false))
        .withEnableHttp2(false);
  }
}
