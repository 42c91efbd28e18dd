package flashsale;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import flashsale.config.Settings;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts a node in the roles that {@code application.conf} gives it. */
public final class Main {
  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  private Main() {}

  public static void main(String[] args) {
    Config config;
    Settings settings;
    try {
      config = ConfigFactory.load();
      settings = Settings.from(config);
    } catch (ConfigException e) {
      System.err.println("flashsale cannot start: " + e.getMessage());
      System.exit(2);
      return;
    }
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "flashsale", config);
    new Node(system, settings)
        .start()
        .whenComplete((started, failure) -> {
          if (failure == null) {
            LOG.atInfo().addKeyValue("roles", settings.roleNames()).log("node started");
          } else {
            LOG.atError().setCause(failure).log("node cannot start");
            System.err.println("flashsale cannot start: " + rootMessage(failure));
            CoordinatedShutdown.get(system)
                .runAll(CoordinatedShutdown.unknownReason())
                .whenComplete((done, ignored) -> Runtime.getRuntime().halt(1));
          }
        });
  }

  private static String rootMessage(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }
}
