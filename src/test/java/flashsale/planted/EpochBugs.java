package flashsale.planted;

import static flashsale.planted.Edit.main;
import static flashsale.planted.Edit.model;

import java.util.List;

/** What goes wrong when epochs are opened, followed or ended against the rules. */
final class EpochBugs {
  private static final String CORE = "activity/ActivityCore.java";
  private static final String JOURNAL = "activity/JournalBook.java";
  private static final String LOG_VIEW = "activity/LogView.java";
  private static final String OPENING = "activity/Opening.java";

  static final List<PlantedBug> ALL =
      List.of(
          PlantedBug.of(
              "log: a record is left out when the tail restarts",
              main(
                  LOG_VIEW,
                  "new Effect.Follow(following, folded + 1)",
                  "new Effect.Follow(following, folded + 2)")),
          PlantedBug.of(
                  "log: the fold jumps to where Postgres is",
                  main(LOG_VIEW, "if (!known || !skips)", "if (true)"))
              .foundByStory("OldNewsTest#confirmsWhatPostgresKnewBeforeItsOwnTail"),
          PlantedBug.of(
              "log: what an older following scanned is believed",
              main(LOG_VIEW, "scanned.following() == following && ", "")),
          PlantedBug.of(
              "opening: admits before its epoch came back from the log",
              main(
                  OPENING,
                  "if (awaitsLog()) { ackedAtMs = turn.now(); }",
                  "if (awaitsLog()) { ackedAtMs = turn.now(); if (step == Step.ANNOUNCE) { go(Step.LOAD); } }")),
          PlantedBug.of(
              "opening: admits before its epoch is in the log",
              main(OPENING, ": Step.ANNOUNCE);", ": Step.LOAD);")),
          PlantedBug.of(
                  "core: a live actor does not step down for a later epoch",
                  main(
                      OPENING,
                      "return announced && accepted ? Seen.SUPERSEDED",
                      "return announced && accepted && !isDone() ? Seen.SUPERSEDED"))
              .foundInProfile("ZOMBIES"),
          PlantedBug.of(
                  "opening: does not step down for a later epoch",
                  main(
                      OPENING,
                      "return announced && accepted ? Seen.SUPERSEDED",
                      "return announced && accepted && isDone() ? Seen.SUPERSEDED"))
              .foundInProfile("ZOMBIES"),
          PlantedBug.of(
              "opening: steps down for no later epoch while its own is announced",
              main(OPENING, "if (log.ledger().epoch() >= writer.epoch()) {", "if (false) {")),
          PlantedBug.of(
                  "opening: takes an epoch without the journal",
                  main(
                      OPENING,
                      "case START_EPOCH -> journal.write(new JournalEvent.EpochStarted(incarnation));",
                      "case START_EPOCH -> onEpochStarted(Math.max(log.ledger().epoch(), journal.state().seqNr()) + 1);"))
              .foundByStory("TwoActorsTest#isFencedByRedisWhenItsTailIsLate"),
          PlantedBug.of(
                  "journal: two writers may have the same number, and it is not read before",
                  main(JOURNAL, "if (checkedAtMs == turn.now()) {", "if (!down) {"),
                  model(
                      "JournalModel.java",
                      "return rows.putIfAbsent(seqNr, event) == null;",
                      "rows.put(seqNr, event); return true;"))
              .foundByStory("TwoActorsTest#isFencedByRedisWhenItsTailIsLate"),
          PlantedBug.of(
                  "journal: a write that timed out is believed",
                  main(
                      CORE,
                      "case Input.JournalFailed failed -> journal.failed();",
                      """
                      case Input.JournalFailed failed -> {
                        JournalEvent event = journal.writing();
                        if (event == null) {
                          journal.failed();
                        } else {
                          onJournalWritten(event, journal.state().seqNr() + 1);
                        }
                      }
                      """))
              .foundByStory("TwoActorsTest#persistsAnEpochAgainThatWasNotPersisted"),
          PlantedBug.of(
                  "journal: written without being read",
                  main(JOURNAL, "if (checkedAtMs == turn.now()) {", "if (!down) {"))
              .foundByStory("TwoActorsTest#writesNothingAfterEventsThatItNeverSaw"),
          PlantedBug.of(
                  "journal: another actor's write is taken for its own",
                  main(JOURNAL, "&& replayed.writtenBy() == incarnation;", ";"))
              .foundByStory("TwoActorsTest#stopsWhenAnotherActorWroteTheJournalInBetween"),
          PlantedBug.of(
              "journal: another actor's write goes unnoticed",
              main(
                  JOURNAL,
                  "return mine && writing != null ? Replay.WRITTEN : Replay.TAKEN_OVER;",
                  "state = replayed; return mine && writing != null ? Replay.WRITTEN : Replay.UNCHANGED;")),
          PlantedBug.of(
                  "epochs: the incarnation counts nowhere",
                  main(
                      "ledger/Writer.java",
                      "public static final Writer NONE = new Writer(0, 0);",
                      """
                      public static final Writer NONE = new Writer(0, 0);

                      @Override
                      public boolean equals(Object other) {
                        return other instanceof Writer writer && writer.epoch == epoch;
                      }

                      @Override
                      public int hashCode() {
                        return Long.hashCode(epoch);
                      }
                      """))
              .foundInProfile("POSTGRES"),
          PlantedBug.of(
                  "opening: a higher epoch in Redis is overwritten without proof",
                  main(
                      OPENING,
                      "foreignShownAtOffset = Turn.NEVER; go(Step.CHECK_GARBAGE);",
                      "garbage = OptionalLong.of(foreignEpoch); go(Step.FLIP);"))
              .foundInProfile("ZOMBIES"),
          PlantedBug.of(
                  "opening: buyers whom only the log knows are not loaded",
                  main(OPENING, "recent.add(item.userId());", ""))
              .foundByStory("LogFaultTest#foldsOnFromAPostgresThatIsFarBehind"),
          PlantedBug.of(
              "opening: the stock is the journal's, not the ledger's",
              main(
                  OPENING,
                  "new Effect.Flip(writer.epoch(), ledger.sold(), ledger.stock(), garbage)",
                  "new Effect.Flip(writer.epoch(), ledger.sold(), journal.state().stock(), garbage)")));

  private EpochBugs() {}
}
