package flashsale.bench;

import flashsale.local.NodeClasses;
import flashsale.local.SelloutBooks;
import flashsale.local.SelloutHistory.Proof;
import flashsale.local.ServerProcess;
import flashsale.local.Token;
import flashsale.model.UserId;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * {@code scripts/run}, from its launch to the first confirmed purchase; everything is built.
 *
 * <p>The first run after a build has no archive of the nodes' classes yet (see {@code
 * flashsale.local.NodeClasses}) and takes longer than every later one, so both are measured.
 */
final class StartUp {
  private static final Duration WITHIN = Duration.ofMinutes(2);
  private static final Duration STOPS_WITHIN = Duration.ofSeconds(60);
  private static final Duration RESTS_WITHIN = Duration.ofSeconds(30);
  private static final int ANSWER_WITHIN_MS = 5000;

  private final URI url;
  private int shoppers;

  private StartUp(int httpPort) {
    url = URI.create("http://127.0.0.1:" + httpPort);
  }

  /** The first run after a build, and the next one. */
  static List<Figure> measure(Path log) throws IOException, InterruptedException {
    NodeClasses.forgetArchives();
    return List.of(
        measure("start: scripts/run to the first purchase, the first time after a build", log),
        measure("start: scripts/run to the first purchase", log));
  }

  /** On free ports. A run that does not come up is a figure with a fault. */
  private static Figure measure(String scenario, Path log) throws InterruptedException {
    int httpPort = ServerProcess.freePort();
    List<String> command =
        List.of(
            "scripts/run",
            "--http-port=" + httpPort,
            "--grpc-port=" + ServerProcess.freePort(),
            "--management-port=" + ServerProcess.freePort());
    StartUp start = new StartUp(httpPort);
    long beginNs = System.nanoTime();
    try {
      ServerProcess run =
          ServerProcess.start("scripts/run", command, Map.of(), log, WITHIN, start::hasBought);
      double seconds = (System.nanoTime() - beginNs) / 1e9;
      try {
        return figure(scenario, seconds, start.differences());
      } finally {
        run.close(STOPS_WITHIN);
      }
    } catch (ServerProcess.StartFailure e) {
      return figure(scenario, 0, String.valueOf(e.getMessage()));
    }
  }

  private static Figure figure(String scenario, double seconds, String fault) {
    return new Figure(scenario, seconds, "s", "≤ 12", fault);
  }

  /** Each try is by another shopper, so that only a purchase of its own counts. */
  private boolean hasBought() throws IOException {
    String token = Token.of(new UserId("first-" + ++shoppers), List.of());
    HttpURLConnection connection =
        (HttpURLConnection) url.resolve("/v1/activities/demo/purchases").toURL().openConnection();
    connection.setRequestMethod("POST");
    connection.setReadTimeout(ANSWER_WITHIN_MS);
    connection.setRequestProperty("Authorization", "Bearer " + token);
    return connection.getResponseCode() == HttpURLConnection.HTTP_CREATED;
  }

  private String differences() throws InterruptedException {
    String token = Token.of(new UserId("ops"), List.of("ops"));
    Proof proof = SelloutBooks.proof(url, "demo", token, RESTS_WITHIN);
    return proof != null && proof.consistent() && proof.atRest() ? "" : "proof: " + proof;
  }
}
