package flashsale.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flashsale.local.LocalStackState;
import flashsale.model.ActivityId;
import flashsale.model.Partitions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The cluster as its nodes show it over their management ports. */
final class ClusterView {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(3);

  /** Three times Pekko's {@code rebalance-interval}. */
  private static final Duration HOSTS_WITHIN = Duration.ofSeconds(30);

  private static final Duration POLL = Duration.ofMillis(200);

  /** As in {@code application.conf}. */
  private static final Partitions PARTITIONS = new Partitions(16);

  private record Seen(String node, JsonNode json) {}

  private final LocalStackState state;
  private final HttpClient http = HttpClient.newHttpClient();

  /** The addresses of that state; they outlive every restart. */
  ClusterView(LocalStackState state) {
    this.state = state;
  }

  /** The node whose shard has the activity. */
  String hostOf(String activity) throws IOException {
    String shard = Integer.toString(PARTITIONS.of(new ActivityId(activity)));
    for (Seen seen : ask("/cluster/shards/activity")) {
      for (JsonNode region : seen.json.path("regions")) {
        if (region.path("shardId").asText().equals(shard)) {
          return seen.node;
        }
      }
    }
    throw new IOException("no node shows shard " + shard);
  }

  /** Waits until a node has shards; a new one gets some at the next rebalancing. */
  void awaitHosting(String node) throws Exception {
    long deadlineNs = System.nanoTime() + HOSTS_WITHIN.toNanos();
    while (ask("/cluster/shards/activity").stream()
        .noneMatch(seen -> seen.node.equals(node) && !seen.json.path("regions").isEmpty())) {
      if (System.nanoTime() > deadlineNs) {
        throw new IOException(node + ": no shard after " + HOSTS_WITHIN.toSeconds() + " s");
      }
      Thread.sleep(POLL);
    }
  }

  /** The member that is up for longest; it hosts the coordinator. */
  String oldest() throws IOException {
    for (Seen seen : ask("/cluster/members")) {
      if (seen.json.path("selfNode").asText().equals(seen.json.path("oldest").asText())) {
        return seen.node;
      }
    }
    throw new IOException("no node shows itself to be the oldest");
  }

  private List<Seen> ask(String path) throws IOException {
    List<Seen> all = new ArrayList<>();
    for (int i = 0; i < state.grpc().size(); i++) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(state.management().get(i) + path))
              .timeout(ANSWERS_WITHIN)
              .build();
      try {
        String body = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        all.add(new Seen("node-" + (i + 1), JSON.readTree(body)));
      } catch (IOException away) {
        // Another one may know.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException(e);
      }
    }
    return all;
  }
}
