package flashsale.fuzz;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/**
 * One small harm done to bytes.
 *
 * @param place where, modulo the length of what it is done to
 * @param length how many bytes are removed, or repeated
 */
public record Mutation(Kind kind, int place, int length, List<Byte> bytes) {

  /** What is done at the place. */
  public enum Kind {
    OVERWRITE,
    INSERT,
    REMOVE,
    REPEAT,
    CUT_OFF,
    FLIP_BITS
  }

  private static final int BYTES_MAX = 12;

  /** One to four harms, one after the other. */
  public static Arbitrary<List<Mutation>> some() {
    return one().list().ofMinSize(1).ofMaxSize(4);
  }

  private static Arbitrary<Mutation> one() {
    return Combinators.combine(
            Arbitraries.of(Kind.class),
            Arbitraries.integers().between(0, 1 << 20),
            Arbitraries.integers().between(1, 64),
            Arbitraries.bytes().list().ofMinSize(1).ofMaxSize(BYTES_MAX))
        .as(Mutation::new);
  }

  /** Returns {@code whole} with all harm done; {@code whole} itself is left alone. */
  public static byte[] apply(List<Mutation> mutations, byte[] whole) {
    byte[] harmed = whole;
    for (Mutation mutation : mutations) {
      harmed = mutation.apply(harmed);
    }
    return harmed;
  }

  /** The same without jqwik, for tests that need many at once; the same seed, the same harm. */
  public static byte[] harmed(Random random, byte[] whole) {
    byte[] harmed = whole;
    for (int i = random.nextInt(4); i >= 0; i--) {
      byte[] drawn = new byte[1 + random.nextInt(BYTES_MAX)];
      random.nextBytes(drawn);
      List<Byte> bytes = new ArrayList<>();
      for (byte one : drawn) {
        bytes.add(one);
      }
      Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
      harmed =
          new Mutation(kind, random.nextInt(1 << 20), 1 + random.nextInt(64), bytes).apply(harmed);
    }
    return harmed;
  }

  private byte[] apply(byte[] whole) {
    int at = place % (whole.length + 1);
    int end = Math.min(whole.length, at + length);
    return switch (kind) {
      case OVERWRITE -> joined(whole, at, array(), Math.min(whole.length, at + bytes.size()));
      case INSERT -> joined(whole, at, array(), at);
      case REMOVE -> joined(whole, at, new byte[0], end);
      case REPEAT -> joined(whole, end, Arrays.copyOfRange(whole, at, end), end);
      case CUT_OFF -> Arrays.copyOf(whole, at);
      case FLIP_BITS -> flipped(whole, at);
    };
  }

  private static byte[] joined(byte[] whole, int headEnd, byte[] middle, int tailBegin) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.write(whole, 0, headEnd);
    joined.writeBytes(middle);
    joined.write(whole, tailBegin, whole.length - tailBegin);
    return joined.toByteArray();
  }

  private byte[] flipped(byte[] whole, int at) {
    byte[] flipped = whole.clone();
    for (int i = 0; i < bytes.size() && at + i < flipped.length; i++) {
      flipped[at + i] ^= bytes.get(i);
    }
    return flipped;
  }

  private byte[] array() {
    byte[] array = new byte[bytes.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = bytes.get(i);
    }
    return array;
  }
}
