package flashsale.chaos;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Every kind of fault, in the order in which they are struck. */
final class FaultList {
  /** One of each family, for a run of a few minutes. */
  static final Set<String> QUICK =
      Set.of(
          "node: kill -9",
          "redis: kill -9",
          "redis: FLUSHALL",
          "kafka: kill -9",
          "postgres: kill -9",
          "redis: cut after execution",
          "node: SIGSTOP 1 s");

  private FaultList() {}

  static List<Fault> all() {
    List<Fault> single =
        Stream.of(
                ProcessFaults.all(),
                NetworkFaults.all(),
                RedisFaults.all(),
                PostgresFaults.all(),
                DiskFaults.all())
            .flatMap(List::stream)
            .toList();
    return Stream.concat(single.stream(), DoubleFaults.of(single).stream()).toList();
  }
}
