package flashsale.stock;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A Lua script from this package's resources, and the SHA-1 under which Redis remembers it.
 *
 * <p>Each script runs atomically in Redis; what it takes and answers stands at its top.
 */
record Script(String text, String sha) {
  static final Script CLAIM = named("claim.lua");
  static final Script ADOPT = named("adopt.lua");
  static final Script LOAD = named("load.lua");
  static final Script FLIP = named("flip.lua");
  static final Script READ = named("read.lua");

  private static Script named(String name) {
    try (InputStream in = Script.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("script: " + name + " is not on the class path");
      }
      byte[] bytes = in.readAllBytes();
      byte[] sha = MessageDigest.getInstance("SHA-1").digest(bytes);
      return new Script(new String(bytes, StandardCharsets.UTF_8), HexFormat.of().formatHex(sha));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-1: not in this JDK (expected: in every JDK)", e);
    }
  }
}
