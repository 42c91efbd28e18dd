package flashsale;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The import directions and vendor fences of the program, by name. */
final class ArchitectureRules {
  /** Package → the packages of ours that it may import. A new package needs a line here. */
  static final Map<String, Set<String>> MAY_IMPORT =
      Map.ofEntries(
          Map.entry("config", Set.of()),
          Map.entry("model", Set.of()),
          Map.entry("telemetry", Set.of("config", "model")),
          Map.entry("ledger", Set.of("model")),
          Map.entry("discovery", Set.of("config", "telemetry")),
          Map.entry("stock", Set.of("config", "model", "telemetry")),
          Map.entry("saleslog", Set.of("config", "ledger", "model", "telemetry", "v1")),
          Map.entry(
              "activity", Set.of("config", "ledger", "model", "saleslog", "stock", "telemetry")),
          Map.entry(
              "projection",
              Set.of("activity", "config", "ledger", "model", "saleslog", "telemetry")),
          Map.entry(
              "grpc",
              Set.of(
                  "activity",
                  "config",
                  "ledger",
                  "model",
                  "projection",
                  "saleslog",
                  "stock",
                  "telemetry",
                  "v1")),
          Map.entry("gateway", Set.of("config", "model", "telemetry", "v1")),
          Map.entry("v1", Set.of()));

  /** What the projection implements for the actor; nothing else of {@code activity} is its own. */
  private static final Set<String> PORTS_OF_ACTIVITY = Set.of("Catalog", "RecoverySource");

  /**
   * What runs the pure core of an activity, or speaks to others for it. Everything else in {@code
   * activity} is the core; whoever is to touch the world needs a name here.
   */
  private static final Set<String> SHELL_OF_ACTIVITY =
      Set.of(
          "ActivityActor",
          "ActivityShards",
          "BuyerLoad",
          "Catalog",
          "CborSerializable",
          "ClaimBatcher",
          "InTurn",
          "Journal",
          "RecoverySource",
          "Rehearsal",
          "Undelivered");

  private static final Set<String> IMPURE_CALLS =
      Set.of(
          "java.time.Instant.now",
          "java.time.LocalDateTime.now",
          "java.time.OffsetDateTime.now",
          "java.time.ZonedDateTime.now",
          "java.lang.System.currentTimeMillis",
          "java.lang.System.nanoTime",
          "java.lang.System.getenv",
          "java.lang.System.getProperty",
          "java.lang.Math.random",
          "java.util.UUID.randomUUID");

  private ArchitectureRules() {}

  static Map<String, ArchRule> byName() {
    Map<String, ArchRule> rules = new TreeMap<>();
    MAY_IMPORT.forEach((name, allowed) -> rules.put("imports of " + name, imports(name, allowed)));
    rules.put("fence of Lettuce", fence(List.of("io.lettuce.."), "stock"));
    rules.put(
        "fence of Kafka",
        fence(List.of("org.apache.kafka..", "org.apache.pekko.kafka.."), "saleslog", "projection"));
    rules.put(
        "fence of SQL",
        fence(
            List.of(
                "java.sql..",
                "javax.sql..",
                "org.postgresql..",
                "org.flywaydb..",
                "com.zaxxer.hikari..",
                "slick.."),
            "projection"));
    rules.put("fence of etcd", fence(List.of("io.etcd.."), "discovery"));
    rules.put("fence of JWT", fence(List.of("com.nimbusds.."), "gateway"));
    rules.put("model is plain Java", onlyJavaAnd("flashsale.model.."));
    rules.put("ledger is plain Java", onlyJavaAnd("flashsale.ledger..", "flashsale.model.."));
    rules.put("projection sees only ports of activity", onlyPorts());
    rules.put("core is pure", corePure());
    rules.put("no cycles", slices().matching("flashsale.(*)..").should().beFreeOfCycles());
    rules.replaceAll((name, rule) -> rule.allowEmptyShould(true));
    return rules;
  }

  private static ArchRule imports(String name, Set<String> allowed) {
    String[] fine =
        Stream.concat(Stream.of(name), allowed.stream())
            .map(each -> "flashsale." + each + "..")
            .toArray(String[]::new);
    return noClasses()
        .that()
        .resideInAPackage("flashsale." + name + "..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("flashsale..").and(DescribedPredicate.not(resideInAnyPackage(fine))));
  }

  private static ArchRule fence(List<String> vendor, String... inside) {
    String[] fenced =
        Stream.of(inside).map(name -> "flashsale." + name + "..").toArray(String[]::new);
    return noClasses()
        .that()
        .resideOutsideOfPackages(fenced)
        .should()
        .dependOnClassesThat(resideInAnyPackage(vendor.toArray(String[]::new)));
  }

  private static ArchRule onlyJavaAnd(String own, String... more) {
    String[] fine =
        Stream.concat(Stream.of("java..", "org.jspecify..", own), Stream.of(more))
            .toArray(String[]::new);
    return classes()
        .that()
        .resideInAPackage(own)
        .should()
        .onlyDependOnClassesThat(resideInAnyPackage(fine));
  }

  private static ArchRule onlyPorts() {
    return noClasses()
        .that()
        .resideInAPackage("flashsale.projection..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("flashsale.activity..")
                .and(outermostNamed("no port", name -> !PORTS_OF_ACTIVITY.contains(name))));
  }

  private static ArchRule corePure() {
    DescribedPredicate<JavaClass> impure =
        resideInAnyPackage(
                "org.apache.pekko..", "java.util.concurrent..", "java.io..", "java.net..")
            .or(named("a clock", "java.time.Clock"))
            .or(named("a thread", "java.lang.Thread"))
            .or(named("chance", "java.util.Random"))
            .or(named("chance", "java.security.SecureRandom"))
            .and(DescribedPredicate.not(named("a unit", "java.util.concurrent.TimeUnit")));
    DescribedPredicate<JavaAccess<?>> impureCall =
        DescribedPredicate.describe(
            "asks the clock, the machine or chance",
            access ->
                IMPURE_CALLS.contains(
                    access.getTargetOwner().getName() + "." + access.getTarget().getName()));
    return noClasses()
        .that()
        .resideInAPackage("flashsale.activity..")
        .and(outermostNamed("the core", name -> !SHELL_OF_ACTIVITY.contains(name)))
        .should()
        .dependOnClassesThat(impure)
        .orShould()
        .accessTargetWhere(impureCall);
  }

  private static DescribedPredicate<JavaClass> named(String what, String name) {
    return DescribedPredicate.describe(what, type -> type.getName().equals(name));
  }

  private static DescribedPredicate<JavaClass> outermostNamed(
      String what, Predicate<String> simpleName) {
    return DescribedPredicate.describe(
        what,
        type -> {
          String name = type.getName().substring(type.getPackageName().length() + 1);
          return simpleName.test(name.replaceFirst("\\$.*", ""));
        });
  }
}
