package flashsale.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run says and keeps, without its servers. */
final class LocalStackRunTest {
  @TempDir Path root;
  private LocalStackFiles files = new LocalStackFiles(Path.of(""));
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void makesTheDirectories() throws IOException {
    files = new LocalStackFiles(root);
    Files.createDirectories(files.scratch());
    Files.createDirectories(root.resolve("target/logs"));
  }

  @Test
  void saysWhichPortIsTakenAndWhatToDo() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int taken = other.getLocalPort();
      assertThatThrownBy(() ->
              LocalStackRun.refuseTakenPorts(
                  new LocalStackOptions.Run(
                      1, ServerProcess.freePort(), taken, ServerProcess.freePort(), null, true)))
          .hasMessage(
              "port " + taken + " is taken (by another program); stop it or use --grpc-port");
    }
  }

  @Test
  void drawsPortsOnceForADataDirectory() throws IOException {
    List<String> names = List.of("redis", "kafka");
    LocalStackPorts first = LocalStackPorts.of(root, names);
    assertThat(LocalStackPorts.of(root, names)).isEqualTo(first);

    try (ServerSocket other =
        new ServerSocket(first.of("kafka"), 1, InetAddress.getLoopbackAddress())) {
      assertThat(LocalStackPorts.of(root, names).of("kafka")).isNotEqualTo(other.getLocalPort());
    }
  }

  @Test
  void quotesTheLogsLastAlarmRatherThanItsStackTrace() throws IOException {
    Path log = files.log("kafka");
    Files.writeString(
        log,
        """
        starting
        Exception in thread "main" java.lang.IllegalStateException: no
        \tat a.B.c(B.java:1)
        Caused by: java.net.BindException: Address already in use
        \tat d.E.f(E.java:2)
        \t... 3 more
        bye
        """);
    assertThat(LocalStackFiles.lastWord(log))
        .isEqualTo("Caused by: java.net.BindException: Address already in use");
  }

  @Test
  void quotesTheLogsLastLineWhenNothingAlarms() throws IOException {
    Path log = files.log("redis");
    Files.writeString(log, "one\ntwo\n\n");
    assertThat(LocalStackFiles.lastWord(log)).isEqualTo("two");
    assertThat(LocalStackFiles.lastWord(files.log("etcd"))).isEmpty();
  }

  @Test
  void restartsAPartForWhoeverCanReadTheSecret() throws IOException {
    List<String> restarted = new ArrayList<>();
    try (LocalStackControl control = control(restarted)) {
      writeState(control.address());

      int exitCode = restart("redis");

      assertThat(exitCode).isZero();
      assertThat(restarted).containsExactly("redis");
      assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("redis is ready again\n");
      assertThat(
              PosixFilePermissions.toString(Files.getPosixFilePermissions(files.controlSecret())))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void passesARefusalOnToTheCaller() throws IOException {
    try (LocalStackControl control = control(new ArrayList<>())) {
      writeState(control.address());

      assertThat(restart("mysql")).isEqualTo(2);
      assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("no part has that name\n");
    }
  }

  @Test
  void restartsNothingForSomebodyWhoDoesNotKnowTheSecret() throws IOException {
    List<String> restarted = new ArrayList<>();
    try (LocalStackControl control = control(restarted)) {
      writeState(control.address());
      Files.writeString(files.controlSecret(), "guessed");

      assertThat(restart("redis")).isEqualTo(1);
      assertThat(restarted).isEmpty();
    }
  }

  @Test
  void saysThatNothingRuns() {
    assertThat(restart("redis")).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("scripts/run starts it");
  }

  private LocalStackControl control(List<String> restarted) throws IOException {
    return LocalStackControl.open(
        files.controlSecret(),
        name -> {
          if (!name.equals("redis")) {
            return new LocalStackControl.Answer(2, "no part has that name");
          }
          restarted.add(name);
          return new LocalStackControl.Answer(0, "redis is ready again");
        });
  }

  private int restart(String name) {
    return LocalStackControl.restart(
        files,
        name,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private void writeState(String control) throws IOException {
    new LocalStackState(
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            new LocalStackState.Postgres("127.0.0.1", 5, "flashsale", "flashsale", "secret"),
            new LocalStackState.Redis("127.0.0.1", 6),
            new LocalStackState.Kafka("127.0.0.1:7"),
            new LocalStackState.Etcd(List.of()),
            Map.of(),
            control)
        .write(files.state());
  }
}
