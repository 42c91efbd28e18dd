package flashsale.activity;

import flashsale.ledger.Ledger;
import flashsale.model.OrderId;
import flashsale.model.UserId;
import flashsale.simulation.LogModel;
import flashsale.simulation.LogModel.Sale;
import flashsale.simulation.Violation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Checks every answer against the log, when it is given and at the end.
 *
 * <p>The log's own promises, no unit twice and never two for one shopper, are checked by {@link
 * LogModel} at every record, and Postgres's by its model at every commit.
 */
final class Promises {
  private final World world;

  /** Somebody was told, at this time, that nothing can be bought any more. */
  private record LastWord(Request request, Answer answer, long toldAtMs) {}

  private final List<Request> requests = new ArrayList<>();
  private final Map<UserId, List<Request>> claims = new HashMap<>();
  private final Map<UserId, OrderId> orderIds = new HashMap<>();
  private final List<LastWord> lastWords = new ArrayList<>();

  Promises(World world) {
    this.world = world;
  }

  void asked(Request request) {
    requests.add(request);
    if (request.kind == Request.Kind.CLAIM) {
      claims.computeIfAbsent(request.user, user -> new ArrayList<>()).add(request);
    }
  }

  List<Request> requests() {
    return requests;
  }

  void told(Node node, Request request, Answer answer) {
    if (world.keepsHistory()) {
      world.note(node, request, "is told", answer);
    }
    Sale sale = world.log.saleTo(request.user);
    boolean isClaim = request.kind == Request.Kind.CLAIM;
    switch (answer) {
      case Answer.Confirmed confirmed -> {
        boolean exact =
            sale != null
                && confirmed.order().id().equals(orderId(request.user))
                && confirmed.order().user().equals(request.user)
                && isOf(sale, confirmed.order().sequence())
                && (confirmed.order().confirmedAt() == null
                    || confirmed.order().confirmedAt().toEpochMilli() == sale.confirmedAtMs());
        require(exact, "I3", request, sale);
      }
      case Answer.AlreadyPurchased already ->
          require(
              sale != null && already.orderId().equals(orderId(request.user)), "I3", request, sale);
      case Answer.SoldOut soldOut -> {
        require(
            wasSoldOutSince(request.askedAtMs - freshWithinMs(node)),
            "I5",
            request,
            world.log.ledger());
        requireNoBuyer(node, request, sale);
        lastWords.add(new LastWord(request, answer, world.now()));
      }
      case Answer.Closed closed when isClaim -> {
        requireNoBuyer(node, request, sale);
        lastWords.add(new LastWord(request, answer, world.now()));
      }
      case Answer.NotPurchased none -> requireNoBuyer(node, request, sale);
      case Answer.NotOpen notOpen -> requireNoBuyer(node, request, sale);
      case Answer.Paused paused when isClaim -> requireNoBuyer(node, request, sale);
      case Answer.TryAgain tryAgain -> requireNothingBoughtBy(request, sale);
      default -> {}
    }
  }

  private static boolean isOf(Sale sale, @Nullable Long sequence) {
    return sequence == null || sequence == sale.sequence();
  }

  private OrderId orderId(UserId user) {
    return orderIds.computeIfAbsent(user, u -> OrderId.of(World.ID, u));
  }

  /** By the node's own clock, which runs at half speed when it was set back. */
  private long freshWithinMs(Node node) {
    long ms = world.limits().tailFreshWithin().toMillis();
    return node.wasSetBack() ? 2 * ms : ms;
  }

  /** A buyer who asks again is never told anything else. */
  private void requireNoBuyer(Node node, Request request, @Nullable Sale sale) {
    if (sale == null) {
      return;
    }
    boolean sells = world.log.ledger().writer().incarnation() == node.incarnation;
    long sinceMs = request.askedAtMs - (sells ? 0 : freshWithinMs(node));
    require(node.isBeforeOpening() || sale.soldAtMs() >= sinceMs, "I5", request, sale);
    requireNothingBoughtBy(request, sale);
  }

  private void requireNothingBoughtBy(Request request, @Nullable Sale sale) {
    require(!bought(request, sale), "I5", request, sale);
  }

  /** An order carries the time at which its claim was taken. */
  private boolean bought(Request request, @Nullable Sale sale) {
    return sale != null
        && request.kind == Request.Kind.CLAIM
        && sale.claimedAtMs() == request.takenAtMs()
        && !isAmbiguous(sale);
  }

  /** Two nodes with different clocks may have taken two claims at what they hold for one time. */
  private boolean isAmbiguous(Sale sale) {
    int alike = 0;
    for (Request request : claims.getOrDefault(sale.user(), List.of())) {
      if (request.takenAtMs() == sale.claimedAtMs()) {
        alike++;
      }
    }
    return alike > 1;
  }

  /** At some time from then until now. */
  private boolean wasSoldOutSince(long sinceMs) {
    for (int i = world.log.size() - 1; i >= 0; i--) {
      LogModel.Record record = world.log.record(i);
      Ledger ledger = record.ledger();
      if (ledger.soldOut() && ledger.epoch() > 0) {
        return true;
      }
      if (record.atMs() < sinceMs) {
        return false;
      }
    }
    return false;
  }

  /** What was said must have stayed true: whoever was refused bought nothing by that request. */
  void checkAtTheEnd() {
    for (Request request : requests) {
      Sale sale = world.log.saleTo(request.user);
      if (bought(request, sale)) {
        for (Answer answer : request.answers()) {
          require(!isRefusal(answer), "I5", request, sale);
        }
      }
    }
  }

  /** A request that was taken and not answered, by an actor that did not die; null: none. */
  @Nullable Request unanswered() {
    for (Request request : requests) {
      boolean died = !request.node.isAlive() && request.node.stopped() == null;
      if (!request.isAnswered() && request.wasTaken() && !died) {
        return request;
      }
    }
    return null;
  }

  /** Somebody was told that this attempt, and every one like it, bought nothing, now or later. */
  void requireNothingBought(List<Request> attempts) {
    for (Request attempt : attempts) {
      requireNothingBoughtBy(attempt, world.log.saleTo(attempt.user));
    }
  }

  /** Who was told that it is over never bought anything afterwards. */
  void checkNobodyBoughtAfter(Class<? extends Answer> lastWord) {
    for (LastWord word : lastWords) {
      Sale sale = world.log.saleTo(word.request.user);
      boolean kept =
          !lastWord.isInstance(word.answer) || sale == null || sale.soldAtMs() <= word.toldAtMs;
      require(kept, "I5", word.request, sale);
    }
  }

  private static boolean isRefusal(Answer answer) {
    return switch (answer) {
      case Answer.TryAgain a -> true;
      case Answer.SoldOut a -> true;
      case Answer.Closed a -> true;
      case Answer.Paused a -> true;
      case Answer.NotOpen a -> true;
      default -> false;
    };
  }

  private static void require(
      boolean holds, String promise, Request request, @Nullable Object truth) {
    if (!holds) {
      throw new Violation(
          promise,
          request + " was told " + request.answers().getLast() + ", but there is " + truth);
    }
  }
}
