package dev.checkrail.rehearse;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The agent is started with its own package as its whole class path. */
class AgentAloneTest {
  @Test
  void theAgentUsesTheJdkAlone() {
    String agent = "dev.checkrail.rehearse.agent";
    classes()
        .that()
        .resideInAPackage(agent)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(agent, "java..", "javax.net.ssl..", "org.jspecify.annotations..")
        .check(
            new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages(agent));
  }
}
