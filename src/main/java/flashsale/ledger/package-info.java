@NullMarked
package flashsale.ledger;

import org.jspecify.annotations.NullMarked;
