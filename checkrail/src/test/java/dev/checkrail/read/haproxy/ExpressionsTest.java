package dev.checkrail.read.haproxy;

import static dev.checkrail.read.haproxy.Text.directive;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ExpressionsTest {
  @Test
  void aCriterionIsTakenApart() {
    AclText acl =
        ParseAcl.acl(
                directive("  acl a req.hdr(host,-1),lower,field(1,:) -m end -i .example.com x"))
            .value()
            .orElseThrow();
    CriterionText criterion = acl.criterion();
    assertThat(acl.name()).isEqualTo("a");
    assertThat(criterion.sample().fetch()).isEqualTo("req.hdr");
    assertThat(criterion.sample().args())
        .extracting(SampleText.Argument::value)
        .containsExactly("host", "-1");
    assertThat(criterion.sample().converters())
        .extracting(SampleText.ConverterText::name)
        .containsExactly("lower", "field");
    assertThat(criterion.match()).isEqualTo(CriterionText.Match.END);
    assertThat(criterion.ignoreCase()).isTrue();
    assertThat(criterion.patterns()).extracting(Word::value).containsExactly(".example.com", "x");
    assertThat(criterion.sample().converters().get(1).span().column()).isEqualTo(32);
  }

  @Test
  void anAclKeywordWithAConverterLosesItsMatch() {
    assertThat(criterion("path_beg /a").match()).isEqualTo(CriterionText.Match.BEG);
    assertThat(criterion("path_beg,lower /a").match()).isEqualTo(CriterionText.Match.STR);
    assertThat(criterion("path_beg,length 3").match()).isEqualTo(CriterionText.Match.INT);
    assertThat(criterion("path_beg /a").sample().fetch()).isEqualTo("path");
  }

  @Test
  void aPatternThatIsAConverterIsBoth() {
    CriterionText criterion = criterion("req.fhdr(case) lower");
    assertThat(criterion.sample().converters()).hasSize(1);
    assertThat(criterion.patterns()).extracting(Word::value).containsExactly("lower");
  }

  private static CriterionText criterion(String text) {
    return ParseAcl.acl(directive("  acl a " + text)).value().orElseThrow().criterion();
  }

  @Test
  void conditionsAreGroupedByOr() {
    Directive rule = directive("  use_backend be if a !b || { path -m beg /x } OR !! c ! d unless");
    ConditionText.Guard guard = ParseAcl.guard(rule.from(1)).value().orElseThrow();
    assertThat(guard.unless()).isFalse();
    assertThat(shape(guard.condition())).isEqualTo("or(and(a,not(b)),{path},and(c,not(d),unless))");
  }

  private static String shape(ConditionText condition) {
    return switch (condition) {
      case ConditionText.Or or -> "or(" + shapes(or.parts()) + ")";
      case ConditionText.And and -> "and(" + shapes(and.parts()) + ")";
      case ConditionText.Not not -> "not(" + shape(not.part()) + ")";
      case ConditionText.Named named -> named.name();
      case ConditionText.Anonymous anonymous -> "{" + anonymous.criterion().keyword() + "}";
    };
  }

  private static String shapes(List<ConditionText> parts) {
    return String.join(",", parts.stream().map(ExpressionsTest::shape).toList());
  }

  @Test
  void unknownNamesComeWithTheNearestKnownOne() {
    assertThat(ParseAcl.acl(directive("  acl a pahth_beg /x")).problems().getFirst().fix())
        .hasValue("did you mean 'path_beg'?");
    assertThat(ParseAcl.acl(directive("  acl a path,lowre /x")).problems().getFirst().fix())
        .hasValue("did you mean 'lower'?");
    assertThat(ParseAcl.acl(directive("  acl a path -m bge /x")).problems().getFirst())
        .hasToString("t.cfg:2:17: error: there is no match method 'bge' (read/unknown-keyword)");
  }

  @Test
  void formatsAreCutIntoParts() {
    Directive rule =
        directive("  http-request set-header X \"%[src]:%ci 100%% %{+Q}[path,lower]%{+E}o\"");
    FormatText format = ParseFormat.parse(rule.args().get(2)).value().orElseThrow();
    assertThat(format.parts())
        .extracting(p -> p.getClass().getSimpleName())
        .containsExactly("Sample", "Literal", "Variable", "Literal", "Sample", "Flags");
    assertThat(format.parts().get(3))
        .isInstanceOfSatisfying(
            FormatText.Part.Literal.class, l -> assertThat(l.text()).isEqualTo(" 100% "));
    assertThat(format.constant()).isEmpty();
    assertThat(ParseFormat.parse(directive("  redirect location /a%%b").args().get(1)).value())
        .hasValueSatisfying(f -> assertThat(f.constant()).hasValue("/a%b"));
  }

  @Test
  void brokenFormatsAreNamed() {
    Directive rule = directive("  http-request set-header X %[path,lower");
    assertThat(ParseFormat.parse(rule.args().get(2)).problems().getFirst())
        .hasToString("t.cfg:2:41: error: ']' is expected here, at the end of '%[' (read/syntax)");
  }
}
