package flashsale.saleslog;

import org.jspecify.annotations.Nullable;

/** An append that is in doubt: the record may be in the log, now or later. */
final class AppendFailure extends RuntimeException {
  AppendFailure(String why, @Nullable Throwable cause) {
    super("append: " + why + (cause == null ? "" : ": " + cause), cause);
  }
}
