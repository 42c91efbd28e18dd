/**
 * From the sales log to Postgres, and from Postgres to those who ask.
 *
 * <p>{@link flashsale.projection.Projection} consumes each partition of the log from the position
 * that Postgres has of it, {@link flashsale.projection.BatchFold} turns what has accumulated into
 * orders by the same ledger as everybody else, and {@link flashsale.projection.OrderStore} commits
 * position, orders and ledgers as one. What is stored is read back by recovering actors ({@link
 * flashsale.projection.JdbcRecoverySource}), by gateways through gRPC ({@link
 * flashsale.projection.Reads}) and by analysts with SQL ({@code db/migration}).
 *
 * <p>The only package that speaks SQL.
 */
@NullMarked
package flashsale.projection;

import org.jspecify.annotations.NullMarked;
