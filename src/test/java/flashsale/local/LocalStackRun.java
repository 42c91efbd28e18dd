package flashsale.local;

import static java.nio.charset.StandardCharsets.US_ASCII;

import flashsale.local.ServerProcess.StartFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * One run from its first line to its last: starts the parts, says where they are, tells when one
 * dies, and stops all of them, whatever ends it.
 *
 * <p>There is one way out, the shutdown hook: for Ctrl-C, SIGTERM and a start that failed alike.
 * Only {@code kill -9} gets past it; then the kernel ends the servers (see {@code scripts/run}) and
 * the next run removes the data.
 */
final class LocalStackRun {
  private final LocalStackOptions.Run options;
  private final LocalStackFiles files;
  private final long startedNanos = System.nanoTime();
  private volatile @Nullable LocalStackParts parts;
  private volatile @Nullable LocalStackControl control;
  private volatile boolean stopping;
  private volatile int exitCode;

  LocalStackRun(LocalStackOptions.Run options, LocalStackFiles files) {
    this.options = options;
    this.files = files;
  }

  /** Never returns: the process ends in here. */
  void run() {
    try {
      Files.createDirectories(files.scratch().toAbsolutePath().getParent());
      try (FileChannel channel =
              FileChannel.open(files.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.tryLock()) {
        if (lock == null) {
          throw new StartFailure(
              "a run is active in this checkout already;"
                  + " stop it first, or start one part again with scripts/run --restart NAME");
        }
        channel.truncate(0);
        channel.write(US_ASCII.encode(Long.toString(ProcessHandle.current().pid())));
        refuseTakenPorts(options);
        Trees.delete(files.scratch());
        Files.deleteIfExists(files.state());
        Files.createDirectories(files.scratch());
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));
        start();
        new CountDownLatch(1).await();
      }
    } catch (StartFailure e) {
      fail(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      fail("scripts/run: " + e);
    } catch (InterruptedException e) {
      fail("interrupted");
    }
  }

  private void fail(String why) {
    if (!stopping) {
      System.err.println(why);
      exitCode = 1;
    }
    System.exit(1);
  }

  /** Says which port and what to do; the parts' own ports are drawn free. */
  static void refuseTakenPorts(LocalStackOptions.Run options) {
    refuseTaken(options.httpPort(), "--http-port");
    refuseTaken(options.grpcPort(), "--grpc-port");
    refuseTaken(options.managementPort(), "--management-port");
  }

  private static void refuseTaken(int port, String flag) {
    if (!ServerProcess.isFree(port)) {
      throw new StartFailure(
          "port " + port + " is taken (by another program); stop it or use " + flag);
    }
  }

  private void start() throws IOException {
    Path chosen = options.dataDir();
    Path data = chosen == null ? files.temporaryData().toAbsolutePath() : chosen;
    say(
        "starting flashsale, data in "
            + data
            + (chosen == null ? " (removed at the end)" : " (kept)"));
    try {
      Files.createDirectories(data);
    } catch (IOException e) {
      throw new StartFailure(
          "--data-dir " + data + ": cannot be made (expected: a directory to write to): " + e);
    }
    LocalStackParts all =
        new LocalStackParts(
            options,
            files,
            data,
            LocalStackNodes.of(options.nodes()),
            LocalStackNetwork.PLAIN,
            this::saysThatItDied);
    for (String name : all.names()) {
      Files.deleteIfExists(files.log(name));
    }
    parts = all;
    try {
      CompletableFuture.allOf(
              all.servers().stream().map(this::started).toArray(CompletableFuture[]::new))
          .join();
      CompletableFuture.allOf(
              all.nodes().stream().map(this::started).toArray(CompletableFuture[]::new))
          .join();
    } catch (CompletionException e) {
      throw new StartFailure(reason(e));
    }
    String url = "http://127.0.0.1:" + options.httpPort();
    if (options.demo()) {
      LocalStackDemo.create(url);
    }
    LocalStackControl opened = LocalStackControl.open(files.controlSecret(), this::restart);
    control = opened;
    LocalStackState state = all.state(opened.address());
    state.write(files.state());
    say("ready after " + seconds(startedNanos));
    say(LocalStackWelcome.text(state, options.demo()));
  }

