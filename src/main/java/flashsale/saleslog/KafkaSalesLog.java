package flashsale.saleslog;

import flashsale.config.Settings;
import flashsale.ledger.Entry;
import flashsale.model.ActivityId;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * The sales log on Kafka. One per node.
 *
 * <p>It can be made while Kafka is down: appends then fail after the delivery time-out, and
 * followings begin when the brokers answer. A record that was appended reaches its followers within
 * a few milliseconds. Listeners are called by one thread for all followings, so one that blocks
 * holds up every actor of the node.
 */
public final class KafkaSalesLog implements SalesLog, AutoCloseable {
  /**
   * Entries of one activity that may arrive while its new follower reads what it missed. One more
   * ends the following, and the follower begins again. An activity in recovery sells nothing, so
   * these are only what a writer before it left behind.
   */
  private static final int HELD_MAX = 4096;

  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(3);

  private final Appender appender;
  private final Tail tail;
  private final Supplier<Admin> connect;
  private @Nullable Admin admin;

  private KafkaSalesLog(Appender appender, Tail tail, Supplier<Admin> connect) {
    this.appender = appender;
    this.tail = tail;
    this.connect = connect;
  }

  /**
   * Needs no broker.
   *
   * @param clock tells the times of {@link SalesLog.Listener#onFresh}
   */
  public static KafkaSalesLog create(Settings.Kafka settings, LongSupplier clock) {
    Tail tail = new Tail(settings, clock, HELD_MAX);
    tail.start();
    return new KafkaSalesLog(
        new Appender(settings, () -> KafkaClients.producer(settings)),
        tail,
        () -> KafkaClients.admin(settings, ANSWERS_WITHIN));
  }

  /** Makes ready to append, once the topic is there; without it the first append does. */
  public CompletionStage<Void> open() {
    return appender.open();
  }

  @Override
  public CompletionStage<Long> append(ActivityId activity, Entry entry) {
    return appender.append(activity, entry);
  }

  @Override
  public Subscription follow(ActivityId activity, long fromOffset, Listener listener) {
    return tail.follow(activity, fromOffset, listener);
  }

  /** Completes when a broker answers; fails, or throws, when none does. */
  public CompletionStage<?> reach() {
    return admin().describeCluster().nodes().toCompletionStage();
  }

  private synchronized Admin admin() {
    if (admin == null) {
      admin = connect.get();
    }
    return admin;
  }

  /**
   * False while the tail breaks again and again, by itself and not by a broker that is away: this
   * node then confirms nobody.
   */
  public boolean isWorking() {
    return tail.isWorking();
  }

  /** Returns within a few seconds. Every following ends, not fatally. */
  @Override
  public void close() {
    appender.close();
    tail.close();
    synchronized (this) {
      if (admin != null) {
        admin.close(Duration.ZERO);
      }
    }
  }
}
