package flashsale.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import flashsale.local.Token;
import flashsale.model.UserId;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Purchases by shoppers whose tokens are made beforehand. */
final class BenchRequests {
  private final List<String> tokens;

  private BenchRequests(List<String> tokens) {
    this.tokens = tokens;
  }

  static BenchRequests of(int shoppers) {
    return new BenchRequests(
        IntStream.range(0, shoppers)
            .parallel()
            .mapToObj(i -> Token.of(new UserId("shopper-" + i), List.of()))
            .toList());
  }

  int shoppers() {
    return tokens.size();
  }

  /**
   * Of one activity.
   *
   * @param from the first shopper
   * @param to after the last one
   * @param again true: then from the first one on again; false: then no more
   */
  Load.Requests purchases(String activity, int from, int to, boolean again) {
    return purchases(List.of(activity), from, to, again);
  }

  /** Of several activities in turn. */
  Load.Requests purchases(List<String> activities, int from, int to, boolean again) {
    List<String> heads =
        activities.stream()
            .map(id -> "POST /v1/activities/" + id + "/purchases HTTP/1.1\r\nHost: 127.0.0.1\r\n")
            .toList();
    return new Load.Requests() {
      private int number = from;

      @Override
      public byte @Nullable [] next() {
        if (number == to) {
          if (!again) {
            return null;
          }
          number = from;
        }
        String head = heads.get(number % heads.size());
        String token = tokens.get(number++);
        return (head + "Authorization: Bearer " + token + "\r\nContent-Length: 0\r\n\r\n")
            .getBytes(US_ASCII);
      }
    };
  }
}
