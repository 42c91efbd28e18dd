package flashsale.chaos;

import flashsale.local.LocalStackDetours;
import flashsale.local.LocalStackState;
import flashsale.local.RunningStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The system that is struck: every part a process of its own, with proxies before two of them. */
final class ChaosSystem implements Target, AutoCloseable {
  /** Those that can be killed, by the name that the local run gives them. */
  static final List<String> PARTS = List.of("node-1", "redis", "kafka", "postgres", "etcd");

  private final RunningStack stack;
  private final Map<String, ChaosProxy> proxies;
  private final List<SmallDisk> smallDisks;
  private final Shape shape;
  private final ClusterView cluster;
  private volatile String selling = "";

  /**
   * What a fault needs of the system.
   *
   * @param nodes of the inventory
   * @param smallDisks parts whose data is on a {@link SmallDisk}
   */
  record Shape(int nodes, Set<String> smallDisks) {
    static Shape of(Fault fault) {
      return new Shape(fault.nodes(), fault.smallDisks());
    }
  }

  private ChaosSystem(
      RunningStack stack,
      Map<String, ChaosProxy> proxies,
      List<SmallDisk> smallDisks,
      Shape shape) {
    this.stack = stack;
    this.proxies = proxies;
    this.smallDisks = smallDisks;
    this.shape = shape;
    this.cluster = new ClusterView(stack.state());
  }

  /** Returns when the nodes are ready; everything written stays below {@code directory}. */
  static ChaosSystem start(Path directory, Shape shape) throws IOException {
    List<SmallDisk> smallDisks = new ArrayList<>();
    try {
      for (String part : shape.smallDisks()) {
        smallDisks.add(SmallDisk.mount(RunningStack.data(directory, part)));
      }
      Map<String, ChaosProxy> proxies = new HashMap<>();
      RunningStack stack =
          RunningStack.start(directory, shape.nodes(), own -> detour(own, proxies));
      return new ChaosSystem(stack, proxies, smallDisks, shape);
    } catch (IOException | RuntimeException e) {
      unmount(smallDisks);
      throw e;
    }
  }

  private static void unmount(List<SmallDisk> smallDisks) {
    for (SmallDisk disk : smallDisks) {
      try {
        disk.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  Shape shape() {
    return shape;
  }

  /** From now on this is the activity that is sold. */
  void sells(String activityId) {
    selling = activityId;
  }

  @Override
  public void restartAll(List<String> parts) throws IOException {
    stack.restartAll(parts);
  }

  @Override
  public void awaitEnd(String part) throws Exception {
    stack.awaitEnd(part);
  }

  @Override
  public String sellingNode() throws IOException {
    return cluster.hostOf(selling);
  }

  @Override
  public String coordinatorsNode() throws IOException {
    return cluster.oldest();
  }

  private static LocalStackDetours.Ports detour(
      LocalStackDetours.Ports own, Map<String, ChaosProxy> proxies) {
    try {
      ChaosProxy redis = ChaosProxy.open(0, own.redis());
      ChaosProxy kafka = ChaosProxy.open(0, own.kafka());
      proxies.put("redis", redis);
      proxies.put("kafka", kafka);
      return new LocalStackDetours.Ports(redis.port(), kafka.port());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where operators ask. */
  URI url() {
    return urls().getFirst();
  }

  /** Where shoppers ask. */
  List<URI> urls() {
    return stack.state().http().stream().map(URI::create).toList();
  }

  /** Sends a request as an operator. */
  HttpResponse<String> asOperator(String method, String path, String body)
      throws IOException, InterruptedException {
    return stack.send(method, path, "ops", body);
  }

  @Override
  public void signal(String part, String signal) throws IOException {
    if (signal.equals("KILL")) {
      stack.kill(part);
    } else {
      stack.signal(part, signal);
    }
  }

  @Override
  public void restart(String part) throws IOException {
    stack.restart(part);
  }

  @Override
  public ChaosProxy proxy(String part) {
    return Objects.requireNonNull(proxies.get(part), part);
  }

  @Override
  public LocalStackState state() {
    return stack.state();
  }

  @Override
  public Path data(String part) {
    return stack.data(part);
  }

  @Override
  public void close() {
    stack.close();
    for (ChaosProxy proxy : proxies.values()) {
      try {
        proxy.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    unmount(smallDisks);
  }
}
