package flashsale.local;

import java.nio.file.Path;

/**
 * The whole system on one machine, in the foreground: what {@code scripts/run} becomes.
 *
 * <p>Exit codes: 0 stopped by Ctrl-C or SIGTERM, 1 something did not come up, 2 wrong arguments.
 */
public final class LocalStack {
  private LocalStack() {}

  public static void main(String[] args) {
    LocalStackFiles files = new LocalStackFiles(Path.of(""));
    // Where the user stood: a relative --data-dir means that directory's.
    Path caller = Path.of(System.getProperty("flashsale.local.caller", ""));
    switch (LocalStackOptions.parse(caller, args)) {
      case LocalStackOptions.Wrong(String why) -> {
        System.err.println("scripts/run: " + why + "; scripts/run --help lists the flags");
        System.exit(2);
      }
      case LocalStackOptions.Restart(String name) ->
          System.exit(LocalStackControl.restart(files, name, System.out, System.err));
      case LocalStackOptions.Run run -> new LocalStackRun(run, files).run();
    }
  }
}
