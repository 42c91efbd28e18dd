package flashsale.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arguments of {@code scripts/run}. */
final class LocalStackOptionsTest {
  private static final Path CALLER = Path.of("/home/somebody");

  private static LocalStackOptions parse(String arguments) {
    return LocalStackOptions.parse(
        CALLER, arguments.isEmpty() ? new String[0] : arguments.split(" ", -1));
  }

  @Test
  void startsEverythingOnTheUsualPortsWhenNothingIsSaid() {
    assertThat(parse("")).isEqualTo(new LocalStackOptions.Run(1, 8080, 8081, 8558, null, true));
  }

  @Test
  void takesEveryFlag() {
    assertThat(
            parse(
                "--nodes 3 --http-port 9000 --grpc-port=9001 --management-port 9002 --no-demo"
                    + " --data-dir /var/sale"))
        .isEqualTo(new LocalStackOptions.Run(3, 9000, 9001, 9002, Path.of("/var/sale"), false));
  }

  @Test
  void findsARelativeDataDirectoryWhereTheCallerStands() {
    assertThat(parse("--data-dir ../sale"))
        .isEqualTo(new LocalStackOptions.Run(1, 8080, 8081, 8558, Path.of("/home/sale"), true));
  }

  @Test
  void restartsOnePart() {
    assertThat(parse("--restart redis")).isEqualTo(new LocalStackOptions.Restart("redis"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--port 80                          | \"--port\" is no flag of it",
        "demo                               | \"demo\" is no flag of it",
        "--http-port                        | --http-port: nothing (expected: a value)",
        "--http-port=                       | --http-port: nothing (expected: a value)",
        "--http-port 0                      | --http-port: \"0\" (expected: 1 to 65535)",
        "--http-port 65536                  | --http-port: \"65536\" (expected: 1 to 65535)",
        "--grpc-port ten                    | --grpc-port: \"ten\" (expected: 1 to 65535)",
        "--management-port 99999999999      | --management-port: \"99999999999\" (expected: 1 to 65535)",
        "--http-port 8081                   | ports: [8081, 8081, 8558] (expected: three different ones)",
        "--nodes 10                         | --nodes: \"10\" (expected: 1 to 9)",
        "--nodes 0                          | --nodes: \"0\" (expected: 1 to 9)",
        "--http-port 8000 --http-port 8001  | --http-port: twice (expected: once)",
        "--restart                          | --restart: nothing (expected: a value)",
        "--restart redis --no-demo          | --restart: other flags too (expected: it stands alone)"
      })
  void refusesNonsenseAndSaysWhatIsExpected(String arguments, String why) {
    assertThat(parse(arguments)).isEqualTo(new LocalStackOptions.Wrong(why));
  }
}
