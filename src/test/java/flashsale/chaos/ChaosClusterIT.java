package flashsale.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import flashsale.local.EtcdProcess;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * {@code scripts/chaos --cluster --quick}: a node killed, one stopped, one cut off, and a rolling
 * restart, while the cluster sells.
 */
class ChaosClusterIT {
  /** Not a temporary one: after a violation the evidence is in it. */
  private static final Path DIRECTORY = Path.of("target", "chaos-cluster");

  @Test
  @Timeout(value = 15, unit = TimeUnit.MINUTES)
  void thePromiseHoldsWhateverDies() throws Exception {
    assumeTrue(EtcdProcess.isInstalled(), EtcdProcess.SKIPPED);
    assertThat(ChaosCluster.run(DIRECTORY, System.out, "--cluster", "--quick")).isZero();
    assertThat(DIRECTORY.resolve("report.md")).content().contains("0 violations");
  }
}
