package flashsale.projection;

import flashsale.saleslog.Decoded;
import flashsale.saleslog.SalesLogCodec;
import org.jspecify.annotations.Nullable;

/**
 * One record of a partition of the sales log: its bytes as they came, and what they say.
 *
 * @param timestampMs the log's own append time, milliseconds since 1970-01-01T00:00:00Z
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes are the record; nobody compares two of them
public record LogRecord(
    long offset,
    long timestampMs,
    byte @Nullable [] key,
    byte @Nullable [] value,
    Decoded decoded) {
  private static final long RECORD_BYTES = 256;

  LogRecord(long offset, long timestampMs, byte @Nullable [] key, byte @Nullable [] value) {
    this(offset, timestampMs, key, value, SalesLogCodec.decode(key, value));
  }

  /** Its bytes, which its rows and its memory grow with, and what a record takes in any case. */
  long weight() {
    return RECORD_BYTES + length(key) + length(value);
  }

  private static int length(byte @Nullable [] bytes) {
    return bytes == null ? 0 : bytes.length;
  }
}
