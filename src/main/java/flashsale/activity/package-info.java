@NullMarked
package flashsale.activity;

import org.jspecify.annotations.NullMarked;
