package flashsale.planted;

import java.util.List;
import java.util.stream.Stream;

/**
 * All that are planted.
 *
 * <p>What is not here, although a rule is broken by it, because another rule makes it harmless:
 *
 * <ul>
 *   <li>the ledger compares the epoch only: an opening compares the whole writer, so no two actors
 *       sell in one epoch; planted is an incarnation that counts nowhere;
 *   <li>the ledger sells after it was closed, or anybody closes it: who sells has stopped selling
 *       before it appends Closed, and nobody else's batches are accepted;
 *   <li>the claim script compares no seq, or the adopt script none: every seq has a buyer more, and
 *       those are counted; planted is a script that does neither;
 *   <li>the claim script takes another batch under a used seq for a replay: nobody sends one;
 *       planted are both;
 *   <li>two writers may have the same number in the journal: it is read before it is written, and
 *       names the writer of the last event; planted is neither;
 *   <li>records of an old tail are folded, or some once more: the ledger voids repeats;
 *   <li>the projection stores the position after the rows: it stores the ledger with them, and that
 *       voids repeats; planted is the ledger left out.
 * </ul>
 */
final class PlantedBugs {
  static final List<PlantedBug> ALL =
      Stream.of(LedgerBugs.ALL, RedisBugs.ALL, ClaimBugs.ALL, EpochBugs.ALL, PostgresBugs.ALL)
          .flatMap(List::stream)
          .toList();

  private PlantedBugs() {}
}
