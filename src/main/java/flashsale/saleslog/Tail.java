package flashsale.saleslog;

import flashsale.config.Settings;
import flashsale.model.ActivityId;
import flashsale.model.Partitions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one consumer of this node: reads every partition that somebody follows, and gives each
 * follower what is its own.
 *
 * <p>A follower joins in three steps: the brokers are asked where its partition ends; the tail
 * reads on from there (or from where it already is), holding what it shows; the range before is
 * read aside and given first. So there is no gap at the seam. One thread owns the consumer and all
 * followers and makes all calls to listeners; everything else reaches it as a command.
 */
final class Tail implements AutoCloseable {
  /** More to read and nothing read for this long: the consumer is replaced. */
  private static final Duration STUCK_AFTER = Duration.ofSeconds(2);

  private static final String CLOSED = "the sales log is closed";
  private static final Duration BACKOFF = Duration.ofMillis(200);
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(1);
  private static final Logger log = LoggerFactory.getLogger(Tail.class);

  private sealed interface Command {
    record Join(Follower follower) implements Command {}

    record Leave(Follower follower) implements Command {}

    record EndTold(LogEnds.Told told) implements Command {}

    record PageRead(List<RangeReader.Part> parts) implements Command {}

    record RangeFailed(Follower follower, boolean fatal, String why) implements Command {}
  }

  private final Settings.Kafka settings;
  private final Partitions partitions;
  private final int heldMax;
  private final TailConsumer consumer;
  private final LogEnds ends;
  private final RangeReader ranges;

  /**
   * Bounded by what can be under way: one join and one leave of each follower, one ask, and the
   * pages that the range reader may have read ahead.
   */
  private final BlockingQueue<Command> commands = new LinkedBlockingQueue<>();

  /** All that have not ended, wherever they are. */
  private final Set<Follower> followers = ConcurrentHashMap.newKeySet();

  private final TailBreaks breaks = new TailBreaks();
  private final Thread thread;
  private volatile boolean closed;

  // The thread's own.
  private final Map<TopicPartition, TailedPartition> tailed = new HashMap<>();

  private long readAtNanos = System.nanoTime();
  private @Nullable Throwable broken;

