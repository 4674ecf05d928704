package dev.checkrail.gateway;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which room may use which; which are pure; that the acquirers share nothing with the gateway. */
class ArchitectureTest {
  private static final String HOUSE = "dev.checkrail.gateway";

  private static final Map<String, String> MAY_USE =
      Map.ofEntries(
          Map.entry("money", ""),
          Map.entry("card", ""),
          Map.entry("payment", "money"),
          Map.entry("ledger", "money payment"),
          Map.entry("store", "money card payment ledger"),
          Map.entry("acquiring", "money card payment"),
          Map.entry("reconcile", "money card payment ledger store acquiring"),
          Map.entry("webhook", "store"),
          Map.entry("operations", "card store acquiring"),
          Map.entry(
              "api", "money card payment ledger store acquiring reconcile webhook operations"),
          Map.entry("acquirer", ""),
          Map.entry("load", ""),
          Map.entry("books", "acquirer load"),
          Map.entry("chaos", "acquirer load books store"));

  private static final JavaClasses PRODUCT =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(HOUSE);

  static Collection<String> rooms() {
    return MAY_USE.keySet();
  }

  @ParameterizedTest
  @MethodSource("rooms")
  void roomUsesOnlyWhatThePlanAllows(String room) {
    String[] allowed =
        Stream.concat(Stream.of(room), Arrays.stream(MAY_USE.get(room).split(" ")))
            .filter(it -> !it.isEmpty())
            .map(it -> HOUSE + "." + it + "..")
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage(HOUSE + "." + room + "..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.checkrail..").and(not(resideInAnyPackage(allowed))))
        .check(PRODUCT);
  }

  @Test
  void roomsFormNoCircles() {
    slices().matching(HOUSE + ".(*)..").should().beFreeOfCycles().check(PRODUCT);
  }

  @Test
  void pureRoomsTouchNothing() {
    noClasses()
        .that()
        .resideInAnyPackage(
            HOUSE + ".money", HOUSE + ".card", HOUSE + ".payment", HOUSE + ".ledger")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("java.io..", "java.nio..", "java.net..", "java.sql..", "org.slf4j..")
                .and(not(resideInAPackage("java.nio.charset"))))
        .check(PRODUCT);
  }

  @Test
  void nothingOfTheProductIsUsed() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.checkrail..").and(not(resideInAPackage(HOUSE + ".."))))
        .check(PRODUCT);
  }

  @Test
  void everyRoomIsIntroducedAndNullMarked() throws IOException {
    for (Path folder : folders("src/main/java")) {
      assertThat(folder.resolve("package-info.java"))
          .exists()
          .content()
          .contains("/**", "@NullMarked");
    }
  }

  @Test
  void testsNeverSleepAndNoneIsSwitchedOff() throws IOException {
    String sleeping = "Thread." + "sleep(";
    String off = "@" + "Disabled";
    for (Path folder : folders("src/test/java")) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          assertThat(file).content().doesNotContain(sleeping, off);
        }
      }
    }
  }

  private static List<Path> folders(String root) throws IOException {
    try (Stream<Path> all = Files.walk(Path.of(root))) {
      return all.filter(it -> it.toString().endsWith(".java"))
          .map(Path::getParent)
          .distinct()
          .toList();
    }
  }
}
