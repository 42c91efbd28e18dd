@NullMarked
package flashsale.model;

import org.jspecify.annotations.NullMarked;
