package flashsale.discovery;

import flashsale.config.Settings.HostPort;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.PutOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this node's endpoints registered in etcd under one lease, until it is told to withdraw.
 *
 * <p>Whatever goes wrong (etcd away, lease expired or revoked, data wiped, a key deleted by hand),
 * there is one remedy: a new lease, and the keys put again under it. It is applied within the
 * lease's time to live and 5 s from when etcd answers. The node that dies disappears after the time
 * to live.
 *
 * <p>Keeping alive is a call of our own every third of that time, not jetcd's stream: the stream
 * has several ends, and some of them it does not tell.
 */
final class EtcdRegistration extends AbstractBehavior<EtcdRegistration.Command> {
  static final Duration BACKOFF_MIN = Duration.ofMillis(100);
  static final Duration BACKOFF_MAX = Duration.ofSeconds(1);

  private static final Logger log = LoggerFactory.getLogger(EtcdRegistration.class);

  sealed interface Command {}

  /** Revokes the lease and ends; answers when etcd has, or when it could not be reached. */
  record Withdraw(ActorRef<Done> replyTo) implements Command {}

  private enum Due implements Command {
    REGISTER,
    KEEP_ALIVE
  }

  /** How the call under way ended; there is never more than one. */
  private sealed interface Outcome extends Command {}

  private record Held(long lease) implements Outcome {}

  private record NotHeld(Throwable reason) implements Outcome {}

  private record Revoked(ActorRef<Done> replyTo) implements Outcome {}

  private final EtcdConnection connection;
  private final TimerScheduler<Command> timers;
  private final Map<String, HostPort> endpoints;
  private @Nullable Long lease;
  private boolean callUnderWay;
  private boolean outageTold;
  private Duration backoff = BACKOFF_MIN;
  private @Nullable ActorRef<Done> withdrawTo;

  /** Registers one endpoint a service. */
  static Behavior<Command> create(EtcdConnection connection, Map<String, HostPort> endpoints) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(
            timers -> new EtcdRegistration(context, timers, connection, endpoints)));
  }

  private EtcdRegistration(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      EtcdConnection connection,
      Map<String, HostPort> endpoints) {
    super(context);
    this.connection = connection;
    this.timers = timers;
    this.endpoints = Map.copyOf(endpoints);
    run(grantAndPut());
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder().onMessage(Command.class, this::onCommand).build();
  }

  private Behavior<Command> onCommand(Command command) {
    return switch (command) {
      case Due due -> onDue(due);
      case Outcome outcome -> onOutcome(outcome);
      case Withdraw withdraw -> onWithdraw(withdraw);
    };
  }

  private Behavior<Command> onDue(Due due) {
    switch (due) {
      case REGISTER -> run(grantAndPut());
      case KEEP_ALIVE -> run(lease == null ? grantAndPut() : keepAlive(lease));
    }
    return this;
  }

  private void run(CompletionStage<Long> call) {
    callUnderWay = true;
    getContext()
        .pipeToSelf(
            call, (held, failure) -> failure == null ? new Held(held) : new NotHeld(failure));
  }

  private Behavior<Command> onOutcome(Outcome outcome) {
    callUnderWay = false;
    switch (outcome) {
      case Held held -> onHeld(held.lease());
      case NotHeld not -> onNotHeld(not.reason());
      case Revoked revoked -> {
        revoked.replyTo().tell(Done.getInstance());
        return Behaviors.stopped();
      }
    }
    return withdrawTo == null ? this : revoke(withdrawTo);
  }

  private void onHeld(long held) {
    if (lease == null || lease != held) {
      log.atInfo().addKeyValue("keys", keys()).log("registered in etcd");
    }
    lease = held;
    outageTold = false;
    backoff = BACKOFF_MIN;
    timers.startSingleTimer(Due.KEEP_ALIVE, connection.leaseTtl().dividedBy(3));
  }

  private void onNotHeld(Throwable reason) {
    if (!outageTold) {
      outageTold = true;
      log.atWarn()
          .addKeyValue("keys", keys())
          .addKeyValue("reason", EtcdConnection.reason(reason))
          .log("not registered in etcd, trying again");
    }
    timers.startSingleTimer(Due.REGISTER, backoff);
    Duration twice = backoff.multipliedBy(2);
    backoff = twice.compareTo(BACKOFF_MAX) < 0 ? twice : BACKOFF_MAX;
  }

  private Behavior<Command> onWithdraw(Withdraw withdraw) {
    withdrawTo = withdraw.replyTo();
    return callUnderWay ? this : revoke(withdraw.replyTo());
  }

  private Behavior<Command> revoke(ActorRef<Done> replyTo) {
    timers.cancelAll();
    if (lease == null) {
      replyTo.tell(Done.getInstance());
      return Behaviors.stopped();
    }
    long last = lease;
    callUnderWay = true;
    getContext()
        .pipeToSelf(
            connection.call(client -> client.getLeaseClient().revoke(last)),
            (revoked, failure) -> new Revoked(replyTo));
    return this;
  }

  /**
   * Grants a lease and puts every key under it. A put moves a key from an older lease to this one,
   * and a lease whose puts failed ends by itself.
   */
  private CompletionStage<Long> grantAndPut() {
    long seconds = Math.max(1, connection.leaseTtl().toSeconds());
    return connection
        .call(client -> client.getLeaseClient().grant(seconds))
        .thenCompose(granted ->
            connection
                .call(client -> client.getKVClient().txn().Then(puts(granted.getID())).commit())
                .thenApply(done -> granted.getID()));
  }

  /** Fails when the lease is gone; puts the keys again when one is not there. */
  private CompletionStage<Long> keepAlive(long lease) {
    return connection
        .call(client -> client.getLeaseClient().keepAliveOnce(lease))
        .thenCompose(kept ->
            connection.call(
                client -> client.getKVClient().txn().If(allExist()).Else(puts(lease)).commit()))
        .thenApply(done -> lease);
  }

  private Cmp[] allExist() {
    return keys().stream()
        .map(key -> new Cmp(EtcdConnection.bytes(key), Cmp.Op.GREATER, CmpTarget.version(0)))
        .toArray(Cmp[]::new);
  }

  private Op[] puts(long lease) {
    PutOption underLease = PutOption.builder().withLeaseId(lease).build();
    return keys().stream()
        .map(key -> Op.put(EtcdConnection.bytes(key), ByteSequence.EMPTY, underLease))
        .toArray(Op[]::new);
  }

  private List<String> keys() {
    return endpoints.entrySet().stream()
        .map(endpoint -> connection.key(endpoint.getKey(), endpoint.getValue()))
        .sorted()
        .toList();
  }
}
