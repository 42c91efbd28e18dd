package flashsale.projection;

import flashsale.ledger.Entry;
import flashsale.ledger.Writer;
import flashsale.model.ActivityId;
import flashsale.model.OrderId;
import flashsale.model.Product;
import flashsale.model.UserId;
import flashsale.saleslog.SalesLogCodec;
import flashsale.v1.Closed;
import flashsale.v1.SalesLogRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One partition of a sales log, in memory: records with offsets from 0 on. */
final class PartitionLog {
  static final Product PRODUCT = new Product("sneaker-42", 12_900, "EUR");
  static final long CLAIMED_AT_MS = 1_767_225_600_123L;
  static final long CONFIRMED_AT_MS = 1_767_225_601_456L;

  private final List<LogRecord> records = new ArrayList<>();

  List<LogRecord> from(long position) {
    return List.copyOf(records.subList((int) position, records.size()));
  }

  List<LogRecord> all() {
    return from(0);
  }

  long end() {
    return records.size();
  }

  PartitionLog opened(ActivityId activity, Writer writer, long stock) {
    return entry(activity, new Entry.EpochOpened(writer, stock));
  }

  PartitionLog sold(ActivityId activity, Writer writer, long seq, String... users) {
    return entry(activity, soldEntry(activity, writer, seq, users));
  }

  PartitionLog closed(ActivityId activity, Writer writer) {
    return entry(activity, new Entry.Closed(writer));
  }

  PartitionLog entry(ActivityId activity, Entry entry) {
    return bytes(SalesLogCodec.encodeKey(activity), SalesLogCodec.encode(entry));
  }

  PartitionLog garbage() {
    return bytes("key".getBytes(StandardCharsets.UTF_8), new byte[] {1, 2, 3});
  }

  /** A record as a later version of the program might write it. */
  PartitionLog ofVersion2(ActivityId activity) {
    return bytes(SalesLogCodec.encodeKey(activity), version2());
  }

  static byte[] version2() {
    return SalesLogRecord.newBuilder()
        .setMagic(0x46535231)
        .setVersion(2)
        .setEpoch(1)
        .setClosed(Closed.getDefaultInstance())
        .build()
        .toByteArray();
  }

  /** The last record once more: an append in doubt that was made again. */
  PartitionLog again() {
    LogRecord last = records.getLast();
    return bytes(last.key(), last.value());
  }

  private PartitionLog bytes(byte @Nullable [] key, byte @Nullable [] value) {
    records.add(new LogRecord(end(), CONFIRMED_AT_MS, key, value));
    return this;
  }

  static Entry.Sold soldEntry(ActivityId activity, Writer writer, long seq, String... users) {
    List<Entry.Item> items =
        Stream.of(users)
            .map(UserId::new)
            .map(user -> new Entry.Item(OrderId.of(activity, user), user, 1, CLAIMED_AT_MS))
            .toList();
    return new Entry.Sold(writer, seq, PRODUCT, items);
  }
}
