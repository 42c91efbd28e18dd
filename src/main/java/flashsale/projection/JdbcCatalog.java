package flashsale.projection;

import flashsale.activity.Catalog;
import flashsale.model.Activity;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.CompletionStage;

/** The table {@code activities}, as the activities' journals write it. */
public final class JdbcCatalog implements Catalog {
  private static final String UPSERT =
      """
      insert into activities (activity_id, title, product_id, price_amount, price_currency, stock,
        opens_at, closes_at, opened, paused, closed, journal_seq)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      on conflict (activity_id) do update set
        title = excluded.title, product_id = excluded.product_id,
        price_amount = excluded.price_amount, price_currency = excluded.price_currency,
        stock = excluded.stock, opens_at = excluded.opens_at, closes_at = excluded.closes_at,
        opened = excluded.opened, paused = excluded.paused, closed = excluded.closed,
        journal_seq = excluded.journal_seq, updated_at = now()
      where activities.journal_seq < excluded.journal_seq
      """;

  private final Database database;

  public JdbcCatalog(Database database) {
    this.database = database;
  }

  @Override
  public CompletionStage<Void> publish(CatalogRow row) {
    return database.transaction(connection -> upsert(connection, row)).thenAccept(rows -> {});
  }

  private static int upsert(Connection connection, CatalogRow row) throws SQLException {
    Activity activity = row.activity();
    try (PreparedStatement upsert = connection.prepareStatement(UPSERT)) {
      upsert.setString(1, activity.id().value());
      upsert.setString(2, Columns.storableText(activity.title()));
      upsert.setString(3, Columns.storableText(activity.product().productId()));
      upsert.setLong(4, activity.product().amount());
      upsert.setString(5, activity.product().currency());
      upsert.setLong(6, activity.stock());
      upsert.setObject(7, Columns.timestamp(activity.opensAt()));
      upsert.setObject(8, Columns.timestamp(activity.closesAt()));
      upsert.setBoolean(9, row.opened());
      upsert.setBoolean(10, row.paused());
      upsert.setBoolean(11, row.closed());
      upsert.setLong(12, row.journalSeq());
      return upsert.executeUpdate();
    }
  }
}
