package flashsale.activity;

import flashsale.ledger.Ledger;
import flashsale.model.OrderId;
import flashsale.model.UserId;
import flashsale.simulation.LogModel;
import flashsale.simulation.LogModel.Sale;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Checks every answer against the log, when it is given and at the end.
 *
 * <p>The log's own promises, no unit twice and never two for one shopper, are checked by {@link
 * LogModel} at every record.
 */
final class Promises {
  /** How much later than it was true SOLD OUT may be said: the tail's freshness, and some delay. */
  private static final long SOLD_OUT_SEEN_WITHIN_MS = 2_000;

  /** How old the log's end may be by which somebody is no buyer; clocks differ a little. */
  private static final long TAIL_FRESH_WITHIN_MS = 1_000;

  /** A claim of this shopper, by the time that its order would carry. */
  private record ClaimKey(UserId user, long claimedAtMs) {}

  private final World world;

  /** Somebody was told, at this time, that nothing can be bought any more. */
  private record LastWord(Request request, Answer answer, long toldAtMs) {}

  private final List<Request> requests = new ArrayList<>();
  private final List<LastWord> lastWords = new ArrayList<>();

  Promises(World world) {
    this.world = world;
  }

  void asked(Request request) {
    requests.add(request);
  }

  List<Request> requests() {
    return requests;
  }

  void told(Node node, Request request, Answer answer) {
    world.note(node, request + " is told " + answer);
    Sale sale = world.log.saleTo(request.user);
    if (request.kind == Request.Kind.CLAIM
        && (answer instanceof Answer.SoldOut || answer instanceof Answer.Closed)) {
      lastWords.add(new LastWord(request, answer, world.now()));
    }
    switch (answer) {
      case Answer.Confirmed confirmed -> {
        boolean exact =
            sale != null
                && confirmed.order().id().equals(OrderId.of(World.ID, request.user))
                && confirmed.order().user().equals(request.user)
                && isOf(sale, confirmed.order().sequence())
                && (confirmed.order().confirmedAt() == null
                    || confirmed.order().confirmedAt().toEpochMilli() == sale.confirmedAtMs());
        require(exact, request, "has " + sale);
      }
      case Answer.AlreadyPurchased already ->
          require(
              sale != null && already.orderId().equals(OrderId.of(World.ID, request.user)),
              request,
              "has " + sale);
      case Answer.SoldOut soldOut -> {
        require(wasSoldOut(), request, "the ledger is " + world.log.ledger());
        requireNoBuyer(node, request, sale);
      }
      case Answer.NotPurchased none -> requireNoBuyer(node, request, sale);
      case Answer.NotOpen notOpen -> requireNoBuyer(node, request, sale);
      case Answer.Paused paused -> requireNoBuyer(node, request, sale);
      case Answer.Closed closed when request.kind == Request.Kind.CLAIM ->
          requireNoBuyer(node, request, sale);
      default -> {}
    }
    if (answer instanceof Answer.TryAgain) {
      requireNothingBoughtBy(request, sale);
    }
  }

  private static boolean isOf(Sale sale, @Nullable Long sequence) {
    return sequence == null || sequence == sale.sequence();
  }

  /** A buyer who asks again is never told anything else. */
  private void requireNoBuyer(Node node, Request request, @Nullable Sale sale) {
    // Of an activity that was never opened only the journal is asked, and that may be old news.
    boolean oldNews = !node.hasStartedAnEpoch();
    boolean sells = world.log.ledger().writer().incarnation() == node.incarnation;
    long sinceMs = request.askedAtMs - (sells ? 0 : TAIL_FRESH_WITHIN_MS);
    require(oldNews || sale == null || sale.confirmedAtMs() >= sinceMs, request, "had " + sale);
    requireNothingBoughtBy(request, sale);
  }

  private void requireNothingBoughtBy(Request request, @Nullable Sale sale) {
    require(
        request.kind != Request.Kind.CLAIM
            || sale == null
            || sale.claimedAtMs() != request.takenAtMs()
            || isAmbiguous(sale),
        request,
        "this very request bought " + sale);
  }

  /** Two nodes with different clocks may have taken two claims at what they hold for one time. */
  private boolean isAmbiguous(Sale sale) {
    return requests.stream()
            .filter(r -> r.kind == Request.Kind.CLAIM && r.user.equals(sale.user()))
            .filter(r -> r.takenAtMs() == sale.claimedAtMs())
            .count()
        > 1;
  }

  private boolean wasSoldOut() {
    List<LogModel.Record> records = world.log.records();
    for (int i = records.size() - 1; i >= 0; i--) {
      Ledger ledger = records.get(i).ledger();
      if (ledger.soldOut() && ledger.epoch() > 0) {
        return true;
      }
      if (records.get(i).timestampMs() < world.now() - SOLD_OUT_SEEN_WITHIN_MS) {
        return false;
      }
    }
    return false;
  }

  /** What was said must have stayed true. */
  void checkAtTheEnd() {
    Map<ClaimKey, Integer> claims = new HashMap<>();
    for (Request request : requests) {
      if (request.kind == Request.Kind.CLAIM) {
        claims.merge(new ClaimKey(request.user, request.takenAtMs()), 1, Integer::sum);
      }
    }
    for (Request request : requests) {
      Sale sale = world.log.saleTo(request.user);
      boolean refused =
          request.answers().stream()
              .anyMatch(answer -> isRefusal(answer) && request.kind == Request.Kind.CLAIM);
      if (refused && sale != null && sale.claimedAtMs() == request.takenAtMs()) {
        int alike = claims.getOrDefault(new ClaimKey(request.user, request.takenAtMs()), 0);
        require(alike > 1, request, "this very request bought " + sale);
      }
    }
  }

  /** Who was told that it is over never bought anything afterwards. */
  void checkNobodyBoughtAfter(Class<? extends Answer> lastWord) {
    for (LastWord word : lastWords) {
      Sale sale = world.log.saleTo(word.request.user);
      require(
          !lastWord.isInstance(word.answer)
              || sale == null
              || sale.confirmedAtMs() <= word.toldAtMs,
          word.request,
          "bought " + sale);
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

  private static void require(boolean holds, Request request, String truth) {
    if (!holds) {
      throw new AssertionError(request + ", but " + truth);
    }
  }
}
