package flashsale;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import flashsale.config.Settings;
import flashsale.config.Settings.Role;
import java.util.Map;

/** What a process's roles mean for Pekko: who hosts no activities is no member of the cluster. */
final class RoleConfig {
  private RoleConfig() {}

  static Config applied(Config config, Settings settings) {
    Config roles =
        ConfigFactory.empty()
            .withValue(
                "pekko.cluster.roles", ConfigValueFactory.fromIterable(settings.roleNames()));
    if (settings.roles().contains(Role.INVENTORY)) {
      return roles.withFallback(config);
    }
    return roles
        .withFallback(
            ConfigFactory.parseMap(
                Map.of(
                    "pekko.actor.provider", "local",
                    "pekko.management.http.routes.cluster-management", "",
                    "pekko.management.http.routes.cluster-bootstrap", "",
                    "pekko.management.health-checks.readiness-checks.cluster-membership", "")))
        .withFallback(config);
  }
}
