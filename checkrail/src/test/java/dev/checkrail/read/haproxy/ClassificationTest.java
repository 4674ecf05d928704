package dev.checkrail.read.haproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.read.haproxy.Classification.Treatment;
import org.junit.jupiter.api.Test;

class ClassificationTest {
  private static final Registry REGISTRY = Registry.haproxy26();
  private static final String UNKNOWN = "The model does not know this keyword.";

  @Test
  void everyKeywordThatASectionTakesHasAReasonOfItsOwn() {
    for (SectionKind kind : SectionKind.values()) {
      for (String keyword : REGISTRY.words(Registry.Group.KEYWORD)) {
        if (REGISTRY.keyword(kind, true, keyword) == Registry.Acceptance.TAKEN
            && !Registry.haproxy26().ruleSets().contains(keyword)
            && !java.util.Set.of(
                    "option", "timeout", "stats", "http-check", "tcp-request", "tcp-response")
                .contains(keyword)) {
          Directive directive =
              Text.read(kind.word() + " x\n" + keyword + "\n")
                  .tree()
                  .files()
                  .getFirst()
                  .sections()
                  .getFirst()
                  .directives()
                  .getFirst();
          assertThat(Classification.of(kind, directive).reason())
              .as(kind.word() + " " + keyword)
              .isNotEqualTo(UNKNOWN);
        }
      }
    }
  }

  @Test
  void everyOptionActionAndParameterHasAReasonOfItsOwn() {
    for (String option : REGISTRY.words(Registry.Group.OPTION)) {
      if (REGISTRY.option(SectionKind.LISTEN, true, option) == Registry.Acceptance.TAKEN) {
        assertThat(Classification.option(option).reason()).as(option).isNotEqualTo(UNKNOWN);
      }
    }
    for (String parameter : REGISTRY.words(Registry.Group.SERVER)) {
      assertThat(Classification.serverParameter(parameter).reason())
          .as(parameter)
          .isNotEqualTo(UNKNOWN);
    }
    for (String parameter : REGISTRY.words(Registry.Group.BIND)) {
      assertThat(Classification.bindParameter(parameter).reason())
          .as(parameter)
          .isNotEqualTo(UNKNOWN);
    }
    for (String ruleSet : REGISTRY.ruleSets()) {
      for (String action : REGISTRY.words(Registry.Group.ACTION)) {
        if (REGISTRY.action(ruleSet, action).isPresent()) {
          assertThat(Classification.action(ruleSet, action).reason())
              .as(ruleSet + " " + action)
              .isNotEqualTo(UNKNOWN);
        }
      }
    }
  }

  @Test
  void aServerIsAsUnmodelledAsItsWorstParameter() {
    Directive plain = Text.directive("  server s 127.0.0.1:80 check weight 3 source 10.0.0.1");
    Directive agent = Text.directive("  server s 127.0.0.1:80 check agent-check");
    assertThat(Classification.of(SectionKind.BACKEND, plain).treatment())
        .isEqualTo(Treatment.MODELLED);
    assertThat(Classification.of(SectionKind.BACKEND, agent).treatment())
        .isEqualTo(Treatment.UNMODELLED);
  }
}
