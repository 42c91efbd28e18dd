/**
 * The volatile book in Redis, which nominates: an activity's actor sends its batches here and takes
 * what was nominated on to the sales log, which decides.
 *
 * <p>The book is rebuilt from the ledger whenever an epoch is opened, so nothing in it has to last;
 * it only has to say, on every call, whether it still is the book that the caller knows.
 */
@NullMarked
package flashsale.stock;

import org.jspecify.annotations.NullMarked;
