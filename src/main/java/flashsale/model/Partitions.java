package flashsale.model;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * The one hash that places an activity: its Kafka partition is its shard.
 *
 * <p>So the node that hosts a shard tails exactly that partition. The count is fixed for the life
 * of a sales log.
 */
public record Partitions(int count) {
  public Partitions {
    if (count < 1 || count > 1024) {
      throw new IllegalArgumentException("partitions: " + count + " (expected: 1 to 1024)");
    }
  }

  public int of(ActivityId activity) {
    CRC32 crc = new CRC32();
    crc.update(activity.value().getBytes(StandardCharsets.US_ASCII));
    return (int) (crc.getValue() % count);
  }
}
