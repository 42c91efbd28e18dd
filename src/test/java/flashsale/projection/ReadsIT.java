package flashsale.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flashsale.activity.Catalog.CatalogRow;
import flashsale.activity.RecoverySource;
import flashsale.ledger.Ledger;
import flashsale.ledger.Writer;
import flashsale.local.PostgresProcess;
import flashsale.local.ServerProcess;
import flashsale.model.Activity;
import flashsale.model.ActivityId;
import flashsale.model.Order;
import flashsale.model.OrderId;
import flashsale.model.Partitions;
import flashsale.model.UserId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadsIT {
  private static final Partitions PARTITIONS = new Partitions(16);
  private static final ActivityId SHOES = new ActivityId("shoes");
  private static final ActivityId SOCKS = new ActivityId("socks");
  private static final UserId ANN = new UserId("ann");
  private static final UserId BOB = new UserId("bob");
  private static final Writer WRITER = new Writer(3, 33);

  @TempDir static Path directory;
  static PostgresFixture postgres;

  private Reads reads;
  private JdbcCatalog catalog;
  private RecoverySource recovery;

  @BeforeAll
  static void startPostgres() {
    postgres = PostgresFixture.start(directory);
  }

  @AfterAll
  static void stopPostgres() {
    postgres.close();
  }

  @BeforeEach
  void create() {
    reads = new Reads(postgres.database());
    catalog = new JdbcCatalog(postgres.database());
    recovery = new JdbcRecoverySource(postgres.database(), PARTITIONS);
  }

  @AfterEach
  void clear() {
    postgres.clear();
  }

  private static <T> T soon(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  private static void store(ActivityId activity, PartitionLog log) {
    soon(
        new OrderStore(postgres.database())
            .store(PARTITIONS.of(activity), 0, BatchFold.of(0, log.all(), here -> true)));
  }

  private static void sell(ActivityId activity, String... users) {
    store(
        activity, new PartitionLog().opened(activity, WRITER, 10).sold(activity, WRITER, 1, users));
  }

  private static CatalogRow row(ActivityId id, long stock, long journalSeq) {
    return new CatalogRow(
        new Activity(
            id,
            "Title of " + id,
            PartitionLog.PRODUCT,
            stock,
            Instant.parse("2026-01-01T00:00:00Z"),
            null),
        true,
        false,
        false,
        journalSeq);
  }

  @Test
  void recoveryBeginsWithNothingAtTheBeginningOfTheLog() {
    assertThat(soon(recovery.snapshot(SHOES)))
        .isEqualTo(new RecoverySource.Snapshot(Ledger.EMPTY, 0));
  }

  @Test
  void recoveryGoesOnWhereTheProjectionStands() {
    sell(SHOES, "ann", "bob");

    assertThat(soon(recovery.snapshot(SHOES)))
        .isEqualTo(new RecoverySource.Snapshot(new Ledger(WRITER, 1, 2, 10, false), 2));
  }

  @Test
  void buyersComeInTheirSequenceAPageAtATime() {
    sell(SHOES, "zoe", "bob", "ann", "cem");
    sell(SOCKS, "eve");

    assertThat(soon(recovery.buyers(SHOES, 0, 2)).users())
        .containsExactlyInAnyOrder(new UserId("zoe"), BOB);
    assertThat(soon(recovery.buyers(SHOES, 2, 3)).users()).containsExactly(ANN);
    assertThat(soon(recovery.buyers(SHOES, 3, 3)).users()).isEmpty();
    assertThat(soon(recovery.buyers(SHOES, 0, 4)).inConflict()).isEmpty();
  }

  @Test
  void theBuyersOfTheFirstUnitsAreTold() {
    sell(SHOES, "zoe", "bob", "ann");
    sell(SOCKS, "eve");

    List<String> two = new CopyOnWriteArrayList<>();
    assertThat(soon(reads.buyers(SHOES, 2, two::add))).isEqualTo(2);
    assertThat(two).containsExactlyInAnyOrder("zoe", "bob");
    assertThat(soon(reads.buyers(SHOES, 4, buyer -> {}))).isEqualTo(3);
    assertThat(soon(reads.buyers(new ActivityId("hats"), 1, buyer -> {}))).isZero();
  }

  @Test
  void salesThatOrdersCouldNotTakeAreNamedAmongTheBuyers() {
    sell(SHOES, "ann", "bob", "ann", "cem", "bob");
    sell(SOCKS, "ann", "ann");

    RecoverySource.Buyers all = soon(recovery.buyers(SHOES, 0, 5));
    assertThat(all.users()).containsExactlyInAnyOrder(ANN, BOB, new UserId("cem"));
    assertThat(all.inConflict()).containsExactlyInAnyOrder(3L, 5L);
    assertThat(soon(recovery.buyers(SHOES, 3, 5)).inConflict()).containsExactly(5L);
    assertThat(soon(recovery.buyers(SHOES, 0, 2)).inConflict()).isEmpty();

    postgres.execute("delete from orders where user_id = 'cem'");
    assertThat(soon(recovery.buyers(SHOES, 0, 5)).inConflict()).containsExactlyInAnyOrder(3L, 5L);
  }

  @Test
  void aPlaceThatIsTakenIsCountedOnce() {
    sell(SHOES, "ann", "bob", "ann");
    postgres.execute(
        "update orders set sequence = 3 where activity_id = 'shoes' and user_id = 'bob'");

    RecoverySource.Buyers all = soon(recovery.buyers(SHOES, 0, 3));
    assertThat(all.users()).containsExactlyInAnyOrder(ANN, BOB);
    assertThat(all.inConflict()).isEmpty();
  }

  @Test
  void aShopperFindsTheirOrderAndNobodyElsesOrder() {
    sell(SHOES, "ann", "bob");
    OrderId id = OrderId.of(SHOES, BOB);
    Order expected =
        new Order(
            id,
            SHOES,
            BOB,
            1,
            PartitionLog.PRODUCT,
            2L,
            Instant.ofEpochMilli(PartitionLog.CONFIRMED_AT_MS));

    assertThat(soon(reads.order(SHOES, BOB))).hasValue(expected);
    assertThat(soon(reads.order(BOB, id))).hasValue(expected);
    assertThat(soon(reads.order(ANN, id))).isEmpty();
    assertThat(soon(reads.order(SOCKS, BOB))).isEmpty();
  }

  @Test
  void aShoppersOrdersComeNewestFirst() {
    sell(SHOES, "ann", "bob");
    sell(SOCKS, "ann");
    postgres.execute(
        "update orders set confirmed_at = confirmed_at + interval '1 s' where activity_id = 'socks'");

    assertThat(soon(reads.orders(ANN)).stream().map(Order::activity)).containsExactly(SOCKS, SHOES);
    assertThat(soon(reads.orders(new UserId("nobody")))).isEmpty();
  }

  @Test
  void anOlderEventNeverOverwritesALaterOne() {
    soon(catalog.publish(row(SHOES, 10, 5)));
    soon(catalog.publish(row(SHOES, 99, 4)));
    soon(catalog.publish(row(SHOES, 99, 5)));
    assertThat(soon(reads.activity(SHOES))).hasValue(new Reads.Listed(row(SHOES, 10, 5), 0));

    soon(catalog.publish(row(SHOES, 20, 6)));

    assertThat(soon(reads.activity(SHOES))).hasValue(new Reads.Listed(row(SHOES, 20, 6), 0));
  }

  @Test
  void activitiesComeNewestFirstWithWhatIsSold() {
    soon(catalog.publish(row(SHOES, 10, 1)));
    soon(catalog.publish(row(SOCKS, 10, 1)));
    sell(SHOES, "ann", "bob");

    assertThat(soon(reads.activities()))
        .containsExactly(
            new Reads.Listed(row(SOCKS, 10, 1), 0), new Reads.Listed(row(SHOES, 10, 1), 2));
    assertThat(soon(reads.activity(new ActivityId("nothing")))).isEmpty();
  }

  @Test
  void activitiesComeInPages() {
    ActivityId hats = new ActivityId("hats");
    soon(catalog.publish(row(hats, 10, 1)));
    soon(catalog.publish(row(SHOES, 10, 1)));
    soon(catalog.publish(row(SOCKS, 10, 1)));
    // As if they were created by one statement: then the id decides.
    postgres.execute("update activities set created_at = now() where activity_id <> 'hats'");

    assertThat(soon(reads.activities()))
        .extracting(ReadsIT::id)
        .containsExactly(SHOES, SOCKS, hats);
    assertThat(soon(reads.activitiesAfter(SHOES)))
        .extracting(ReadsIT::id)
        .containsExactly(SOCKS, hats);
    assertThat(soon(reads.activitiesAfter(SOCKS))).extracting(ReadsIT::id).containsExactly(hats);
    assertThat(soon(reads.activitiesAfter(hats))).isEmpty();
    assertThat(soon(reads.activitiesAfter(new ActivityId("nothing")))).isEmpty();
  }

  private static ActivityId id(Reads.Listed listed) {
    return listed.row().activity().id();
  }

  @Test
  void theProofCountsOrdersAndConflicts() {
    assertThat(soon(reads.proof(SHOES))).isEqualTo(Reads.PostgresBook.EMPTY);
    soon(catalog.publish(row(SHOES, 10, 1)));
    assertThat(soon(reads.proof(SHOES))).isEqualTo(Reads.PostgresBook.EMPTY);
    store(
        SHOES,
        new PartitionLog()
            .opened(SHOES, WRITER, 10)
            .sold(SHOES, WRITER, 1, "ann", "bob", "ann", "cem"));

    assertThat(soon(reads.proof(SHOES)))
        .isEqualTo(new Reads.PostgresBook(new Ledger(WRITER, 1, 4, 10, false), 3, 4, 1, 0, 1));
  }

  @Test
  void aDatabaseMadeWhilePostgresIsAwayFailsInTimeAndWorksOnceItIsThere() throws Exception {
    int port = ServerProcess.freePort();
    Path directoryOfAnother = directory.resolve("another");
    // The password is drawn on the first start.
    PostgresFixture another = PostgresFixture.start(directoryOfAnother);
    String password = another.process().password();
    another.close();

    try (Database database =
        Database.create(PostgresFixture.settings(port, password).postgres(), "test", 8)) {
      assertThatThrownBy(() -> soon(new Reads(database).activities()))
          .hasStackTraceContaining("SQLException");
      try (PostgresProcess started =
          PostgresProcess.start(
              directoryOfAnother.resolve("postgres"), port, directory.resolve("again.log"))) {
        assertThat(started.port()).isEqualTo(port);
        assertThat(soon(new Reads(database).activities())).isEqualTo(List.of());
      }
    }
  }
}
