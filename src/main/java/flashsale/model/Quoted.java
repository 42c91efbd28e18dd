package flashsale.model;

/**
 * Puts a refused value into an error message: quoted, at most 80 characters, without control
 * characters.
 */
public final class Quoted {
  private static final int SHOWN_CHARACTERS_MAX = 80;

  private Quoted() {}

  public static String of(String value) {
    boolean cut = value.length() > SHOWN_CHARACTERS_MAX;
    String shown = cut ? value.substring(0, SHOWN_CHARACTERS_MAX) : value;
    return "\"" + shown.replaceAll("\\p{Cntrl}", "?") + (cut ? "…" : "") + "\"";
  }
}
