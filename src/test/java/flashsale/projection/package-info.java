/**
 * The projection against a real Postgres and a real Kafka; the fold also without either.
 *
 * <p>{@link flashsale.projection.PartitionLog} writes the records, {@link
 * flashsale.projection.PostgresFixture} has the database that they end in.
 */
@NullMarked
package flashsale.projection;

import org.jspecify.annotations.NullMarked;
