/**
 * Faults struck at the running system while shoppers buy, and what must hold afterwards.
 *
 * <p>Starts the parts of {@link flashsale.local} with a proxy in front of Redis and of Kafka; what
 * shoppers were told goes, with what the books say, to the checker and into a table.
 */
@NullMarked
package flashsale.chaos;

import org.jspecify.annotations.NullMarked;
