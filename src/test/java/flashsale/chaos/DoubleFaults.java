package flashsale.chaos;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Two faults at the same time: what guards against one may not lean on what the other breaks. */
final class DoubleFaults {
  /** The first one has to do harm before the second one ends that too. */
  private static final Duration ALONE = Duration.ofSeconds(1);

  private DoubleFaults() {}

  /**
   * Of those given, by name.
   *
   * @param single every fault that comes alone
   */
  static List<Fault> of(List<Fault> single) {
    return List.of(
        // What was sold is in the log, unacked, and Redis has not heard of it. In this order,
        // because
        // without acks nothing is nominated that the replica could miss.
        together(single, "redis: stale replica promoted", "kafka: acks lost"),
        // Called, appended, and nobody there any more who knows.
        together(single, "redis: replies lost", "node: kill -9"),
        together(single, "kafka: requests arrive 5 s late", "node: kill -9"),
        // Nothing to recover from but the log and a database that is not there yet.
        together(single, "postgres: kill -9", "redis: FLUSHALL"),
        // One epoch after the other, and no commit of which it is known whether it took place.
        together(single, "postgres: connections killed", "redis: maxmemory, allkeys-random"));
  }

  private static Fault together(List<Fault> single, String first, String second) {
    return new Together(named(single, first), named(single, second));
  }

  private static Fault named(List<Fault> single, String name) {
    return single.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
  }

  private record Together(Fault first, Fault second) implements Fault {
    @Override
    public String name() {
      return first.name() + " + " + second.name();
    }

    @Override
    public Optional<String> missing() {
      return first.missing().or(second::missing);
    }

    @Override
    public Set<String> smallDisks() {
      Set<String> both = new HashSet<>(first.smallDisks());
      both.addAll(second.smallDisks());
      return both;
    }

    @Override
    public void strike(Target target) throws Exception {
      first.strike(target);
      Thread.sleep(ALONE);
      second.strike(target);
    }

    @Override
    public Duration lasts() {
      return first.lasts().compareTo(second.lasts()) > 0 ? first.lasts() : second.lasts();
    }

    /** The second one as well where the first cannot be healed. */
    @Override
    public void heal(Target target) throws Exception {
      try {
        first.heal(target);
      } finally {
        second.heal(target);
      }
    }
  }
}
