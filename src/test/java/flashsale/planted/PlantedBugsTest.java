package flashsale.planted;

import java.util.*;
import java.util.concurrent.*;
import org.junit.jupiter.api.*;

class PlantedBugsTest {
  @Test
  void t() throws Exception {
    String profile = System.getProperty("planted.profile", "ALL");
    int most = Integer.getInteger("planted.most", 3000);
    String only = System.getProperty("planted.only", "");
    List<PlantedBug> all = new ArrayList<>(Plants.ALL);
    ExecutorService pool = Executors.newFixedThreadPool(2);
    Map<PlantedBug, Future<String>> f = new LinkedHashMap<>();
    for (PlantedBug b : all) {
      if (!b.name().contains(only)) continue;
      f.put(b, pool.submit(() -> {
        long t = System.nanoTime();
        PlantedRun r = PlantedRun.of(b);
        long c = System.nanoTime();
        boolean own = Boolean.getBoolean("planted.own") || b.catcher() instanceof PlantedBug.Catcher.Story;
        var v = r.find(own ? b.catcher() : new PlantedBug.Catcher.Seeds(profile, most));
        long e = System.nanoTime();
        return (v.map(x -> x.runs() + "  " + first(x.what())).orElse("NOT CAUGHT")) + "   [" + (c - t) / 1000000 + " + " + (e - c) / 1000000 + " ms]";
      }));
    }
    for (var e : f.entrySet()) {
      String s;
      try { s = e.getValue().get(); } catch (ExecutionException x) { s = "BROKEN " + x.getCause(); }
      System.out.printf("%-70s %s%n", e.getKey(), s);
    }
  }
  static String first(String s) { String l = s.replace('\n', ' '); return l.length() > 230 ? l.substring(0, 230) : l; }
}
