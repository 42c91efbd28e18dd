@NullMarked
package flashsale.saleslog;

import org.jspecify.annotations.NullMarked;
