package flashsale.saleslog;

import flashsale.ledger.Entry;

/**
 * An entry at its place in a partition.
 *
 * @param timestampMs the log's own append time
 */
record Located(long offset, long timestampMs, Entry entry) {}
