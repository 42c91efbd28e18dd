package flashsale.local;

import static org.assertj.core.api.Assertions.assertThat;

import flashsale.local.SelloutFakeShop.Fault;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The whole driver, over real sockets, against a shop that keeps its promise and ones that do not.
 */
class SelloutTest {
  private static final Sellout.Limits LIMITS =
      new Sellout.Limits(
          new SelloutSale.Limits(Duration.ofSeconds(30), Duration.ofSeconds(5), 50),
          Duration.ofMillis(500));

  /** What a run printed and how it ended. */
  private record Run(int exitCode, String out, String err) {}

  private static Run run(String... args) throws InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode =
        Sellout.run(
            LIMITS,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            args);
    return new Run(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static Run sellOut(Fault fault, int stock, int shoppers)
      throws IOException, InterruptedException {
    try (SelloutFakeShop shop = new SelloutFakeShop(fault)) {
      return run(
          "--url",
          shop.url(),
          "--stock",
          "" + stock,
          "--shoppers",
          "" + shoppers,
          "--concurrency",
          "32");
    }
  }

  @Test
  void endsWellWhenTheShopKeepsItsPromise() throws Exception {
    Run run = sellOut(Fault.NONE, 100, 2000);
    assertThat(run.err).isEmpty();
    assertThat(run.out)
        .containsPattern("shoppers +2,000 +of them 200 clicked twice")
        .containsPattern("confirmed +100 +of 100 units")
        .containsPattern("refused +1,900")
        .containsPattern("sold-out +1,900")
        .containsPattern("unresolved +0")
        .containsPattern("rows in Postgres +100")
        .containsPattern("proof +consistent +at rest")
        .endsWith("OK: every check held\n");
    assertThat(run.exitCode).isZero();
  }

  @Test
  void sellsOneEachWhenThereIsEnoughForAll() throws Exception {
    Run run = sellOut(Fault.NONE, 500, 300);
    assertThat(run.out)
        .containsPattern("confirmed +300 +of 500 units")
        .containsPattern("refused +0")
        .containsPattern("told when trying again +[0-9]+ +409 already-purchased");
    assertThat(run.exitCode).isZero();
  }

  @Test
  void followsPendingAndTryAgainToTheEnd() throws Exception {
    Run run = sellOut(Fault.NONE_BUT_SLOW_TO_SAY, 200, 300);
    assertThat(run.out)
        .containsPattern("confirmed +200 +of 200 units")
        .containsPattern("told when asking +[1-9][0-9]* +after 202 PENDING")
        .containsPattern("unresolved +0")
        .endsWith("OK: every check held\n");
    assertThat(run.exitCode).isZero();
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of(Fault.SELLS_ONE_TOO_MANY, "shoppers with a unit: 51 (expected: 50)"),
        Arguments.of(Fault.SELLS_ONE_TOO_FEW, "shoppers with a unit: 49 (expected: 50)"),
        Arguments.of(Fault.GIVES_ONE_SEQUENCE_TWICE, "were told the sequence of somebody else"),
        Arguments.of(Fault.NAMES_ANOTHER_ORDER_WHEN_ASKED_AGAIN, "were told two different orders"),
        Arguments.of(
            Fault.LOSES_AN_ORDER, "orders in the proof's Postgres book: 49 (expected: 50)"),
        Arguments.of(Fault.NEVER_RESTS, "the proof did not come to rest"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void catchesAShopThatBreaksItsPromise(Fault fault, String violation) throws Exception {
    Run run = sellOut(fault, 50, 400);
    assertThat(run.out).contains("FAILED:").contains(violation).doesNotContain("OK:");
    assertThat(run.exitCode).isEqualTo(1);
  }

  @Test
  void saysInOneLineThatNoSystemIsThere() throws Exception {
    Run run = run("--url", "http://127.0.0.1:" + ServerProcess.freePort());
    assertThat(run.err).contains("no answer from").contains("scripts/run").hasLineCount(1);
    assertThat(run.exitCode).isEqualTo(3);
  }

  @Test
  void saysInOneLineThatTheSystemDoesNotTakeTheSale() throws Exception {
    Run run = sellOut(Fault.DOES_NOT_CREATE, 10, 10);
    assertThat(run.err).contains("does not create an activity: HTTP 403").hasLineCount(1);
    assertThat(run.exitCode).isEqualTo(3);
  }

  @Test
  void refusesWrongArgumentsInOneLine() throws Exception {
    Run run = run("--stock", "0");
    assertThat(run.err)
        .isEqualToIgnoringNewLines("sellout: --stock: \"0\" (expected: 1 to 10000000)");
    assertThat(run.exitCode).isEqualTo(2);
  }

  @Test
  void goesByTheProofWhenPostgresCannotBeRead(@TempDir Path directory) throws Exception {
    try (SelloutFakeShop shop = new SelloutFakeShop(Fault.NONE)) {
      Path state = directory.resolve("state.json");
      Files.writeString(
          state,
          """
          {"http":["%s"],"postgres":{"host":"127.0.0.1","port":%d,"password":"x"}}\
          """
              .formatted(shop.url(), ServerProcess.freePort()));
      Run run =
          run(
              "--state",
              state.toString(),
              "--stock",
              "5",
              "--shoppers",
              "20",
              "--concurrency",
              "4");
      assertThat(run.out)
          .contains("Postgres could not be read at flashsale@jdbc:postgresql://127.0.0.1:")
          .containsPattern("rows in Postgres +5 +by the proof's word");
      assertThat(run.exitCode).isZero();
    }
  }
}
