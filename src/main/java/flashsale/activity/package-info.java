/**
 * An activity: the single writer that sells it, and what it remembers.
 *
 * <p>Questions come from the gRPC service through {@link flashsale.activity.ActivityShards} to
 * {@link flashsale.activity.ActivityActor}, which only translates: a message becomes an {@code
 * Input}, {@code ActivityCore} decides, and its {@code Effect}s become calls whose results come
 * home as messages. Claims go out to Redis (port {@link flashsale.stock.Stock}), nominations to the
 * sales log (port {@link flashsale.saleslog.SalesLog}) and come back from its tail; only then is
 * anybody told CONFIRMED. What outlives the actor (created, paused, stock, epochs, closed) goes to
 * {@code Journal}, an event-sourced child, and from there to the {@link
 * flashsale.activity.Catalog}. To open an epoch the actor reads where Postgres stands through
 * {@link flashsale.activity.RecoverySource}.
 *
 * <p>The core: {@code ActivityCore} with {@code JournalBook}, {@code LogView}, {@code Opening},
 * {@code Claims}, {@code UnderWay}, {@code Changes} and {@code CloseMark}. No clock, no thread and
 * no client in there; a test holds that.
 */
@NullMarked
package flashsale.activity;

import org.jspecify.annotations.NullMarked;
