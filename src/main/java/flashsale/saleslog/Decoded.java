package flashsale.saleslog;

import flashsale.ledger.Entry;
import flashsale.model.ActivityId;

/**
 * What the bytes of one record turned out to be; the same for every fold, because there is one
 * decoder.
 */
public sealed interface Decoded {
  record Readable(ActivityId activity, Entry entry) implements Decoded {}

  /** Not one of our records, or a broken one: void, and kept in quarantine by the projection. */
  record Unreadable(String why) implements Decoded {}

  /**
   * One of our records, of a version or kind that this program does not know: the fold must stop.
   */
  record Unknown(String what) implements Decoded {}
}
