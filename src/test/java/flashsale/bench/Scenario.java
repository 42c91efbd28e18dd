package flashsale.bench;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** One thing that is measured, on a running system. */
enum Scenario {
  ACCEPT("accept", "every request a new shopper, stock never ends, one activity", 201) {
    @Override
    List<Stage.Run> run(Stage stage) throws IOException, InterruptedException, SQLException {
      return accept(stage);
    }
  },
  REFUSE_SOLD_OUT("refuse: sold out", "every request by somebody who has none", 409) {
    @Override
    List<Stage.Run> run(Stage stage) throws IOException, InterruptedException {
      stage.create(SOLD);
      stage.sell(SOLD);
      return List.of(stage.load(SOLD, SOLD + WITHOUT, true));
    }
  },
  REFUSE_DUPLICATE("refuse: duplicate", "every request by somebody who has a unit", 409) {
    @Override
    List<Stage.Run> run(Stage stage) throws IOException, InterruptedException {
      stage.create(stage.shoppers());
      stage.sell(SOLD);
      return List.of(stage.load(0, SOLD, true));
    }
  },
  LOW("low load", "10 shoppers at a time, every one a new one", 201) {
    @Override
    List<Stage.Run> run(Stage stage) throws IOException, InterruptedException {
      stage.create(stage.shoppers());
      stage.sell(1);
      return List.of(
          stage.load(10, stage.requests().purchases(stage.activity(), 1, stage.shoppers(), false)));
    }
  },
  OPEN_SECOND(
      "open second",
      "constant arrivals at half of accept's rate from the moment at which it opens",
      201) {
    @Override
    List<Stage.Run> run(Stage stage) throws IOException, InterruptedException {
      Instant opensAt = Instant.ofEpochMilli(System.currentTimeMillis()).plus(OPENS_IN);
      stage.system().create(stage.activity(), stage.shoppers(), opensAt);
      return stage.open(OPEN_S, opensAt);
    }
  },
  MANY("many", "as accept, over 1,000 activities in turn", 201) {
    @Override
    List<Stage.Run> run(Stage stage) throws IOException, InterruptedException {
      List<String> all = stage.system().many(ACTIVITIES, stage.shoppers());
      int each = stage.shoppers() / REPETITIONS_MAX;
      int from = each * ((stage.repetition() - 1) % REPETITIONS_MAX);
      stage.system().openAll(all, stage.requests(), from);
      return List.of(
          stage.load(
              stage.connections(),
              stage.requests().purchases(all, from + ACTIVITIES, from + each, false)));
    }
  },
  DURABLE("durable: catching up", "rows stored per second after Postgres stood still", 201) {
    @Override
    List<Stage.Run> run(Stage stage) throws IOException, InterruptedException, SQLException {
      stage.create(stage.shoppers());
      stage.sell(1);
      stage.system().signal("postgres", "STOP");
      Stage.Run selling;
      try {
        selling = stage.load(1, stage.shoppers(), false);
      } finally {
        stage.system().signal("postgres", "CONT");
      }
      double rowsPerSecond =
          stage
              .system()
              .storedPerSecond(stage.activity(), 1 + selling.answers().getOrDefault(201, 0L));
      return List.of(
          new Stage.Run(
              "",
              rowsPerSecond,
              selling.answers(),
              selling.latencyUs(),
              selling.cpuUsPerRequest(),
              null));
    }
  },
  SPLIT("split", "as accept, gateway and inventory in processes of their own", 201) {
    @Override
    List<Stage.Run> run(Stage stage) throws IOException, InterruptedException, SQLException {
      return accept(stage);
    }
  },
  CORE("core", "claims without HTTP: through the actor, Redis and the log"),
  LARGE("large", "processor time of a purchase after 1,000,000 others, against 1,000 others"),
  MEMORY("memory", "live heap of a node: for an idle activity, and for a buyer"),
  START(
      "start",
      "scripts/run, everything built, until the first purchase is confirmed; on free ports");

  /** Before refusals are measured. */
  private static final int SOLD = 5000;

  /** Who ask again and again although they get none. */
  private static final int WITHOUT = 50_000;

  private static final int ACTIVITIES = 1000;

  /** Runs whose shoppers are all different ones. */
  static final int REPETITIONS_MAX = 4;

  private static final Duration OPENS_IN = Duration.ofSeconds(2);
  private static final int OPEN_S = 10;

  private final String title;
  private final String what;
  private final int rightStatus;
  private final boolean ceiling;

  /** A {@link Figure}, and no part of the ceiling. */
  Scenario(String title, String what) {
    this.title = title;
    this.what = what;
    this.rightStatus = HttpURLConnection.HTTP_CREATED;
    this.ceiling = false;
  }

  Scenario(String title, String what, int rightStatus) {
    this.title = title;
    this.what = what;
    this.rightStatus = rightStatus;
    this.ceiling = true;
  }

  String title() {
    return title;
  }

  String what() {
    return what;
  }

  /** Whether it is measured against the ceiling. */
  boolean hasCeiling() {
    return ceiling;
  }

  /** Measures it once, on an activity of its own. Only with a ceiling. */
  List<Stage.Run> run(Stage stage) throws IOException, InterruptedException, SQLException {
    throw new IllegalStateException(title + " has no ceiling");
  }

  private static List<Stage.Run> accept(Stage stage)
      throws IOException, InterruptedException, SQLException {
    stage.create(stage.shoppers());
    Stage.Run run = stage.load(0, stage.shoppers(), false);
    return List.of(run.withRowsBehind(stage.system().rowsBehindMs(stage.activity())));
  }

  /** Requests with another answer than the scenario is about. */
  long errors(Stage.Run run) {
    return run.answers().entrySet().stream()
        .filter(answer -> answer.getKey() != rightStatus)
        .mapToLong(answer -> answer.getValue())
        .sum();
  }
}
