package flashsale.grpc;

import flashsale.activity.Answer.View;
import flashsale.ledger.Ledger;
import flashsale.projection.Reads.PostgresBook;
import flashsale.stock.RedisBook;
import flashsale.v1.Proof;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Three books of one activity side by side, and whether they contradict.
 *
 * <p>They are read one after the other, Postgres first and Redis last. Sales only grow, so while
 * selling Postgres ≤ ledger ≤ Redis must hold; at rest all three are equal.
 *
 * @param before the actor, asked before Redis was read
 * @param after the actor, asked afterwards: nothing happened in between if both are alike
 */
record Books(PostgresBook postgres, View before, Optional<RedisBook> redis, View after) {

  /**
   * The actor's own fold if it has one; without an open epoch nothing is sold, and Postgres's fold
   * is as good.
   */
  private Ledger ledger() {
    return before.ledger() == null ? postgres.ledger() : before.ledger();
  }

  /** Nothing is queued, nominated or not yet in Postgres. */
  boolean atRest() {
    boolean sameLedger =
        before.ledger() == null ? after.ledger() == null : before.ledger().equals(after.ledger());
    boolean nothingWaits =
        before.batchesUnderWay()
                + before.claimsWaiting()
                + after.batchesUnderWay()
                + after.claimsWaiting()
            == 0;
    boolean opening = before.ledger() != null && !before.live() || !after.live() && before.live();
    return sameLedger && nothingWaits && !opening && postgres.ledger().equals(ledger());
  }

  /** What contradicts, one sentence each. */
  List<String> differences() {
    List<String> found = new ArrayList<>();
    Ledger ledger = ledger();
    unless(
        postgres.gaps() == 0,
        found,
        "postgres: " + postgres.gaps() + " sequences without an order");
    unless(postgres.duplicates() == 0, found, "postgres: " + postgres.duplicates() + " duplicates");
    unless(postgres.conflicts() == 0, found, "postgres: " + postgres.conflicts() + " conflicts");
    unless(
        postgres.orders() == postgres.ledger().sold()
            && postgres.maxSequence() == postgres.ledger().sold(),
        found,
        "postgres: "
            + postgres.orders()
            + " orders up to sequence "
            + postgres.maxSequence()
            + " (expected: "
            + postgres.ledger().sold()
            + ", what its fold says)");
    unless(
        postgres.ledger().sold() <= ledger.sold(),
        found,
        "postgres: sold "
            + postgres.ledger().sold()
            + " (expected: at most the ledger's "
            + ledger.sold()
            + ")");
    if (ledger.epoch() > 0) {
      redisDifferences(ledger, found);
    }
    return found;
  }

  private void redisDifferences(Ledger ledger, List<String> found) {
    boolean opening = before.ledger() != null && !before.live();
    if (opening) {
      return;
    }
    if (redis.isEmpty()) {
      found.add("redis: knows nothing (expected: epoch " + ledger.epoch() + ")");
      return;
    }
    RedisBook book = redis.get();
    boolean changed = after.ledger() != null && !after.ledger().writer().equals(ledger.writer());
    if (book.epoch() != ledger.epoch()) {
      unless(
          changed, found, "redis: epoch " + book.epoch() + " (expected: " + ledger.epoch() + ")");
      return;
    }
    unless(
        book.buyers() + book.left() == ledger.stock(),
        found,
        "redis: "
            + book.buyers()
            + " buyers and "
            + book.left()
            + " left (expected: "
            + ledger.stock()
            + " together)");
    unless(
        book.buyers() >= ledger.sold(),
        found,
        "redis: "
            + book.buyers()
            + " buyers (expected: at least the ledger's "
            + ledger.sold()
            + ")");
    unless(
        !atRest() || book.buyers() == ledger.sold() && book.seq() == ledger.seq(),
        found,
        "redis: "
            + book.buyers()
            + " buyers at seq "
            + book.seq()
            + " (expected: "
            + ledger.sold()
            + " at seq "
            + ledger.seq()
            + ", at rest)");
  }

  private static void unless(boolean holds, List<String> found, String difference) {
    if (!holds) {
      found.add(difference);
    }
  }

  Proof proof() {
    Ledger ledger = ledger();
    long stock = before.row().activity().stock();
    List<String> differences = differences();
    Proof.Builder proof =
        Proof.newBuilder()
            .setConsistent(differences.isEmpty())
            .setAtRest(atRest())
            .setStock(stock)
            .setSold(ledger.sold())
            .setLeft(stock - ledger.sold())
            .addAllDifferences(differences)
            .setLedger(
                Proof.LedgerBook.newBuilder()
                    .setEpoch(ledger.epoch())
                    .setSeq(ledger.seq())
                    .setSold(ledger.sold())
                    .setStock(ledger.stock())
                    .setClosed(ledger.closed())
                    .setLive(before.live())
                    .setBatchesUnderWay(before.batchesUnderWay()))
            .setPostgres(
                Proof.PostgresBook.newBuilder()
                    .setEpoch(postgres.ledger().epoch())
                    .setSold(postgres.ledger().sold())
                    .setOrders(postgres.orders())
                    .setMaxSequence(postgres.maxSequence())
                    .setGaps(postgres.gaps())
                    .setDuplicates(postgres.duplicates())
                    .setConflicts(postgres.conflicts()));
    redis.ifPresent(book ->
        proof.setRedis(
            Proof.RedisBook.newBuilder()
                .setPresent(true)
                .setEpoch(book.epoch())
                .setSeq(book.seq())
                .setLeft(book.left())
                .setBuyers(book.buyers())));
    return proof.build();
  }
}
