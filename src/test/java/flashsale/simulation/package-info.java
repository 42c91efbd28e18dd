/**
 * Models of everything that an activity's core relies on: Redis with its scripts, the sales log,
 * the journal, Postgres. They have no clock and no thread; whoever drives them decides what happens
 * when, and what gets lost.
 */
@NullMarked
package flashsale.simulation;

import org.jspecify.annotations.NullMarked;
