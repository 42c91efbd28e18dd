package flashsale.activity;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which history to tell: a seed of a profile, whole, or cut down.
 *
 * @param shoppersMax at most so many shoppers
 * @param chaosMsMax trouble ends by then
 * @param only the faults that may strike; null: all
 */
public record Plan(
    Profile profile, long seed, int shoppersMax, long chaosMsMax, @Nullable Set<FaultId> only) {

  /**
   * A place where a fault may strike.
   *
   * @param stream 0: events; 1 to 999: a node; 1,000: projections; from 1,001 on: a shopper
   * @param index of the decision in its stream
   */
  public record FaultId(int stream, int index) {
    static FaultId parse(String text) {
      String[] parts = text.split("\\.", -1);
      if (parts.length != 2) {
        throw new NumberFormatException(text);
      }
      return new FaultId(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
    }

    @Override
    public String toString() {
      return stream + "." + index;
    }
  }

  static Plan of(Profile profile, long seed) {
    return new Plan(profile, seed, Integer.MAX_VALUE, Long.MAX_VALUE, null);
  }

  Plan withSeed(Profile other, long number) {
    return new Plan(other, number, shoppersMax, chaosMsMax, only);
  }

  Plan withShoppersMax(int most) {
    return new Plan(profile, seed, most, chaosMsMax, only);
  }

  Plan withChaosMsMax(long most) {
    return new Plan(profile, seed, shoppersMax, most, only);
  }

  Plan withOnly(Collection<FaultId> faults) {
    return new Plan(profile, seed, shoppersMax, chaosMsMax, new LinkedHashSet<>(faults));
  }

  boolean allows(int stream, int index) {
    return only == null || only.contains(new FaultId(stream, index));
  }

  /** The arguments of {@code scripts/simulate} that tell it again. */
  String arguments() {
    StringBuilder text = new StringBuilder();
    text.append("--profile ").append(profile.label()).append(" --seed ").append(seed);
    if (shoppersMax != Integer.MAX_VALUE) {
      text.append(" --shoppers ").append(shoppersMax);
    }
    if (chaosMsMax != Long.MAX_VALUE) {
      text.append(" --chaos-ms ").append(chaosMsMax);
    }
    if (only != null) {
      text.append(" --faults ").append(only.isEmpty() ? "none" : joined(only));
    }
    return text.toString();
  }

  private static String joined(Set<FaultId> faults) {
    return faults.stream()
        .sorted(Comparator.comparingInt(FaultId::stream).thenComparingInt(FaultId::index))
        .map(FaultId::toString)
        .collect(Collectors.joining(","));
  }
}
