/**
 * The scripts and their caller against a real Redis, which {@link flashsale.stock.Bench} starts and
 * lets the tests look into and damage.
 */
@NullMarked
package flashsale.stock;

import org.jspecify.annotations.NullMarked;
