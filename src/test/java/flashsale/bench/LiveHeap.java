package flashsale.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;

/** What a full collection leaves in the heap of a JVM, in bytes. */
final class LiveHeap {
  private static final String TOTAL = "Total";

  private LiveHeap() {}

  /** Of another JVM: it writes the histogram while all its threads stand, also one that reads. */
  static long bytesOf(long pid) throws IOException, InterruptedException {
    // What the first one finds unreachable, cleaners may yet have to let go.
    var unused = histogram(pid);
    return total(histogram(pid));
  }

  /** Counts what lives, after a full collection. */
  private static String histogram(long pid) throws IOException, InterruptedException {
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(pid),
                "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String text = new String(jcmd.getInputStream().readAllBytes(), UTF_8);
    if (jcmd.waitFor() != 0) {
      throw new IOException("jcmd " + pid + ": " + text.strip());
    }
    return text;
  }

  /** The last line says: Total, instances, bytes. */
  static long total(String histogram) {
    String last =
        histogram
            .lines()
            .filter(line -> line.startsWith(TOTAL))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("no histogram: " + histogram.strip()));
    String[] words = last.split(" +", -1);
    return Long.parseLong(words[2]);
  }
}
