package flashsale.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import flashsale.v1.Activity;
import flashsale.v1.ActivityStatus;
import flashsale.v1.Order;
import flashsale.v1.Product;
import flashsale.v1.Proof;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The contract's JSON bodies, written field by field without a tree in between. */
final class Json {
  static final JsonFactory FACTORY = new JsonFactory();
  private static final int TYPICAL_BYTES = 384;

  /** Something that can be written as JSON. */
  interface Content {
    void writeTo(JsonGenerator out) throws IOException;
  }

  private Json() {}

  static byte[] write(Content content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(TYPICAL_BYTES);
    try (JsonGenerator out = FACTORY.createGenerator(bytes)) {
      content.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  /** A confirmed purchase. Sequence and time are null while they are not at hand. */
  static Content purchase(Order order) {
    return order(order, false);
  }

  /** A confirmed purchase with what was paid. */
  static Content order(Order order) {
    return order(order, true);
  }

  private static Content order(Order order, boolean withPrice) {
    return out -> {
      out.writeStartObject();
      writeOrder(order, out);
      if (withPrice) {
        writePrice(order.getProduct(), out);
      }
      out.writeEndObject();
    };
  }

  private static void writeOrder(Order order, JsonGenerator out) throws IOException {
    out.writeStringField("orderId", order.getOrderId());
    out.writeStringField("activityId", order.getActivityId());
    out.writeStringField("productId", order.getProduct().getProductId());
    out.writeStringField("userId", order.getUserId());
    out.writeNumberField("quantity", order.getQuantity());
    if (order.getSequence() > 0) {
      out.writeNumberField("sequence", order.getSequence());
    } else {
      out.writeNullField("sequence");
    }
    out.writeStringField("status", "CONFIRMED");
    writeTime("confirmedAt", order.getConfirmedAtMs(), out);
  }

  /** A rebuild that goes on. */
  static Content repairing(String activityId) {
    return out -> {
      out.writeStartObject();
      out.writeStringField("activityId", activityId);
      out.writeStringField("status", "REPAIRING");
      out.writeEndObject();
    };
  }

  static Content pending(String orderId, String activityId) {
    return out -> {
      out.writeStartObject();
      out.writeStringField("orderId", orderId);
      out.writeStringField("activityId", activityId);
      out.writeStringField("status", "PENDING");
      out.writeEndObject();
    };
  }

  /** An object with one field that holds a list. */
  static Content list(String field, Iterable<? extends Content> items) {
    return out -> {
      out.writeStartObject();
      out.writeArrayFieldStart(field);
      for (Content item : items) {
        item.writeTo(out);
      }
      out.writeEndArray();
      out.writeEndObject();
    };
  }

  static Content activity(Activity activity) {
    return out -> {
      out.writeStartObject();
      out.writeStringField("activityId", activity.getActivityId());
      out.writeStringField("title", activity.getTitle());
      out.writeStringField("productId", activity.getProduct().getProductId());
      writePrice(activity.getProduct(), out);
      out.writeStringField("status", status(activity.getStatus()));
      out.writeNumberField("stock", activity.getStock());
      out.writeNumberField("left", activity.getLeft());
      writeTime("opensAt", activity.getOpensAtMs(), out);
      writeTime("closesAt", activity.getClosesAtMs(), out);
      out.writeEndObject();
    };
  }

  private static String status(ActivityStatus status) {
    return switch (status) {
      case SCHEDULED -> "SCHEDULED";
      case OPEN -> "OPEN";
      case PAUSED -> "PAUSED";
      case SOLD_OUT -> "SOLD_OUT";
      case CLOSED -> "CLOSED";
      case ACTIVITY_STATUS_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalStateException(
              "activity status: " + status + " (expected: a known one)");
    };
  }

  private static void writePrice(Product product, JsonGenerator out) throws IOException {
    out.writeObjectFieldStart("price");
    out.writeNumberField("amount", product.getAmount());
    out.writeStringField("currency", product.getCurrency());
    out.writeEndObject();
  }

  private static void writeTime(String field, long epochMillis, JsonGenerator out)
      throws IOException {
    if (epochMillis == 0) {
      out.writeNullField(field);
    } else {
      out.writeStringField(field, Times.format(epochMillis));
    }
  }

  /** Three books side by side, and what contradicts. */
  static Content proof(Proof proof) {
    return out -> {
      out.writeStartObject();
      out.writeBooleanField("consistent", proof.getConsistent());
      out.writeBooleanField("atRest", proof.getAtRest());
      out.writeNumberField("stock", proof.getStock());
      out.writeNumberField("sold", proof.getSold());
      out.writeNumberField("left", proof.getLeft());
      writeLedger(proof.getLedger(), out);
      writeRedis(proof.getRedis(), out);
      writePostgres(proof.getPostgres(), out);
      out.writeArrayFieldStart("differences");
      for (String difference : proof.getDifferencesList()) {
        out.writeString(difference);
      }
      out.writeEndArray();
      out.writeEndObject();
    };
  }

  private static void writeLedger(Proof.LedgerBook book, JsonGenerator out) throws IOException {
    out.writeObjectFieldStart("ledger");
    out.writeNumberField("epoch", book.getEpoch());
    out.writeNumberField("seq", book.getSeq());
    out.writeNumberField("sold", book.getSold());
    out.writeNumberField("stock", book.getStock());
    out.writeBooleanField("closed", book.getClosed());
    out.writeBooleanField("live", book.getLive());
    out.writeNumberField("batchesUnderWay", book.getBatchesUnderWay());
    out.writeEndObject();
  }

  private static void writeRedis(Proof.RedisBook book, JsonGenerator out) throws IOException {
    out.writeObjectFieldStart("redis");
    out.writeBooleanField("present", book.getPresent());
    out.writeNumberField("epoch", book.getEpoch());
    out.writeNumberField("seq", book.getSeq());
    out.writeNumberField("left", book.getLeft());
    out.writeNumberField("buyers", book.getBuyers());
    out.writeEndObject();
  }

  private static void writePostgres(Proof.PostgresBook book, JsonGenerator out) throws IOException {
    out.writeObjectFieldStart("postgres");
    out.writeNumberField("epoch", book.getEpoch());
    out.writeNumberField("sold", book.getSold());
    out.writeNumberField("orders", book.getOrders());
    out.writeNumberField("maxSequence", book.getMaxSequence());
    out.writeNumberField("gaps", book.getGaps());
    out.writeNumberField("duplicates", book.getDuplicates());
    out.writeNumberField("conflicts", book.getConflicts());
    out.writeEndObject();
  }
}
