package flashsale.activity;

import static java.util.Map.entry;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What goes wrong in a simulated history, and how often. */
public enum Profile {
  /** Everything that must be expected, mixed. */
  EVERYDAY(Map.ofEntries()),

  /** Two or three incarnations that pause anywhere and come back. */
  ZOMBIES(
      Map.ofEntries(
          entry(Fault.ACTOR_DIED_IN_A_STEP, 40),
          entry(Fault.ACTOR_PAUSED_IN_A_STEP, 200),
          entry(Fault.REDIS_CALL_LATE, 400),
          entry(Fault.APPEND_LATE, 300),
          entry(Fault.FAILOVER, 60),
          entry(Fault.SECOND_ACTOR, 30),
          entry(Fault.THIRD_ACTOR, 30),
          entry(Fault.ACTOR_PAUSED, 30))),

  /** Produces of which nobody knows what became, and a tail that comes late. */
  AMBIGUOUS_LOG(
      Map.ofEntries(
          entry(Fault.APPEND_REFUSED, 200),
          entry(Fault.APPEND_LOST, 400),
          entry(Fault.APPEND_ACK_LOST, 600),
          entry(Fault.APPEND_LATE, 600),
          entry(Fault.APPEND_SLOW, 600),
          entry(Fault.APPEND_REPEATED, 300),
          entry(Fault.ENTRIES_DELAYED, 600),
          entry(Fault.LOG_DOWN, 20),
          entry(Fault.TAIL_STALLED, 20),
          entry(Fault.TAIL_FAILED, 20))),

  /** Redis forgets, goes back, and is handed over in peace. */
  REDIS(
      Map.ofEntries(
          entry(Fault.REDIS_CALL_LOST, 150),
          entry(Fault.REDIS_REPLY_LOST, 300),
          entry(Fault.REDIS_CALL_LATE, 300),
          entry(Fault.REDIS_CALL_REPEATED, 300),
          entry(Fault.REDIS_WIPED, 20),
          entry(Fault.REDIS_REWOUND, 60),
          entry(Fault.REDIS_FOREIGN_EPOCH, 15),
          entry(Fault.ACTOR_DRAINED, 60))),

  /** Postgres fails over to a standby that lacks the last commits. */
  POSTGRES(
      Map.ofEntries(
          entry(Fault.JOURNAL_CALL_LOST, 200),
          entry(Fault.JOURNAL_ACK_LOST, 500),
          entry(Fault.JOURNAL_CALL_LATE, 300),
          entry(Fault.PROJECTION_DIED_BEFORE_ROWS, 600),
          entry(Fault.PROJECTION_DIED_BEFORE_COMMIT, 600),
          entry(Fault.PROJECTION_ACK_LOST, 600),
          entry(Fault.POSTGRES_LOST_COMMITS, 15),
          entry(Fault.POSTGRES_DOWN, 15),
          entry(Fault.PROJECTION_STOPPED, 20),
          entry(Fault.ACTOR_DRAINED, 30))),

  /** Clocks that are set, on nodes and on the broker. */
  CLOCKS(
      Map.ofEntries(
          entry(Fault.CLOCK_JUMPED_FORWARD, 40),
          entry(Fault.CLOCK_JUMPED_BACK, 40),
          entry(Fault.BROKER_CLOCK_JUMPED, 20),
          entry(Fault.TAIL_STALLED, 30))),

  /**
   * Somebody edits Redis by hand.
   *
   * <p>Not together with what else replaces the set of buyers: edited to the very size that it
   * should have, it is a lie that nothing can find.
   */
  HAND_EDITS(
      Map.ofEntries(
          entry(Fault.REDIS_LEFT_EDITED, 40),
          entry(Fault.REDIS_BUYERS_EDITED, 40),
          entry(Fault.REDIS_FOREIGN_EPOCH, 0),
          entry(Fault.REDIS_REWOUND, 0)));

  @SuppressWarnings("ImmutableEnumChecker") // nothing changes it
  private final Map<Fault, Integer> odds;

  Profile(Map<Fault, Integer> own) {
    odds = new EnumMap<>(Usual.ODDS);
    odds.putAll(own);
  }

