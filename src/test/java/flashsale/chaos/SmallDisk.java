package flashsale.chaos;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A directory with a bound to what fits into it: a tmpfs of its own, which can really be full.
 *
 * <p>It has to be there before the server is that writes to it. It takes memory only as it fills.
 */
final class SmallDisk implements AutoCloseable {
  private static final int SIZE_MB = 256;
  private static final int BLOCK_BYTES = 1 << 20;
  private static final int LAST_BLOCK_BYTES = 1 << 10;
  private static final String BALLAST = "ballast";
  private static final long COMMAND_SECONDS_MAX = 10;
  private static final Optional<String> MISSING = tryOnce();

  private final Path directory;

  private SmallDisk(Path directory) {
    this.directory = directory;
  }

  /** What this machine lacks for it. */
  static Optional<String> missing() {
    return MISSING;
  }

  private static Optional<String> tryOnce() {
    try {
      Path directory = Files.createTempDirectory("small-disk");
      try {
        mount(directory).close();
        return Optional.empty();
      } catch (IOException e) {
        return Optional.of("the right to mount a tmpfs");
      } finally {
        Files.delete(directory);
      }
    } catch (IOException e) {
      return Optional.of("a temporary directory");
    }
  }

  /** Hides what the directory had before, until it is closed. */
  static SmallDisk mount(Path directory) throws IOException {
    Files.createDirectories(directory);
    run(
        List.of(
            "mount",
            "-t",
            "tmpfs",
            "-o",
            "size=" + SIZE_MB + "m,mode=0700",
            "flashsale-chaos",
            directory.toAbsolutePath().toString()));
    return new SmallDisk(directory);
  }

  Path directory() {
    return directory;
  }

  /** Not a byte fits on the disk that {@code directory} is, from now on. */
  static void fill(Path directory) throws IOException {
    try (FileChannel ballast =
        FileChannel.open(
            directory.resolve(BALLAST), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      writeUntilFull(ballast, BLOCK_BYTES);
      writeUntilFull(ballast, LAST_BLOCK_BYTES);
    }
  }

  private static void writeUntilFull(FileChannel file, int blockBytes) throws IOException {
    for (long written = 0; written <= 2L * SIZE_MB * BLOCK_BYTES; written += blockBytes) {
      try {
        file.write(ByteBuffer.allocate(blockBytes));
      } catch (IOException full) {
        return;
      }
    }
    throw new IOException("the disk does not get full: it is not the small one");
  }

  /** Whether there is still no room on it worth mentioning. */
  static boolean isFull(Path directory) throws IOException {
    return Files.getFileStore(directory).getUsableSpace() < BLOCK_BYTES;
  }

  /** Takes away what {@link #fill} put there. */
  static void free(Path directory) throws IOException {
    Files.deleteIfExists(directory.resolve(BALLAST));
  }

  @Override
  public void close() throws IOException {
    run(List.of("umount", "--lazy", directory.toAbsolutePath().toString()));
  }

  private static void run(List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      if (!process.waitFor(COMMAND_SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException("failed: " + String.join(" ", command));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
