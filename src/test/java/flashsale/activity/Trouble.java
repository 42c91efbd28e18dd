package flashsale.activity;

import flashsale.activity.Chaos.Stream;
import flashsale.model.UserId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What happens to actors and to everything around them, one event after the other. */
final class Trouble {
  static final int CLOCK_JUMP_MS_MAX = 3_000;

  private static final int ACTORS_MAX = 3;

  private final RandomHistory history;
  private final World world;
  private final Chaos chaos;
  private final RandomFates fates;
  private final Stream stream;
  private final int everyMs;
  private int pauses;
  private int seconds;

  Trouble(RandomHistory history, Chaos chaos, RandomFates fates, Stream stream) {
    this.history = history;
    this.world = history.world();
    this.chaos = chaos;
    this.fates = fates;
    this.stream = stream;
    Dice dice = stream.next();
    everyMs = dice.oneIn(3) ? 150 : 900;
    if (chaos.mayStrike(Fault.REDIS_REWOUND)) {
      world.keepReplicas();
    }
  }

  void begin() {
    world.in(1L + stream.next().below(everyMs), this::happen);
  }

  private void happen() {
    if (chaos.isOver()) {
      return;
    }
    Fault fault = chaos.event(stream);
    if (fault != null) {
      Plan.FaultId id = stream.id();
      if (strike(fault, stream.dice())) {
        world.noteFault(fault, id, "large");
      } else {
        chaos.missed(fault);
      }
    }
    begin();
  }

  /** Returns false when it could not come about. */
  private boolean strike(Fault fault, Dice dice) {
    List<Node> alive = world.alive();
    Node node = alive.isEmpty() ? null : alive.get(dice.below(alive.size()));
    return switch (fault) {
      case ACTOR_KILLED, ACTOR_PAUSED, ACTOR_DRAINED, TAIL_STALLED, TAIL_FAILED ->
          node != null && strikeNode(fault, node, dice);
      case CLOCK_JUMPED_FORWARD, CLOCK_JUMPED_BACK -> node != null && jump(fault, node, dice);
      case FAILOVER, SECOND_ACTOR, THIRD_ACTOR -> startAnother(fault, alive, dice);
      case STOCK_SET, SALE_PAUSED, REPAIRED, SALE_CLOSED -> operate(fault, dice);
      default -> strikeStores(fault, dice);
    };
  }

  private boolean strikeNode(Fault fault, Node node, Dice dice) {
    switch (fault) {
      case ACTOR_KILLED -> node.kill();
      case ACTOR_PAUSED -> node.pauseFor(50 + dice.below(4_000));
      case ACTOR_DRAINED -> node.drain();
      case TAIL_STALLED -> node.stallTailFor(50 + dice.below(6_000));
      default -> node.failTail(dice.oneIn(6));
    }
    return true;
  }

  private static boolean jump(Fault fault, Node node, Dice dice) {
    int ms = dice.between(10, CLOCK_JUMP_MS_MAX);
    node.setClock(fault == Fault.CLOCK_JUMPED_FORWARD ? ms : -ms);
    return true;
  }

  private boolean startAnother(Fault fault, List<Node> alive, Dice dice) {
    boolean fits =
        switch (fault) {
          case SECOND_ACTOR -> alive.size() == 1;
          case THIRD_ACTOR -> alive.size() == 2;
          default -> !alive.isEmpty() && alive.size() < ACTORS_MAX;
        };
    if (!fits) {
      return false;
    }
    if (fault == Fault.FAILOVER) {
      alive.getLast().pauseFor(100 + dice.below(4_000));
    }
    history.startActor();
    return true;
  }

  private boolean operate(Fault fault, Dice dice) {
    switch (fault) {
      case STOCK_SET -> history.setStock(1L + dice.below(RandomHistory.STOCK_MAX));
      case SALE_PAUSED -> {
        history.route(dice.below(8)).pause();
        world.in(dice.below(1_500), () -> history.route(1).resume());
      }
      case REPAIRED -> history.route(dice.below(8)).repair();
      default -> history.close();
    }
    return true;
  }

  private boolean strikeStores(Fault fault, Dice dice) {
    long untilMs = world.now() + dice.below(dice.oneIn(3) ? 4_000 : 800);
    switch (fault) {
      case REDIS_DOWN -> fates.redisDownUntil(untilMs);
      case REDIS_WIPED -> world.redis.wipe();
      case REDIS_REWOUND -> {
        return rewind(dice);
      }
      case REDIS_FOREIGN_EPOCH ->
          world.redis.setEpoch(Math.max(1, world.log.ledger().epoch() + dice.below(5) - 2));
      case REDIS_LEFT_EDITED -> world.redis.addLeft(dice.oneIn(2) ? 1 : -1);
      case REDIS_BUYERS_EDITED -> world.redis.addBuyer(new UserId("s" + dice.below(9)));
      case LOG_DOWN -> fates.logDownUntil(untilMs);
      case POSTGRES_DOWN -> {
        fates.postgresDownUntil(untilMs);
        stopProjectionUntil(untilMs);
      }
      case PROJECTION_STOPPED -> stopProjectionUntil(untilMs);
      case SECOND_PROJECTION -> {
        return beginSecondProjection(untilMs);
      }
      case POSTGRES_LOST_COMMITS -> {
        world.loseCommits(dice.below(4));
        history.loseJournalCommit();
      }
      default -> world.setBrokerClock(dice.between(-4_000, 4_000));
    }
    return true;
  }

  private boolean rewind(Dice dice) {
    List<Runnable> replicas = world.replicas();
    if (replicas.isEmpty()) {
      return false;
    }
    replicas.get(dice.below(replicas.size())).run();
    return true;
  }

  private void stopProjectionUntil(long atMs) {
    int number = ++pauses;
    world.stopProjection();
    world.at(
        atMs,
        () -> {
          if (number == pauses) {
            world.startProjection();
          }
        });
  }

  private boolean beginSecondProjection(long untilMs) {
    int number = ++seconds;
    boolean begun = world.beginSecondProjection();
    if (begun) {
      world.at(
          untilMs,
          () -> {
            if (number == seconds) {
              world.endSecondProjection();
            }
          });
    }
    return begun;
  }

  /** Whatever is still stopped goes on. */
  void end(@Nullable Node seller) {
    pauses++;
    world.startProjection();
    for (Node node : world.alive()) {
      node.resumeTail();
    }
    if (seller != null) {
      world.note(seller, "goes on in peace");
    }
  }
}
