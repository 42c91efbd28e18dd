package flashsale.planted;
import java.util.*;
final class Plants {
  static final List<PlantedBug> ALL = new ArrayList<>();
  static { ALL.addAll(LedgerBugs.ALL); ALL.addAll(RedisBugs.ALL); ALL.addAll(ClaimBugs.ALL); ALL.addAll(EpochBugs.ALL); ALL.addAll(PostgresBugs.ALL); }
  private Plants() {}
}
