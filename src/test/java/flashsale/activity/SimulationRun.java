package flashsale.activity;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Tells many histories, several at a time: each seed of each profile, until one breaks a promise.
 *
 * <p>Nothing is shared between two histories, so what each of them says does not depend on the
 * others, or on the number of threads.
 */
final class SimulationRun {
  /** The history that broke a promise, and which. */
  record Failure(Profile profile, long seed, String violation) {}

  private final List<Profile> profiles;
  private final long firstSeed;
  private final long histories;
  private final AtomicLong next = new AtomicLong();
  private final AtomicLong done = new AtomicLong();
  private final AtomicBoolean stop = new AtomicBoolean();
  private final Map<Fault, Long> faults = new EnumMap<>(Fault.class);
  private @Nullable Failure failure;
  private long steps;
  private long hash;

  /**
   * @param histories number N is seed {@code firstSeed + N / profiles} of profile {@code N mod
   *     profiles}
   */
  SimulationRun(List<Profile> profiles, long firstSeed, long histories) {
    this.profiles = List.copyOf(profiles);
    this.firstSeed = firstSeed;
    this.histories = histories;
  }

  /** Blocks until all is told, or a promise was broken. */
  void run(int threads) {
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Thread worker = new Thread(this::work, "simulation-" + i);
      worker.setDaemon(true);
      worker.start();
      workers.add(worker);
    }
    try {
      for (Thread worker : workers) {
        worker.join();
      }
    } catch (InterruptedException e) {
      stop.set(true);
      Thread.currentThread().interrupt();
    }
  }

  private void work() {
    Map<Fault, Long> struck = new EnumMap<>(Fault.class);
    long mySteps = 0;
    long myHash = 0;
    while (!stop.get()) {
      long number = next.getAndIncrement();
      if (number >= histories) {
        break;
      }
      Profile profile = profiles.get((int) (number % profiles.size()));
      long seed = firstSeed + number / profiles.size();
      RandomHistory history = new RandomHistory(Plan.of(profile, seed));
      String violation = Simulation.violationOf(history);
      history
          .chaos()
          .struck()
          .forEach((fault, times) -> struck.merge(fault, (long) times, Long::sum));
      mySteps += history.world().steps();
      myHash += history.world().hashValue();
      done.incrementAndGet();
      if (violation != null) {
        broken(new Failure(profile, seed, violation));
      }
    }
    add(struck, mySteps, myHash);
  }

  private synchronized void broken(Failure broken) {
    if (failure == null) {
      failure = broken;
    }
    stop.set(true);
  }

  private synchronized void add(Map<Fault, Long> struck, long moreSteps, long moreHash) {
    for (Fault fault : Fault.values()) {
      faults.merge(fault, struck.getOrDefault(fault, 0L), Long::sum);
    }
    steps += moreSteps;
    hash += moreHash;
  }

  long done() {
    return done.get();
  }

  synchronized @Nullable Failure failure() {
    return failure;
  }

  /** How often each kind of fault occurred. */
  synchronized Map<Fault, Long> faults() {
    return new EnumMap<>(faults);
  }

  synchronized long steps() {
    return steps;
  }

  /** Of all histories together, in whatever order they were told. */
  synchronized long hash() {
    return hash;
  }

  /** One line a kind, by the places where they strike. */
  String table() {
    StringBuilder text = new StringBuilder();
    faults()
        .forEach((fault, times) -> {
          if (times > 0) {
            text.append(String.format("  %,14d  %s%n", times, fault.label()));
          }
        });
    return text.toString();
  }
}
