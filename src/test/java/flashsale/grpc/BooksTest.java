package flashsale.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import flashsale.activity.Answer.View;
import flashsale.activity.AnswerSamples;
import flashsale.activity.Catalog.CatalogRow;
import flashsale.ledger.Ledger;
import flashsale.ledger.Writer;
import flashsale.projection.Reads.PostgresBook;
import flashsale.stock.RedisBook;
import flashsale.v1.Proof;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When the three books of an activity with 1,000 units agree, and when they contradict. */
class BooksTest {
  private static final Writer WRITER = new Writer(6, 77);
  private static final Ledger SOLD_120 = ledger(3, 120);
  private static final RedisBook REDIS_120 = new RedisBook(6, 3, 880, 120);

  private static Ledger ledger(long seq, long sold) {
    return new Ledger(WRITER, seq, sold, 1_000, false);
  }

  private static PostgresBook postgres(Ledger ledger) {
    return new PostgresBook(ledger, ledger.sold(), ledger.sold(), 0, 0, 0);
  }

  private static View view(@Nullable Ledger ledger, boolean live, int underWay, int waiting) {
    CatalogRow row = new CatalogRow(AnswerSamples.ACTIVITY, true, false, false, 7);
    return new View(row, ledger, live, underWay, waiting);
  }

  private static View live(Ledger ledger) {
    return view(ledger, true, 0, 0);
  }

  private static Books books(PostgresBook postgres, View view, @Nullable RedisBook redis) {
    return new Books(postgres, view, Optional.ofNullable(redis), view);
  }

  private static void assertAtRest(Books books) {
    assertThat(books.differences()).isEmpty();
    assertThat(books.atRest()).isTrue();
    assertThat(books.proof().getConsistent()).isTrue();
    assertThat(books.proof().getAtRest()).isTrue();
  }

  private static void assertMoving(Books books) {
    assertThat(books.differences()).isEmpty();
    assertThat(books.atRest()).isFalse();
  }

  private static void assertContradicts(Books books, String difference) {
    assertThat(books.differences()).containsExactly(difference);
    assertThat(books.proof().getConsistent()).isFalse();
    assertThat(books.proof().getDifferencesList()).containsExactly(difference);
  }

  @Test
  void atRestAllThreeAreEqual() {
    assertAtRest(books(postgres(SOLD_120), live(SOLD_120), REDIS_120));
  }

  @Test
  void whileSellingEachBookMayBeAheadOfTheOneBehindIt() {
    View selling = view(SOLD_120, true, 1, 5);

    assertMoving(books(postgres(ledger(2, 100)), selling, new RedisBook(6, 5, 800, 200)));
  }

  @Test
  void notAtRestUntilPostgresHasIt() {
    assertMoving(books(postgres(ledger(2, 100)), live(SOLD_120), REDIS_120));
  }

  @Test
  void notAtRestWhenTheLedgerMovedMeanwhile() {
    RedisBook later = new RedisBook(6, 4, 879, 121);

    assertMoving(
        new Books(postgres(SOLD_120), live(SOLD_120), Optional.of(later), live(ledger(4, 121))));
  }

  @Test
  void notAtRestWhileAClaimWaits() {
    assertMoving(
        new Books(
            postgres(SOLD_120),
            live(SOLD_120),
            Optional.of(REDIS_120),
            view(SOLD_120, true, 0, 1)));
  }

  // Each contradiction planted, one at a time.

  @Test
  void findsAGapInPostgres() {
    assertContradicts(
        books(new PostgresBook(SOLD_120, 120, 120, 1, 0, 0), live(SOLD_120), REDIS_120),
        "postgres: 1 sequences without an order");
  }

  @Test
  void findsADuplicateInPostgres() {
    assertContradicts(
        books(new PostgresBook(SOLD_120, 120, 120, 0, 2, 0), live(SOLD_120), REDIS_120),
        "postgres: 2 duplicates");
  }

  @Test
  void findsAConflictInPostgres() {
    assertContradicts(
        books(new PostgresBook(SOLD_120, 120, 120, 0, 0, 3), live(SOLD_120), REDIS_120),
        "postgres: 3 conflicts");
  }

  @Test
  void findsALostOrder() {
    assertContradicts(
        books(new PostgresBook(SOLD_120, 119, 120, 0, 0, 0), live(SOLD_120), REDIS_120),
        "postgres: 119 orders up to sequence 120 (expected: 120, what its fold says)");
  }

  @Test
  void findsAnOrderTooMany() {
    assertContradicts(
        books(new PostgresBook(SOLD_120, 120, 121, 0, 0, 0), live(SOLD_120), REDIS_120),
        "postgres: 120 orders up to sequence 121 (expected: 120, what its fold says)");
  }

  @Test
  void findsPostgresAheadOfTheLedger() {
    assertContradicts(
        books(postgres(ledger(4, 121)), live(SOLD_120), REDIS_120),
        "postgres: sold 121 (expected: at most the ledger's 120)");
  }

  @Test
  void findsABuyerThatRedisForgot() {
    assertThat(
            books(postgres(SOLD_120), live(SOLD_120), new RedisBook(6, 3, 881, 119)).differences())
        .contains("redis: 119 buyers (expected: at least the ledger's 120)");
  }

