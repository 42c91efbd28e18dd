package flashsale.planted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flashsale.planted.PlantedBug.Catcher;
import flashsale.planted.PlantedRun.Violation;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The simulation and the stories find every bug that is planted, and nothing where there is none.
 *
 * <p>{@code -Dflashsale.bugs=REGEX} plants only some of them.
 */
class PlantedBugsTest {
  private static final Pattern WANTED = Pattern.compile(System.getProperty("flashsale.bugs", ""));
  private static final int FEW_HISTORIES = 700;
  private static final int SHOWN_LENGTH = 110;

  private static final ExecutorService THREADS =
      Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
  private static final Map<Catcher, Future<Optional<Violation>>> CONTROLS = new HashMap<>();
  private static final Map<PlantedBug, Future<Optional<Violation>>> FOUND = new HashMap<>();

  @BeforeAll
  static void begin() {
    catchers()
        .forEach(catcher ->
            CONTROLS.put(catcher, THREADS.submit(() -> PlantedRun.unchanged().find(catcher))));
    bugs()
        .forEach(bug -> {
          Callable<Optional<Violation>> run = () -> PlantedRun.with(bug).find(bug.catcher());
          FOUND.put(bug, THREADS.submit(run));
        });
  }

  @AfterAll
  static void end() {
    THREADS.shutdownNow();
  }

  static List<PlantedBug> bugs() {
    return PlantedBugs.ALL.stream().filter(bug -> WANTED.matcher(bug.name()).find()).toList();
  }

  static Stream<Catcher> catchers() {
    return bugs().stream().map(PlantedBug::catcher).distinct();
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void finds(PlantedBug bug) throws Exception {
    assertThat(result(FOUND, bug)).as("found by %s", bug.catcher()).isPresent();
  }

  @ParameterizedTest
  @MethodSource("catchers")
  void findsNothingWithoutABug(Catcher catcher) throws Exception {
    assertThat(result(CONTROLS, catcher)).isEmpty();
  }

  @Test
  void findsMostOfThemSoon() throws Exception {
    int byChance = 0;
    int soon = 0;
    StringBuilder table = new StringBuilder();
    for (PlantedBug bug : bugs()) {
      Optional<Violation> found = result(FOUND, bug);
      table.append(line(bug, found));
      boolean simulated = found.isPresent() && !(bug.catcher() instanceof Catcher.Story);
      byChance += simulated ? 1 : 0;
      soon += simulated && found.orElseThrow().histories() <= FEW_HISTORIES ? 1 : 0;
    }
    System.out.printf("%d bugs, %d found by chance:%n%s", bugs().size(), byChance, table);
    if (WANTED.pattern().isEmpty()) {
      assertThat(byChance).isGreaterThanOrEqualTo(20);
      assertThat(soon).isGreaterThan(bugs().size() / 2);
    }
  }

  private static String line(PlantedBug bug, Optional<Violation> found) {
    String how =
        found
            .map(violation ->
                String.format(
                    Locale.ROOT,
                    "%,5d  %s: %s",
                    violation.histories(),
                    violation.where(),
                    violation.what().strip().replaceAll("\\s+", " ")))
            .orElse("not found");
    String shown = how.length() > SHOWN_LENGTH ? how.substring(0, SHOWN_LENGTH) + " …" : how;
    return String.format(Locale.ROOT, "  %-70s %s%n", bug.name(), shown);
  }

  @Test
  void everyBugHasItsName() {
    Map<String, Integer> names = new TreeMap<>();
    bugs().forEach(bug -> names.merge(bug.name(), 1, Integer::sum));
    assertThat(names.values()).containsOnly(1);
  }

  @Test
  void aBugWhosePlaceIsGoneIsNamed() {
    PlantedBug gone =
        PlantedBug.of("gone", Edit.main("ledger/Ledger.java", "text that is not there", ""));
    PlantedBug twice = PlantedBug.of("twice", Edit.main("ledger/Ledger.java", "writer", "who"));
    assertThatThrownBy(() -> PlantedRun.with(gone))
        .hasMessageContainingAll("gone", "ledger/Ledger.java: 0 (expected: 1)");
    assertThatThrownBy(() -> PlantedRun.with(twice)).hasMessageContaining("twice");
  }

  private static <K> Optional<Violation> result(Map<K, Future<Optional<Violation>>> all, K key)
      throws Exception {
    try {
      return Objects.requireNonNull(all.get(key)).get();
    } catch (ExecutionException e) {
      throw new AssertionError(key + ": " + e.getCause(), e.getCause());
    }
  }
}
