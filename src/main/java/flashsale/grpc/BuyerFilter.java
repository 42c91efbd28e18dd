package flashsale.grpc;

import com.google.common.hash.BloomFilter;
import com.google.common.hash.Funnels;
import com.google.protobuf.ByteString;
import flashsale.model.ActivityId;
import flashsale.projection.Reads;
import flashsale.v1.GetBuyerFilterReply;
import flashsale.v1.Nothing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletionStage;

/**
 * The buyers of an activity's first units, as a Bloom filter: 1.8 bytes for each, and one in a
 * thousand of all others is taken for one of them. Read from the orders, which are never changed.
 */
final class BuyerFilter {
  private static final int BUYERS_MAX = 2_000_000;
  private static final double FALSE_POSITIVES = 0.001;

  private BuyerFilter() {}

  static CompletionStage<GetBuyerFilterReply> read(Reads reads, ActivityId activity, long sold) {
    if (sold < 1 || sold > BUYERS_MAX) {
      throw new IllegalArgumentException("sold: " + sold + " (expected: 1 to " + BUYERS_MAX + ")");
    }
    BloomFilter<CharSequence> buyers =
        BloomFilter.create(Funnels.unencodedCharsFunnel(), sold, FALSE_POSITIVES);
    return reads
        .buyers(activity, sold, buyers::put)
        .thenApply(stored -> {
          GetBuyerFilterReply.Builder reply = GetBuyerFilterReply.newBuilder();
          return stored == sold
              ? reply.setFilter(bytes(buyers)).build()
              : reply.setNotStored(Nothing.getDefaultInstance()).build();
        });
  }

  private static ByteString bytes(BloomFilter<CharSequence> buyers) {
    ByteString.Output out = ByteString.newOutput();
    try {
      buyers.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return out.toByteString();
  }
}