  @Test
  void findsALeakedUnit() {
    assertContradicts(
        books(postgres(ledger(2, 100)), live(SOLD_120), new RedisBook(6, 3, 879, 120)),
        "redis: 120 buyers and 879 left (expected: 1000 together)");
  }

  @Test
  void findsMoreBuyersThanUnits() {
    assertContradicts(
        books(postgres(SOLD_120), view(SOLD_120, true, 1, 0), new RedisBook(6, 4, -1, 1_001)),
        "redis: -1 left (expected: >= 0)");
  }

  @Test
  void findsABuyerAtRestWhomTheLedgerDoesNotKnow() {
    assertContradicts(
        books(postgres(SOLD_120), live(SOLD_120), new RedisBook(6, 3, 879, 121)),
        "redis: 121 buyers at seq 3 (expected: 120 at seq 3, at rest)");
  }

  @Test
  void findsAnotherEpochInRedis() {
    assertContradicts(
        books(postgres(SOLD_120), live(SOLD_120), new RedisBook(5, 3, 880, 120)),
        "redis: epoch 5 (expected: 6)");
  }

  @Test
  void findsThatRedisLostEverything() {
    assertContradicts(
        books(postgres(SOLD_120), live(SOLD_120), null),
        "redis: knows nothing (expected: epoch 6)");
  }

  // An epoch that changes.

  @Test
  void anEpochThatWasOpenedMeanwhileContradictsNothing() {
    Ledger next = new Ledger(new Writer(9, 78), 0, 120, 1_000, false);

    assertMoving(
        new Books(
            postgres(SOLD_120),
            live(SOLD_120),
            Optional.of(new RedisBook(9, 0, 880, 120)),
            live(next)));
  }

  @Test
  void whileAnEpochIsOpenedRedisMayBeAnything() {
    View opening = view(SOLD_120, false, 0, 4);

    assertMoving(books(postgres(SOLD_120), opening, null));
    assertMoving(books(postgres(SOLD_120), opening, new RedisBook(5, 9, 0, 1_000)));
  }

  /** The actor begins where Postgres stood when it read its snapshot, which moves on. */
  @Test
  void whileAnEpochIsOpenedPostgresMayBeAheadOfTheActor() {
    assertMoving(books(postgres(ledger(4, 140)), view(SOLD_120, false, 0, 0), null));
  }

  // An actor that opened no epoch since it started, so that nobody has folded the log to its end.

  @Test
  void withoutAnActorsLedgerPostgresSpeaksForIt() {
    Books books = books(postgres(SOLD_120), view(null, false, 0, 0), REDIS_120);

    assertAtRest(books);
    assertThat(books.proof().getLedger().getLive()).isFalse();
    assertThat(books.proof().getLedger().getSold()).isEqualTo(120);
    assertThat(books.proof().getLeft()).isEqualTo(880);
  }

  @Test
  void withoutAnActorsLedgerRedisMayKnowWhatPostgresDoesNotHaveYet() {
    assertMoving(
        books(postgres(ledger(2, 100)), view(null, false, 0, 0), new RedisBook(6, 5, 800, 200)));
    assertMoving(
        books(postgres(ledger(2, 100)), view(null, false, 0, 0), new RedisBook(8, 1, 800, 200)));
  }

  @Test
  void withoutAnActorsLedgerRedisMayNotKnowLess() {
    assertThat(
            books(postgres(SOLD_120), view(null, false, 0, 0), new RedisBook(6, 2, 900, 100))
                .differences())
        .contains("redis: 100 buyers (expected: at least the ledger's 120)");
  }

  @Test
  void withoutAnActorsLedgerAnEmptyRedisIsFound() {
    assertContradicts(
        books(postgres(SOLD_120), view(null, false, 0, 0), null),
        "redis: knows nothing (expected: epoch 6)");
  }

  @Test
  void whatWasNeverOpenedIsAtRestWithNothingInAnyBook() {
    Books books = books(postgres(Ledger.EMPTY), view(null, false, 0, 0), null);

    assertAtRest(books);
    assertThat(books.proof().getStock()).isEqualTo(1_000);
    assertThat(books.proof().getSold()).isZero();
    assertThat(books.proof().getLeft()).isEqualTo(1_000);
    assertThat(books.proof().getRedis().getPresent()).isFalse();
  }

  @Test
  void theProofShowsAllThreeBooks() {
    Proof proof = books(postgres(SOLD_120), view(SOLD_120, true, 2, 0), REDIS_120).proof();

    assertThat(proof.getLedger())
        .isEqualTo(
            Proof.LedgerBook.newBuilder()
                .setEpoch(6)
                .setSeq(3)
                .setSold(120)
                .setStock(1_000)
                .setLive(true)
                .setBatchesUnderWay(2)
                .build());
    assertThat(proof.getRedis())
        .isEqualTo(
            Proof.RedisBook.newBuilder()
                .setPresent(true)
                .setEpoch(6)
                .setSeq(3)
                .setLeft(880)
                .setBuyers(120)
                .build());
    assertThat(proof.getPostgres())
        .isEqualTo(
            Proof.PostgresBook.newBuilder()
                .setEpoch(6)
                .setSold(120)
                .setOrders(120)
                .setMaxSequence(120)
                .build());
  }
}
