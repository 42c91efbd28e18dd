package flashsale.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchOptionsTest {
  @Test
  void measuresEverythingThreeTimes() {
    BenchOptions options = BenchOptions.parse();
    assertThat(options.scenarios()).containsExactly(Scenario.values());
    assertThat(options.repetitions()).isEqualTo(3);
    assertThat(options.connections()).isEqualTo(256);
    assertThat(options.compare()).isNull();
  }

  @Test
  void takesPartsOfNames() {
    assertThat(BenchOptions.parse("--scenario", "Refuse").scenarios())
        .containsExactly(Scenario.REFUSE_SOLD_OUT, Scenario.REFUSE_DUPLICATE);
  }

  @Test
  void namesEveryScenario() {
    for (Scenario each : Scenario.values()) {
      assertThat(BenchOptions.usage()).contains("  " + each.title() + ": " + each.what());
    }
    assertThat(BenchOptions.parse("--scenario", "start", "--scenario", "core").scenarios())
        .containsExactly(Scenario.CORE, Scenario.START);
  }

  @ParameterizedTest
  @CsvSource({
    "--scenario,fly,'--scenario: \"fly\" (expected: part of accept'",
    "--repetitions,0,'--repetitions: \"0\" (expected: 1 to 20)'",
    "--seconds,x,'--seconds: \"x\" (expected: 1 to 120)'",
    "--connections,4097,'--connections: \"4097\" (expected: 1 to 4096)'",
    "--compare,nowhere.json,'--compare: \"nowhere.json\" (expected: a report.json'",
    "--fly,high,'\"--fly\" (expected: --scenario'"
  })
  void saysWhatWasExpected(String name, String value, String message) {
    assertThatThrownBy(() -> BenchOptions.parse(name, value))
        .isInstanceOf(BenchOptions.WrongArguments.class)
        .hasMessageStartingWith(message);
  }
}
