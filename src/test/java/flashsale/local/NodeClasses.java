package flashsale.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;

/**
 * What a node runs on: our classes and the libraries, and an archive of what such a node loads of
 * them, which the JVM writes when the first of them ends in order (class-data sharing). It halves
 * what the next start costs.
 *
 * <p>The JVM archives classes of jars only, so ours are put into one.
 */
public final class NodeClasses {
  private static final String CLASSES = "classes";
  private static final String ARCHIVE = ".jsa";
  private static final Path DIRECTORY = Path.of("target", "node").toAbsolutePath();

  private NodeClasses() {}

  /** The next node starts as the first one after a build does. */
  public static void forgetArchives() throws IOException {
    if (Files.isDirectory(DIRECTORY)) {
      try (Stream<Path> files = Files.list(DIRECTORY)) {
        for (Path file : files.filter(each -> each.toString().endsWith(ARCHIVE)).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  /** This JVM's class path without tests, with our classes as a jar. */
  static synchronized String path() {
    return Stream.of(System.getProperty("java.class.path").split(":", -1))
        .filter(part -> !Path.of(part).endsWith("test-classes"))
        .map(part -> Path.of(part).endsWith(CLASSES) ? jarOf(Path.of(part)).toString() : part)
        .collect(Collectors.joining(":"));
  }

  /**
   * Flags of the JVM.
   *
   * @param path what {@link #path} says; other classes have another archive
   * @param writes whether this node writes the archive where there is none, which makes its end
   *     many seconds longer; one with few roles does not know enough classes
   */
  static List<String> archiveFlags(String path, boolean writes) {
    Path archive = DIRECTORY.resolve(Integer.toHexString(path.hashCode()) + ARCHIVE);
    List<String> flags = new ArrayList<>();
    if (writes) {
      flags.add("-XX:+AutoCreateSharedArchive");
    }
    if (writes || Files.exists(archive)) {
      flags.add("-XX:SharedArchiveFile=" + archive);
      // An archive of another JVM is no error: it is written anew.
      flags.add("-Xlog:cds=off");
    }
    return flags;
  }

  /** Named by what is in it, so that it is not written again while nothing has changed. */
  private static Path jarOf(Path classes) {
    try (Stream<Path> walk = Files.walk(classes)) {
      List<Path> files = walk.filter(file -> !file.equals(classes)).sorted().toList();
      CRC32 sum = new CRC32();
      for (Path file : files) {
        sum.update(file.toString().getBytes(UTF_8));
        if (Files.isRegularFile(file)) {
          sum.update(Files.readAllBytes(file));
        }
      }
      Path jar = DIRECTORY.resolve("flashsale-" + Long.toHexString(sum.getValue()) + ".jar");
      if (!Files.exists(jar)) {
        Trees.delete(DIRECTORY);
        write(classes, files, jar);
      }
      return jar;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Never half a file: it is written aside and moved into place. */
  private static void write(Path classes, List<Path> files, Path jar) throws IOException {
    Files.createDirectories(DIRECTORY);
    Path aside = Files.createTempFile(DIRECTORY, "flashsale", ".new");
    try (OutputStream out = Files.newOutputStream(aside);
        JarOutputStream entries = new JarOutputStream(out)) {
      for (Path file : files) {
        // With folders: who looks for all files in one (migrations) finds it by its entry.
        boolean folder = Files.isDirectory(file);
        entries.putNextEntry(new ZipEntry(classes.relativize(file) + (folder ? "/" : "")));
        if (!folder) {
          Files.copy(file, entries);
        }
        entries.closeEntry();
      }
    }
    Files.move(aside, jar, StandardCopyOption.ATOMIC_MOVE);
  }
}
