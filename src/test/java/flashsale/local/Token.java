package flashsale.local;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import flashsale.config.Settings;
import flashsale.model.UserId;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;

/**
 * Prints tokens for the local run, signed with its public secret and good for a day; the tool
 * behind {@code scripts/token}.
 *
 * <p>{@code USER [--role ROLE]} prints one token. {@code --count N --prefix P} prints N lines
 * {@code user token} for the users P1 … PN.
 */
public final class Token {
  private static final String USAGE =
      """
      usage: scripts/token USER [--role ops]
             scripts/token --count N --prefix P [--role ops]

      Prints a token of the local run for the shopper USER, or N lines "user token" for the shoppers
      P1 to PN. It is good for a day; with --role ops it is an operator's.\
      """;
  private static final Duration GOOD_FOR = Duration.ofDays(1);
  private static final int COUNT_MAX = 10_000_000;

  private Token() {}

  public static void main(String[] args) throws IOException {
    if (List.of(args).contains("--help")) {
      System.out.println(USAGE);
      return;
    }
    Options options;
    try {
      options = Options.parse(List.of(args));
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.println(USAGE);
      System.exit(2);
      return;
    }
    // Buffered, because there may be 100,000 lines.
    BufferedWriter out =
        new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8));
    if (options.count() == 0) {
      out.write(of(new UserId(options.name()), options.roles()));
      out.newLine();
    }
    for (int i = 1; i <= options.count(); i++) {
      UserId user = new UserId(options.name() + i);
      out.write(user + " " + of(user, options.roles()));
      out.newLine();
    }
    out.flush();
  }

  /** A token of the local run for {@code user}. */
  public static String of(UserId user, List<String> roles) {
    try {
      Instant now = Instant.now();
      JWTClaimsSet.Builder claims =
          new JWTClaimsSet.Builder()
              .subject(user.value())
              .issueTime(Date.from(now))
              .expirationTime(Date.from(now.plus(GOOD_FOR)));
      if (!roles.isEmpty()) {
        claims.claim("roles", roles);
      }
      SignedJWT jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims.build());
      jwt.sign(new MACSigner(Settings.LOCAL_SECRET));
      return jwt.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException("signing with the local secret", e);
    }
  }

  /**
   * @param name the user, or the prefix of all users
   * @param count 0: one token without the user's name before it
   */
  private record Options(String name, int count, List<String> roles) {

    static Options parse(List<String> args) {
      String user = "";
      String prefix = "";
      int count = 0;
      List<String> roles = new ArrayList<>();
      for (int i = 0; i < args.size(); i++) {
        String arg = args.get(i);
        switch (arg) {
          case "--role" -> roles.add(roleOf(valueOf(args, ++i)));
          case "--prefix" -> prefix = valueOf(args, ++i);
          case "--count" -> count = countOf(valueOf(args, ++i));
          default -> {
            if (arg.startsWith("--") || !user.isEmpty()) {
              throw new IllegalArgumentException("not understood: " + arg);
            }
            user = arg;
          }
        }
      }
      boolean one = !user.isEmpty() && count == 0 && prefix.isEmpty();
      boolean many = user.isEmpty() && count > 0 && !prefix.isEmpty();
      if (!one && !many) {
        throw new IllegalArgumentException(
            "scripts/token: expected either a USER, or --count and --prefix");
      }
      String name = one ? user : prefix;
      // The longest there will be, so that a refusal comes before the first line.
      if (!UserId.isValid(one ? user : prefix + count)) {
        throw new IllegalArgumentException(
            "user: " + name + " (expected: " + UserId.EXPECTED + ")");
      }
      return new Options(name, count, List.copyOf(roles));
    }

    private static String valueOf(List<String> args, int i) {
      if (i >= args.size()) {
        throw new IllegalArgumentException(args.get(i - 1) + ": no value");
      }
      return args.get(i);
    }

    /** There is no other, and one that is misspelt would open nothing. */
    private static String roleOf(String text) {
      if (!text.equals("ops")) {
        throw new IllegalArgumentException("--role: " + text + " (expected: ops)");
      }
      return text;
    }

    private static int countOf(String text) {
      try {
        int count = Integer.parseInt(text);
        if (count >= 1 && count <= COUNT_MAX) {
          return count;
        }
      } catch (NumberFormatException e) {
        // said below
      }
      throw new IllegalArgumentException(
          "--count: " + text + " (expected: 1 to " + COUNT_MAX + ")");
    }
  }
}
