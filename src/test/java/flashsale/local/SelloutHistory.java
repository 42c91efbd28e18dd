package flashsale.local;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that was asked and answered in one sale, and what the books said when it was over.
 *
 * @param stock units on sale, not changed during the sale
 * @param rows the activity's orders in Postgres; null: they could not be read
 * @param proof null: it could not be read
 */
public record SelloutHistory(
    long stock, List<Shopper> shoppers, @Nullable List<Row> rows, @Nullable Proof proof) {
  public SelloutHistory {
    shoppers = List.copyOf(shoppers);
    rows = rows == null ? null : List.copyOf(rows);
  }

  /** One shopper with every click, each click with its retries. */
  public record Shopper(String user, List<Click> clicks) {
    public Shopper {
      clicks = List.copyOf(clicks);
    }

    /** Of all clicks. */
    public Stream<Exchange> exchanges() {
      return clicks.stream().flatMap(click -> click.exchanges.stream());
    }

    /** The first answer that said: you have it. */
    public @Nullable Has firstHas() {
      return exchanges()
          .filter(exchange -> exchange.answer instanceof SelloutAnswer.Has)
          .map(exchange -> new Has(exchange, (SelloutAnswer.Has) exchange.answer))
          .reduce((a, b) -> a.exchange.answeredNs <= b.exchange.answeredNs ? a : b)
          .orElse(null);
    }

    /** Why the shopper has nothing, when an answer said so for good. */
    @Nullable String firstRefusal() {
      return exchanges()
          .flatMap(exchange ->
              switch (exchange.answer) {
                case SelloutAnswer.SoldOut soldOut -> Stream.of("sold-out");
                case SelloutAnswer.Refused refused -> Stream.of(refused.code());
                default -> Stream.<String>empty();
              })
          .findFirst()
          .orElse(null);
    }
  }

  /** The exchange by which a shopper learned that they have it. */
  public record Has(Exchange exchange, SelloutAnswer.Has answer) {}

  /** One press on the button, and what followed from it, in order. */
  public record Click(List<Exchange> exchanges) {
    public Click {
      exchanges = List.copyOf(exchanges);
    }
  }

  public enum Question {
    /** {@code POST …/purchases} */
    BUY,
    /** {@code GET …/purchases/me} */
    INQUIRE
  }

  /** One request and its answer; times by {@link System#nanoTime()}. */
  public record Exchange(Question question, long askedNs, long answeredNs, SelloutAnswer answer) {}

  /** One order in Postgres. */
  public record Row(String user, String orderId, long sequence) {}

  /**
   * What {@code GET …/proof} said.
   *
   * @param orders as Postgres counts them; null when the proof did not say
   * @param text the whole proof, for people
   */
  public record Proof(
      boolean consistent,
      boolean atRest,
      long stock,
      long sold,
      @Nullable Long orders,
      String text) {}
}
