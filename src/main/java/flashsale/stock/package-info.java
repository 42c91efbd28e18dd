@NullMarked
package flashsale.stock;

import org.jspecify.annotations.NullMarked;
