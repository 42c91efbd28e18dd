package flashsale.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flashsale.ledger.Writer;
import flashsale.model.ActivityId;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaIT {
  private static final ActivityId SHOES = new ActivityId("shoes");
  private static final Writer WRITER = new Writer(1, 1);

  @TempDir static Path directory;
  static PostgresFixture postgres;

  @BeforeAll
  static void startPostgres() {
    postgres = PostgresFixture.start(directory);
  }

  @AfterAll
  static void stopPostgres() {
    postgres.close();
  }

  @AfterEach
  void clear() {
    postgres.clear();
  }

  private static void sell(String... users) {
    PartitionLog log = new PartitionLog().opened(SHOES, WRITER, 10).sold(SHOES, WRITER, 1, users);
    new OrderStore(postgres.database())
        .store(0, 0, BatchFold.of(0, log.all(), here -> true))
        .toCompletableFuture()
        .join();
  }

  @Test
  void migratesAgainWithoutHarm() {
    sell("ann");

    Migrations.run(postgres.settings().postgres());

    assertThat(postgres.rows("select count(*) from orders")).containsExactly("1");
  }

  @Test
  void aSecondDatabaseOfTheSameServerMigratesThoughTheAnalystIsThere() {
    postgres.execute("create database second");
    assertThat(
            PostgresFixture.settings(
                    postgres.process().port(),
                    postgres.process().password(),
                    "flashsale.postgres.database = second")
                .postgres())
        .satisfies(Migrations::run);
  }

  @Test
  void migratesAsAUserWhoMayNotCreateRoles() {
    postgres.execute("create role plain login password 'plain'");
    postgres.execute("create database third owner plain");
    assertThat(
            PostgresFixture.settings(
                    postgres.process().port(),
                    "plain",
                    "flashsale.postgres { database = third, user = plain }")
                .postgres())
        .satisfies(Migrations::run);
  }

  @Test
  void everyTableViewAndColumnSaysWhatItIs() {
    String silent =
        """
        select c.oid::regclass::text || coalesce('.' || a.attname, '')
        from pg_class c
        left join lateral (
          select attname, attnum from pg_attribute
          where attrelid = c.oid and attnum > 0 and not attisdropped
          union all select null, 0
        ) a on true
        where c.relnamespace in ('public'::regnamespace, 'journal'::regnamespace)
          and c.relkind in ('r', 'v') and c.relname <> 'flyway_schema_history'
          and %s exists (
            select from pg_description d
            where d.objoid = c.oid and d.classoid = 'pg_class'::regclass and d.objsubid = a.attnum
              and length(d.description) > 5)
        """;

    assertThat(postgres.rows(silent.formatted("not"))).isEmpty();
    assertThat(postgres.rows(silent.formatted(""))).hasSizeGreaterThan(90);
  }

  @Test
  void theAnalystReadsEverythingInPublicAndWritesNothing() throws SQLException {
    sell("ann");
    try (Connection connection = postgres.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("create table made_later (n int)");
      statement.execute("set role analyst");
      for (String table :
          List.of(
              "activities",
              "orders",
              "ledgers",
              "sales_log_positions",
              "quarantine",
              "conflicts",
              "activity_proof",
              "made_later")) {
        assertThat(PostgresFixture.rows(connection, "select * from " + table)).isNotNull();
      }
      assertThat(PostgresFixture.rows(connection, "select user_id from orders"))
          .containsExactly("ann");
      for (String forbidden :
          List.of(
              "insert into made_later values (1)",
              "insert into sales_log_positions values (1, 1)",
              "update orders set user_id = 'eve'",
              "delete from orders",
              "truncate orders",
              "create table mine (n int)",
              "select * from journal.event_journal")) {
        assertThatThrownBy(() -> statement.execute(forbidden))
            .as(forbidden)
            .hasMessageContaining("permission denied");
      }
      statement.execute("reset role");
      statement.execute("drop table made_later");
    }
  }

  @Test
  void theProofHoldsWhenNobodyTouchedAnything() {
    sell("ann", "bob");

    assertThat(
            postgres.rows(
                "select activity_id, stock, sold, orders, max_sequence, gaps, duplicates, conflicts, problem from activity_proof"))
        .containsExactly("shoes 10 2 2 2 0 0 0 null");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          delete from orders where sequence = 2            | 2 orders (expected: 3, as sold); 1 gaps in the sequence
          delete from orders where sequence = 3            | 2 orders (expected: 3, as sold); last sequence 2 (expected: 3, as sold)
          update orders set sequence = 5 where sequence = 3| last sequence 5 (expected: 3, as sold); 2 gaps in the sequence
          delete from orders                               | 0 orders (expected: 3, as sold); last sequence 0 (expected: 3, as sold)
          delete from ledgers                              | orders, but no ledger; 3 orders (expected: 0, as sold); last sequence 3 (expected: 0, as sold)
          update ledgers set sold = 4                      | 3 orders (expected: 4, as sold); last sequence 3 (expected: 4, as sold)
          insert into conflicts values (0, 9, 'shoes', 9, gen_random_uuid(), 'eve', 1, now(), now()) | 1 conflicts
          alter table orders drop constraint one_order_per_shopper; update orders set user_id = 'ann' | 2 duplicates
          alter table orders drop constraint one_order_per_place; update orders set sequence = 3 where sequence = 2 | 1 gaps in the sequence; 1 duplicates
          alter table ledgers drop constraint never_oversold; update ledgers set stock = 2 | oversold: 3 sold of 2
          """)
  void theProofNamesWhatWasTamperedWith(String tampering, String problem) throws SQLException {
    sell("ann", "bob", "cem");
    try (Connection connection = postgres.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);

      statement.execute(tampering);

      assertThat(PostgresFixture.rows(connection, "select problem from activity_proof"))
          .containsExactly(problem);
      connection.rollback();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          update orders set user_id = 'ann'   | one_order_per_shopper
          update orders set sequence = 1      | one_order_per_place
          update ledgers set sold = stock + 1 | never_oversold
          """)
  void theDatabaseItselfRefusesDuplicatesAndOversell(String tampering, String constraint) {
    sell("ann", "bob");

    assertThatThrownBy(() -> postgres.execute(tampering)).hasMessageContaining(constraint);
  }
}
