@NullMarked
package flashsale.config;

import org.jspecify.annotations.NullMarked;
