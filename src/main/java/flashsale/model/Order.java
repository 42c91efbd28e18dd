package flashsale.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One unit that one shopper has.
 *
 * @param sequence place in the activity, 1 to sold; null when the order is decided but its place is
 *     not at hand
 * @param confirmedAt the sales log's time of the deciding record; null like {@code sequence}
 */
public record Order(
    OrderId id,
    ActivityId activity,
    UserId user,
    int quantity,
    Product product,
    @Nullable Long sequence,
    @Nullable Instant confirmedAt) {}
