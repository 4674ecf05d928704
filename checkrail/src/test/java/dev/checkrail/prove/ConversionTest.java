package dev.checkrail.prove;

import static dev.checkrail.prove.BothWays.agree;
import static dev.checkrail.prove.BothWays.backwards;
import static dev.checkrail.prove.BothWays.forwards;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.checkrail.model.Converter;
import dev.checkrail.model.MapTable;
import dev.checkrail.prove.set.Language;
import dev.checkrail.source.Span;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Converters, as functions of one value and as pre-images of sets. */
class ConversionTest {
  private static final Span PLACE = Span.startOf("haproxy.cfg");

  private static Conversion step(Converter converter) {
    return new Conversion(converter);
  }

  @Test
  void caseIsFoldedInAsciiOnly() {
    agree(step(new Converter.Lower()), "", "a", "A", "aB1-", "AB1-", "\u00c4", "\u00e4");
    agree(step(new Converter.Upper()), "", "a", "A", "aB1-", "AB1-", "\u00c4");
  }

  @Test
  void aFieldMayBeEmptyOrMissing() {
    Conversion second = step(new Converter.Field(2, "/", 1));

    assertThat(forwards(second, "/v1/pay")).contains("v1");
    assertThat(forwards(second, "//pay")).contains("");
    assertThat(forwards(second, "pay")).isEmpty();
    assertThat(second.mayHaveNoValue()).isTrue();
  }

  @Test
  void fieldsAreTheSameBothWays() {
    for (int index : new int[] {1, 2, 3, -1, -2}) {
      for (int count : new int[] {1, 2, 0}) {
        agree(
            step(new Converter.Field(index, "/", count)),
            "",
            "/",
            "a",
            "a/b",
            "/a/b",
            "a/b/c",
            "a//c/d",
            "a/b/c/d/e");
      }
    }
  }

  @Test
  void wordsAreSeparatedByRunsOfDelimiters() {
    assertThat(forwards(step(new Converter.Word(2, "/", 1)), "//v1///pay/")).contains("pay");
    assertThat(forwards(step(new Converter.Word(3, "/", 1)), "/v1/pay")).contains("");
    for (int index : new int[] {1, 2, 3}) {
      for (int count : new int[] {1, 2, 0}) {
        agree(
            step(new Converter.Word(index, "/", count)),
            "",
            "/",
            "a",
            "/a/",
            "a//b",
            "/a/b/c",
            "a/b//c/d/");
      }
    }
  }

  @Test
  void aHostLosesItsPortAndItsCase() {
    Conversion hostOnly = step(new Converter.HostOnly());

    assertThat(forwards(hostOnly, "Pay.example.com:8080")).contains("pay.example.com");
    assertThat(forwards(hostOnly, "[::1]:80")).contains("[::1]");
    assertThat(forwards(hostOnly, "[::1]")).contains("[::1]");
    agree(hostOnly, "", "a", "A:1", "a:", "[::1]", "[::1]:80", "a:b:c");
  }

  @Test
  void escapesAreDecodedAndABrokenOneLeavesNothing() {
    Conversion decode = step(new Converter.UrlDecode(false));

    assertThat(forwards(decode, "/v1%2Fpay")).contains("/v1/pay");
    assertThat(forwards(decode, "%zz")).isEmpty();
    assertThat(forwards(decode, "/a%2")).isEmpty();
    agree(decode, "", "a", "%61", "%4", "a+b", "?a+b", "?a%20b", "%3fa+b");
    agree(step(new Converter.UrlDecode(true)), "", "a+b", "a b", "a%20b", "%2B", "+");
  }

  @Test
  void lengthsAndPieces() {
    agree(step(new Converter.Length()), "", "a", "ab", "ba");
    agree(step(new Converter.Bytes(1, 2)), "", "a", "ab", "abc", "abcd", "xbcx");
    agree(step(new Converter.Bytes(2, -1)), "", "a", "ab", "abc", "abcd", "xbcd");
    agree(step(new Converter.Trim(true, "./")), "", "./", "./a.", "a", "..a.");
    agree(step(new Converter.Trim(false, ".")), "", ".", "a.", "a..", ".a.b.");
  }

