package dev.checkrail.prove;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.model.Converter;
import dev.checkrail.prove.set.Language;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** replace-path and regsub: which expressions are followed, and what becomes of texts. */
class ReplacementTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ^/v1/(.*)           | /\\1        | /v1/pay   | /pay
          ^/v1/(.*)           | /\\1        | /v1/      | /
          ^/old$              | /new        | /old      | /new
          ^/([^/]+)/(.*)      | /\\1/v2/\\2 | /pay/a/b  | /pay/v2/a/b
          ^/([^/]*)/x$        | /\\1        | //x       | /
          ^/a(.*)             | \\0/b       | /ac       | /ac/b
          ^/a[.]b(.*)         | \\1         | /a.bc     | c
          ^/a\\.b(.*)         | [\\1]       | /a.bc     | [c]
          ^/(.*)$             | /app/\\1    | /         | /app/
          """)
  void aTextInWhichItIsFoundIsReplaced(String regex, String template, String text, String becomes) {
    Replacement replacement = Replacement.whole(regex, template).orElseThrow();

    assertThat(replacement.apply(text)).contains(becomes);
    assertThat(replacement.domain().contains(text)).isTrue();
    assertThat(replacement.before(Language.exact(becomes)).contains(text)).isTrue();
    assertThat(replacement.before(Language.exact(becomes + "!")).contains(text)).isFalse();
  }

  @Test
  void aTextInWhichItIsNotFoundIsNoneOfItsTexts() {
    Replacement replacement = Replacement.whole("^/v1/(.*)", "/\\1").orElseThrow();

    assertThat(replacement.apply("/v2/pay")).isEmpty();
    assertThat(replacement.domain().contains("/v2/pay")).isFalse();
    assertThat(replacement.before(Language.all()).contains("/v2/pay")).isFalse();
  }

  @Test
  void allTextsThatBecomeOneAreFound() {
    Replacement replacement = Replacement.whole("^/([^/]+)/(.*)", "/\\2").orElseThrow();
    Language before = replacement.before(Language.exact("/pay"));

    assertThat(before.contains("/v1/pay")).isTrue();
    assertThat(before.contains("/v2/pay")).isTrue();
    assertThat(before.contains("//pay")).isFalse();
    assertThat(before.contains("/pay")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/(.*)", // not anchored
        "^/(.*)/(.*)", // the first group may end at any slash
        "^/v1|/v2", // a choice
        "^/(v1|v2)/(.*)",
        "^/v1/(.*?)x",
        "^/\\d+",
        "^/a{2}",
        "^/[a-z]", // one byte of several
        "^/([^/]+)" // what follows is not said
      })
  void anExpressionThatNeedsAChoiceIsNotFollowed(String regex) {
    assertThat(Replacement.whole(regex, "/")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\2\\1", "\\1\\1", "\\0\\1", "\\x41"})
  void aTemplateThatTurnsGroupsAroundIsNotFollowed(String template) {
    assertThat(Replacement.whole("^/([^/]+)/(.*)", template)).isEmpty();
  }

  @Test
  void regsubKeepsWhatStandsBehindAndTextsWithoutAMatch() {
    Replacement.Substitution moved =
        Replacement.substitution(new Converter.Substitute("^/v1", "/v2", false, false))
            .orElseThrow();

    assertThat(moved.apply("/v1/pay")).isEqualTo("/v2/pay");
    assertThat(moved.apply("/x")).isEqualTo("/x");
    Language before = moved.before(Language.exact("/v2/pay"));
    assertThat(before.contains("/v1/pay")).isTrue();
    assertThat(before.contains("/v2/pay")).isTrue();
    assertThat(moved.before(Language.exact("/v1/pay")).contains("/v1/pay")).isFalse();
  }

  @Test
  void regsubThatIgnoresCaseOrReplacesAllIsNotFollowed() {
    assertThat(Replacement.substitution(new Converter.Substitute("^/a", "/b", false, true)))
        .isEmpty();
    assertThat(Replacement.substitution(new Converter.Substitute("a", "b", true, false))).isEmpty();
  }
}
