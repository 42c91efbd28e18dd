package flashsale.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the three books of one activity say, as {@code GET …/proof} shows them.
 *
 * @param live the ledger is an actor's own, up to the log's end; false: the one stored in Postgres
 * @param postgresSold what the projection has folded so far
 * @param redisAhead buyers in Redis beyond the ledger's sold; not decided yet, or never to be
 * @param differences what contradicts, each beginning with the name of a book
 */
record ReconcileProof(
    boolean atRest,
    boolean live,
    long stock,
    long sold,
    long batchesUnderWay,
    long postgresSold,
    long redisAhead,
    List<String> differences) {

  ReconcileProof {
    differences = List.copyOf(differences);
  }

  /** Throws where the answer is no proof. */
  static ReconcileProof of(JsonNode proof) {
    List<String> differences = new ArrayList<>();
    proof.required("differences").forEach(difference -> differences.add(difference.asText()));
    JsonNode ledger = proof.required("ledger");
    JsonNode redis = proof.required("redis");
    long sold = proof.required("sold").longValue();
    return new ReconcileProof(
        proof.required("atRest").booleanValue(),
        ledger.required("live").booleanValue(),
        proof.required("stock").longValue(),
        sold,
        ledger.required("batchesUnderWay").longValue(),
        proof.required("postgres").required("sold").longValue(),
        redis.required("present").booleanValue() ? redis.required("buyers").longValue() - sold : 0,
        differences);
  }

  boolean differs() {
    return !differences.isEmpty();
  }

  /** A new epoch mends it: Redis holds nothing that the ledger does not know better. */
  boolean redisIsWrong() {
    return differences.stream().anyMatch(difference -> difference.startsWith("redis:"));
  }

  /** Nothing here mends it: what is decided is not in the orders, or the other way round. */
  boolean postgresIsWrong() {
    return differences.stream().anyMatch(difference -> !difference.startsWith("redis:"));
  }

  /** One line for people. */
  String told() {
    if (!differs()) {
      return String.format(
          Locale.ROOT, "%s: %,d of %,d sold%s", state(), sold, stock, String.join("", onTheWay()));
    }
    List<String> told = new ArrayList<>();
    told.add("DIFFERS: " + String.join("; ", differences) + ".");
    told.add("The ledger is right" + (live ? "." : ", as far as Postgres has it."));
    if (redisIsWrong()) {
      told.add("Redis is wrong: --repair rebuilds it.");
    }
    if (postgresIsWrong()) {
      told.add("ALARM: Postgres contradicts; an operator must look, nothing is changed here.");
    }
    return String.join(" ", told);
  }

  private String state() {
    return atRest ? "ok" : "selling, consistent so far";
  }

  private List<String> onTheWay() {
    List<String> parts = new ArrayList<>();
    if (batchesUnderWay > 0) {
      parts.add(", " + batchesUnderWay + " batches under way");
    }
    if (postgresSold < sold) {
      parts.add(
          String.format(
              Locale.ROOT, ", Postgres %,d behind (it will catch up)", sold - postgresSold));
    }
    if (!live && redisAhead > 0) {
      parts.add(
          String.format(Locale.ROOT, ", Redis %,d ahead (the next epoch decides)", redisAhead));
    }
    return parts;
  }
}
