package flashsale.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What each process has used of the processors until now, in microseconds, by name; with those that
 * it started. By the kernel's books ({@code /proc}), in steps of a hundredth of a second.
 */
record CpuTimes(Map<String, Long> us) {
  private static final long US_PER_TICK = 10_000;

  /** Fields of {@code /proc/PID/stat} after the name: user and system time. */
  private static final int UTIME = 11;

  private static final int STIME = 12;

  static CpuTimes now(Map<String, Long> processes) throws IOException {
    Map<String, Long> used = new TreeMap<>();
    for (Map.Entry<String, Long> process : processes.entrySet()) {
      long pid = process.getValue();
      long sum = ofOne(pid);
      for (ProcessHandle child : childrenOf(pid)) {
        sum += ofOne(child.pid());
      }
      used.put(process.getKey(), sum);
    }
    return new CpuTimes(used);
  }

  /** Those of this process are the others in the list. */
  private static List<ProcessHandle> childrenOf(long pid) {
    return pid == ProcessHandle.current().pid()
        ? List.of()
        : ProcessHandle.of(pid).map(handle -> handle.descendants().toList()).orElse(List.of());
  }

  /** A child that has ended meanwhile counts for nothing. */
  private static long ofOne(long pid) throws IOException {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return (Long.parseLong(fields[UTIME]) + Long.parseLong(fields[STIME])) * US_PER_TICK;
    } catch (NoSuchFileException ended) {
      return 0;
    }
  }

  Map<String, Long> since(CpuTimes before) {
    Map<String, Long> between = new TreeMap<>();
    us.forEach((name, now) -> between.put(name, now - before.us.getOrDefault(name, 0L)));
    return between;
  }
}
