package flashsale.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code scripts/chaos} says without starting anything. */
class ChaosOptionsTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... args) throws Exception {
    return Chaos.run(
        Path.of("target", "never-written"),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        args);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --times 0        | --times: "0" (expected: 1 to 1000)
          --times          | --times: nothing (expected: a value)
          --stock 5        | --stock: "5" (expected: 100 to 1000000)
          --stock x        | --stock: "x" (expected: 100 to 1000000)
          --fault nonsense | --fault: "nonsense" (expected: part of a name that --list shows)
          --slow           | "--slow" (expected: --cluster, --quick, --fault, --times, --stock, --list or --help)
          """)
  void refusesNonsenseInOneLine(String args, String why) throws Exception {
    assertThat(run(args.split(" ", -1))).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("chaos: " + why + "\n");
  }

  @Test
  void listsTheFaultsWithWhatTheyNeed() throws Exception {
    assertThat(run("--list", "--fault", "REDIS")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .contains("redis: kill -9", "redis: FLUSHALL")
        .allMatch(line -> line.contains("redis"));
  }

  @Test
  void takesTheFaultsOfSeveralNames() throws Exception {
    assertThat(run("--list", "--fault", "node: kill -9", "--fault", "FLUSHALL")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .contains("node: kill -9", "redis: FLUSHALL")
        .allMatch(line -> line.contains("node: kill -9") || line.contains("FLUSHALL"));
  }

  @Test
  void everyFaultHasANameOfItsOwn() {
    assertThat(FaultList.all().stream().map(Fault::name)).doesNotHaveDuplicates();
  }

  @Test
  void theQuickOnesAreThere() {
    assertThat(FaultList.all().stream().map(Fault::name)).containsAll(FaultList.QUICK);
    assertThat(ChaosOptions.parse("--quick").chosen(FaultList.all()))
        .hasSameSizeAs(FaultList.QUICK);
    assertThat(ChaosOptions.parse("--quick", "--cluster").chosen(ClusterFaults.all()))
        .hasSameSizeAs(ClusterFaults.QUICK);
  }

  @Test
  void explainsItself() throws Exception {
    assertThat(run("--help")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("usage: scripts/chaos");
  }
}
