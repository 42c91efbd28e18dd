package flashsale.activity;

import static org.assertj.core.api.Assertions.assertThat;

import flashsale.ledger.Entry;
import flashsale.ledger.Ledger;
import flashsale.ledger.Writer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How far the log was read, and from where it is followed again. */
class LogViewTest {
  private static final Writer WRITER = new Writer(3, 7);

  private final Turn turn = new Turn();
  private final LogView log = new LogView(turn, 100, 10_000);
  private long following;

  LogViewTest() {
    turn.begin(1_000);
    startFrom(50, Ledger.EMPTY);
  }

  @Test
  void followsAgainFromWhereItWasScanned() {
    scan(following, 80);

    assertThat(followAgain()).isEqualTo(80);
  }

  @Test
  void foldsWhatComesAfterTheScannedRecords() {
    scan(following, 80);

    assertThat(open(79)).isNull();
    assertThat(open(80)).isNotNull();
    assertThat(log.ledger().writer()).isEqualTo(WRITER);
  }

  @Test
  void doesNotGoBackByAScan() {
    assertThat(open(60)).isNotNull();
    scan(following, 55);

    assertThat(followAgain()).isEqualTo(61);
  }

  /** Postgres is behind, so the fold begins again there; what it missed must not be jumped over. */
  @Test
  void ignoresAnOlderFollowingsScan() {
    assertThat(open(60)).isNotNull();
    long old = following;
    startFrom(50, Ledger.EMPTY);

    scan(old, 80);

    assertThat(log.folded()).isEqualTo(49);
    assertThat(open(60)).isNotNull();
  }

  @Test
  void countsAsMovingOnlyUpToTheLastAckedRecord() {
    log.acked(70);
    turn.begin(2_000);
    scan(following, 60);
    assertThat(log.movedAtMs()).isEqualTo(2_000);

    turn.begin(3_000);
    scan(following, 71);
    assertThat(log.movedAtMs()).isEqualTo(3_000);

    turn.begin(4_000);
    scan(following, 90);
    assertThat(log.movedAtMs()).isEqualTo(3_000);
  }

  private void startFrom(long nextOffset, Ledger ledger) {
    turn.begin(turn.now());
    log.startFrom(new RecoverySource.Snapshot(ledger, nextOffset));
    followed();
  }

  private long followAgain() {
    turn.begin(turn.now());
    log.follow();
    return followed();
  }

  private long followed() {
    Effect.Follow follow = (Effect.Follow) turn.end().getLast();
    following = follow.following();
    return follow.fromOffset();
  }

  private void scan(long by, long nextOffset) {
    log.scanned(new Input.TailScanned(by, nextOffset));
  }

  private Ledger.@Nullable Folded open(long offset) {
    return log.read(new Input.LogRead(following, offset, 0, new Entry.EpochOpened(WRITER, 5)));
  }
}
