package flashsale.activity;

import java.util.Locale;

/** What goes wrong, or is done by people, in a simulated history. */
enum Fault {
  // Calls to Redis.
  REDIS_CALL_REFUSED(Scope.REDIS_CALL),
  REDIS_CALL_LOST(Scope.REDIS_CALL),
  REDIS_REPLY_LOST(Scope.REDIS_CALL),
  /** It takes place after its time-out. */
  REDIS_CALL_LATE(Scope.REDIS_CALL),
  REDIS_CALL_SLOW(Scope.REDIS_CALL),
  REDIS_CALL_REPEATED(Scope.REDIS_CALL),

  // Produces.
  APPEND_REFUSED(Scope.APPEND),
  APPEND_LOST(Scope.APPEND),
  /** Committed, and reported as failed. */
  APPEND_ACK_LOST(Scope.APPEND),
  /** Committed after its time-out. */
  APPEND_LATE(Scope.APPEND),
  /** Later ones may overtake it. */
  APPEND_SLOW(Scope.APPEND),
  APPEND_REPEATED(Scope.APPEND),

  // The journal's writes and replays.
  JOURNAL_CALL_REFUSED(Scope.JOURNAL_CALL),
  JOURNAL_CALL_LOST(Scope.JOURNAL_CALL),
  JOURNAL_ACK_LOST(Scope.JOURNAL_CALL),
  JOURNAL_CALL_LATE(Scope.JOURNAL_CALL),
  JOURNAL_CALL_SLOW(Scope.JOURNAL_CALL),

  // Recovery's read of Postgres.
  SNAPSHOT_REFUSED(Scope.POSTGRES_READ),
  SNAPSHOT_LOST(Scope.POSTGRES_READ),
  SNAPSHOT_SLOW(Scope.POSTGRES_READ),

  // The boundaries of one step of an actor: after any of its effects.
  ACTOR_DIED_IN_A_STEP(Scope.STEP),
  ACTOR_PAUSED_IN_A_STEP(Scope.STEP),

  // Between shoppers, gateways and actors.
  NODE_UNREACHABLE(Scope.ASK),
  ASK_LOST(Scope.ASK),
  ASK_DELAYED(Scope.ASK),
  /** The same shopper asks twice at once. */
  ASK_REPEATED(Scope.ASK),
  ANSWER_LOST(Scope.ANSWER),
  ANSWER_DELAYED(Scope.ANSWER),
  /** The gateway asks again, elsewhere. */
  CONNECTION_BROKEN(Scope.ANSWER),

  // The tail.
  ENTRIES_DELAYED(Scope.TAIL),
  ENTRIES_REPEATED(Scope.TAIL),
  /** After a restart of the tail the old one delivers something more. */
  OLD_TAIL_GOES_ON(Scope.FOLLOW),

  // The projection, by transaction.
  PROJECTION_DIED_BEFORE_ROWS(Scope.PROJECTION),
  PROJECTION_DIED_BEFORE_COMMIT(Scope.PROJECTION),
  PROJECTION_ACK_LOST(Scope.PROJECTION),
  PROJECTION_READ_AGAIN(Scope.PROJECTION),

  // Events, one at a time.
  ACTOR_KILLED(Scope.EVENT),
  ACTOR_PAUSED(Scope.EVENT),
  ACTOR_DRAINED(Scope.EVENT),
  SECOND_ACTOR(Scope.EVENT),
  THIRD_ACTOR(Scope.EVENT),
  /** The actor that sells pauses, and another one starts in its place. */
  FAILOVER(Scope.EVENT),
  TAIL_STALLED(Scope.EVENT),
  TAIL_FAILED(Scope.EVENT),
  REDIS_DOWN(Scope.EVENT),
  REDIS_WIPED(Scope.EVENT),
  REDIS_REWOUND(Scope.EVENT),
  REDIS_FOREIGN_EPOCH(Scope.EVENT),
  REDIS_LEFT_EDITED(Scope.EVENT),
  REDIS_BUYERS_EDITED(Scope.EVENT),
  LOG_DOWN(Scope.EVENT),
  POSTGRES_DOWN(Scope.EVENT),
  POSTGRES_LOST_COMMITS(Scope.EVENT),
  PROJECTION_STOPPED(Scope.EVENT),
  SECOND_PROJECTION(Scope.EVENT),
  CLOCK_JUMPED_FORWARD(Scope.EVENT),
  CLOCK_JUMPED_BACK(Scope.EVENT),
  BROKER_CLOCK_JUMPED(Scope.EVENT),
  STOCK_SET(Scope.EVENT),
  SALE_PAUSED(Scope.EVENT),
  /** An operator has Redis rebuilt. */
  REPAIRED(Scope.EVENT),
  SALE_CLOSED(Scope.EVENT);

  /** Where a fault can strike; at each such place one of the scope's faults does, or none. */
  enum Scope {
    REDIS_CALL,
    APPEND,
    JOURNAL_CALL,
    POSTGRES_READ,
    STEP,
    ASK,
    ANSWER,
    TAIL,
    FOLLOW,
    PROJECTION,
    EVENT
  }

  final Scope scope;

  Fault(Scope scope) {
    this.scope = scope;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
