package flashsale.discovery;

import flashsale.config.Settings.HostPort;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.watch.WatchResponse;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the endpoints of one service and tells every change.
 *
 * <p>What a watch says is only taken as a hint to list again, so there is no revision to keep, and
 * neither compaction nor a wiped etcd (whose revisions begin anew) can make it miss something. It
 * lists when a watch stands, at every event, and now and then all the same, should a watch die
 * without a word. A list that fails or is empty changes nothing.
 */
final class EndpointsWatch extends AbstractBehavior<EndpointsWatch.Command> {
  static final Duration LIST_INTERVAL = Duration.ofSeconds(3);
  static final Duration BACKOFF_MIN = Duration.ofMillis(200);
  static final Duration BACKOFF_MAX = Duration.ofSeconds(2);

  private static final Logger log = LoggerFactory.getLogger(EndpointsWatch.class);

  sealed interface Command {}

  private enum Due implements Command {
    OPEN,
    LIST
  }

  /** The watch stands, or an endpoint came or went. */
  private record Hint() implements Command {}

  /** That watch ended; the count tells it from an earlier one. */
  private record WatchEnded(long watchCount, String reason) implements Command {}

  private record Listed(Set<HostPort> found) implements Command {}

  private record ListFailed(Throwable reason) implements Command {}

  private final EtcdConnection connection;
  private final TimerScheduler<Command> timers;
  private final String service;
  private final Consumer<Set<HostPort>> onChange;
  private Set<HostPort> current = Set.of();
  private Watch.@Nullable Watcher watcher;
  private long watchCount;
  private boolean listing;
  private boolean listAgain;
  private Duration backoff = BACKOFF_MIN;

  static Behavior<Command> create(
      EtcdConnection connection, String service, Consumer<Set<HostPort>> onChange) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(
            timers -> new EndpointsWatch(context, timers, connection, service, onChange)));
  }

  private EndpointsWatch(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      EtcdConnection connection,
      String service,
      Consumer<Set<HostPort>> onChange) {
    super(context);
    this.connection = connection;
    this.timers = timers;
    this.service = service;
    this.onChange = onChange;
    timers.startTimerWithFixedDelay(Due.LIST, LIST_INTERVAL);
    open();
    list();
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Command.class, this::onCommand)
        .onSignal(PostStop.class, stop -> onStop())
        .build();
  }

  private Behavior<Command> onCommand(Command command) {
    switch (command) {
      case Due due -> onDue(due);
      case Hint hint -> list();
      case WatchEnded ended -> onWatchEnded(ended);
      case Listed listed -> onListed(listed.found());
      case ListFailed failed -> onListFailed(failed.reason());
    }
    return this;
  }

  private void onDue(Due due) {
    switch (due) {
      case OPEN -> open();
      case LIST -> list();
    }
  }

  private void open() {
    watchCount++;
    try {
      watcher = connection.watch(service, new Hints(getContext().getSelf(), watchCount));
    } catch (RuntimeException e) {
      getContext().getSelf().tell(new WatchEnded(watchCount, EtcdConnection.reason(e)));
    }
  }

  private void onWatchEnded(WatchEnded ended) {
    if (ended.watchCount() != watchCount) {
      return;
    }
    log.atDebug()
        .addKeyValue("service", service)
        .addKeyValue("reason", ended.reason())
        .log("watch ended, opening another");
    watchCount++;
    close();
    timers.startSingleTimer(Due.OPEN, backoff);
    Duration twice = backoff.multipliedBy(2);
    backoff = twice.compareTo(BACKOFF_MAX) < 0 ? twice : BACKOFF_MAX;
  }

  private void list() {
    if (listing) {
      listAgain = true;
      return;
    }
    listing = true;
    getContext()
        .pipeToSelf(
            connection.endpoints(service),
            (found, failure) -> failure == null ? new Listed(found) : new ListFailed(failure));
  }

  private void onListed(Set<HostPort> found) {
    backoff = BACKOFF_MIN;
    if (!found.isEmpty() && !found.equals(current)) {
      current = Set.copyOf(found);
      log.atInfo()
          .addKeyValue("service", service)
          .addKeyValue("endpoints", current)
          .log("endpoints changed");
      onChange.accept(current);
    }
    listed();
  }

  private void onListFailed(Throwable reason) {
    log.atDebug()
        .addKeyValue("service", service)
        .addKeyValue("reason", EtcdConnection.reason(reason))
        .log("endpoints not listed, last known good set kept");
    listed();
  }

  private void listed() {
    listing = false;
    if (listAgain) {
      listAgain = false;
      list();
    }
  }

  private Behavior<Command> onStop() {
    close();
    return this;
  }

  private void close() {
    if (watcher != null) {
      watcher.close();
      watcher = null;
    }
  }

  /** Carries what a watch says to the actor; called on jetcd's threads. */
  private record Hints(ActorRef<Command> self, long watchCount) implements Watch.Listener {
    @Override
    public void onNext(WatchResponse response) {
      self.tell(new Hint());
    }

    @Override
    public void onError(Throwable reason) {
      self.tell(new WatchEnded(watchCount, EtcdConnection.reason(reason)));
    }

    @Override
    public void onCompleted() {
      self.tell(new WatchEnded(watchCount, "completed"));
    }
  }
}