  @Test
  void aTextIsCastToANumberByItsLeadingDigits() {
    assertThat(forwards(step(new Converter.ToNumber()), "12ab")).contains("12");
    assertThat(forwards(step(new Converter.ToNumber()), "ab")).contains("0");
    assertThat(forwards(step(new Converter.ToNumber()), "")).isEmpty();
  }

  @Test
  void sumsStayWithinSixtyFourBits() {
    Conversion add = step(new Converter.Arithmetic(Converter.Operator.ADD, 10));

    assertThat(add.apply(new Value.Number(Long.MAX_VALUE - 1)).value())
        .contains(new Value.Number(Long.MAX_VALUE));
    Values before = add.before(new Values.Numbers(Ranges.of(15, 20)));
    assertThat(before.contains(new Value.Number(5))).isTrue();
    assertThat(before.contains(new Value.Number(11))).isFalse();
  }

  @Test
  void aMapGivesTheValueOfItsFirstKeyElseTheDefault() {
    Conversion pools = step(map(MapTable.Kind.EXACT, Optional.of("web"), "a pay", "b pay", "a x"));

    assertThat(forwards(pools, "a")).contains("pay");
    assertThat(forwards(pools, "z")).contains("web");
    agree(pools, "a", "b", "c", "", "aa");
  }

  @Test
  void aMapWithoutDefaultMayHaveNoValue() {
    Conversion pools = step(map(MapTable.Kind.EXACT, Optional.empty(), "a pay"));

    assertThat(forwards(pools, "z")).isEmpty();
    assertThat(pools.mayHaveNoValue()).isTrue();
    agree(pools, "a", "z");
  }

  @Test
  void ofPrefixesTheLongestDecidesOfSuffixesTheFirst() {
    Conversion paths =
        step(map(MapTable.Kind.PREFIX, Optional.of("web"), "/v1 old", "/v1/pay pay", "/ root"));
    Conversion hosts =
        step(map(MapTable.Kind.SUFFIX, Optional.of("web"), ".com any", ".pay.com pay"));

    assertThat(forwards(paths, "/v1/pay/1")).contains("pay");
    assertThat(forwards(hosts, "a.pay.com")).contains("any");
    agree(paths, "/v1", "/v1/pay", "/v1/pa", "/v2", "x", "");
    agree(hosts, "a.com", "a.pay.com", "a.org", "");
  }

  @Test
  void whatIsNotFollowedBackwardsSaysSo() {
    Values anything = new Values.Texts(Language.exact("1"));

    assertThatThrownBy(() -> step(new Converter.PortOnly()).before(anything))
        .isInstanceOf(Inexact.class);
    assertThatThrownBy(() ->
            step(new Converter.Unknown("lua.x", "Lua is not modelled", PLACE)).before(anything))
        .isInstanceOf(Inexact.class)
        .hasMessageContaining("Lua");
    assertThat(step(new Converter.PortOnly()).apply(new Value.Text("a:1")).known()).isFalse();
  }

  @Test
  void regsubWithGroupsIsFollowedBothWays() {
    Conversion strip = step(new Converter.Substitute("^/v1/(.*)$", "/\\1", false, false));

    assertThat(forwards(strip, "/v1/pay")).contains("/pay");
    assertThat(backwards(strip, "/pay", "/v1/pay")).isTrue();
    agree(strip, "/v1/pay", "/pay", "/v2/pay", "", "/v1");
  }

  private static Converter map(MapTable.Kind kind, Optional<String> otherwise, String... lines) {
    List<MapTable.Entry> entries =
        Arrays.stream(lines)
            .map(line -> line.split(" "))
            .map(words -> new MapTable.Entry(words[0], words[1], PLACE))
            .toList();
    return new Converter.Map(
        new MapTable("a.map", kind, MapTable.ValueType.TEXT, entries, PLACE), otherwise);
  }
}
