package dev.checkrail.prove;

import static dev.checkrail.prove.BothWays.agree;
import static dev.checkrail.prove.BothWays.backwards;
import static dev.checkrail.prove.BothWays.forwards;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.checkrail.prove.set.Language;
import org.junit.jupiter.api.Test;

/** Values are taken out of raw header lines, joined by LF, and out of queries. */
class PickTest {
  private static Pick nth(Pick.From from, int which) {
    return new Pick(from, "", which);
  }

  @Test
  void hdrCutsAtCommasAndLinesAndTrimsBlanks() {
    assertThat(Pick.commaValues("a, b\t,c\n d")).containsExactly("a", "b", "c", "d");
    assertThat(forwards(nth(Pick.From.COMMAS, 2), "a, b\nc")).contains("b");
    assertThat(forwards(nth(Pick.From.COMMAS, -1), "a, b\nc")).contains("c");
  }

  @Test
  void aCommaInQuotesCutsNothing() {
    assertThat(Pick.commaValues("\"a,b\",c")).containsExactly("\"a,b\"", "c");
    assertThat(Pick.commaValues("\"a\\\",b\",c")).containsExactly("\"a\\\",b\"", "c");
    assertThat(Pick.commaValues("\"never closed, b\nc")).containsExactly("\"never closed, b", "c");
  }

  @Test
  void aValueThatIsNotThereIsNoValue() {
    assertThat(forwards(nth(Pick.From.COMMAS, 3), "a,b")).isEmpty();
    assertThat(forwards(nth(Pick.From.COMMAS, -3), "a,b")).isEmpty();
    assertThat(forwards(nth(Pick.From.COMMAS, 2), "a,")).contains("");
  }

  @Test
  void aTestOnAnyValueAcceptsAHeaderThatHasIt() {
    Pick any = Pick.any(Pick.From.COMMAS, "");

    assertThat(backwards(any, "b", "a, b ,c")).isTrue();
    assertThat(backwards(any, "b", "a\nb")).isTrue();
    assertThat(backwards(any, "b", "ab, bc")).isFalse();
    assertThat(backwards(any, "b", "\"a,b\"")).isFalse();
  }

  @Test
  void ofSeveralValuesItIsUnknownWhichOneASampleHas() {
    assertThat(Pick.any(Pick.From.COMMAS, "").apply(new Value.Text("a,b")).known()).isFalse();
    assertThat(forwards(Pick.any(Pick.From.COMMAS, ""), " a ")).contains("a");
  }

  @Test
  void valuesAtAPlaceAreTheSameBothWays() {
    for (int which : new int[] {1, 2, 3, -1, -2}) {
      agree(
          nth(Pick.From.COMMAS, which),
          "",
          "a",
          "b",
          "a,b",
          "b, a",
          " a ,\tb ",
          "a\nb",
          "a,b\na",
          ",",
          ",,a",
          "\"a,b\",a",
          "\"a, b\na");
      agree(nth(Pick.From.LINES, which), "", "a", "a,b", "a\nb", " a \n b", "b\na\na", "\na");
    }
  }

  @Test
  void fhdrTakesLinesAsAWhole() {
    assertThat(forwards(nth(Pick.From.LINES, 1), " a, b \nc")).contains("a, b");
    assertThat(forwards(nth(Pick.From.LINES, -1), "a\nb, c")).contains("b, c");
  }

  @Test
  void valuesAreCounted() {
    agree(nth(Pick.From.COUNT_COMMAS, 0), "", "a", "a,b", "a\nb", "a,b\nc", "\"a,b\"", "\"a,b\nc");
    agree(nth(Pick.From.COUNT_LINES, 0), "", "a", "a,b", "a\nb", "a,b\nc\n");
    assertThat(forwards(nth(Pick.From.COUNT_COMMAS, 0), "a,b\nc")).contains("3");
  }

  @Test
  void aParameterIsTheFirstOfItsName() {
    Pick token = new Pick(Pick.From.PARAMETERS, "t", 1);

    assertThat(forwards(token, "a=1&t=x&t=y")).contains("x");
    assertThat(forwards(token, "a=1&tt=x")).isEmpty();
    assertThat(forwards(token, "t=")).contains("");
    agree(token, "", "t", "t=", "t=x", "a=t=x", "a=1&t=x", "t=x&t=y", "t=y;t=x", "xt=x", "t=x?t=y");
  }

  @Test
  void aCookieIsFoundAmongOthers() {
    Pick any = Pick.any(Pick.From.COOKIES, "SRV");

    assertThat(backwards(any, "a", "SRV=a")).isTrue();
    assertThat(backwards(any, "a", "x=1; SRV=a; y=2")).isTrue();
    assertThat(backwards(any, "a", "x=1\nSRV=a")).isTrue();
    assertThat(backwards(any, "a", "XSRV=a")).isFalse();
    assertThat(backwards(any, "a", "SRV=ab")).isFalse();
  }

  @Test
  void anEmptyCookieAtTheVeryEndIsOverlooked() {
    Pick any = Pick.any(Pick.From.COOKIES, "SRV");

    assertThat(backwards(any, "", "SRV=; x=1")).isTrue();
    assertThat(backwards(any, "", "SRV=")).isFalse();
  }

  @Test
  void moreThanFiftyValuesAreNotCounted() {
    assertThatThrownBy(
            () -> nth(Pick.From.COMMAS, 51).before(new Values.Texts(Language.exact("a"))))
        .isInstanceOf(Inexact.class);
  }
}
