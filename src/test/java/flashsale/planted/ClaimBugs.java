package flashsale.planted;

import static flashsale.planted.Edit.main;

import java.util.List;

/** What goes wrong when claims are answered, or batches sent, against the rules. */
final class ClaimBugs {
  private static final String CLAIMS = "activity/Claims.java";
  private static final String CORE = "activity/ActivityCore.java";
  private static final String HOURS = "activity/OpeningHours.java";
  private static final String UNDER_WAY = "activity/UnderWay.java";

  static final List<PlantedBug> ALL =
      List.of(
          PlantedBug.of(
              "claims: confirmed on the produce ack",
              main(UNDER_WAY, "private @Nullable Batch byTicket", "@Nullable Batch byTicket"),
              main(
                  CLAIMS,
                  "underWay.acked(ticket, turn.now());",
                  """
                  underWay.acked(ticket, turn.now());
                  UnderWay.Batch acked = underWay.byTicket(ticket);
                  if (acked != null) {
                    for (Waiting w : acked.waiting) {
                      turn.tell(w, new Answer.Confirmed(new Order(OrderId.of(id, w.user()), id,
                          w.user(), 1, acked.entry.product(), null, null)));
                    }
                  }
                  """)),
          PlantedBug.of(
              "claims: a failed append is told TRY AGAIN",
              main(
                  CLAIMS,
                  "private void pending(Waiting waiting) {",
                  "private void pending(Waiting waiting) { turn.tell(waiting, new Answer.TryAgain());")),
          PlantedBug.of(
              "claims: a failed append gives its units back",
              main(
                  CLAIMS,
                  "appendAgainAtMs = turn.now() + appendBackoff.next(); } pending(batch);",
                  "appendAgainAtMs = turn.now() + appendBackoff.next(); } onUndecidedAreVoid();")),
          PlantedBug.of(
              "claims: a batch is formed anew after a time-out",
              main(
                  CLAIMS,
                  "j.againAtMs = turn.now() + ",
                  "line.putBack(j.batch); judging = null; j.againAtMs = turn.now() + ")),
          PlantedBug.of(
              "claims: a batch is formed anew after a time-out, and the script does not compare it",
              main(
                  CLAIMS,
                  "j.againAtMs = turn.now() + ",
                  "line.putBack(j.batch); judging = null; j.againAtMs = turn.now() + "),
              Edit.model(
                  "RedisModel.java",
                  "return call.equals(stored.last) && stored.reply != null",
                  "return stored.reply != null")),
          PlantedBug.of(
              "claims: a call that timed out is given up, and its shoppers told TRY AGAIN",
              main(
                  CLAIMS,
                  "j.againAtMs = turn.now() + ",
                  "answer(j.batch, new Answer.TryAgain()); judging = null; j.againAtMs = turn.now() + ")),
          PlantedBug.of(
              "under way: a batch in doubt is not appended again",
              main(UNDER_WAY, "return any(State.MISSING) && !any(State.SENT);", "return false;")),
          PlantedBug.of(
                  "claims: new batches pass one in doubt",
                  main(
                      UNDER_WAY,
                      "boolean inDoubt() {",
                      "boolean inDoubt() { if (true) { return false; }"))
              .foundByStory("LogFaultTest#nominatesNobodyWhileTheLogCannotBeWritten"),
          PlantedBug.of(
                  "under way: appended again in the wrong order",
                  main(UNDER_WAY, "return batches; }", "return List.copyOf(batches).reversed(); }"))
              .foundByStory("LogFaultTest#appendsEverythingAfterAFailedAppendAgainInOrder"),
          PlantedBug.of(
              "claims: appended again under a new seq",
              main(
                  CLAIMS,
                  "turn.emit(new Effect.Append(ticket, batch.entry));",
                  """
                  turn.emit(new Effect.Append(ticket,
                      new Entry.Sold(me, nextSeq++, batch.entry.product(), batch.entry.items())));
                  """)),
          PlantedBug.of(
              "claims: sold out as soon as Redis has none left",
              main(CLAIMS, "line.hold(waiting);", "turn.tell(waiting, new Answer.SoldOut(0, 0));")),
          PlantedBug.of(
                  "claims: sold out without a fresh tail",
                  main(
                      CLAIMS,
                      "boolean fresh = log.isFreshWithin(limits.tailFreshWithin().toMillis());",
                      "boolean fresh = true;"))
              .foundByStory("BuyingTest#saysSoldOutOnlyWithAFreshTail"),
          PlantedBug.of(
              "claims: already purchased while the first claim is under way",
              main(CLAIMS, "if (batch == null) { turn.tell(", "if (true) { turn.tell(")),
          PlantedBug.of(
              "claims: a void batch is told TRY AGAIN before that is final",
              main(
                  CLAIMS,
                  "underWay.voidForNow(sold);",
                  """
                  underWay.voidForNow(sold);
                  for (Entry.Item item : sold.items()) {
                    UnderWay.Batch gone = underWay.of(item.userId());
                    if (gone != null) {
                      answer(gone.waiting, new Answer.TryAgain());
                    }
                  }
                  """)),
          PlantedBug.of(
                  "claims: what is under way is given up with its epoch",
                  main(
                      CLAIMS, "void onEpochOver() {", "void onEpochOver() { onUndecidedAreVoid();"))
              .foundInProfile("ZOMBIES"),
          PlantedBug.of(
                  "line: refused without a fresh tail",
                  main(
                      CLAIMS,
                      "if (fresh) { line.tellRefused(log.freshAsOfMs()); }",
                      "line.tellRefused(Turn.NEVER);"))
              .foundByStory("TwoActorsTest#refusesNobodyWhileItsTailIsOld"),
          PlantedBug.of(
                  "line: not purchased as of before it was asked",
                  main(
                      "activity/WaitingLine.java",
                      "if (one.waiting.isClaim() || one.waiting.sinceMs() <= freshAsOfMs)",
                      "if (true)"))
              .foundByStory("OldNewsTest#saysNotPurchasedAsOfAfterItWasAsked"),
          PlantedBug.of(
                  "core: closed because a clock says so",
                  main(HOURS, "return new Answer.TryAgain();", "return new Answer.Closed();"))
              .foundByStory("OldNewsTest#saysClosedWhenThatIsPersisted"),
          PlantedBug.of(
                  "claims: not purchased though a claim is still asking",
                  main(CLAIMS, "} else if (line.isHeld(waiting.user())) {", "} else if (false) {"))
              .foundByStory("BuyingTest#findsAPurchasePendingWhileItIsUnderWayOrHeld"),
          PlantedBug.of(
              "claims: the units under way are not counted",
              main(CLAIMS, "ledger.sold() + underWay.units()", "ledger.sold()")),
          PlantedBug.of(
              "claims: the end of an epoch appends what its last call nominated",
              main(CLAIMS, "line.putBack(judging.batch); judging = null;", "")),
          PlantedBug.of(
                  "core: what nobody knows is told TRY AGAIN when another actor took over",
                  main(
                      CORE,
                      "stop(\"another actor wrote the journal\", false)",
                      "stop(\"another actor wrote the journal\", true)"))
              .foundByStory("TwoActorsTest#saysPendingOfWhatIsUnderWayWhenTheJournalWasTakenOver"),
          PlantedBug.of(
              "core: what nobody knows is told TRY AGAIN when it is drained",
              main(CORE, "stop(\"drained\", false)", "stop(\"drained\", true)")),
          PlantedBug.of(
                  "core: a clock takes back that it is open",
                  main(
                      HOURS,
                      "return log.ledger().sold() == 0 && !state.closed()",
                      "return !state.closed()"))
              .foundByStory("RefusalTest#staysOpenForANodeWithASlowClock"),
          PlantedBug.of(
                  "core: sells before the opening time what is ready for it",
                  main(
                      HOURS,
                      "return isBeforeOpening() && opensAt != null ? new Answer.NotOpen(opensAt) : null;",
                      "return null;"))
              .foundByStory("RefusalTest#isReadyAtTheOpeningTime"),
          PlantedBug.of(
                  "claims: nobody wakes it when the pause after a crowd's batch is over",
                  main(
                      CLAIMS,
                      "at = Math.min(at, nextBatchAtMs);",
                      "at = Math.min(at, Turn.NEVER);"))
              .foundByStory("BuyingTest#leavesAPauseAfterTheBatchOfACrowd"),
          PlantedBug.of(
              "core: refuses before Redis is asked for a buyer",
              main(
                  CORE,
                  "case LOADING, LIVE -> claims.enqueue(waiting);",
                  """
                  case LOADING -> claims.enqueue(waiting);
                  case LIVE -> {
                    Answer no = hours.refusal();
                    if (no == null) {
                      claims.enqueue(waiting);
                    } else {
                      turn.tell(waiting, no);
                    }
                  }
                  """)),
          PlantedBug.of(
                  "core: closed because the journal says so",
                  main(HOURS, "if (log.ledger().closed()) {", "if (state.closed()) {"))
              .foundInProfile("POSTGRES"),
          PlantedBug.of(
                  "changes: the stock is changed while something is under way",
                  main(
                      "activity/Changes.java",
                      "if (!core.isLive() || !claims.areDecided())",
                      "if (!core.isLive())"),
                  main(
                      "activity/Changes.java",
                      "return queue.peekFirst() instanceof Input.SetStock && !journal.state().closed()",
                      "return false"))
              .foundByStory("ChangesTest#refusesAStockBelowWhatIsSoldOrUnderWay"));

  private ClaimBugs() {}
}