  /**
   * @param heldMax entries that are held for one follower while it catches up; one more ends its
   *     following, not fatally
   */
  Tail(Settings.Kafka settings, LongSupplier clock, int heldMax) {
    this.settings = settings;
    this.partitions = new Partitions(settings.partitions());
    this.heldMax = heldMax;
    this.consumer = new TailConsumer(settings);
    this.ends = new LogEnds(settings, clock, told -> post(new Command.EndTold(told)));
    this.ranges =
        new RangeReader(settings.partitions(), () -> new RangeConsumer(settings), new Commanded());
    this.thread = Thread.ofPlatform().name("sales-log-tail").daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** See {@link SalesLog#follow}. */
  SalesLog.Subscription follow(ActivityId activity, long fromOffset, SalesLog.Listener listener) {
    Follower follower =
        new Follower(
            activity,
            new TopicPartition(settings.topic(), partitions.of(activity)),
            fromOffset,
            heldMax,
            listener,
            this::ended);
    followers.add(follower);
    post(new Command.Join(follower));
    if (closed) {
      follower.fail(false, CLOSED);
    }
    return follower;
  }

  private void ended(Follower follower) {
    post(new Command.Leave(follower));
    followers.remove(follower);
  }

  /** False while it breaks again and again. */
  boolean isWorking() {
    return !breaks.areMany(System.nanoTime());
  }

  /** What the range reader says arrives as a command, like everything else. */
  private final class Commanded implements RangeReader.Readings {
    @Override
    public void read(List<RangeReader.Part> parts) {
      post(new Command.PageRead(parts));
    }

    @Override
    public void failed(Follower follower, boolean fatal, String why) {
      post(new Command.RangeFailed(follower, fatal, why));
    }
  }

  private void post(Command command) {
    commands.add(command);
    consumer.wakeUp();
  }

  /** Ends only when it is closed: without a tail this node confirms nobody. */
  private void run() {
    while (!closed) {
      try {
        if (broken != null) {
          beginAnew(broken);
        }
        runOnce();
      } catch (InterruptedException e) {
        // Nobody does that but a JVM that ends.
      } catch (Throwable e) {
        // Also an OutOfMemoryError: nothing here but the assignment, so that it cannot fail again.
        broken = e;
      }
    }
    end();
  }

  /**
   * After something that must not happen nothing that is known of the followers is relied on: all
   * of them are told to follow again. What fails in here is done again.
   */
  private void beginAnew(Throwable cause) {
    breaks.note(System.nanoTime());
    log.atError()
        .addKeyValue("cause", cause.toString())
        .addKeyValue("breaksInARow", breaks.inARow())
        .log("the tail broke, every following is begun anew");
    try {
      tailed.clear();
      ends.reset();
      failAll("the tail broke: " + cause);
      consumer.close();
    } finally {
      LockSupport.parkNanos(breaks.pauseNanos());
    }
    broken = null;
  }

  private void runOnce() throws InterruptedException {
    for (Command next = commands.poll(); next != null; next = commands.poll()) {
      handle(next);
    }
    if (!readOn()) {
      Command next = commands.poll(ends.untilNextAsk().toMillis() + 1, TimeUnit.MILLISECONDS);
      if (next != null) {
        handle(next);
      }
    }
  }

  /** Returns false when there is nothing to be read, or not yet. */
  private boolean readOn() {
    try {
      ends.askIfDue(tailed.keySet());
      if (tailed.isEmpty() || System.nanoTime() - readAtNanos < 0) {
        return false;
      }
      read();
    } catch (WakeupException e) {
      // A command is waiting.
    } catch (InvalidOffsetException e) {
      e.partitions().forEach(this::endOutsideTheLog);
    } catch (RuntimeException e) {
      log.atWarn().addKeyValue("why", e.toString()).log("tail failed, it is started again");
      restart();
      readAtNanos = System.nanoTime() + BACKOFF.toNanos();
    }
    return true;
  }

  private void handle(Command command) {
    switch (command) {
      case Command.Join join -> ends.await(join.follower());
      case Command.Leave leave -> onLeave(leave.follower());
      case Command.EndTold end -> onEndTold(end.told());
      case Command.PageRead read -> onPageRead(read.parts());
      case Command.RangeFailed failed -> failed.follower().fail(failed.fatal(), failed.why());
    }
  }

  private void onLeave(Follower follower) {
    ends.forget(follower);
    TailedPartition partition = tailed.get(follower.partition());
    if (partition != null) {
      partition.leave(follower);
      if (!partition.isFollowed()) {
        drop(follower.partition());
      }
    }
  }

  private void onEndTold(LogEnds.Told told) {
    List<Follower> answered = ends.answered(told);
    TailedPartition known = tailed.get(told.partition());
    if (known != null) {
      // Here because it is a few times a second, whatever the answer.
      known.tellScanned();
    }
    Long end = told.end();
    if (end == null) {
      return;
    }
    answered.forEach(follower -> begin(follower, end));
    TailedPartition partition = tailed.get(told.partition());
    if (partition != null) {
      long now = System.nanoTime();
      partition.endWas(end, told.askedAtMs(), now);
      if (partition.isStuck(STUCK_AFTER.toNanos(), now)) {
        log.atWarn().addKeyValue("partition", partition).log("tail is stuck, it is started again");
        restart();
      }
    }
  }

  /** Its partition ended at {@code end} after it had joined. */
  private void begin(Follower follower, long end) {
    if (follower.hasEnded()) {
      return;
    }
    if (follower.next() < 0 || follower.next() > end) {
      follower.fail(
          true,
          follower.partition() + ": offset " + follower.next() + " (expected: 0 to " + end + ")");
      return;
    }
    TailedPartition partition = tailed.get(follower.partition());
    if (partition == null) {
      partition = add(follower.partition(), end);
    }
    partition.join(follower);
    if (follower.next() < partition.position()) {
      ranges.read(follower, follower.next(), partition.position());
    } else {
      follower.goLive();
    }
  }

  private void onPageRead(List<RangeReader.Part> parts) {
    ranges.pageDelivered();
    for (RangeReader.Part part : parts) {
      part.follower().catchUp(part.entries(), part.nextOffset());
      if (part.last()) {
        part.follower().goLive();
        // It was left out of the last answer, and somebody may be waiting for a fresh one.
        ends.askSoon();
      }
    }
  }

  private void read() {
    ConsumerRecords<byte[], byte[]> records =
        consumer.poll(tailed.values(), ends.untilNextAsk(), commands);
    for (TopicPartition partition : records.partitions()) {
      TailedPartition shown = tailed.get(partition);
      if (shown != null) {
        records.records(partition).forEach(shown::show);
      }
    }
    long now = System.nanoTime();
    records
        .nextOffsets()
        .forEach((partition, next) -> {
          TailedPartition advanced = tailed.get(partition);
          if (advanced != null) {
            advanced.advanceTo(next.offset(), now);
          }
        });
  }

  private TailedPartition add(TopicPartition partition, long position) {
    TailedPartition added = new TailedPartition(partition, position);
    tailed.put(partition, added);
    consumer.add(added, tailed.values());
    return added;
  }

  private void drop(TopicPartition partition) {
    tailed.remove(partition);
    consumer.retain(tailed.values());
  }

  private void endOutsideTheLog(TopicPartition partition) {
    TailedPartition outside = tailed.get(partition);
    if (outside != null) {
      log.atError().addKeyValue("partition", outside).log("tail is outside the log");
      drop(partition);
      outside.failAll(true, outside + " is outside the log");
    }
  }

  /** The next read opens a consumer at the positions reached, so nothing is left out. */
  private void restart() {
    consumer.close();
    long now = System.nanoTime();
    tailed.values().forEach(partition -> partition.restarted(now));
  }

  private void end() {
    failAll(CLOSED);
    consumer.close();
    ranges.close();
    ends.close();
  }

  private void failAll(String why) {
    followers.forEach(follower -> follower.fail(false, why));
  }

  /** Ends every following, not fatally. */
  @Override
  public void close() {
    closed = true;
    consumer.wakeUp();
    LockSupport.unpark(thread);
    try {
      thread.join(CLOSE_WITHIN);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
