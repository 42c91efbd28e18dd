package flashsale.projection;

import flashsale.config.Settings;
import org.flywaydb.core.Flyway;

/** Brings the database's tables to what this program expects ({@code db/migration}). */
public final class Migrations {
  private Migrations() {}

  /**
   * Migrates; blocks; repeatable, also by several nodes at once.
   *
   * <p>Throws when Postgres cannot be reached or a migration fails; then nothing of that migration
   * is done, and it may be tried again.
   */
  public static void run(Settings.Postgres settings) {
    Flyway.configure()
        .dataSource(Database.withoutPool(settings))
        .locations("classpath:db/migration")
        .failOnMissingLocations(true)
        .cleanDisabled(true)
        .load()
        .migrate();
  }
}
