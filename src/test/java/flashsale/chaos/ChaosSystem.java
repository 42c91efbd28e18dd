package flashsale.chaos;

import flashsale.local.LocalStackState;
import flashsale.local.RunningStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The system that is struck: every part a process of its own, in a network that can do harm. */
final class ChaosSystem implements Target, AutoCloseable {
  /** Those that can be killed, by the name that the local run gives them. */
  static final List<String> PARTS = List.of("node-1", "redis", "kafka", "postgres", "etcd");

  /** An orderly end of a node that hands over its activities. */
  private static final Duration STOPS_WITHIN = Duration.ofSeconds(15);

  /** The exit code of a node that the others declared dead, or that is no majority. */
  private static final int ENDED_ITSELF = 1;

  private final RunningStack stack;
  private final ChaosNetwork network;
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
      RunningStack stack, ChaosNetwork network, List<SmallDisk> smallDisks, Shape shape) {
    this.stack = stack;
    this.network = network;
    this.smallDisks = smallDisks;
    this.shape = shape;
    this.cluster = new ClusterView(stack.state());
  }

  /** Returns when the nodes are ready; everything written stays below {@code directory}. */
  static ChaosSystem start(Path directory, Shape shape) throws IOException {
    List<SmallDisk> smallDisks = new ArrayList<>();
    ChaosNetwork network =
        shape.nodes() > 1 && Namespaces.missing().isEmpty() ? Namespaces.open() : new OneNetwork();
    try {
      for (String part : shape.smallDisks()) {
        smallDisks.add(SmallDisk.mount(RunningStack.data(directory, part)));
      }
      RunningStack stack = RunningStack.start(directory, shape.nodes(), network);
      return new ChaosSystem(stack, network, smallDisks, shape);
    } catch (IOException | RuntimeException e) {
      network.close();
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
  public void stop(String part) throws IOException {
    RunningStack.Ended ended = stack.stop(part);
    if (ended.exitCode() != 0 || ended.after().compareTo(STOPS_WITHIN) > 0) {
      throw new IOException(
          "%s: exit code %d after %s (expected: 0 within %s)"
              .formatted(
                  part,
                  ended.exitCode(),
                  ChaosReport.seconds(ended.after()),
                  ChaosReport.seconds(STOPS_WITHIN)));
    }
  }

  @Override
  public void cut(String one, String other) throws IOException {
    network.cut(one, other);
  }

  @Override
  public void mend() throws IOException {
    network.mend();
  }

  @Override
  public void awaitEnd(String part) throws Exception {
    int exitCode = stack.awaitEnd(part);
    if (exitCode != ENDED_ITSELF) {
      throw new IOException(
          part + ": exit code " + exitCode + " (expected: " + ENDED_ITSELF + ", declared dead)");
    }
  }

  @Override
  public void awaitHosting(String node) throws Exception {
    cluster.awaitHosting(node);
  }

  @Override
  public String sellingNode() throws IOException {
    return cluster.hostOf(selling);
  }

  @Override
  public String coordinatorsNode() throws IOException {
    return cluster.oldest();
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
    return network.proxy(part);
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
    network.close();
    unmount(smallDisks);
  }
}
