/**
 * flashsale: an inventory cluster for flash sales.
 *
 * <p>{@link flashsale.Main} is the table of contents. Each package tells where its data comes from
 * and where it goes next; {@code docs/ARCHITECTURE.md} follows one purchase through all of them.
 */
@NullMarked
package flashsale;

import org.jspecify.annotations.NullMarked;
