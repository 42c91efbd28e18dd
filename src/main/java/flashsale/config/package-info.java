/**
 * {@code application.conf} as validated records.
 *
 * <p>Read once at the start, before anything else is made; a value that makes no sense ends the
 * start with its name and what was expected. From here each part is given the record of its own
 * section. Nobody else reads the section {@code flashsale}; Pekko's own settings stand in {@code
 * pekko.conf}.
 */
@NullMarked
package flashsale.config;

import org.jspecify.annotations.NullMarked;