  private CompletableFuture<ServerProcess> started(LocalStackPart part) {
    return part.start()
        .whenComplete((process, failure) -> {
          if (process != null) {
            say("  " + seconds(startedNanos) + "  " + part.name());
          }
        });
  }

  private static String seconds(long sinceNanos) {
    return String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - sinceNanos) / 1e9);
  }

  private void saysThatItDied(String name, int code) {
    if (!stopping) {
      say(name + " died (exit " + code + "); start it again with scripts/run --restart " + name);
    }
  }

  private LocalStackControl.Answer restart(String name) {
    LocalStackParts all = parts;
    if (all == null || stopping) {
      return new LocalStackControl.Answer(1, "the run is stopping");
    }
    LocalStackPart part = all.named(name).orElse(null);
    if (part == null) {
      return new LocalStackControl.Answer(
          2, name + ": no part has that name (expected: " + String.join(", ", all.names()) + ")");
    }
    long begin = System.nanoTime();
    try {
      long pid = part.restart().join().pid();
      LocalStackControl opened = control;
      if (opened != null) {
        writeState(all, opened);
      }
      String done = name + " is ready again after " + seconds(begin) + " (process " + pid + ")";
      say(done);
      return new LocalStackControl.Answer(0, done);
    } catch (CompletionException e) {
      return new LocalStackControl.Answer(1, reason(e));
    } catch (IOException e) {
      return new LocalStackControl.Answer(1, "state file: " + e);
    }
  }

  /** Two restarts may end at the same time. */
  private synchronized void writeState(LocalStackParts all, LocalStackControl opened)
      throws IOException {
    if (!stopping) {
      all.state(opened.address()).write(files.state());
    }
  }

  /** One line: what did not come up, where its log is and what it said last. */
  private String reason(CompletionException e) {
    Throwable cause = e.getCause();
    String why =
        cause instanceof StartFailure ? String.valueOf(cause.getMessage()) : String.valueOf(cause);
    LocalStackParts all = parts;
    List<String> names = all == null ? List.of() : all.names();
    String last =
        names.stream()
            .filter(name -> why.contains(files.log(name).toString()))
            .map(name -> LocalStackFiles.lastWord(files.log(name)))
            .findFirst()
            .orElse("");
    return (last.isEmpty() ? why : why + ", which says: " + last).replaceAll("\\R", " ");
  }

  /** The shutdown hook. Also ends what a start that is still under way has just started. */
  private void stop() {
    stopping = true;
    long begin = System.nanoTime();
    say("stopping …");
    try {
      Files.deleteIfExists(files.state());
      LocalStackControl opened = control;
      if (opened != null) {
        opened.close();
      }
      LocalStackParts all = parts;
      if (all != null) {
        all.stop();
      }
      endLeftovers();
      synchronized (this) {
        Files.deleteIfExists(files.state());
      }
      Trees.delete(files.scratch());
      say("stopped after " + seconds(begin));
    } catch (IOException | RuntimeException e) {
      System.err.println("scripts/run: while stopping: " + e);
    } finally {
      // Ctrl-C is how a run ends well: 0, and not the JVM's 130 or 143.
      Runtime.getRuntime().halt(exitCode);
    }
  }

  /** By force: a server that was not ready yet has nothing to lose. */
  private static void endLeftovers() {
    for (int rounds = 0; rounds < 50; rounds++) {
      List<ProcessHandle> left = ProcessHandle.current().descendants().toList();
      if (left.isEmpty() && rounds > 0) {
        return;
      }
      left.forEach(ProcessHandle::destroyForcibly);
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private static void say(String line) {
    System.out.println(line);
  }
}
