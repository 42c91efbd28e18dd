package flashsale.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import flashsale.ledger.Entry;
import flashsale.ledger.Ledger;
import flashsale.ledger.Writer;
import flashsale.model.ActivityId;
import flashsale.model.OrderId;
import flashsale.model.Partitions;
import flashsale.model.Product;
import flashsale.model.UserId;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrderStoreIT {
  private static final int PARTITION = 7;
  private static final ActivityId SHOES = new ActivityId("shoes");
  private static final Writer FIRST = new Writer(1, -11);
  private static final Writer SECOND = new Writer(4, 22);

  @TempDir static Path directory;
  static PostgresFixture postgres;

  private final PartitionLog log = new PartitionLog();
  private OrderStore store;

  @BeforeAll
  static void startPostgres() {
    postgres = PostgresFixture.start(directory);
  }

  @AfterAll
  static void stopPostgres() {
    postgres.close();
  }

  @BeforeEach
  void createStore() {
    store = new OrderStore(postgres.database());
  }

  @AfterEach
  void clear() {
    postgres.execute("drop trigger if exists crash on orders");
    postgres.execute("drop trigger if exists crash on ledgers");
    postgres.clear();
  }

  private CompletableFuture<Long> store(long position) {
    return store(position, log);
  }

  private CompletableFuture<Long> store(long position, PartitionLog records) {
    return store
        .store(PARTITION, position, BatchFold.of(position, records.from(position), here -> true))
        .toCompletableFuture()
        .orTimeout(20, TimeUnit.SECONDS);
  }

  private static List<String> orders() {
    return postgres.rows("select sequence, user_id, epoch from orders order by sequence");
  }

  private static List<String> positions() {
    return postgres.rows("select partition, next_offset from sales_log_positions");
  }

  private static List<String> ledgers() {
    return postgres.rows(
        "select activity_id, epoch, incarnation, seq, sold, stock, closed from ledgers");
  }

  /** Makes Postgres end the connection when it is about to write into {@code table}. */
  private static void crashOnWriting(String table, String when) {
    postgres.execute(
        """
        create or replace function crash() returns trigger language plpgsql as
        'begin perform pg_terminate_backend(pg_backend_pid()); return new; end'
        """);
    postgres.execute(
        "create trigger crash before insert or update on "
            + table
            + " for each row when ("
            + when
            + ") execute function crash()");
  }

  @Test
  void storesOrdersLedgerAndPosition() {
    log.opened(SHOES, FIRST, 10).sold(SHOES, FIRST, 1, "ann", "bob").closed(SHOES, FIRST);

    assertThat(store(0).join()).isEqualTo(3);

    assertThat(orders()).containsExactly("1 ann 1", "2 bob 1");
    assertThat(ledgers()).containsExactly("shoes 1 -11 1 2 10 t");
    assertThat(positions()).containsExactly("7 3");
    assertThat(store.positions().toCompletableFuture().join())
        .containsExactly(Map.entry(PARTITION, 3L));
    assertThat(
            postgres.rows(
                """
                select order_id, activity_id, product_id, quantity, unit_price, currency,
                  claimed_at at time zone 'UTC', confirmed_at at time zone 'UTC'
                from orders where user_id = 'ann'
                """))
        .containsExactly(
            OrderId.of(SHOES, new UserId("ann"))
                + " shoes sneaker-42 1 12900 EUR 2026-01-01 00:00:00.123 2026-01-01 00:00:01.456");
  }

  @Test
  void storesTheSameRecordOnce() {
    log.opened(SHOES, FIRST, 10).sold(SHOES, FIRST, 1, "ann").again();
    assertThat(store(0).join()).isEqualTo(3);
    log.again();

    assertThat(store(3).join()).isEqualTo(4);

    assertThat(orders()).containsExactly("1 ann 1");
    assertThat(postgres.rows("select * from conflicts")).isEmpty();
    assertThat(ledgers()).containsExactly("shoes 1 -11 1 1 10 f");
  }

  @Test
  void aCrashBetweenTwoRecordsStoresNothingAndTheRetryStoresBothOnce() {
    log.opened(SHOES, FIRST, 10).sold(SHOES, FIRST, 1, "ann").sold(SHOES, FIRST, 2, "bob");
    crashOnWriting("orders", "new.user_id = 'bob'");

    assertThatThrownBy(() -> store(0).join()).hasStackTraceContaining("PSQLException");
    assertThat(orders()).isEmpty();
    assertThat(ledgers()).isEmpty();
    assertThat(positions()).isEmpty();

    postgres.execute("drop trigger crash on orders");
    assertThat(store(0).join()).isEqualTo(3);
    assertThat(orders()).containsExactly("1 ann 1", "2 bob 1");
    assertThat(positions()).containsExactly("7 3");
  }

  @Test
  void aCrashBetweenOrdersAndLedgerStoresNothing() {
    log.opened(SHOES, FIRST, 10).sold(SHOES, FIRST, 1, "ann");
    crashOnWriting("ledgers", "true");

    assertThatThrownBy(() -> store(0).join()).hasStackTraceContaining("PSQLException");

    assertThat(orders()).isEmpty();
    assertThat(positions()).isEmpty();
  }

  @Test
  void anUnreadableRecordIsQuarantinedAndTheRestGoesOn() {
    log.opened(SHOES, FIRST, 10).garbage().sold(SHOES, FIRST, 1, "ann");

    store(0).join();

    assertThat(orders()).containsExactly("1 ann 1");
    assertThat(
            postgres.rows(
                "select partition, record_offset, encode(record_key, 'escape'), encode(record_value, 'hex'), why <> '' from quarantine"))
        .containsExactly("7 1 key 010203 t");
  }

  @Test
  void anUnknownVersionIsNotPassed() {
    log.opened(SHOES, FIRST, 10)
        .sold(SHOES, FIRST, 1, "ann")
        .ofVersion2(SHOES)
        .sold(SHOES, FIRST, 2, "bob");

    assertThat(store(0).join()).isEqualTo(2);
    assertThat(store(2).join()).isEqualTo(2);

    assertThat(orders()).containsExactly("1 ann 1");
    assertThat(positions()).containsExactly("7 2");
    assertThat(postgres.rows("select * from quarantine")).isEmpty();
  }

  @Test
  void aZombieThatComesLaterWritesNothing() {
    log.opened(SHOES, FIRST, 10).sold(SHOES, FIRST, 1, "ann");
    store(0).join();
    PartitionLog zombies =
        new PartitionLog().opened(SHOES, FIRST, 10).garbage().sold(SHOES, FIRST, 1, "zoe");

    assertThatThrownBy(() -> store(0, zombies).join())
        .hasCauseInstanceOf(OrderStore.Overtaken.class);

    assertThat(orders()).containsExactly("1 ann 1");
    assertThat(positions()).containsExactly("7 2");
    assertThat(postgres.rows("select * from quarantine")).isEmpty();
  }

  @Test
  void aZombieInTheMiddleOfItsTransactionMakesTheOtherWaitAndThenRollBack() throws Exception {
    log.opened(SHOES, FIRST, 10);
    store(0).join();
    log.sold(SHOES, FIRST, 1, "ann");
    try (Connection zombie = postgres.connect();
        Statement statement = zombie.createStatement()) {
      zombie.setAutoCommit(false);
      statement.execute("update sales_log_positions set next_offset = 2 where partition = 7");

      CompletableFuture<Long> slower = store(1);
      await()
          .until(
              () -> postgres.rows("select 1 from pg_stat_activity where wait_event_type = 'Lock'"),
              waiting -> !waiting.isEmpty());
      assertThat(slower).isNotDone();
      zombie.commit();

      assertThatThrownBy(slower::join).hasCauseInstanceOf(OrderStore.Overtaken.class);
    }
    assertThat(orders()).isEmpty();
  }

  @Test
  void aConsumerThatWaitedForAZombieThatRolledBackGoesOn() throws Exception {
    log.opened(SHOES, FIRST, 10).sold(SHOES, FIRST, 1, "ann");
    try (Connection zombie = postgres.connect();
        Statement statement = zombie.createStatement()) {
      zombie.setAutoCommit(false);
      statement.execute("insert into sales_log_positions (partition, next_offset) values (7, 1)");

      CompletableFuture<Long> slower = store(0);
      await()
          .until(
              () -> postgres.rows("select 1 from pg_stat_activity where wait_event_type = 'Lock'"),
              waiting -> !waiting.isEmpty());
      zombie.rollback();

      assertThat(slower.join()).isEqualTo(2);
    }
    assertThat(orders()).containsExactly("1 ann 1");
  }

  @Test
  void aRestartAfterAnEpochThatSoldNothingKeepsTheOlderEpochOut() {
    log.opened(SHOES, FIRST, 10).sold(SHOES, FIRST, 1, "ann");
    store(0).join();
    log.opened(SHOES, SECOND, 10);
    store(2).join();
    log.sold(SHOES, FIRST, 2, "late").sold(SHOES, SECOND, 1, "bob");

    store(3).join();

    assertThat(orders()).containsExactly("1 ann 1", "2 bob 4");
    JdbcRecoverySource recovery = new JdbcRecoverySource(postgres.database(), new Partitions(16));
    assertThat(recovery.snapshot(SHOES).toCompletableFuture().join().ledger())
        .isEqualTo(new Ledger(SECOND, 1, 2, 10, false));
  }

  @Test
  void whatTheOrdersCannotTakeGoesToConflicts() {
    log.opened(SHOES, FIRST, 10)
        .sold(SHOES, FIRST, 1, "ann", "bob")
        .sold(SHOES, FIRST, 2, "cem", "ann", "dee");
    store(0).join();
    log.sold(SHOES, FIRST, 3, "bob");
    store(3).join();

    assertThat(orders()).containsExactly("1 ann 1", "2 bob 1", "3 cem 1", "5 dee 1");
    assertThat(
            postgres.rows(
                "select partition, record_offset, sequence, user_id, order_id from conflicts order by sequence"))
        .containsExactly(
            "7 2 4 ann " + OrderId.of(SHOES, new UserId("ann")),
            "7 3 6 bob " + OrderId.of(SHOES, new UserId("bob")));
    assertThat(ledgers()).containsExactly("shoes 1 -11 3 6 10 f");
  }

  @Test
  void noClockAndNoNameKeepsADecidedSaleFromBeingStored() {
    UserId user = new UserId("Ann.OHara@x|y:z-1");
    Product strange = new Product("a b\\\"{},'NULL", 0, "EUR");
    log.opened(SHOES, FIRST, 10)
        .entry(
            SHOES,
            new Entry.Sold(
                FIRST,
                1,
                strange,
                List.of(new Entry.Item(OrderId.of(SHOES, user), user, 1, 253_402_300_799_999L))));

    store(0).join();

    assertThat(
            postgres.rows("select user_id, product_id, extract(year from claimed_at) from orders"))
        .containsExactly("Ann.OHara@x|y:z-1 a b\\\"{},'NULL 9999");
  }

  @Test
  void storesMoreThanOneStatementTakes() {
    soldToMany(100);

    store(0).join();

    assertThat(postgres.rows("select orders, max_sequence, problem from activity_proof"))
        .containsExactly("25000 25000 null");
  }

  @Test
  void aConflictAmongManyLosesNoneOfThem() {
    soldToMany(1);
    store(0).join();
    log.sold(SHOES, FIRST, 2, "user-0-0");
    for (int batch = 3; batch < 20; batch++) {
      log.sold(SHOES, FIRST, batch, users(batch));
    }

    store(2).join();

    assertThat(postgres.rows("select orders, sold, conflicts from activity_proof"))
        .containsExactly("4500 4501 1");
  }

  private void soldToMany(int batches) {
    log.opened(SHOES, FIRST, 25_000);
    for (int batch = 0; batch < batches; batch++) {
      log.sold(SHOES, FIRST, batch + 1L, users(batch));
    }
  }

  private static String[] users(int batch) {
    return IntStream.range(0, 250).mapToObj(i -> "user-" + batch + "-" + i).toArray(String[]::new);
  }
}
