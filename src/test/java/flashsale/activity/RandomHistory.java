package flashsale.activity;

import flashsale.activity.Chaos.Stream;
import flashsale.config.Settings.ActivityLimits;
import flashsale.model.UserId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One history of a sale in which everything goes wrong, by a plan: shoppers who do not give up, up
 * to three actors at once, whatever can happen to them and around them, and then peace.
 *
 * <p>In peace everything in doubt must resolve, and what is left must be sold.
 */
final class RandomHistory {
  static final int STOCK_MAX = 6;

  /** Small, so that every limit is met. */
  private static final ActivityLimits LIMITS =
      new ActivityLimits(
          12,
          Duration.ofMillis(1_500),
          3,
          2,
          2,
          Duration.ofMillis(20),
          Duration.ofMillis(700),
          Duration.ofMillis(700),
          Duration.ofMillis(200),
          Duration.ofMillis(500),
          Duration.ofMillis(50),
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          3,
          4,
          Duration.ofSeconds(5));

  private static final long TICK_MS = 300;
  private static final int EVENTS_STREAM = 0;
  private static final int SETTING_STREAM = 2_000_000;
  private static final int SKEW_STREAM = 1_000_000;
  private static final int SHOPPERS_STREAM = 1_001;

  /** Longer than any click takes, and any pause. */
  private static final long CALM_MS = 5_500;

  private static final long REST_WITHIN_MS = 60_000;
  private static final long LOOK_EVERY_MS = 250;
  private static final long OPERATOR_PATIENCE_MS = 2_000;

  private final Chaos chaos;
  private final RandomFates fates;
  private final World world;
  private final Trouble trouble;
  private final List<Shopper> shoppers = new ArrayList<>();
  private final List<Click> toldNothingBought = new ArrayList<>();
  private final long chaosMs;
  private final long arrivalMs;
  private final boolean closesByClock;
  private boolean peace;
  private boolean isServed;
  private long highestStock;

  RandomHistory(Plan plan) {
    chaos = new Chaos(plan);
    fates = new RandomFates(chaos);
    world = new World(LIMITS, fates, TICK_MS);
    trouble = new Trouble(this, chaos, fates, chaos.stream(EVENTS_STREAM));
    Dice dice = chaos.stream(SETTING_STREAM).next();
    int fullChaosMs = dice.oneIn(5) ? dice.between(5_000, 15_000) : dice.between(500, 5_000);
    chaosMs = Math.min(fullChaosMs, plan.chaosMsMax());
    arrivalMs = dice.oneIn(3) ? 50 : Math.max(1, fullChaosMs * 2 / 3);
    highestStock = 1L + dice.below(STOCK_MAX);
    closesByClock = dice.oneIn(10);
    int closesAfterMs = dice.between(1_500, 6_000);
    Instant opensAt = dice.oneIn(8) ? Instant.ofEpochMilli(World.START_MS + 1_000) : null;
    Instant closesAt = closesByClock ? Instant.ofEpochMilli(World.START_MS + closesAfterMs) : null;
    world.with(World.activity(highestStock, opensAt, closesAt));
    int count = Math.min(plan.shoppersMax(), dice.between(2, (int) highestStock + 4));
    for (int i = 0; i < count; i++) {
      shoppers.add(new Shopper(this, new UserId("s" + i), chaos.stream(SHOPPERS_STREAM + i)));
    }
  }

  World world() {
    return world;
  }

  Chaos chaos() {
    return chaos;
  }

  List<Shopper> shoppers() {
    return shoppers;
  }

  List<Click> toldNothingBought() {
    return toldNothingBought;
  }

  void toldNothingBought(Click click) {
    toldNothingBought.add(click);
  }

  boolean isPeace() {
    return peace;
  }

  boolean closesByClock() {
    return closesByClock;
  }

  long highestStock() {
    return highestStock;
  }

  @Nullable Fault strike(Stream stream, Fault.Scope scope, Object where) {
    Fault fault = chaos.strike(stream, scope);
    if (fault != null) {
      world.noteFault(fault, stream.id(), where);
    }
    return fault;
  }

  void run() {
    for (Shopper shopper : shoppers) {
      world.in(shopper.stream().next().below((int) arrivalMs), shopper::act);
    }
    trouble.begin();
    world.runFor(chaosMs);
    makePeace();
    new RestCheck(this).check();
  }

  // Actors.

  /**
   * The actor that a request reaches: mostly the youngest.
   *
   * @param way 0: perhaps another one
   */
  Node route(int way) {
    List<Node> alive = world.alive();
    if (alive.isEmpty()) {
      return startActor();
    }
    return way == 0 && !peace ? alive.getFirst() : alive.getLast();
  }

  Node startActor() {
    long number = world.nextIncarnation();
    int skewMs = chaos.stream((int) (SKEW_STREAM + number)).next().between(-300, 300);
    Node node = world.start(skewMs);
    world.note(node, "starts");
    return node;
  }

  // Operators.

  void setStock(long stock) {
    highestStock = Math.max(highestStock, stock);
    route(1).setStock(stock);
  }

  void close() {
    route(1).close();
  }

  void loseJournalCommit() {
    if (world.journal.lastSeqNr() > 1) {
      world.journal.loseLast();
    }
  }

  // Peace.

  private void makePeace() {
    peace = true;
    chaos.end();
    trouble.end(world.alive().isEmpty() ? null : world.alive().getLast());
    world.note("peace", "begins");
    boolean jumped =
        chaos.struck(Fault.CLOCK_JUMPED_FORWARD) + chaos.struck(Fault.CLOCK_JUMPED_BACK) > 0;
    long calmMs = CALM_MS + (jumped ? 2 * Trouble.CLOCK_JUMP_MS_MAX : 0);
    long settledMs = Math.max(world.now() + calmMs, fates.latestMs());
    world.runFor(settledMs - world.now());
    // Operators' changes may have queued up, and each may take an epoch.
    long changedByMs = world.now() + REST_WITHIN_MS;
    while (world.now() < changedByMs && world.promises().unanswered() != null) {
      world.runFor(LOOK_EVERY_MS);
    }
    if (chaos.struck(Fault.POSTGRES_LOST_COMMITS) > 0) {
      world.restartProjection();
    }
    resume();
    // SOLD OUT was final for the stock of that time only.
    world.note("peace", "everybody asks again");
    shoppers.forEach(Shopper::askAnew);
    long endMs = world.now() + REST_WITHIN_MS;
    while (world.now() < endMs && !isAtRest()) {
      world.runFor(LOOK_EVERY_MS);
    }
    // Somebody has to ask, or nobody would notice what happened to Redis last.
    isServed = true;
    route(1).findPurchase("nobody");
    do {
      world.runFor(LOOK_EVERY_MS);
    } while (world.now() < endMs && !(isStored() && world.promises().unanswered() == null));
  }

  private boolean isAtRest() {
    for (Shopper shopper : shoppers) {
      if (!shopper.isServed()) {
        return false;
      }
    }
    return true;
  }

  private boolean isStored() {
    return world.postgres.ledger().equals(world.log.ledger());
  }

  /** Again and again, as an operator would: an actor that was overtaken may say that it is done. */
  private void resume() {
    if (!isServed) {
      route(1).resume();
      world.in(OPERATOR_PATIENCE_MS, this::resume);
    }
  }
}
