package flashsale.projection;

import flashsale.activity.Catalog.CatalogRow;
import flashsale.ledger.Ledger;
import flashsale.model.Activity;
import flashsale.model.ActivityId;
import flashsale.model.Order;
import flashsale.model.OrderId;
import flashsale.model.Product;
import flashsale.model.UserId;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * What shoppers and operators may read of Postgres, asked over gRPC.
 *
 * <p>As far as the projection has come: an order may be decided and not be here yet.
 */
public final class Reads {
  /** Longer lists end here. */
  public static final int ROWS_MAX = 1_000;

  private static final String ORDERS = "select " + Columns.OF_ORDER + " from orders where ";
  private static final String ACTIVITIES =
      """
      select a.*, coalesce(l.sold, 0) as sold
      from activities a left join ledgers l on l.activity_id = a.activity_id
      """;
  private static final String PROOF =
      """
      select l.epoch, l.incarnation, l.seq, l.sold, l.stock, l.closed,
        p.orders, p.max_sequence, p.gaps, p.duplicates, p.conflicts
      from activity_proof p left join ledgers l on l.activity_id = p.activity_id
      where p.activity_id = ?
      """;

  /** So that a million of them need no memory. */
  private static final int BUYERS_AT_A_TIME = 10_000;

  private static final String NEWEST_FIRST =
      " order by a.created_at desc, a.activity_id limit " + ROWS_MAX;
  private static final String AFTER =
      """
      join activities last on last.activity_id = ?
      where a.created_at < last.created_at
        or a.created_at = last.created_at and a.activity_id > last.activity_id
      """;

  /** An activity with the units that the projection knows to be sold. */
  public record Listed(CatalogRow row, long sold) {}

  /**
   * Postgres's book of one activity, in one snapshot.
   *
   * @param ledger the fold's state
   * @param orders rows in the order table; as many as {@code ledger.sold()} when all is well
   * @param maxSequence highest sequence of them, 0 without any
   * @param gaps sequences up to it that no order has
   * @param duplicates orders beyond one per shopper and one per sequence
   * @param conflicts decided sales that the order table could not take
   */
  public record PostgresBook(
      Ledger ledger, long orders, long maxSequence, long gaps, long duplicates, long conflicts) {
    static final PostgresBook EMPTY = new PostgresBook(Ledger.EMPTY, 0, 0, 0, 0, 0);
  }

  private interface Bind {
    void to(PreparedStatement statement) throws SQLException;
  }

  private interface Row<T> {
    T of(ResultSet row) throws SQLException;
  }

  private final Database database;

  public Reads(Database database) {
    this.database = database;
  }

  /** The shopper's order in the activity. */
  public CompletionStage<Optional<Order>> order(ActivityId activity, UserId user) {
    return first(
        ORDERS + "activity_id = ? and user_id = ?",
        statement -> {
          statement.setString(1, activity.value());
          statement.setString(2, user.value());
        },
        Columns::order);
  }

  /** The order, if it is the shopper's own. */
  public CompletionStage<Optional<Order>> order(UserId user, OrderId order) {
    return first(
        ORDERS + "order_id = ? and user_id = ?",
        statement -> {
          statement.setObject(1, order.value());
          statement.setString(2, user.value());
        },
        Columns::order);
  }

  /**
   * Gives the user ids of the orders up to this sequence one by one, on Postgres's thread;
   * completes with how many there are.
   */
  public CompletionStage<Long> buyers(
      ActivityId activity, long upToSequence, Consumer<String> each) {
    return database.snapshot(connection -> {
      try (PreparedStatement select =
          connection.prepareStatement(
              "select user_id from orders where activity_id = ? and sequence <= ?")) {
        select.setFetchSize(BUYERS_AT_A_TIME);
        select.setString(1, activity.value());
        select.setLong(2, upToSequence);
        long count = 0;
        try (ResultSet row = select.executeQuery()) {
          while (row.next()) {
            each.accept(row.getString(1));
            count++;
          }
        }
        return count;
      }
    });
  }

  /** The shopper's own orders, newest first, at most {@link #ROWS_MAX}. */
  public CompletionStage<List<Order>> orders(UserId user) {
    return all(
        ORDERS + "user_id = ? order by confirmed_at desc, order_id limit " + ROWS_MAX,
        statement -> statement.setString(1, user.value()),
        Columns::order);
  }

  /** Activities, newest first, at most {@link #ROWS_MAX}. */
  public CompletionStage<List<Listed>> activities() {
    return all(ACTIVITIES + NEWEST_FIRST, statement -> {}, Reads::listed);
  }

  /** The activities that come next; none when nobody knows {@code last}. */
  public CompletionStage<List<Listed>> activitiesAfter(ActivityId last) {
    return all(
        ACTIVITIES + AFTER + NEWEST_FIRST,
        statement -> statement.setString(1, last.value()),
        Reads::listed);
  }

  public CompletionStage<Optional<Listed>> activity(ActivityId id) {
    return first(
        ACTIVITIES + "where a.activity_id = ?",
        statement -> statement.setString(1, id.value()),
        Reads::listed);
  }

  /** Counts by {@code activity_proof}; nothing known of the activity: all zero. */
  public CompletionStage<PostgresBook> proof(ActivityId id) {
    return first(PROOF, statement -> statement.setString(1, id.value()), Reads::book)
        .thenApply(found -> found.orElse(PostgresBook.EMPTY));
  }

  private static PostgresBook book(ResultSet row) throws SQLException {
    row.getLong("epoch");
    Ledger ledger = row.wasNull() ? Ledger.EMPTY : Columns.ledger(row);
    return new PostgresBook(
        ledger,
        row.getLong("orders"),
        row.getLong("max_sequence"),
        row.getLong("gaps"),
        row.getLong("duplicates"),
        row.getLong("conflicts"));
  }

  private static Listed listed(ResultSet row) throws SQLException {
    Activity activity =
        new Activity(
            new ActivityId(row.getString("activity_id")),
            row.getString("title"),
            new Product(
                row.getString("product_id"),
                row.getLong("price_amount"),
                row.getString("price_currency")),
            row.getLong("stock"),
            Columns.instant(row, "opens_at"),
            Columns.instant(row, "closes_at"));
    return new Listed(
        new CatalogRow(
            activity,
            row.getBoolean("opened"),
            row.getBoolean("paused"),
            row.getBoolean("closed"),
            row.getLong("journal_seq")),
        row.getLong("sold"));
  }

  private <T> CompletionStage<Optional<T>> first(String sql, Bind bind, Row<T> row) {
    return all(sql, bind, row).thenApply(rows -> rows.stream().findFirst());
  }

  private <T> CompletionStage<List<T>> all(String sql, Bind bind, Row<T> row) {
    return database.query(connection -> {
      try (PreparedStatement select = connection.prepareStatement(sql)) {
        bind.to(select);
        try (ResultSet result = select.executeQuery()) {
          List<T> rows = new ArrayList<>();
          while (result.next()) {
            rows.add(row.of(result));
          }
          return rows;
        }
      }
    });
  }
}
