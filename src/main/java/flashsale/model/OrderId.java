package flashsale.model;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Names one order: the name-based UUID (version 3, RFC 9562 §5.3) of activity and shopper.
 *
 * <p>A retry therefore finds the same order without any stored idempotency key. Neither part can
 * contain the separating slash, so two different pairs never share a name.
 */
public record OrderId(UUID value) {
  public static OrderId of(ActivityId activity, UserId user) {
    String name = activity.value() + "/" + user.value();
    return new OrderId(UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
