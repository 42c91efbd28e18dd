package flashsale.planted;

import static flashsale.planted.Edit.main;

import java.util.List;

/** What goes wrong when the fold of the log leaves a rule out. */
final class LedgerBugs {
  private static final String LEDGER = "ledger/Ledger.java";

  static final List<PlantedBug> ALL =
      List.of(
          PlantedBug.of(
              "ledger: a batch of any epoch is accepted",
              main(LEDGER, "return batch.writer().equals(writer)", "return true")),
          PlantedBug.of(
              "ledger: a seq may be left out",
              main(LEDGER, "batch.seq() == seq + 1", "batch.seq() > seq")),
          PlantedBug.of(
              "ledger: a seq may come again",
              main(LEDGER, "batch.seq() == seq + 1", "batch.seq() <= seq + 1")),
          PlantedBug.of(
              "ledger: the stock is not checked, and Redis sells what somebody added by hand",
              Edit.model(
                  "RedisModel.java",
                  "if (stored.left != call.stock() - call.sold())",
                  "if (false)"),
              main(LEDGER, "&& sold + batch.items().size() <= stock", ""),
              main(LEDGER, "|| stock < sold", "")),
          PlantedBug.of(
                  "ledger: an older epoch opens again",
                  main(
                      LEDGER,
                      "when opened.writer().epoch() > writer.epoch()",
                      "when opened.writer().epoch() != writer.epoch()"))
              .foundByStory("OldNewsTest#anOldEpochThatReachesTheLogLateOpensNothing"),
          PlantedBug.of(
              "ledger: a new epoch with a lower stock forgets what is sold",
              main(LEDGER, "Math.max(opened.stock(), sold)", "opened.stock()"),
              main(LEDGER, "|| stock < sold", "")));

  private LedgerBugs() {}
}
