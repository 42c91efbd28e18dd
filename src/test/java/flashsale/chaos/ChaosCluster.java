package flashsale.chaos;

import flashsale.local.ServerProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts {@link Chaos} again, as a process with a network of its own where the machine allows that:
 * only there may lines between nodes be cut.
 */
final class ChaosCluster {
  private ChaosCluster() {}

  /** System property: where everything written goes. */
  static final String DIRECTORY = "flashsale.chaos.directory";

  /** Returns its exit code; it ends when this process is asked to. */
  static int run(Path directory, PrintStream out, String... args)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(ServerProcess.launcher());
    List<String> network = Namespaces.ownNetwork();
    command.addAll(network);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("-D" + DIRECTORY + "=" + directory);
    command.add("-D" + Namespaces.OWN + "=" + !network.isEmpty());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Chaos.class.getName()));
    command.addAll(List.of(args));
    Process chaos = new ProcessBuilder(command).redirectErrorStream(true).start();
    Thread stop = new Thread(() -> end(chaos), "stop-chaos");
    Runtime.getRuntime().addShutdownHook(stop);
    try (BufferedReader said = chaos.inputReader()) {
      said.lines().forEach(out::println);
    }
    int code = chaos.waitFor();
    Runtime.getRuntime().removeShutdownHook(stop);
    return code;
  }

  private static void end(Process chaos) {
    chaos.destroy();
    chaos.onExit().join();
  }
}
