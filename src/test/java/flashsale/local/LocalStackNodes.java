package flashsale.local;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The processes of our own in a run: one that does everything; or, with several nodes, each role in
 * processes of its own, two gateways and one projection beside the inventory nodes.
 */
final class LocalStackNodes {
  private static final int GATEWAYS = 2;

  /** One of them, and what it does. */
  record Plan(String name, List<String> roles) {
    boolean is(String role) {
      return roles.contains(role);
    }

    /** The ports that it listens on, by name. */
    List<String> ports() {
      return Stream.of("http", "grpc", "management", "remoting")
          .map(port -> name + "." + port)
          .toList();
    }
  }

  private LocalStackNodes() {}

  /** Gateway and inventory apart, as few processes as that takes. */
  static List<Plan> split() {
    return List.of(
        new Plan("node-1", List.of("inventory", "projection")),
        new Plan("gateway-1", List.of("gateway")));
  }

  static List<Plan> of(int nodes) {
    if (nodes == 1) {
      return List.of(new Plan("node-1", List.of("gateway", "inventory", "projection")));
    }
    List<Plan> plans = new ArrayList<>();
    IntStream.rangeClosed(1, nodes)
        .forEach(i -> plans.add(new Plan("node-" + i, List.of("inventory"))));
    plans.add(new Plan("projection-1", List.of("projection")));
    IntStream.rangeClosed(1, GATEWAYS)
        .forEach(i -> plans.add(new Plan("gateway-" + i, List.of("gateway"))));
    return List.copyOf(plans);
  }
}
