package flashsale;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds the import directions and the vendor fences of the program.
 *
 * <p>Every rule is also shown a class that breaks it, so a rule that cannot fail fails.
 */
class ArchitectureTest {
  private static final Map<String, ArchRule> RULES = ArchitectureRules.byName();
  private static JavaClasses program = new ClassFileImporter().importClasses();
  private static JavaClasses planted = program;

  @BeforeAll
  static void readTheProgram(@TempDir Path directory) throws IOException {
    planted = ArchitecturePlant.compiled(directory);
    program =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(new ImportOption.DoNotIncludeJars())
            .importPackages("flashsale");
  }

  static Set<String> ruleNames() {
    return RULES.keySet();
  }

  private static ArchRule rule(String name) {
    return Objects.requireNonNull(RULES.get(name), name);
  }

  @ParameterizedTest
  @MethodSource("ruleNames")
  void theProgramKeeps(String name) {
    rule(name).check(program);
  }

  @Test
  void readsTheWholeProgramAndNoTests() {
    assertThat(program.stream().map(JavaClass::getPackageName))
        .contains("flashsale.model", "flashsale.ledger", "flashsale.saleslog")
        .doesNotContain("flashsale.local");
  }

  @Test
  void everyPackageHasItsDirections() {
    Set<String> packages = new TreeSet<>();
    for (JavaClass type : program) {
      String[] path = type.getPackageName().split("\\.", -1);
      if (path.length > 1) {
        packages.add(path[1]);
      }
    }
    assertThat(ArchitectureRules.MAY_IMPORT.keySet()).containsAll(packages);
  }

  @Test
  void everyRuleIsShownCodeThatBreaksIt() {
    Set<String> shown = new TreeSet<>();
    ArchitecturePlant.PLANTS.forEach(plant -> shown.add(plant.rule()));
    Set<String> expected = new TreeSet<>(RULES.keySet());
    // Generated code: nobody writes an import into it.
    expected.remove("imports of v1");
    assertThat(shown).isEqualTo(expected);
  }

  static List<ArchitecturePlant> plants() {
    return ArchitecturePlant.PLANTS;
  }

  @ParameterizedTest
  @MethodSource("plants")
  void isBrokenBy(ArchitecturePlant plant) {
    String violations = rule(plant.rule()).evaluate(planted).getFailureReport().toString();
    assertThat(violations).contains("flashsale." + plant.inPackage() + "." + plant.name());
  }

  @Test
  void harmlessCodeBreaksNoRule() {
    RULES.forEach((name, rule) -> {
      String violations = rule.evaluate(planted).getFailureReport().toString();
      for (ArchitecturePlant plant : ArchitecturePlant.HARMLESS) {
        assertThat(violations).as(name).doesNotContain(plant.name());
      }
    });
  }
}
