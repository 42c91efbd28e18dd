/** What the configuration takes and what it refuses; reads the {@code application.conf} itself. */
@NullMarked
package flashsale.config;

import org.jspecify.annotations.NullMarked;
