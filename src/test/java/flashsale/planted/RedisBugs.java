package flashsale.planted;

import static flashsale.planted.Edit.model;

import java.util.List;

/** What goes wrong when a script of Redis leaves a check out. */
final class RedisBugs {
  private static final String REDIS = "RedisModel.java";

  static final List<PlantedBug> ALL =
      List.of(
          PlantedBug.of(
                  "claim script: no epoch check",
                  model(REDIS, "if (stored.epoch != call.epoch())", "if (false)"))
              .foundByStory(
                  "OldNewsTest#aRewoundRedisWithTheRightCountsIsNeitherBelievedNorAdopted"),
          PlantedBug.of(
              "claim script: the buyers are not counted",
              model(REDIS, "if (stored.buyers.size() != call.sold())", "if (false)")),
          PlantedBug.of(
              "claim script: what is left is not compared",
              model(REDIS, "if (stored.left != call.stock() - call.sold())", "if (false)")),
          PlantedBug.of(
              "claim script: a rewind goes unnoticed",
              model(REDIS, "if (stored.seq != call.seq() - 1)", "if (false)"),
              model(REDIS, "if (stored.buyers.size() != call.sold())", "if (false)"),
              model(REDIS, "if (stored.left != call.stock() - call.sold())", "if (false)")),
          PlantedBug.of(
              "claim script: decrements before it checks",
              model(
                  REDIS,
                  "} else if (left == 0) { verdicts.add(Verdict.NONE_LEFT);",
                  "} else if (--left < 0) { verdicts.add(Verdict.NONE_LEFT);"),
              model(
                  REDIS,
                  "buyers.add(ask.user().value()); left--;",
                  "buyers.add(ask.user().value());")),
          PlantedBug.of(
              "claim script: a shopper twice in a batch is nominated twice",
              model(
                  REDIS,
                  "if (buyers.contains(ask.user().value()))",
                  "if (stored.buyers.contains(ask.user().value()))")),
          PlantedBug.of(
              "claim script: a replay is executed again",
              model(REDIS, "if (stored.seq == call.seq())", "if (false)"),
              model(
                  REDIS,
                  "if (stored.seq != call.seq() - 1)",
                  "if (stored.seq != call.seq() - 1 && stored.seq != call.seq())"),
              model(
                  REDIS,
                  "if (stored.buyers.size() != call.sold())",
                  "if (stored.seq != call.seq() && stored.buyers.size() != call.sold())"),
              model(
                  REDIS,
                  "if (stored.left != call.stock() - call.sold())",
                  "if (stored.seq != call.seq() && stored.left != call.stock() - call.sold())")),
          PlantedBug.of(
                  "flip script: a higher epoch is overwritten",
                  model(
                      REDIS,
                      "if (book != null && book.epoch > epoch && garbage.orElse(0) != book.epoch)",
                      "if (false)"))
              .foundInProfile("ZOMBIES"),
          PlantedBug.of(
              "flip script: says done of any book of its epoch",
              model(
                  REDIS,
                  "return same ? new FlipReply.Flipped() : new FlipReply.Fenced(epoch);",
                  "return new FlipReply.Flipped();")),
          PlantedBug.of(
                  "adopt script: the previous epoch is not compared",
                  model(REDIS, "if (stored.epoch != previousEpoch)", "if (false)"))
              .foundInProfile("ZOMBIES"),
          PlantedBug.of(
              "adopt script: the buyers are not counted",
              model(
                  REDIS,
                  "if (stored.buyers.size() != sold) { return differs",
                  "if (false) { return differs")),
          PlantedBug.of(
              "adopt script: neither seq nor buyers nor what is left are compared",
              model(REDIS, "if (stored.seq != previousSeq)", "if (false)"),
              model(
                  REDIS,
                  "if (stored.buyers.size() != sold) { return differs",
                  "if (false) { return differs"),
              model(REDIS, "if (stored.left != previousLeft)", "if (false)")),
          PlantedBug.of(
              "adopt script: what is left stays",
              model(
                  REDIS,
                  "book = new Book(epoch, left, stored.buyers);",
                  "book = new Book(epoch, stored.left, stored.buyers);")),
          PlantedBug.of(
              "adopt script: the seq stays",
              model(
                  REDIS,
                  "book = new Book(epoch, left, stored.buyers);",
                  "book = new Book(epoch, stored.seq, left, stored.buyers, stored.last, stored.reply);")),
          PlantedBug.of(
                  "flip script: a flip that is done already is done again",
                  model(REDIS, "if (book != null && book.epoch == epoch)", "if (false)"))
              .foundInProfile("REDIS"),
          PlantedBug.of(
              "flip script: the loaded buyers are not counted",
              model(REDIS, "if (loaded.size() != sold)", "if (false)")),
          PlantedBug.of(
              "flip script: all of the stock is on sale again",
              model(
                  REDIS,
                  "new Book(epoch, stock - sold, Set.copyOf(loaded))",
                  "new Book(epoch, stock, Set.copyOf(loaded))")));

  private RedisBugs() {}
}
