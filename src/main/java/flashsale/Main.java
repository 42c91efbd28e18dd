package flashsale;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import flashsale.config.Settings;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts a node in the roles that {@code application.conf} gives it.
 *
 * <p>The process ends with its actor system. Exit codes: 0 after SIGTERM or SIGINT, 1 when the node
 * cannot start or its cluster put it out, 2 when the configuration makes no sense.
 */
public final class Main {
  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  /** An orderly end takes a few seconds; whatever hangs after this does not hold the process. */
  private static final Duration END_WITHIN = Duration.ofSeconds(20);

  private Main() {}

  public static void main(String[] args) {
    Config config;
    Settings settings;
    try {
      config = ConfigFactory.load();
      settings = Settings.strictlyFrom(config);
      config = RoleConfig.applied(config, settings);
    } catch (ConfigException e) {
      say(e);
      System.exit(2);
      return;
    }
    ActorSystem<Void> system;
    try {
      system = ActorSystem.create(Behaviors.empty(), "flashsale", config);
    } catch (RuntimeException e) {
      say(e);
      System.exit(1);
      return;
    }
    endProcessWith(system);
    started(system, settings)
        .whenComplete((started, failure) -> {
          if (failure == null) {
            LOG.atInfo().addKeyValue("roles", settings.roleNames()).log("node started");
          } else {
            say(failure);
            LOG.atError().setCause(failure).log("node cannot start");
            exitAfter(CoordinatedShutdown.get(system).runAll(CoordinatedShutdown.unknownReason()));
          }
        });
  }

  private static CompletionStage<Done> started(ActorSystem<?> system, Settings settings) {
    try {
      return new Node(system, settings).start();
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  /**
   * SIGTERM lets Pekko's own hook run the orderly end; this one waits for it and says by the exit
   * code whether that was what happened. A system that ends for another reason ends the process.
   */
  private static void endProcessWith(ActorSystem<?> system) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> Runtime.getRuntime().halt(codeOfTheEnd(system)), "orderly-end"));
    exitAfter(system.getWhenTerminated());
  }

  /** While the process ends already, this does nothing. */
  private static void exitAfter(CompletionStage<Done> end) {
    end.whenCompleteAsync((done, failure) -> System.exit(1));
  }

  private static int codeOfTheEnd(ActorSystem<?> system) {
    try {
      system
          .getWhenTerminated()
          .toCompletableFuture()
          .get(END_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      return 1;
    }
    boolean asked =
        CoordinatedShutdown.get(system)
            .getShutdownReason()
            .filter(CoordinatedShutdown.jvmExitReason()::equals)
            .isPresent();
    return asked ? 0 : 1;
  }

  /** One line for whoever started the process; the log has the rest. */
  private static void say(Throwable failure) {
    System.err.println("flashsale cannot start: " + rootMessage(failure));
  }

  /** What is at the bottom of it, in one line. */
  static String rootMessage(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    return (message == null ? cause.toString() : message).strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
