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
import java.util.stream.Collectors;

/** The system that is struck: every part a process of its own, with proxies before two of them. */
final class ChaosSystem implements Target, AutoCloseable {
  /** Those that can be killed, by the name that the local run gives them. */
  static final List<String> PARTS = List.of("node-1", "redis", "kafka", "postgres", "etcd");

  private final RunningStack stack;
  private final Map<String, ChaosProxy> proxies;
  private final List<SmallDisk> smallDisks;

  private ChaosSystem(
      RunningStack stack, Map<String, ChaosProxy> proxies, List<SmallDisk> smallDisks) {
    this.stack = stack;
    this.proxies = proxies;
    this.smallDisks = smallDisks;
  }

  /**
   * Returns when the node is ready; everything written stays below {@code directory}.
   *
   * @param onSmallDisks parts whose data is on a {@link SmallDisk}
   */
  static ChaosSystem start(Path directory, Set<String> onSmallDisks) throws IOException {
    List<SmallDisk> smallDisks = new ArrayList<>();
    try {
      for (String part : onSmallDisks) {
        smallDisks.add(SmallDisk.mount(RunningStack.data(directory, part)));
      }
      Map<String, ChaosProxy> proxies = new HashMap<>();
      RunningStack stack = RunningStack.start(directory, own -> detour(own, proxies));
      return new ChaosSystem(stack, proxies, smallDisks);
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

  Set<String> partsOnSmallDisks() {
    return smallDisks.stream()
        .map(disk -> String.valueOf(disk.directory().getFileName()))
        .collect(Collectors.toSet());
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

  /** Where shoppers ask. */
  URI url() {
    return URI.create(stack.url());
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
