package flashsale.stock;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flashsale.model.UserId;
import flashsale.simulation.RedisModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import net.jqwik.api.statistics.Statistics;

/**
 * The simulation believes in {@link RedisModel}; here it is held against the real scripts.
 *
 * <p>Whatever is called and done to both, every reply, the book, and every set must be the same. A
 * string of commands that tells them apart is shrunk to a short one, and named with its seed.
 */
@SuppressWarnings("NullAway.Init") // set before the first property
class RedisModelIT {
  private static final int COMMANDS_MAX = 80;

  private static Path dir;
  private static Bench bench;

  @BeforeContainer
  static void start() throws IOException {
    dir = Files.createTempDirectory("redis-model");
    bench = Bench.start(dir);
  }

  @AfterContainer
  static void stop() throws IOException {
    bench.close();
    try (var paths = Files.walk(dir)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void theModelAndTheScriptsAgree(@ForAll("commands") List<Twins.Command> commands) {
    bench.redis.flushall();
    Twins twins = new Twins(bench);
    for (Twins.Command command : commands) {
      twins.run(command);
    }
    twins.replies().forEach(reply -> Statistics.label("replies").collect(reply));
    Statistics.label("replies")
        .coverage(replies -> {
          for (String reply : Twins.REPLIES) {
            replies.check(reply).count(count -> count >= 20);
          }
        });
  }

  @Provide
  Arbitrary<List<Twins.Command>> commands() {
    return command()
        .list()
        .ofMaxSize(COMMANDS_MAX)
        .withSizeDistribution(RandomDistribution.uniform());
  }

  private static Arbitrary<Twins.Command> command() {
    Arbitrary<Long> off = mostlyZero(2);
    Arbitrary<List<String>> asks =
        Combinators.combine(mostlyZero(1), user())
            .as((question, user) -> (question == 0 ? "" : "?") + user)
            .list()
            .ofMinSize(1)
            .ofMaxSize(4);
    Arbitrary<Integer> back = Arbitraries.integers().between(0, 6);
    Arbitrary<Long> epochAhead = Arbitraries.longs().between(-1, 3);
    return Arbitraries.frequencyOf(
        Tuple.of(
            24,
            Combinators.combine(off, off, off, off, asks)
                .as((epoch, seq, sold, stock, who) ->
                    new Twins.Claim(epoch, seq, sold, stock, who))),
        Tuple.of(10, back.map(Twins.Repeat::new)),
        Tuple.of(
            10,
            Combinators.combine(epochAhead, user().list().ofMaxSize(5), Arbitraries.of(0, 0, 1, 2))
                .as(Twins.Load::new)),
        Tuple.of(2, epochAhead.map(Twins.BeginLoad::new)),
        Tuple.of(
            12,
            Combinators.combine(
                    epochAhead,
                    off,
                    Arbitraries.longs().between(0, 5),
                    Arbitraries.of(Twins.Garbage.class))
                .as(Twins.Flip::new)),
        Tuple.of(
            10,
            Combinators.combine(off, off, off, Arbitraries.longs().between(1, 3), off, off)
                .as(Twins.Adopt::new)),
        Tuple.of(1, Arbitraries.just(new Twins.Wipe())),
        Tuple.of(1, epochAhead.map(Twins.SetEpoch::new)),
        Tuple.of(1, Arbitraries.longs().between(0, 4).map(Twins.SetSeq::new)),
        Tuple.of(1, Arbitraries.longs().between(-3, 3).map(Twins.AddLeft::new)),
        Tuple.of(1, user().map(user -> new Twins.AddBuyer(new UserId(user)))),
        Tuple.of(1, user().map(user -> new Twins.RemoveBuyer(new UserId(user)))),
        Tuple.of(1, epochAhead.map(Twins.LoseOneLoaded::new)),
        Tuple.of(1, Arbitraries.just(new Twins.KeepCopy())),
        Tuple.of(1, Arbitraries.just(new Twins.TakeCopyBack())));
  }

  private static Arbitrary<Long> mostlyZero(long max) {
    return Arbitraries.frequencyOf(
        Tuple.of(5, Arbitraries.just(0L)), Tuple.of(1, Arbitraries.longs().between(-max, max)));
  }

  private static Arbitrary<String> user() {
    return Arbitraries.of("a", "b", "c", "d", "e", "f", "g", "h");
  }

  /** A check that cannot fail would be none. */
  @Property(tries = 1)
  void aModelThatIsWrongIsFound() {
    bench.redis.flushall();
    Twins twins = new Twins(bench);
    bench.redis.hincrby(Bench.STATE, "left", 1);

    assertThatThrownBy(() -> twins.run(new Twins.Claim(0, 0, 0, 0, List.of("a"))))
        .isInstanceOf(AssertionError.class);
  }
}
