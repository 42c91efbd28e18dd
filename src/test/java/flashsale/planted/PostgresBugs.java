package flashsale.planted;

import static flashsale.planted.Edit.main;
import static flashsale.planted.Edit.model;

import java.util.List;

/** What goes wrong when the projection stores, or recovery reads, against the rules. */
final class PostgresBugs {
  private static final String PROJECTION = "ProjectionModel.java";
  private static final String POSTGRES = "PostgresModel.java";
  private static final String FOLD = "projection/BatchFold.java";

  static final List<PlantedBug> ALL =
      List.of(
          PlantedBug.of(
              "projection: the position is stored before the rows",
              model(
                  PROJECTION,
                  "if (fate == Fate.DIES_BEFORE_THE_ROWS)",
                  """
                  transaction.commit();
                  transaction = postgres.begin();
                  if (fate == Fate.DIES_BEFORE_THE_ROWS)
                  """)),
          PlantedBug.of(
              "projection: the position is not compared",
              model(POSTGRES, "if (newPosition != from) { return false; }", "")),
          PlantedBug.of(
              "projection: the ledger is not stored with the rows",
              model(POSTGRES, "newLedger = next;", "newLedger = ledger;")),
          PlantedBug.of(
              "projection: the fold restarts from the orders",
              model(PROJECTION, "Map.of(id, transaction.ledger())", "Map.of(id, fromOrders())"),
              model(
                  PROJECTION,
                  "private void goBack() {",
                  """
                  private flashsale.ledger.Ledger fromOrders() {
                    long sold = postgres.orders().size();
                    flashsale.ledger.Ledger now = postgres.ledger();
                    return new flashsale.ledger.Ledger(
                        flashsale.ledger.Writer.NONE, 0, sold, Math.max(sold, now.stock()), false);
                  }

                  private void goBack() {
                  """)),
          PlantedBug.of(
              "projection: void batches are stored too",
              main(FOLD, "if (folded.accepted()) {", "if (true) {")),
          PlantedBug.of(
              "projection: each batch is folded over the ledger before all of them",
              main(
                  FOLD,
                  "changed.getOrDefault(read.activity(), before.getOrDefault(read.activity(), Ledger.EMPTY));",
                  "before.getOrDefault(read.activity(), Ledger.EMPTY);")),
          PlantedBug.of(
              "recovery: the ledger and the position are not read together",
              model(
                  POSTGRES,
                  "new Snapshot(ledger, position)",
                  "new Snapshot(ledger, position + 1)")),
          PlantedBug.of(
              "recovery: the fold restarts from the orders",
              model(
                  POSTGRES,
                  "new Snapshot(ledger, position)",
                  "new Snapshot(new Ledger(flashsale.ledger.Writer.NONE, 0, orders.size(), Math.max(orders.size(), ledger.stock()), false), position)")));

  private PostgresBugs() {}
}
