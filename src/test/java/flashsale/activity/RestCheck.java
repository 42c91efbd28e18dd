package flashsale.activity;

import flashsale.activity.Click.Outcome;
import flashsale.ledger.Ledger;
import flashsale.projection.BatchFold.Sale;
import flashsale.simulation.LogModel;
import flashsale.simulation.Violation;
import flashsale.stock.RedisBook;

/** What must hold when everything that went wrong is mended and everybody has asked once more. */
final class RestCheck {
  private final RandomHistory history;
  private final World world;
  private final Chaos chaos;

  RestCheck(RandomHistory history) {
    this.history = history;
    this.world = history.world();
    this.chaos = history.chaos();
  }

  void check() {
    checkAnswers();
    checkEverythingResolved();
    checkBooks();
  }

  private void checkAnswers() {
    Promises promises = world.promises();
    promises.checkAtTheEnd();
    history.toldNothingBought().forEach(click -> promises.requireNothingBought(click.attempts()));
    boolean lostCommits = chaos.struck(Fault.POSTGRES_LOST_COMMITS) > 0;
    if (chaos.struck(Fault.STOCK_SET) == 0) {
      promises.checkNobodyBoughtAfter(Answer.SoldOut.class);
    }
    if (!history.closesByClock() && !lostCommits) {
      promises.checkNobodyBoughtAfter(Answer.Closed.class);
    }
  }

  private void checkEverythingResolved() {
    for (Shopper shopper : history.shoppers()) {
      require(shopper.isServed(), "I6", shopper + " has no final answer, but " + shopper.last());
    }
    Request unanswered = world.promises().unanswered();
    require(unanswered == null, "I6", "no answer: " + unanswered);
  }

  private void checkBooks() {
    Ledger ledger = world.log.ledger();
    require(ledger.sold() <= history.highestStock(), "I1", "more than there ever were: " + ledger);
    require(
        world.postgres.ledger().equals(ledger),
        "I4",
        "Postgres is at " + world.postgres.ledger() + ", the log at " + ledger);
    require(world.postgres.orders().size() == ledger.sold(), "I4", "orders of Postgres");
    boolean closed = false;
    for (Shopper shopper : history.shoppers()) {
      closed |= shopper.last() == Outcome.CLOSED;
      checkOrder(shopper);
    }
    if (!closed) {
      require(
          ledger.sold() == Math.min(ledger.stock(), history.shoppers().size()),
          "I6",
          history.shoppers().size() + " shoppers, but " + ledger);
      RedisBook book =
          new RedisBook(
              ledger.epoch(), ledger.seq(), ledger.stock() - ledger.sold(), ledger.sold());
      require(
          book.equals(world.redis.now()),
          "I4",
          "Redis is at " + world.redis.now() + ", the log at " + ledger);
    }
  }

  /** The shopper has exactly what the log says, and whoever was told so has that. */
  private void checkOrder(Shopper shopper) {
    Sale order = world.postgres.orderOf(shopper.user());
    LogModel.Sale sale = world.log.saleTo(shopper.user());
    boolean same =
        order == null
            ? sale == null
            : sale != null
                && order.sequence() == sale.sequence()
                && order.confirmedAtMs() == sale.confirmedAtMs();
    require(same, "I4", shopper + " has " + order + " in Postgres, " + sale + " in the log");
    boolean told =
        shopper.last() == Outcome.CONFIRMED || shopper.last() == Outcome.ALREADY_PURCHASED;
    require(!told || order != null, "I3", shopper + " was told " + shopper.last());
    Long sequence = shopper.confirmedSequence();
    require(
        sequence == null || order != null && order.sequence() == sequence,
        "I3",
        shopper + " was told that it has " + sequence + ", but has " + order);
  }

  private static void require(boolean holds, String promise, String truth) {
    if (!holds) {
      throw new Violation(promise, truth);
    }
  }
}
