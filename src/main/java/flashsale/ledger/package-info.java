/**
 * The decision itself: what the records of the sales log mean.
 *
 * <p>{@link flashsale.ledger.Entry} is a record as {@code saleslog} decoded it; {@link
 * flashsale.ledger.Ledger} folds entries, one after the other, into what is sold and who may sell
 * next. An activity's actor folds to know what it may confirm, the projection folds to know which
 * orders to store, and both run this same code. Its state goes to Postgres (table {@code ledgers})
 * and comes back from there; it is never worked out again from orders.
 *
 * <p>Pure, and imports nothing but the JDK and {@code model}.
 */
@NullMarked
package flashsale.ledger;

import org.jspecify.annotations.NullMarked;
