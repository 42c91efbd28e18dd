package flashsale.saleslog;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import flashsale.ledger.Entry;
import flashsale.ledger.Writer;
import flashsale.model.Activity;
import flashsale.model.ActivityId;
import flashsale.model.OrderId;
import flashsale.model.Product;
import flashsale.model.UserId;
import flashsale.v1.Closed;
import flashsale.v1.EpochOpened;
import flashsale.v1.Item;
import flashsale.v1.SalesLogRecord;
import flashsale.v1.Sold;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Between the sales log's bytes ({@code protobuf/flashsale/v1/sales_log.proto}) and its entries.
 */
public final class SalesLogCodec {
  static final int MAGIC = 0x46535231;
  static final int VERSION = 1;
  private static final int BATCH_ITEMS_MAX = 256;

  /** 9999-12-31T23:59:59.999Z, the last time that RFC 3339 can write. */
  private static final long CLAIMED_AT_MS_MAX = 253_402_300_799_999L;

  /** The field numbers kept for kinds to come. */
  private static final int KIND_FIRST = 8;

  private static final int KIND_LAST = 15;

  private SalesLogCodec() {}

  public static byte[] encodeKey(ActivityId activity) {
    return activity.value().getBytes(StandardCharsets.UTF_8);
  }

  public static byte[] encode(Entry entry) {
    SalesLogRecord.Builder record =
        SalesLogRecord.newBuilder()
            .setMagic(MAGIC)
            .setVersion(VERSION)
            .setEpoch(entry.writer().epoch())
            .setIncarnation(entry.writer().incarnation());
    switch (entry) {
      case Entry.EpochOpened opened ->
          record.setEpochOpened(EpochOpened.newBuilder().setStock(opened.stock()));
      case Entry.Sold sold -> record.setSold(encodeSold(sold));
      case Entry.Closed closed -> record.setClosed(Closed.getDefaultInstance());
    }
    return record.build().toByteArray();
  }

  private static Sold encodeSold(Entry.Sold sold) {
    Sold.Builder builder =
        Sold.newBuilder()
            .setSeq(sold.seq())
            .setProduct(
                flashsale.v1.Product.newBuilder()
                    .setProductId(sold.product().productId())
                    .setAmount(sold.product().amount())
                    .setCurrency(sold.product().currency()));
    for (Entry.Item item : sold.items()) {
      builder.addItems(
          Item.newBuilder()
              .setOrderId(bytes(item.orderId()))
              .setUserId(item.userId().value())
              .setQuantity(item.quantity())
              .setClaimedAtMs(item.claimedAtMs()));
    }
    return builder.build();
  }

  private static ByteString bytes(OrderId id) {
    ByteBuffer buffer = ByteBuffer.allocate(16);
    buffer
        .putLong(id.value().getMostSignificantBits())
        .putLong(id.value().getLeastSignificantBits())
        .flip();
    return ByteString.copyFrom(buffer);
  }

  /** The activity that a record is about; empty when its key names none. */
  public static Optional<ActivityId> decodeKey(byte @Nullable [] key) {
    if (key == null) {
      return Optional.empty();
    }
    String name = new String(key, StandardCharsets.UTF_8);
    return ActivityId.isValid(name) ? Optional.of(new ActivityId(name)) : Optional.empty();
  }

  /** Never throws: whatever bytes come, they are readable, unreadable or unknown. */
  public static Decoded decode(byte @Nullable [] key, byte @Nullable [] value) {
    if (value == null) {
      return new Decoded.Unreadable("no value");
    }
    try {
      SalesLogRecord record = SalesLogRecord.parseFrom(value);
      if (record.getMagic() != MAGIC) {
        return new Decoded.Unreadable(
            "magic: " + Integer.toHexString(record.getMagic()) + " (expected: 46535231)");
      }
      if (record.getVersion() != VERSION) {
        return new Decoded.Unknown(
            "version: " + record.getVersion() + " (expected: " + VERSION + ")");
      }
      if (!isOfKnownKind(record)) {
        return new Decoded.Unknown("kind: another (expected: EpochOpened, Sold or Closed)");
      }
      ActivityId activity = activityOf(key);
      return new Decoded.Readable(activity, decode(activity, record));
    } catch (InvalidProtocolBufferException e) {
      return new Decoded.Unreadable("not a protobuf message");
    } catch (IllegalArgumentException e) {
      return new Decoded.Unreadable(String.valueOf(e.getMessage()));
    }
  }

