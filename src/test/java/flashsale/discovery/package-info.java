/** Discovery against a real etcd, which these tests start, kill, restart and wipe. */
@NullMarked
package flashsale.discovery;

import org.jspecify.annotations.NullMarked;
