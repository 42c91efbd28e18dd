package flashsale;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * A class that breaks an architecture rule, so that the rule is seen to fail.
 *
 * <p>Compiled while the test runs, into packages named like the program's; never part of it.
 */
record ArchitecturePlant(String rule, String inPackage, String name, String code) {
  static final List<ArchitecturePlant> PLANTS =
      List.of(
          field("imports of config", "config", 1, "flashsale.model.UserId f"),
          field("imports of model", "model", 2, "flashsale.config.Settings f"),
          field("imports of telemetry", "telemetry", 3, "flashsale.ledger.Ledger f"),
          field("imports of ledger", "ledger", 4, "flashsale.config.Settings f"),
          field("imports of discovery", "discovery", 5, "flashsale.model.UserId f"),
          field("imports of stock", "stock", 6, "flashsale.ledger.Ledger f"),
          field("imports of saleslog", "saleslog", 7, "flashsale.stock.Stock f"),
          field("imports of activity", "activity", 8, "flashsale.v1.ClaimReply f"),
          field("imports of projection", "projection", 9, "flashsale.stock.Stock f"),
          field("imports of grpc", "grpc", 10, "flashsale.gateway.Planted11 f"),
          field("imports of gateway", "gateway", 11, "flashsale.saleslog.SalesLog f"),
          field("fence of Lettuce", "activity", 12, "io.lettuce.core.RedisClient f"),
          field("fence of Kafka", "grpc", 13, "org.apache.kafka.common.TopicPartition f"),
          field("fence of Kafka", "activity", 14, "org.apache.pekko.kafka.Subscription f"),
          field("fence of SQL", "activity", 15, "java.sql.Connection f"),
          field("fence of SQL", "saleslog", 16, "javax.sql.DataSource f"),
          field("fence of SQL", "grpc", 17, "org.flywaydb.core.Flyway f"),
          field("fence of etcd", "gateway", 18, "io.etcd.jetcd.Client f"),
          field("fence of JWT", "grpc", 19, "com.nimbusds.jwt.SignedJWT f"),
          field("model is plain Java", "model", 20, "org.slf4j.Logger f"),
          field("ledger is plain Java", "ledger", 21, "com.google.protobuf.ByteString f"),
          field(
              "projection sees only ports of activity",
              "projection",
              22,
              "flashsale.activity.Planted8 f"),
          field("no cycles", "ledger", 23, "flashsale.model.Planted24 f"),
          field("no cycles", "model", 24, "flashsale.ledger.Planted23 f"),
          core("Clocked", "record Clocked(java.time.Clock f) {}"),
          core("NewPart", "record NewPart(Thread f) {}"),
          core("Timed", "class Timed { Object f = java.time.Instant.now(); }"),
          core("Async", "class Async { java.util.concurrent.Executor f; }"),
          core("Told", "interface Told { record R(org.apache.pekko.actor.ActorRef f) {} }"));

  /** Classes that break nothing, to see that the rules do not just refuse everything. */
  static final List<ArchitecturePlant> HARMLESS =
      List.of(
          field("", "stock", 90, "io.lettuce.core.RedisClient f"),
          field("", "projection", 91, "flashsale.activity.RecoverySource.Snapshot f"),
          core("Journal", "class Journal { org.apache.pekko.actor.ActorRef f; }"),
          core("Harmless", "record Harmless(java.time.Instant f, java.util.List<String> g) {}"));

  private static ArchitecturePlant core(String name, String code) {
    return new ArchitecturePlant("core is pure", "activity", name, code);
  }

  private static ArchitecturePlant field(String rule, String inPackage, int number, String field) {
    String name = "Planted" + number;
    return new ArchitecturePlant(
        rule, inPackage, name, "public class " + name + " { " + field + "; }");
  }

  /** Compiles and reads all of them. */
  static JavaClasses compiled(Path directory) throws IOException {
    List<Path> sources = new ArrayList<>();
    for (ArchitecturePlant plant : Stream.concat(PLANTS.stream(), HARMLESS.stream()).toList()) {
      Path folder = Files.createDirectories(directory.resolve("source").resolve(plant.inPackage));
      String code = "package flashsale." + plant.inPackage + ";\n" + plant.code;
      sources.add(Files.writeString(folder.resolve(plant.name + ".java"), code));
    }
    Path classes = Files.createDirectories(directory.resolve("classes"));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter complaints = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options = List.of("-proc:none", "-nowarn", "-d", classes.toString());
      boolean compiled =
          compiler
              .getTask(
                  complaints,
                  files,
                  null,
                  options,
                  null,
                  files.getJavaFileObjectsFromPaths(sources))
              .call();
      if (!compiled) {
        throw new IllegalStateException("the plants do not compile: " + complaints);
      }
    }
    return new ClassFileImporter().importPath(classes);
  }
}
