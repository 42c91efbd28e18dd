package flashsale.projection;

import org.jspecify.annotations.Nullable;

/**
 * One record of a partition of the sales log, as its bytes came.
 *
 * @param timestampMs the log's own append time, milliseconds since 1970-01-01T00:00:00Z
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes are the record; nobody compares two of them
public record LogRecord(
    long offset, long timestampMs, byte @Nullable [] key, byte @Nullable [] value) {}