  /**
   * A later kind is a field that this program has no name for. It counts even beside one that it
   * knows: protobuf would let the two stand together, and another version would read the other one.
   */
  private static boolean isOfKnownKind(SalesLogRecord record) {
    return record.getKindCase() != SalesLogRecord.KindCase.KIND_NOT_SET
        && record.getUnknownFields().asMap().keySet().stream()
            .noneMatch(field -> field >= KIND_FIRST && field <= KIND_LAST);
  }

  private static ActivityId activityOf(byte @Nullable [] key) {
    return decodeKey(key)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "key: no activity id (expected: " + ActivityId.EXPECTED + ")"));
  }

  private static Entry decode(ActivityId activity, SalesLogRecord record) {
    Writer writer = new Writer(atLeastOne("epoch", record.getEpoch()), record.getIncarnation());
    return switch (record.getKindCase()) {
      case EPOCH_OPENED ->
          new Entry.EpochOpened(writer, Activity.requireStock(record.getEpochOpened().getStock()));
      case SOLD -> decodeSold(activity, writer, record.getSold());
      case CLOSED -> new Entry.Closed(writer);
      case KIND_NOT_SET -> throw new IllegalArgumentException("kind: none");
    };
  }

  private static Entry.Sold decodeSold(ActivityId activity, Writer writer, Sold sold) {
    if (sold.getItemsCount() > BATCH_ITEMS_MAX) {
      throw new IllegalArgumentException(
          "items: " + sold.getItemsCount() + " (expected: 1 to " + BATCH_ITEMS_MAX + ")");
    }
    Product product =
        new Product(
            sold.getProduct().getProductId(),
            sold.getProduct().getAmount(),
            sold.getProduct().getCurrency());
    List<Entry.Item> items = new ArrayList<>(sold.getItemsCount());
    for (Item item : sold.getItemsList()) {
      items.add(decodeItem(activity, item));
    }
    return new Entry.Sold(writer, atLeastOne("seq", sold.getSeq()), product, items);
  }

  private static Entry.Item decodeItem(ActivityId activity, Item item) {
    if (item.getOrderId().size() != 16) {
      throw new IllegalArgumentException(
          "orderId: " + item.getOrderId().size() + " bytes (expected: 16)");
    }
    if (item.getQuantity() != 1) {
      throw new IllegalArgumentException("quantity: " + item.getQuantity() + " (expected: 1)");
    }
    if (item.getClaimedAtMs() < 0 || item.getClaimedAtMs() > CLAIMED_AT_MS_MAX) {
      throw new IllegalArgumentException(
          "claimedAtMs: " + item.getClaimedAtMs() + " (expected: 0 to " + CLAIMED_AT_MS_MAX + ")");
    }
    ByteBuffer id = item.getOrderId().asReadOnlyByteBuffer();
    OrderId orderId = new OrderId(new UUID(id.getLong(), id.getLong()));
    UserId user = new UserId(item.getUserId());
    if (!orderId.equals(OrderId.of(activity, user))) {
      throw new IllegalArgumentException(
          "orderId: " + orderId + " (expected: " + OrderId.of(activity, user) + ")");
    }
    return new Entry.Item(orderId, user, item.getQuantity(), item.getClaimedAtMs());
  }

  private static long atLeastOne(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= 1)");
    }
    return value;
  }
}
