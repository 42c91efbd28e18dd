package flashsale.activity;

import flashsale.activity.Chaos.Stream;
import flashsale.simulation.LogModel.Sale;
import flashsale.simulation.Violation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request of a shopper, and the gateway that serves it, which does as {@code
 * flashsale.gateway.Claims} does: it retries what it may, and gives up when its time is over.
 */
final class Click {
  /** What the shopper is told. */
  enum Outcome {
    CONFIRMED,
    ALREADY_PURCHASED,
    SOLD_OUT,
    CLOSED,
    PAUSED,
    NOT_OPEN,
    /** 202: the purchase's URL will tell. */
    PENDING,
    /** 503: this request bought nothing, now or later. */
    NOTHING_BOUGHT,
    NOT_PURCHASED,
    /** Nobody can know right now. */
    UNAVAILABLE;

    boolean isFinal() {
      return this == CONFIRMED || this == ALREADY_PURCHASED || this == SOLD_OUT || this == CLOSED;
    }
  }

  private static final int ATTEMPTS_MAX = 3;
  private static final long PAUSE_FIRST_MS = 50;
  private static final int LATE_MS_MAX = 2_500;

  private final RandomHistory history;
  private final World world;
  private final Shopper shopper;
  private final Stream stream;
  private final boolean buys;
  private final long deadlineMs;
  private final List<Request> attempts = new ArrayList<>();
  private @Nullable Outcome outcome;

  Click(RandomHistory history, Shopper shopper, boolean buys) {
    this.history = history;
    this.world = history.world();
    this.shopper = shopper;
    this.stream = shopper.stream();
    this.buys = buys;
    int timeoutMs = stream.next().between(800, 2_500);
    deadlineMs = world.now() + timeoutMs;
    world.at(deadlineMs, () -> finish(buys ? Outcome.PENDING : Outcome.UNAVAILABLE));
    if (buys) {
      send(1, false);
    } else {
      find(Outcome.UNAVAILABLE);
    }
  }

  /** Null while the gateway is at work. */
  @Nullable Outcome outcome() {
    return outcome;
  }

  List<Request> attempts() {
    return attempts;
  }

  // Buying.

  private void send(int attempt, boolean inDoubt) {
    Fault fault = history.strike(stream, Fault.Scope.ASK, shopper);
    Dice dice = stream.dice();
    long afterMs = dice.between(1, 4);
    switch (fault) {
      case NODE_UNREACHABLE -> world.in(afterMs, () -> onFault(attempt, inDoubt));
      case ASK_LOST -> {
        if (dice.oneIn(2)) {
          world.in(afterMs, () -> onFault(attempt, true));
        }
      }
      case ASK_DELAYED -> arrive(dice.below(LATE_MS_MAX), attempt, inDoubt);
      case null -> arrive(afterMs, attempt, inDoubt);
      default -> {
        arrive(afterMs, attempt, inDoubt);
        shopper.clickAgain();
      }
    }
  }

  private void arrive(long afterMs, int attempt, boolean inDoubt) {
    int way = stream.dice().below(8);
    world.in(
        afterMs,
        () ->
            attempts.add(
                history
                    .route(way)
                    .claim(shopper.user(), answer -> onAnswer(answer, attempt, inDoubt))));
  }

  private void onAnswer(Answer answer, int attempt, boolean inDoubt) {
    Fault fault = history.strike(stream, Fault.Scope.ANSWER, shopper);
    Dice dice = stream.dice();
    switch (fault) {
      case ANSWER_LOST -> {}
      case CONNECTION_BROKEN -> world.in(dice.between(1, 5), () -> onFault(attempt, true));
      case ANSWER_DELAYED -> world.in(dice.below(LATE_MS_MAX), () -> onReply(answer, inDoubt));
      case null, default -> world.in(1, () -> onReply(answer, inDoubt));
    }
  }

