package flashsale.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A thousand activities on one node that is killed: those that are bought from sell again. */
class ManyActivitiesIT {
  private static final int BUSY = 900;
  private static final int IDLE = 100;
  private static final int AT_ONCE = 64;

  /** Far more than it takes; what it takes is printed. */
  private static final Duration SELL_AGAIN_WITHIN = Duration.ofSeconds(60);

  @TempDir private Path directory;

  @Test
  void allSellAgainAndTheIdleOnesStayAsTheyAre() throws Exception {
    try (RunningStack stack = RunningStack.start(directory)) {
      inParallel(names("busy", BUSY), name -> () -> create(stack, name));
      inParallel(names("idle", IDLE), name -> () -> create(stack, name));
      inParallel(names("busy", BUSY), name -> () -> buy(stack, name, "ann"));

      stack.kill("node-1");
      stack.restart("node-1");
      long readyNs = System.nanoTime();
      List<Duration> answeredAfter =
          inParallel(
              names("busy", BUSY),
              name ->
                  () -> {
                    buy(stack, name, "ben");
                    return Duration.ofNanos(System.nanoTime() - readyNs);
                  });

      Duration last = answeredAfter.stream().max(Duration::compareTo).orElseThrow();
      System.out.printf(
          "%d activities sell again %d ms after their node is ready%n", BUSY, last.toMillis());
      assertThat(last).isLessThan(SELL_AGAIN_WITHIN);
      String events = "select count(*) from journal.event_journal where persistence_id like ";
      // Created, an epoch before the end, and one after it; one more where a server stumbled.
      assertThat(stack.number(events + "'%busy-%'")).isBetween(3L * BUSY, 4L * BUSY);
      assertThat(stack.number(events + "'%idle-%'")).isEqualTo(IDLE);
    }
  }

  private static List<String> names(String kind, int count) {
    return IntStream.range(0, count).mapToObj(i -> kind + "-" + i).toList();
  }

  private static Integer create(RunningStack stack, String name) throws Exception {
    String body = "{\"activityId\":\"%s\",\"title\":\"One of many\",\"stock\":5}".formatted(name);
    int status = stack.send("POST", "/v1/admin/activities", "ops", body).statusCode();
    assertThat(status).as(name).isEqualTo(201);
    return status;
  }

  /** Until it is bought: 202 and 503 say to ask again. */
  private static Integer buy(RunningStack stack, String name, String user) {
    String path = "/v1/activities/" + name + "/purchases";
    return await(name)
        .atMost(SELL_AGAIN_WITHIN)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> stack.send("POST", path, user, "").statusCode(), isOneOf(201, 409));
  }

  private static Predicate<Integer> isOneOf(Integer... statuses) {
    return List.of(statuses)::contains;
  }

  private static <T> List<T> inParallel(List<String> names, Function<String, Callable<T>> task)
      throws Exception {
    Semaphore places = new Semaphore(AT_ONCE);
    List<T> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<T>> futures = new ArrayList<>();
      for (String name : names) {
        places.acquire();
        futures.add(
            threads.submit(() -> {
              try {
                return task.apply(name).call();
              } finally {
                places.release();
              }
            }));
      }
      for (Future<T> future : futures) {
        results.add(future.get());
      }
    }
    return results;
  }
}
