package flashsale.activity;

import static org.assertj.core.api.Assertions.assertThat;

import flashsale.activity.Plan.FaultId;
import flashsale.activity.Simulation.Result;
import flashsale.activity.Simulation.Told;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Many histories in which everything goes wrong, and the promises are kept all the same.
 *
 * <p>{@code -Dflashsale.seeds=N} tells N of them, {@code -Dflashsale.seed=S} from seed S on. One
 * that fails is told again, and cut down, by {@code scripts/simulate}.
 */
class SimulationTest {
  private static final long SEEDS = Long.getLong("flashsale.seeds", 100_000);
  private static final long FIRST_SEED = Long.getLong("flashsale.seed", 1);
  private static final long OF_EACH_FAULT_MIN = 1_000;

  @Test
  void keepsEveryPromiseWhateverGoesWrong() {
    SimulationRun run = new SimulationRun(List.of(Profile.values()), FIRST_SEED, SEEDS);
    long begunNs = System.nanoTime();
    run.run(Runtime.getRuntime().availableProcessors());
    long ms = (System.nanoTime() - begunNs) / 1_000_000;
    System.out.printf(
        "%,d seeds in %,d ms, %,d steps; faults by kind:%n%s",
        run.done(), ms, run.steps(), run.table());
    SimulationRun.Failure failure = run.failure();
    if (failure != null) {
      Plan plan = Plan.of(failure.profile(), failure.seed());
      throw new AssertionError(failure.violation() + "\n  scripts/simulate " + plan.arguments());
    }
    assertThat(run.done()).isEqualTo(SEEDS);
    if (SEEDS >= 100_000) {
      assertThat(run.faults().values()).hasSize(Fault.values().length);
      assertThat(run.faults())
          .allSatisfy(
              (fault, times) -> assertThat(times).isGreaterThanOrEqualTo(OF_EACH_FAULT_MIN));
    }
  }

  @ParameterizedTest
  @EnumSource
  void tellsTheSameHistoryForTheSameSeed(Profile profile) {
    for (long seed = 1; seed <= 20; seed++) {
      long again = seed;
      Result first = Simulation.run(profile, seed);
      CompletableFuture<Result> second =
          CompletableFuture.supplyAsync(() -> Simulation.run(profile, again));
      assertThat(second.join()).isEqualTo(first);
      assertThat(Simulation.tell(Plan.of(profile, seed)).hash()).isEqualTo(first.hash());
    }
  }

  @Test
  void tellsTheSameHistoryInAnotherClassLoader() throws ReflectiveOperationException {
    Class<?> simulation = new Afresh().loadClass(Simulation.class.getName());
    Class<?> profiles = simulation.getClassLoader().loadClass(Profile.class.getName());
    assertThat(simulation).isNotSameAs(Simulation.class);
    for (Profile profile : Profile.values()) {
      Object other = profiles.getMethod("labelled", String.class).invoke(null, profile.label());
      Object result = simulation.getMethod("run", profiles, long.class).invoke(null, other, 7L);
      Object hash = result.getClass().getMethod("hash").invoke(result);
      assertThat(hash).isEqualTo(Simulation.run(profile, 7).hash());
    }
  }

  @Test
  void tellsAnotherHistoryForAnotherSeedOrProfile() {
    Set<Long> hashes = new HashSet<>();
    for (Profile profile : Profile.values()) {
      for (long seed = 1; seed <= 100; seed++) {
        hashes.add(Simulation.run(profile, seed).hash());
      }
    }
    assertThat(hashes).hasSize(100 * Profile.values().length);
  }

  @Test
  void doesNotDependOnTheNumberOfThreads() {
    SimulationRun one = new SimulationRun(List.of(Profile.values()), 1, 200);
    SimulationRun three = new SimulationRun(List.of(Profile.values()), 1, 200);
    one.run(1);
    three.run(3);
    assertThat(three.hash()).isEqualTo(one.hash());
    assertThat(three.faults()).isEqualTo(one.faults());
  }

  @Test
  void findsTheFewFaultsThatItTakes() {
    Plan whole = Plan.of(Profile.ZOMBIES, 3);
    List<FaultId> struck = Simulation.tellBriefly(whole).faults();
    assertThat(struck).hasSizeGreaterThan(6);
    List<FaultId> needed = List.of(struck.get(1), struck.get(4));
    Plan shortest =
        Shrink.shortest(
            plan -> {
              Told told = Simulation.tellBriefly(plan);
              boolean broken = told.faults().containsAll(needed);
              return new Told(broken ? "I9: both" : null, told.hash(), told.faults(), List.of());
            },
            whole,
            "I9: both");
    // Some may be needed for these two to come about.
    assertThat(Simulation.tellBriefly(shortest).faults())
        .containsAll(needed)
        .hasSizeLessThanOrEqualTo(3);
    assertThat(shortest.shoppersMax()).isLessThan(Integer.MAX_VALUE);
    assertThat(shortest.chaosMsMax()).isLessThan(Long.MAX_VALUE);
  }

  @Test
  void tellsAHistoryLineByLine() {
    Told told = Simulation.tell(Plan.of(Profile.EVERYDAY, 11));
    assertThat(told.violation()).isNull();
    assertThat(told.lines()).anyMatch(line -> line.contains("FAULT"));
    assertThat(told.lines()).anyMatch(line -> line.contains("EpochOpened"));
    assertThat(told.lines()).anyMatch(line -> line.contains("hears"));
    Told quiet = Simulation.tell(Plan.of(Profile.EVERYDAY, 11).withOnly(new ArrayList<>()));
    assertThat(quiet.violation()).isNull();
    assertThat(quiet.faults()).isEmpty();
  }

  /** Loads this system's classes once more. */
  private static final class Afresh extends ClassLoader {
    Afresh() {
      super(SimulationTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith("flashsale.")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded == null ? define(name) : loaded;
      }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
