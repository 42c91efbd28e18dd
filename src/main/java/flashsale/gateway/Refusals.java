package flashsale.gateway;

import com.google.common.hash.BloomFilter;
import com.google.common.hash.Funnels;
import com.google.protobuf.ByteString;
import flashsale.model.ActivityId;
import flashsale.model.UserId;
import flashsale.v1.ClaimReply;
import flashsale.v1.GetBuyerFilterRequest;
import flashsale.v1.Inventory;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the inventory refused a moment ago and allows to be repeated to others: most of a crowd
 * comes too early or too late.
 *
 * <p>NOT OPEN holds for everybody. SOLD OUT holds for whoever is no buyer: the buyers come as a
 * Bloom filter, and whoever may be one is asked about. A refusal is repeated for as long as the
 * inventory said when it gave it, counted from before it was asked, so it is never older than that;
 * the stock is not raised earlier. Safe for any number of threads.
 */
final class Refusals {
  private static final int ACTIVITIES_MAX = 1_000;

  /** With larger ones every claim goes to the inventory. */
  private static final long BUYERS_MAX = 2_000_000;

  private static final long FILTER_BYTES_MAX = 64 << 20;
  private static final long FETCH_AGAIN_AFTER_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Not said any more for so long: nobody asks any more. */
  private static final long FORGOTTEN_AFTER_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Inventory inventory;
  private final FaultLog faults;
  private final Map<ActivityId, Refusal> refusals = new ConcurrentHashMap<>();

  /**
   * Of one activity.
   *
   * @param buyers who is asked about all the same; null: everybody, while it is not known
   * @param buyersBytes how large that is
   * @param fetchedNanos when {@code buyers} was last asked for
   */
  private record Refusal(
      ClaimReply reply,
      long untilNanos,
      @Nullable BloomFilter<CharSequence> buyers,
      long buyersBytes,
      long fetchedNanos) {
    long sold() {
      return reply.getSoldOut().getSold();
    }

    /** The buyers of so many units are always the same. */
    Refusal then(Refusal next) {
      if (!next.reply.hasSoldOut() || next.sold() != sold()) {
        return next;
      }
      if (untilNanos - next.untilNanos >= 0) {
        return this;
      }
      boolean fetch = buyers == null && next.fetchedNanos - fetchedNanos >= FETCH_AGAIN_AFTER_NANOS;
      return new Refusal(
          next.reply,
          next.untilNanos,
          buyers,
          buyersBytes,
          fetch ? next.fetchedNanos : fetchedNanos);
    }

    boolean isOf(UserId user) {
      return reply.hasNotOpen() || buyers != null && !buyers.mightContain(user.value());
    }
  }

  Refusals(Inventory inventory, FaultLog faults) {
    this.inventory = inventory;
    this.faults = faults;
  }

  /** Null: the inventory has to be asked. */
  @Nullable ClaimReply of(ActivityId activity, UserId user) {
    Refusal known = refusals.get(activity);
    return known != null && System.nanoTime() - known.untilNanos < 0 && known.isOf(user)
        ? known.reply
        : null;
  }

  /**
   * Takes notice of a reply.
   *
   * @param sentNanos when the claim was sent, by {@link System#nanoTime()}
   */
  void heard(ActivityId activity, ClaimReply reply, long sentNanos) {
    int validMs = reply.getNotOpen().getValidMs() + reply.getSoldOut().getValidMs();
    if (validMs <= 0) {
      return;
    }
    long now = System.nanoTime();
    if (!refusals.containsKey(activity) && !makeRoom(now)) {
      return;
    }
    long untilNanos = sentNanos + TimeUnit.MILLISECONDS.toNanos(validMs);
    Refusal known =
        refusals.merge(activity, new Refusal(reply, untilNanos, null, 0, now), Refusal::then);
    if (known.fetchedNanos == now && known.buyers == null && isFiltered(reply)) {
      fetch(activity, known.sold());
    }
  }

  private static boolean isFiltered(ClaimReply reply) {
    return reply.hasSoldOut() && reply.getSoldOut().getSold() <= BUYERS_MAX;
  }

  private boolean makeRoom(long now) {
    refusals.values().removeIf(old -> now - old.untilNanos > FORGOTTEN_AFTER_NANOS);
    return refusals.size() < ACTIVITIES_MAX
        && refusals.values().stream().mapToLong(Refusal::buyersBytes).sum() < FILTER_BYTES_MAX;
  }

  private void fetch(ActivityId activity, long sold) {
    GetBuyerFilterRequest request =
        GetBuyerFilterRequest.newBuilder().setActivityId(activity.value()).setSold(sold).build();
    GrpcFaults.invoke(node -> node.getBuyerFilter(request), inventory)
        .whenComplete((reply, fault) -> {
          if (fault != null) {
            faults.note("buyers of a sold-out activity not told", fault);
          } else if (!reply.getFilter().isEmpty()) {
            fetched(activity, sold, reply.getFilter());
          }
        });
  }

  private void fetched(ActivityId activity, long sold, ByteString bytes) {
    try {
      BloomFilter<CharSequence> buyers =
          BloomFilter.readFrom(bytes.newInput(), Funnels.unencodedCharsFunnel());
      refusals.computeIfPresent(
          activity,
          (id, known) ->
              known.sold() == sold
                  ? new Refusal(
                      known.reply, known.untilNanos, buyers, bytes.size(), known.fetchedNanos)
                  : known);
    } catch (IOException e) {
      faults.note("buyers of a sold-out activity not understood", e);
    }
  }
}
