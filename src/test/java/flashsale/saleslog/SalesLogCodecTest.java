package flashsale.saleslog;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import flashsale.fuzz.Mutation;
import flashsale.ledger.Entry;
import flashsale.ledger.Writer;
import flashsale.model.Activity;
import flashsale.model.ActivityId;
import flashsale.model.OrderId;
import flashsale.model.Product;
import flashsale.model.UserId;
import flashsale.v1.Item;
import flashsale.v1.SalesLogRecord;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SalesLogCodecTest {
  private static final ActivityId ACTIVITY = new ActivityId("sneaker-drop");
  private static final byte[] KEY = SalesLogCodec.encodeKey(ACTIVITY);

  @Property
  void readsBackWhatItWrote(@ForAll("entries") Entry entry) {
    Decoded decoded = SalesLogCodec.decode(KEY, SalesLogCodec.encode(entry));

    assertThat(decoded).isEqualTo(new Decoded.Readable(ACTIVITY, entry));
  }

  @Property
  void neverThrowsOnArbitraryBytes(@ForAll @Size(max = 300) byte[] key, @ForAll byte[] value) {
    assertThat(SalesLogCodec.decode(key, value)).isNotInstanceOf(Decoded.Readable.class);
  }

  @Property
  void neverThrowsOnAMutatedRecord(
      @ForAll("entries") Entry entry, @ForAll @IntRange(min = 0) int place, @ForAll byte mutation) {
    byte[] value = SalesLogCodec.encode(entry);
    value[place % value.length] ^= mutation;

    assertThat(SalesLogCodec.decode(KEY, value)).isNotNull();
  }

  @Property
  void neverThrowsOnATruncatedRecord(
      @ForAll("entries") Entry entry, @ForAll @IntRange(min = 0) int length) {
    byte[] value = SalesLogCodec.encode(entry);
    byte[] truncated = Arrays.copyOf(value, length % value.length);

    assertThat(SalesLogCodec.decode(KEY, truncated))
        .isNotEqualTo(new Decoded.Readable(ACTIVITY, entry));
  }

  /** What is read of harmed bytes is a whole entry: written again, it reads the same. */
  @Property(tries = 3000, edgeCases = EdgeCasesMode.NONE)
  void neverThrowsOnRecordsMadeWorse(
      @ForAll("entries") Entry entry,
      @ForAll("harms") List<Mutation> ofKey,
      @ForAll("harms") List<Mutation> ofValue,
      @ForAll boolean both) {
    byte[] key = both ? Mutation.apply(ofKey, KEY) : KEY;
    byte[] value = Mutation.apply(ofValue, SalesLogCodec.encode(entry));

    switch (SalesLogCodec.decode(key, value)) {
      case Decoded.Readable read ->
          assertThat(
                  SalesLogCodec.decode(
                      SalesLogCodec.encodeKey(read.activity()), SalesLogCodec.encode(read.entry())))
              .isEqualTo(read);
      case Decoded.Unreadable unreadable ->
          assertThat(unreadable.why()).isNotBlank().hasSizeLessThan(400);
      case Decoded.Unknown unknown -> assertThat(unknown.what()).isNotBlank().hasSizeLessThan(400);
    }
  }

  @Provide
  Arbitrary<List<Mutation>> harms() {
    return Mutation.some();
  }

  @Property
  void doesNotReadARecordOfAnotherMagic(@ForAll("entries") Entry entry, @ForAll int magic) {
    SalesLogRecord record = record(entry).setMagic(magic).build();

    if (magic != SalesLogCodec.MAGIC) {
      assertUnreadable(KEY, record.toByteArray(), "magic");
    }
  }

  @Test
  void doesNotReadARecordWithoutKeyOrValue() {
    byte[] value = SalesLogCodec.encode(Samples.sold(ACTIVITY, 1));

    assertUnreadable(null, value, "key");
    assertUnreadable("No Activity".getBytes(StandardCharsets.UTF_8), value, "key");
    assertUnreadable(new byte[] {(byte) 0xff, (byte) 0xfe}, value, "key");
    assertUnreadable(KEY, null, "no value");
    assertUnreadable(KEY, new byte[0], "magic");
  }

  @Test
  void stopsAtAnUnknownVersionWhateverTheRest() {
    SalesLogRecord later = record(Samples.sold(ACTIVITY, 1)).setVersion(2).setEpoch(-1).build();

    assertUnknown(KEY, later, "version: 2 (expected: 1)");
    assertUnknown(null, later, "version: 2 (expected: 1)");
  }

  @Test
  void stopsAtAnUnknownKind() {
    SalesLogRecord none = record(Samples.sold(ACTIVITY, 1)).clearKind().build();

    assertUnknown(KEY, none, "kind");
    assertUnknown(KEY, withField(none, 8), "kind");
    assertUnknown(KEY, withField(record(new Entry.Closed(Samples.WRITER)).build(), 15), "kind");
    assertUnknown(null, none, "kind");
  }

  @Test
  void readsARecordWithAFieldThatIsNoKind() {
    Entry closed = new Entry.Closed(Samples.WRITER);

    assertThat(SalesLogCodec.decode(KEY, withField(record(closed).build(), 16).toByteArray()))
        .isEqualTo(new Decoded.Readable(ACTIVITY, closed));
  }

  @Test
  void doesNotReadABatchThatCannotBe() {
    SalesLogRecord sold = record(Samples.sold(ACTIVITY, 1)).build();
    Item item = sold.getSold().getItems(0);
    byte[] another = "another".getBytes(StandardCharsets.UTF_8);

    assertUnreadable(another, sold.toByteArray(), "orderId");
    assertUnreadable(KEY, edited(sold, item.toBuilder().setQuantity(2)), "quantity: 2");
    assertUnreadable(KEY, edited(sold, item.toBuilder().setUserId("no one")), "userId");
    assertUnreadable(
        KEY, edited(sold, item.toBuilder().setOrderId(ByteString.copyFrom(another))), "orderId");
    assertUnreadable(KEY, sold.toBuilder().setEpoch(0).build().toByteArray(), "epoch: 0");
    SalesLogRecord.Builder seqless = sold.toBuilder();
    seqless.getSoldBuilder().setSeq(0);
    assertUnreadable(KEY, seqless.build().toByteArray(), "seq: 0");
    SalesLogRecord.Builder empty = sold.toBuilder();
    empty.getSoldBuilder().clearItems();
    assertUnreadable(KEY, empty.build().toByteArray(), "items: none");
    SalesLogRecord.Builder long257 = sold.toBuilder();
    for (int i = 1; i < 257; i++) {
      long257.getSoldBuilder().addItems(item);
    }
    assertUnreadable(KEY, long257.build().toByteArray(), "items: 257");
  }

  @Test
  void namesTheActivityOfAKey() {
    assertThat(SalesLogCodec.decodeKey(KEY)).contains(ACTIVITY);
    assertThat(SalesLogCodec.decodeKey(null)).isEqualTo(Optional.empty());
    assertThat(SalesLogCodec.decodeKey(new byte[] {0})).isEqualTo(Optional.empty());
  }

  @Provide
  Arbitrary<Entry> entries() {
    Arbitrary<Writer> writers =
        Combinators.combine(Arbitraries.longs().between(1, Long.MAX_VALUE), Arbitraries.longs())
            .as(Writer::new);
    Arbitrary<Entry> opened =
        Combinators.combine(writers, Arbitraries.longs().between(1, Activity.STOCK_MAX))
            .as(Entry.EpochOpened::new);
    Arbitrary<Entry> closed = writers.map(Entry.Closed::new);
    Arbitrary<Entry> sold =
        Combinators.combine(
                writers,
                Arbitraries.longs().between(1, Long.MAX_VALUE),
                products(),
                items().list().ofMinSize(1).ofMaxSize(256))
            .as(Entry.Sold::new);
    return Arbitraries.oneOf(opened, sold, closed);
  }

  private static Arbitrary<Product> products() {
    return Combinators.combine(
            Arbitraries.strings()
                .withCharRange(' ', '~')
                .withCharRange('\u00a0', '\ud7ff')
                .ofMinLength(1)
                .ofMaxLength(128),
            Arbitraries.longs().between(0, Product.AMOUNT_MAX),
            Arbitraries.strings().withCharRange('A', 'Z').ofLength(3))
        .as(Product::new);
  }

  private static Arbitrary<Entry.Item> items() {
    Arbitrary<UserId> users =
        Arbitraries.strings()
            .alpha()
            .numeric()
            .withChars("._@|:-")
            .ofMinLength(1)
            .ofMaxLength(64)
            .map(UserId::new);
    return Combinators.combine(users, Arbitraries.longs().between(0, 253_402_300_799_999L))
        .as((user, at) -> new Entry.Item(OrderId.of(ACTIVITY, user), user, 1, at));
  }

  private static SalesLogRecord.Builder record(Entry entry) {
    try {
      return SalesLogRecord.parseFrom(SalesLogCodec.encode(entry)).toBuilder();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private static SalesLogRecord withField(SalesLogRecord record, int number) {
    UnknownFieldSet.Field field =
        UnknownFieldSet.Field.newBuilder().addLengthDelimited(ByteString.EMPTY).build();
    return record.toBuilder()
        .setUnknownFields(UnknownFieldSet.newBuilder().addField(number, field).build())
        .build();
  }

  private static byte[] edited(SalesLogRecord sold, Item.Builder item) {
    SalesLogRecord.Builder edited = sold.toBuilder();
    edited.getSoldBuilder().setItems(0, item);
    return edited.build().toByteArray();
  }

  private static void assertUnreadable(byte @Nullable [] key, byte @Nullable [] value, String why) {
    assertThat(SalesLogCodec.decode(key, value))
        .isInstanceOfSatisfying(
            Decoded.Unreadable.class, unreadable -> assertThat(unreadable.why()).contains(why));
  }

  private static void assertUnknown(byte @Nullable [] key, SalesLogRecord record, String what) {
    assertThat(SalesLogCodec.decode(key, record.toByteArray()))
        .isInstanceOfSatisfying(
            Decoded.Unknown.class, unknown -> assertThat(unknown.what()).contains(what));
  }
}