  private void onReply(Answer answer, boolean inDoubt) {
    if (outcome != null) {
      return;
    }
    switch (answer) {
      case Answer.AlreadyPurchased already -> {
        if (inDoubt) {
          find(Outcome.PENDING);
        } else {
          finish(Outcome.ALREADY_PURCHASED);
        }
      }
      case Answer.TryAgain tryAgain -> finish(inDoubt ? Outcome.PENDING : Outcome.NOTHING_BOUGHT);
      case Answer.Confirmed confirmed -> confirmed(confirmed.order().sequence());
      case Answer.SoldOut soldOut -> finish(Outcome.SOLD_OUT);
      case Answer.Closed closed -> finish(Outcome.CLOSED);
      case Answer.Paused paused -> finish(Outcome.PAUSED);
      case Answer.NotOpen notOpen -> finish(Outcome.NOT_OPEN);
      default -> finish(Outcome.PENDING);
    }
  }

  /** No answer to this attempt will come. */
  private void onFault(int attempt, boolean inDoubt) {
    if (outcome != null) {
      return;
    }
    long pauseMs = PAUSE_FIRST_MS << (attempt - 1);
    if (attempt < ATTEMPTS_MAX && deadlineMs - world.now() > 2 * pauseMs) {
      world.in(
          pauseMs,
          () -> {
            if (outcome == null) {
              send(attempt + 1, inDoubt);
            }
          });
    } else {
      finish(inDoubt ? Outcome.PENDING : Outcome.NOTHING_BOUGHT);
    }
  }

  // Asking what became of it: Postgres knows all of an order, the actor knows sooner.

  /**
   * @param otherwise what is said when nobody knows of an order
   */
  private void find(Outcome otherwise) {
    var stored = world.postgres.orderOf(shopper.user());
    if (stored != null) {
      world.in(1, () -> confirmed(stored.sequence()));
      return;
    }
    Fault fault = history.strike(stream, Fault.Scope.ASK, shopper);
    Dice dice = stream.dice();
    int way = dice.below(8);
    switch (fault) {
      case NODE_UNREACHABLE, ASK_LOST -> world.in(dice.between(1, 5), () -> finish(otherwise));
      case null, default -> {
        long afterMs = fault == Fault.ASK_DELAYED ? dice.below(LATE_MS_MAX) : dice.between(1, 4);
        world.in(
            afterMs,
            () ->
                history
                    .route(way)
                    .findPurchase(shopper.user(), answer -> onFound(answer, otherwise)));
      }
    }
  }

  private void onFound(Answer answer, Outcome otherwise) {
    Fault fault = history.strike(stream, Fault.Scope.ANSWER, shopper);
    Dice dice = stream.dice();
    if (fault == Fault.ANSWER_LOST || fault == Fault.CONNECTION_BROKEN) {
      return;
    }
    long afterMs = fault == Fault.ANSWER_DELAYED ? dice.below(LATE_MS_MAX) : 1;
    world.in(
        afterMs,
        () -> {
          switch (answer) {
            case Answer.Confirmed confirmed -> confirmed(confirmed.order().sequence());
            case Answer.Pending pending -> finish(Outcome.PENDING);
            case Answer.NotPurchased none when !buys -> finish(Outcome.NOT_PURCHASED);
            default -> finish(otherwise);
          }
        });
  }

  // The end.

  private void confirmed(@Nullable Long sequence) {
    if (outcome == null) {
      Sale sale = world.log.saleTo(shopper.user());
      if (sale == null || sequence != null && sequence != sale.sequence()) {
        throw new Violation("I3", shopper + " is told CONFIRMED " + sequence + ", but has " + sale);
      }
      shopper.confirmed(sale.sequence());
      finish(Outcome.CONFIRMED);
    }
  }

  private void finish(Outcome result) {
    if (outcome == null) {
      outcome = result;
      world.hash().add(result.name());
      if (world.keepsHistory()) {
        world.note(shopper, "hears", result);
      }
      if (result == Outcome.NOTHING_BOUGHT) {
        world.promises().requireNothingBought(attempts);
        history.toldNothingBought(this);
      }
      shopper.heard(result);
    }
  }
}
