package flashsale.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A misspelt key is silently nothing, so each must be one that a library knows. */
class PekkoConfTest {

  /** Names that are ours to choose, or that a library reads without declaring them. */
  private static final List<String> UNDECLARED =
      List.of(
          "pekko.actor.serialization-bindings.",
          "pekko.discovery.etcd.class",
          "pekko.management.health-checks.readiness-checks.started",
          "pekko-persistence-jdbc.shared-databases.slick.");

  /** What a section does not say itself it takes from another one: from, to. */
  private static final Map<String, String> FALLBACKS =
      Map.of(
          "jdbc-journal.", "pekko.persistence.journal-plugin-fallback.",
          "jdbc-snapshot-store.", "pekko.persistence.snapshot-store-plugin-fallback.",
          "pekko.http.server.parsing.", "pekko.http.parsing.",
          "pekko.serialization.jackson.jackson-json.", "pekko.serialization.jackson.");

  @Test
  void setsOnlyWhatALibraryKnows() {
    Config known = ConfigFactory.defaultReference();

    List<String> keys = keys("", ConfigFactory.parseResources("pekko.conf").root());

    assertThat(keys).hasSizeGreaterThan(50);
    assertThat(keys).filteredOn(key -> !isKnown(known, key)).isEmpty();
  }

  private static boolean isKnown(Config known, String key) {
    return known.hasPathOrNull(key)
        || UNDECLARED.stream().anyMatch(key::startsWith)
        || FALLBACKS.entrySet().stream()
            .filter(fallback -> key.startsWith(fallback.getKey()))
            .anyMatch(fallback ->
                known.hasPathOrNull(key.replace(fallback.getKey(), fallback.getValue())));
  }

  private static List<String> keys(String path, ConfigObject object) {
    List<String> keys = new ArrayList<>();
    for (Map.Entry<String, ConfigValue> entry : object.entrySet()) {
      String key =
          path + ConfigUtil.quoteString(entry.getKey()).replaceAll("^\"([A-Za-z0-9_-]+)\"$", "$1");
      if (entry.getValue() instanceof ConfigObject inner) {
        keys.addAll(keys(key + ".", inner));
      } else {
        keys.add(key);
      }
    }
    return keys;
  }
}
