package flashsale.chaos;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One piece of harm, done to a server that runs on, again and again for a while. */
final class Repeated implements Fault {
  private static final Duration LASTS = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofMillis(100);

  /** Returns how much it did, this time or so far. */
  interface Harm {
    long doTo(Target target) throws Exception;
  }

  /** What is done before the first piece, or after the last one to leave all as it was. */
  interface Care {
    void doTo(Target target) throws Exception;
  }

  private final String name;
  private final Care before;
  private final Harm harm;
  private final Care after;
  private volatile boolean healed;
  private volatile long done;
  private volatile @Nullable Exception failure;
  private @Nullable Thread thread;

  Repeated(String name, Care before, Harm harm, Care after) {
    this.name = name;
    this.before = before;
    this.harm = harm;
    this.after = after;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Optional<String> missing() {
    return Optional.empty();
  }

  @Override
  public void strike(Target target) throws Exception {
    healed = false;
    failure = null;
    before.doTo(target);
    done = harm.doTo(target);
    thread = Thread.ofVirtual().name("harm").start(() -> goOn(target));
  }

  private void goOn(Target target) {
    try {
      while (!healed) {
        Thread.sleep(PAUSE);
        done = Math.max(done, harm.doTo(target));
      }
    } catch (Exception e) {
      failure = e;
    }
  }

  @Override
  public Duration lasts() {
    return LASTS;
  }

  @Override
  public void heal(Target target) throws Exception {
    healed = true;
    if (thread != null) {
      thread.join();
    }
    after.doTo(target);
    if (failure != null) {
      throw new IllegalStateException(name + " could not go on", failure);
    }
    if (done == 0) {
      throw new NotStruck(name + " took no harm");
    }
  }
}
