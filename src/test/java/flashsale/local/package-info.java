/**
 * The whole system on one machine: every server a process of its own. For the local run and the
 * tests, never deployed.
 */
@NullMarked
package flashsale.local;

import org.jspecify.annotations.NullMarked;