  int odds(Fault fault) {
    return odds.getOrDefault(fault, 0);
  }

  /** As it is written on the command line: {@code ambiguous-log}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Throws when there is no such profile; the message says which ones there are. */
  public static Profile labelled(String label) {
    return Arrays.stream(values())
        .filter(profile -> profile.label().equals(label))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                Arrays.stream(values()).map(Profile::label).collect(Collectors.joining(", "))));
  }

  private static final class Usual {
    /** Of 10,000 calls, steps, asks …; of events: a weight. */
    static final Map<Fault, Integer> ODDS =
        Map.ofEntries(
            entry(Fault.REDIS_CALL_REFUSED, 80),
            entry(Fault.REDIS_CALL_LOST, 80),
            entry(Fault.REDIS_REPLY_LOST, 120),
            entry(Fault.REDIS_CALL_LATE, 80),
            entry(Fault.REDIS_CALL_SLOW, 150),
            entry(Fault.REDIS_CALL_REPEATED, 100),
            entry(Fault.APPEND_REFUSED, 60),
            entry(Fault.APPEND_LOST, 80),
            entry(Fault.APPEND_ACK_LOST, 120),
            entry(Fault.APPEND_LATE, 100),
            entry(Fault.APPEND_SLOW, 150),
            entry(Fault.APPEND_REPEATED, 60),
            entry(Fault.JOURNAL_CALL_REFUSED, 100),
            entry(Fault.JOURNAL_CALL_LOST, 100),
            entry(Fault.JOURNAL_ACK_LOST, 150),
            entry(Fault.JOURNAL_CALL_LATE, 100),
            entry(Fault.JOURNAL_CALL_SLOW, 150),
            entry(Fault.SNAPSHOT_REFUSED, 200),
            entry(Fault.SNAPSHOT_LOST, 200),
            entry(Fault.SNAPSHOT_SLOW, 300),
            entry(Fault.ACTOR_DIED_IN_A_STEP, 20),
            entry(Fault.ACTOR_PAUSED_IN_A_STEP, 40),
            entry(Fault.NODE_UNREACHABLE, 100),
            entry(Fault.ASK_LOST, 100),
            entry(Fault.ASK_DELAYED, 300),
            entry(Fault.ASK_REPEATED, 500),
            entry(Fault.ANSWER_LOST, 150),
            entry(Fault.ANSWER_DELAYED, 200),
            entry(Fault.CONNECTION_BROKEN, 200),
            entry(Fault.ENTRIES_DELAYED, 200),
            entry(Fault.ENTRIES_REPEATED, 200),
            entry(Fault.OLD_TAIL_GOES_ON, 3_000),
            entry(Fault.PROJECTION_DIED_BEFORE_ROWS, 200),
            entry(Fault.PROJECTION_DIED_BEFORE_COMMIT, 200),
            entry(Fault.PROJECTION_ACK_LOST, 200),
            entry(Fault.PROJECTION_READ_AGAIN, 200),
            entry(Fault.ACTOR_KILLED, 10),
            entry(Fault.ACTOR_PAUSED, 10),
            entry(Fault.ACTOR_DRAINED, 10),
            entry(Fault.SECOND_ACTOR, 10),
            entry(Fault.THIRD_ACTOR, 10),
            entry(Fault.FAILOVER, 10),
            entry(Fault.TAIL_STALLED, 10),
            entry(Fault.TAIL_FAILED, 8),
            entry(Fault.REDIS_DOWN, 5),
            entry(Fault.REDIS_WIPED, 6),
            entry(Fault.REDIS_REWOUND, 12),
            entry(Fault.REDIS_FOREIGN_EPOCH, 5),
            entry(Fault.LOG_DOWN, 5),
            entry(Fault.POSTGRES_DOWN, 5),
            entry(Fault.PROJECTION_STOPPED, 8),
            entry(Fault.SECOND_PROJECTION, 6),
            entry(Fault.STOCK_SET, 10),
            entry(Fault.SALE_PAUSED, 6),
            entry(Fault.REPAIRED, 4),
            entry(Fault.SALE_CLOSED, 1));
  }
}
