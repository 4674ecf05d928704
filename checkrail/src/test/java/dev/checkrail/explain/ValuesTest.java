package dev.checkrail.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.model.Converter;
import dev.checkrail.model.MapTable;
import dev.checkrail.model.Match;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How values are cut, converted and matched: each line was observed on HAProxy 2.6.12. */
class ValuesTest {
  private final Regexes regexes = new Regexes();
  private final Converters converters = new Converters(regexes);
  private final Matches matches = new Matches(regexes);

  private static final String NONE = "NONE";

  private String convert(Converter converter, String text) {
    return converters
        .apply(converter, new Value.Text(text == null ? "" : text))
        .flatMap(Casts::text)
        .orElse(NONE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "a,b ~ a|b",
        "\"a,b\",c ~ \"a,b\"|c",
        "\"a\\\",b\",c ~ \"a\\\",b\"|c",
        "\"a,b ~ \"a,b",
        "a\\,b ~ a\\|b",
        "a , b ~ a|b",
        "a, ~ a|",
        ", ~ |",
        ",, ~ ||",
        "'' ~ ''",
        "a\"b,c\"d,e ~ a\"b,c\"d|e",
      })
  void headerLinesAreCutAtCommasOutsideQuotes(String line, String values) {
    assertThat(String.join("|", Lines.commaValues(List.of(line)))).isEqualTo(values);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "a=1; b=2 ~ 1",
        "a=1;a=2 ~ 1|2",
        "a = 1 ; b=2 ~ 1",
        "a=\"1;2\"; b=3 ~ \"1;2\"",
        "a=\"1 ~ \"1",
        "a ~ NONE",
        "a= ~ NONE",
        "a=;b=1 ~ ''",
        "b=2; a= ~ ''",
        "b=1;a= ~ NONE",
        "a= ;b=1 ~ ''",
        "$a=1;b=2 ~ NONE",
        "a=1,b=2 ~ 1",
        "xa=1; a =2 ~ 2",
        "a=b=c ~ b=c",
        ";;a=1 ~ 1",
        "a;a=1 ~ 1",
        "=1;a=1 ~ 1",
        "\"a\"=1;a=2 ~ 2",
        "b=\"x,a=1\"; a=3 ~ 3",
        "b=x;a=1,a=5 ~ 1|5",
        "a=1 2 ~ 1 2",
        "a=1; ~ 1",
      })
  void cookiesAreFoundAsTheBinaryFindsThem(String line, String values) {
    List<String> found = Lines.cookies(List.of(line), "a");
    assertThat(found.isEmpty() ? NONE : String.join("|", found)).isEqualTo(values);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "/p?a=1 ~ 1",
        "/p?a=1&a=2 ~ 1|2",
        "/p?a ~ NONE",
        "/p?a= ~ ''",
        "/p?a=&b=1 ~ ''",
        "/p?A=1 ~ NONE",
        "/p?xa=1&a=2 ~ 2",
        "/p?a=1;b=2 ~ 1",
        "/p?x?a=1 ~ 1",
        "/p?a=1?b=2 ~ 1",
        "/p;a=1 ~ NONE",
        "/p?a=b=c ~ b=c",
        "/p?b&a=1 ~ 1",
        "/p?x=a=1 ~ NONE",
        "/p?&&a=1 ~ 1",
        "/p?a%3d1 ~ NONE",
        "/p?b=1&a=%20 ~ %20",
      })
  void parametersAreFoundAsTheBinaryFindsThem(String target, String values) {
    List<String> found = Lines.parameters(target, "a", '?', false);
    assertThat(found.isEmpty() ? NONE : String.join("|", found)).isEqualTo(values);
  }

  @Test
  void anotherDelimiterSeparatesParametersToo() {
    assertThat(Lines.parameters("/p/a=9/x?b=1", "a", '/', false)).containsExactly("9");
    assertThat(Lines.parameters("/p;a=1?a=2", "a", ';', false)).containsExactly("1?a=2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "1 ~ 1 ~ a.b.c ~ a",
        "2 ~ 1 ~ a.b.c ~ b",
        "-1 ~ 1 ~ a.b.c ~ c",
        "-2 ~ 1 ~ a.b.c ~ b",
        "1 ~ 2 ~ a.b.c ~ a.b",
        "2 ~ 0 ~ a.b.c ~ b.c",
        "-2 ~ 2 ~ a.b.c ~ a.b",
        "-1 ~ 0 ~ a.b.c ~ a.b.c",
        "-1 ~ 2 ~ a.b.c ~ b.c",
        "9 ~ 1 ~ a.b.c ~ NONE",
        "2 ~ 1 ~ a ~ NONE",
        "1 ~ 2 ~ a ~ a",
        "-2 ~ 2 ~ .a. ~ .a",
        "2 ~ 0 ~ .a. ~ a.",
        "1 ~ 1 ~ '' ~ ''",
        "2 ~ 1 ~ a. ~ ''",
      })
  void fieldsCountFromBothEnds(int index, int count, String text, String expected) {
    assertThat(convert(new Converter.Field(index, ".", count), text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "1 ~ 1 ~ ..a..b.. ~ a",
        "2 ~ 1 ~ ..a..b.. ~ b",
        "-1 ~ 1 ~ ..a..b.. ~ b",
        "-2 ~ 1 ~ ..a..b.. ~ a",
        "1 ~ 2 ~ ..a..b.. ~ a..b",
        "2 ~ 0 ~ ..a..b.. ~ b..",
        "-2 ~ 2 ~ ..a..b.. ~ ..a",
        "-1 ~ 0 ~ ..a..b.. ~ ..a..b",
        "-1 ~ 2 ~ ..a..b.. ~ a..b",
        "9 ~ 1 ~ ..a..b.. ~ ''",
        "1 ~ 0 ~ ..a..b.. ~ a..b..",
        "1 ~ 2 ~ .a. ~ a.",
        "-1 ~ 2 ~ .a. ~ .a",
        "1 ~ 1 ~ .. ~ ''",
      })
  void aMissingWordIsTheEmptyText(int index, int count, String text, String expected) {
    assertThat(convert(new Converter.Word(index, ".", count), text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "a ~ x ~ no ~ abab ~ xbab",
        "a ~ x ~ all ~ abab ~ xbxb",
        "a* ~ x ~ no ~ abab ~ xbab",
        "a* ~ x ~ all ~ abab ~ xxbxxbx",
        "^a ~ x ~ all ~ aab ~ xab",
        "b$ ~ x ~ all ~ abab ~ abax",
        "(.)b ~ \\1\\0 ~ all ~ abab ~ aabaab",
        "x* ~ - ~ all ~ abab ~ -a-b-a-b-",
        "$ ~ - ~ all ~ abab ~ abab--",
        "^ ~ - ~ all ~ abab ~ -abab",
        "a ~ \\2 ~ no ~ abab ~ bab",
        "b|$ ~ x ~ all ~ abab ~ axaxx",
        "(?<=a)b ~ x ~ all ~ abab ~ axax",
        "\\bb ~ x ~ all ~ baac ~ xaac",
        "a* ~ x ~ all ~ `` ~ x",
        "$ ~ - ~ all ~ `` ~ -",
      })
  void substitutionMatchesEachRestAnew(
      String regex, String replacement, String flags, String text, String expected) {
    assertThat(
            convert(new Converter.Substitute(regex, replacement, flags.equals("all"), false), text))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "a+b%20c ~ a+b c ~ a b c",
        "a?b+c ~ a?b c ~ a?b c",
        "% ~ NONE ~ NONE",
        "%4 ~ NONE ~ NONE",
        "%zz ~ NONE ~ NONE",
        "%2B ~ + ~ +",
      })
  void decodingKnowsForms(String text, String plain, String inForm) {
    assertThat(convert(new Converter.UrlDecode(false), text)).isEqualTo(plain);
    assertThat(convert(new Converter.UrlDecode(true), text)).isEqualTo(inForm);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "h:80 ~ h ~ 80",
        "[::1]:80 ~ [::1] ~ 80",
        "[::1] ~ [::1] ~ 0",
        "::1 ~ : ~ 1",
        "H ~ h ~ 0",
        "h: ~ h ~ 0",
        "h:x ~ h ~ 72",
        "a:b:80 ~ a:b ~ 80",
        "[::1]x:8 ~ [::1]x ~ 8",
        "h:99999999999 ~ h ~ 1215752191",
        "h:08 ~ h ~ 8",
      })
  void hostAndPortAreCutAtTheLastColon(String text, String host, String port) {
    assertThat(convert(new Converter.HostOnly(), text)).isEqualTo(host);
    assertThat(convert(new Converter.PortOnly(), text)).isEqualTo(port);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "5 ~ 5",
        "x ~ 0",
        "5x ~ 5",
        "+5 ~ 5",
        "-0 ~ 0",
        "- ~ 0",
        "00005 ~ 5",
        "5.5 ~ 5",
        "99999999999999999999 ~ 9223372036854775807",
        "'' ~ NONE",
      })
  void textBecomesANumberWithoutFail(String text, String expected) {
    assertThat(convert(new Converter.ToNumber(), text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "ADD, 9223372036854775807, 1, 9223372036854775807",
    "SUBTRACT, 5, 9, -4",
    "SUBTRACT, -5, 3, 9223372036854775807",
    "ADD, -1, -1, 9223372036854775807",
    "SUBTRACT, -9223372036854775807, 3, -9223372036854775808",
    "SUBTRACT, -3, -3, 0",
    "DIVIDE, -7, 2, -3",
    "MODULO, -7, 3, -1",
    "DIVIDE, 1, 0, 9223372036854775807",
    "MODULO, 1, 0, 0",
    "MULTIPLY, 9223372036854775807, 2, 9223372036854775807",
  })
  void arithmeticSaturatesAndMistakesTwoNegativeNumbers(
      Converter.Operator operator, long left, long right, long expected) {
    assertThat(converters.apply(new Converter.Arithmetic(operator, right), new Value.Number(left)))
        .contains(new Value.Number(expected));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "PATH_SEGMENT ~ b ~ /a/b ~ true",
        "PATH_SEGMENT ~ /b/ ~ /bb/b ~ true",
        "PATH_SEGMENT ~ a/b ~ /a/b/c ~ true",
        "PATH_SEGMENT ~ b ~ /xb ~ false",
        "PATH_SEGMENT ~ q ~ /a?q ~ true",
        "PATH_SEGMENT ~ / ~ // ~ false",
        "DOMAIN ~ a ~ xa.a ~ true",
        "DOMAIN ~ .a ~ b.a:80 ~ true",
        "DOMAIN ~ b:80 ~ a.b:80 ~ true",
        "DOMAIN ~ a ~ aa ~ false",
        "DOMAIN ~ a ~ A.b ~ false",
      })
  void partsStandBetweenDelimiters(Match.Kind kind, String pattern, String text, boolean holds) {
    assertThat(yes(new Match.Text(kind, List.of(pattern), false), text)).isEqualTo(holds);
  }

  private boolean yes(Match match, String text) {
    return matches.match(match, new Value.Text(text)) instanceof Matches.Verdict.Yes;
  }

  @ParameterizedTest
  @CsvSource({
    "10.1.1.1, 10.0.0.0/8, true",
    "10.1.1.1, 10.1.2.3/8, true",
    "10.1.1.1, ::ffff:10.0.0.0/104, true",
    "10.1.1.1, ::/0, true",
    "::ffff:10.1.1.1, 10.0.0.0/8, true",
    "::10.1.1.1, 10.0.0.0/8, true",
    "::10.1.1.1, ::ffff:10.0.0.0/104, false",
    "2002:0a01:0101::, 10.0.0.0/8, true",
    "2001:db8::1, 0.0.0.0/0, false",
    "2001:db8::1, 2001:db8::1/32, true",
    "10.1.1, 0.0.0.0/0, false",
    "010.1.1.1, 10.0.0.0/8, true",
    "10.1.1.1:80, 10.0.0.0/8, true",
    "10.1.1.1x, 10.0.0.0/8, true",
    "256.1.1.1, 0.0.0.0/0, false",
    "[2001:db8::1], ::/0, false",
  })
  void addressesOfBothKindsMeet(String text, String network, boolean holds) {
    Network parsed = Network.parse(network).orElseThrow();
    Match match =
        new Match.Addresses(
            List.of(new Match.Network(parsed.address().toString(), parsed.prefix())));
    assertThat(yes(match, text)).isEqualTo(holds);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "^[[:alpha:]]+$ ~ abc ~ true",
        "^[[:alpha:]]+$ ~ a.b ~ false",
        "(?i)abc ~ ABC ~ true",
        "[]a] ~ x&] ~ true",
        "[^]a] ~ a ~ false",
        "a{,2} ~ a{,2} ~ true",
        "a{,2} ~ aab ~ false",
        "[[] ~ [ ~ true",
        "[a-z&&[b]] ~ x&] ~ true",
        "[a-z&&[b]] ~ b ~ false",
        "^a\\x41 ~ aA ~ true",
        "a++b ~ aab ~ true",
        "(?>a)b ~ ab ~ true",
        "[\\w.-]+@ ~ x@ ~ true",
        "{ ~ a{b ~ true",
        "a{b ~ a{b ~ true",
        "\\Q.\\E ~ a.b ~ true",
        "\\w$ ~ a\u00e4 ~ false",
        "^.$ ~ \u00e4 ~ true",
      })
  void regularExpressionsMeanTheSame(String regex, String text, boolean found) {
    assertThat(yes(new Match.Regex(List.of(regex), false), text)).isEqualTo(found);
  }

  @Test
  void whatMayMeanSomethingElseIsUnknown() {
    for (String regex : List.of("(?R)", "\\Ka", "(*UTF)a", "(?|a)", "\\10", "[[.a.]]", "(?x) a")) {
      assertThat(Regexes.translate(regex)).as(regex).isEmpty();
    }
  }

  @Test
  void aSearchThatTakesTooLongIsUnknown() {
    assertThat(regexes.search("^(a|aa)+\\1b$", false, "a".repeat(60), false))
        .isInstanceOf(Regexes.Search.Unknown.class);
  }

  private static MapTable table(MapTable.Kind kind, String... lines) {
    Span span = Span.startOf("m.map");
    List<MapTable.Entry> entries = new ArrayList<>();
    for (String line : lines) {
      String[] words = line.split(" ", 2);
      entries.add(new MapTable.Entry(words[0], words.length > 1 ? words[1] : "", span));
    }
    return new MapTable("m.map", kind, MapTable.ValueType.TEXT, entries, span);
  }

  @Test
  void prefixMapsTakeTheLongestKeyAndTheFirstOfEqualOnes() {
    Converter map =
        new Converter.Map(
            table(MapTable.Kind.PREFIX, "/ root", "/abc x", "/ab y", "/ab z"), Optional.of("DEF"));
    assertThat(convert(map, "/ab")).isEqualTo("y");
    assertThat(convert(map, "/abcd")).isEqualTo("x");
    assertThat(convert(map, "/a")).isEqualTo("root");
    assertThat(convert(map, "q")).isEqualTo("DEF");
  }

  @ParameterizedTest
  @CsvSource({
    "10.1.1.1, sixteen", "10.2.0.1, eight", "9.9.9.9, any", "::ffff:10.1.1.1, v6",
    "::ffff:10.2.1.1, eight", "2001:db8::5, db", "2001:db9::5, DEF", "x, NONE",
  })
  void addressMapsTakeTheLongestNetworkOfTheOwnKindFirst(String text, String expected) {
    Converter map =
        new Converter.Map(
            table(
                MapTable.Kind.ADDRESS,
                "10.0.0.0/8 eight",
                "10.1.0.0/16 sixteen",
                "10.1.0.0/16 dup",
                "::ffff:10.1.1.0/120 v6",
                "2001:db8::/32 db",
                "0.0.0.0/0 any"),
            Optional.of("DEF"));
    assertThat(convert(map, text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"4, low", "3, low", "-3, neg", "12, high", "7x, DEF", "'', NONE", "x, neg"})
  void numberMapsHoldRanges(String text, String expected) {
    Converter map =
        new Converter.Map(
            table(MapTable.Kind.NUMBER, "1:5 low", "3 three", "-3 neg", "10: high"),
            Optional.of("DEF"));
    assertThat(convert(map, text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "::1, ::1",
    "2001:DB8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "::ffff:1.2.3.4, ::ffff:1.2.3.4",
    "::1.2.3.4, ::1.2.3.4",
    "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8",
    "::, ::",
    "1::, 1::",
    "1:0:3:4:5:6:7:8, 1:0:3:4:5:6:7:8",
  })
  void addressesAreWrittenShort(String text, String expected) {
    assertThat(Ip.parse(text)).map(Ip::toString).contains(expected);
  }

  @Test
  void whatIsNoAddressIsNone() {
    for (String text :
        List.of("", ":", ":::", "1:2", "1::2::3", "1.2.3", "g::", "1:2:3:4:5:6:7:8:9")) {
      assertThat(Ip.parse(text)).as(text).isEmpty();
    }
  }
}
