package dev.checkrail.read.haproxy;

import dev.checkrail.source.Problem;
import dev.checkrail.source.Severity;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Parses {@code acl} lines, criteria and conditions (manual 7.1, 7.2).
 *
 * <p>What surprises: an ACL keyword with a converter ({@code path_beg,lower}) loses its own match
 * method and gets the default of the converter's type; a pattern word right behind a plain fetch
 * that is a converter's name is that converter <em>and</em> a pattern; the last {@code -m} counts;
 * a condition without terms is false.
 */
public final class ParseAcl {
  private static final Registry REGISTRY = Registry.haproxy26();

  private ParseAcl() {}

  /** Parses an {@code acl} directive. */
  public static Parsed<AclText> acl(Directive directive) {
    if (directive.arg(0).isEmpty() || directive.arg(1).isEmpty()) {
      return Parsed.failed(
          Problem.error(
              "read/syntax", directive.keyword().span(), "'acl' needs a name and a criterion"));
    }
    Word name = directive.args().getFirst();
    if (!isName(name.value())) {
      return Parsed.failed(
          Problem.error(
              "read/syntax",
              name.span(),
              "the name of an ACL consists of letters, digits and . : _ - only"));
    }
    if (name.is("or")) {
      return Parsed.failed(
          Problem.error(
              "read/syntax",
              name.span(),
              "no ACL can be called 'or': that is the word between conditions"));
    }
    Parsed<CriterionText> criterion = criterion(directive.from(1), directive.span());
    return criterion.value().isPresent()
        ? Parsed.of(
            new AclText(name.value(), name.span(), criterion.value().get()), criterion.problems())
        : Parsed.failed(criterion.problems());
  }

  /** Letters, digits and {@code . : _ -}: what names of ACLs and sections consist of. */
  static boolean isName(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Tokenizer.isAlnum(c) && c != '.' && c != ':' && c != '_' && c != '-') {
        return false;
      }
    }
    return !text.isEmpty();
  }

  /**
   * Parses a criterion.
   *
   * @param given its words, up to the end of the line or the closing brace
   * @param place where to complain if there are none
   */
  public static Parsed<CriterionText> criterion(List<Word> given, Span place) {
    List<Word> words = given.stream().takeWhile(w -> !w.value().isEmpty()).toList();
    if (words.isEmpty()) {
      return Parsed.failed(Problem.error("read/syntax", place, "a criterion is missing here"));
    }
    Word first = words.getFirst();
    String keyword = keywordOf(first.value());
    Optional<Registry.AclKeyword> acl = REGISTRY.aclKeyword(keyword);
    SampleText sample;
    CriterionText.@Nullable Match match = null;
    if (acl.isPresent()) {
      Registry.Fetch fetch = REGISTRY.fetch(acl.get().fetch()).orElseThrow();
      Parsed<SampleText> parsed = ParseSample.parseAclKeyword(first, fetch);
      if (parsed.value().isEmpty()) {
        return Parsed.failed(parsed.problems());
      }
      SampleText written = parsed.value().get();
      sample = new SampleText(fetch.name(), written.args(), written.converters(), written.span());
      if (sample.converters().isEmpty()) {
        match = acl.get().match();
      }
    } else {
      if (REGISTRY.fetch(keyword).isEmpty()) {
        return Parsed.failed(unknown(first, keyword));
      }
      Parsed<ParseSample.Used> parsed = ParseSample.parse(words);
      if (parsed.value().isEmpty()) {
        return Parsed.failed(parsed.problems());
      }
      sample = parsed.value().get().sample();
    }
    Registry.Type type = ParseSample.type(sample).orElseThrow();
    if (match == null) {
      match = defaultMatch(type);
    }
    return flagsAndPatterns(words, keyword, sample, type, match);
  }

  private static Problem unknown(Word word, String keyword) {
    List<String> known = new ArrayList<>(REGISTRY.words(Registry.Group.FETCH));
    known.addAll(REGISTRY.words(Registry.Group.ACL));
    return new Problem(
        "read/unknown-keyword",
        Severity.ERROR,
        word.at(0, keyword.length()),
        keyword.isEmpty()
            ? "the name of a sample fetch or ACL keyword is expected here"
            : "HAProxy knows no sample fetch or ACL keyword '" + FileReading.shown(keyword) + "'",
        Registry.nearest(keyword, known).map(n -> "did you mean '" + n + "'?"));
  }

  private static String keywordOf(String text) {
    int i = 0;
    while (i < text.length() && ParseSample.isNameByte(text.charAt(i))) {
      i++;
    }
    return text.substring(0, i);
  }

  private static CriterionText.@Nullable Match defaultMatch(Registry.Type type) {
    return switch (type) {
      case BOOL -> CriterionText.Match.BOOL;
      case SINT -> CriterionText.Match.INT;
      case ADDR, IPV4, IPV6 -> CriterionText.Match.IP;
      case STR -> CriterionText.Match.STR;
      case ANY, BIN, METH -> null;
    };
  }

  private static Registry.Type expected(CriterionText.Match match) {
    return switch (match) {
      case FOUND -> Registry.Type.ANY;
      case BOOL, INT, LEN ->
          match == CriterionText.Match.LEN ? Registry.Type.STR : Registry.Type.SINT;
      case IP -> Registry.Type.ADDR;
      case BIN -> Registry.Type.BIN;
      case STR, SUB, REG, BEG, END, DIR, DOM -> Registry.Type.STR;
    };
  }

  private static Parsed<CriterionText> flagsAndPatterns(
      List<Word> words,
      String keyword,
      SampleText sample,
      Registry.Type type,
      CriterionText.@Nullable Match given) {
    CriterionText.@Nullable Match match = given;
    boolean ignoreCase = false;
    boolean noResolve = false;
    boolean forceMap = false;
    @Nullable Word uniqueId = null;
    List<Word> files = new ArrayList<>();
    int i = 1;
    while (i < words.size() && words.get(i).value().startsWith("-")) {
      Word flag = words.get(i++);
      @Nullable Word value = i < words.size() ? words.get(i) : null;
      switch (flag.value()) {
        case "-i" -> ignoreCase = true;
        case "-n" -> noResolve = true;
        case "-M" -> forceMap = true;
        case "-u", "-f", "-m" -> {
          if (value == null) {
            return failed(flag.span(), "'" + flag.value() + "' needs a value behind it");
          }
          i++;
          if (flag.is("-u")) {
            if (!value.value().matches("\\s*[-+]?[0-9]+")) {
              return failed(value.span(), "'-u' needs an integer");
            }
            uniqueId = value;
          } else if (flag.is("-f")) {
            if (match == null) {
              return failed(flag.span(), "this type of sample needs '-m' before '-f'");
            }
            files.add(value);
          } else {
            if (!files.isEmpty()) {
              return failed(flag.span(), "'-m' must stand before '-f'");
            }
            Optional<CriterionText.Match> named = CriterionText.Match.of(value.value());
            if (named.isEmpty()) {
              return Parsed.failed(unknownMatch(value));
            }
            match = named.get();
            if (match != CriterionText.Match.FOUND && !Casts.possible(type, expected(match))) {
              return failed(
                  value.span(),
                  "'-m " + value.value() + "' does not go with what '" + keyword + "' gives");
            }
          }
        }
        case "--" -> {
          // what follows are patterns
        }
        default -> {
          return failed(
              flag.span(),
              "'"
                  + FileReading.shown(flag.value())
                  + "' is no flag of ACLs; write '--' before a pattern that begins with a dash");
        }
      }
      if (flag.is("--")) {
        break;
      }
    }
    if (match == null) {
      return failed(
          words.getFirst().span(),
          "'" + keyword + "' gives a type that has no default match; name one with '-m'");
    }
    Span first = words.getFirst().span();
    Span last = words.getLast().span();
    Span span =
        new Span(
            first.file(),
            first.line(),
            first.column(),
            Math.max(0, last.column() + last.length() - first.column()));
    List<Problem> problems = new ArrayList<>();
    if (words.size() == 1 && type != Registry.Type.BOOL) {
      problems.add(
          new Problem(
              "read/syntax",
              Severity.WARNING,
              span,
              "there is no pattern, so this never matches",
              Optional.of(
                  "add '-m found' to ask whether there is a value, or '--' if it is meant")));
    }
    return Parsed.of(
        new CriterionText(
            keyword,
            sample,
            match,
            ignoreCase,
            noResolve,
            forceMap,
            Optional.ofNullable(uniqueId),
            files,
            words.subList(i, words.size()),
            span),
        problems);
  }

  private static Problem unknownMatch(Word value) {
    List<String> known =
        java.util.Arrays.stream(CriterionText.Match.values())
            .map(CriterionText.Match::word)
            .toList();
    return new Problem(
        "read/unknown-keyword",
        Severity.ERROR,
        value.span(),
        "there is no match method '" + FileReading.shown(value.value()) + "'",
        Registry.nearest(value.value(), known).map(n -> "did you mean '" + n + "'?"));
  }

  private static Parsed<CriterionText> failed(Span span, String message) {
    return Parsed.failed(Problem.error("read/syntax", span, message));
  }

  // ---- conditions

  /** Index of the first {@code if} or {@code unless} among words; their number if there is none. */
  public static int guardIndex(List<Word> words) {
    int i = 0;
    while (i < words.size() && !words.get(i).is("if") && !words.get(i).is("unless")) {
      i++;
    }
    return i;
  }

  /** Parses {@code if …} or {@code unless …}: the words from that one to the end of the line. */
  public static Parsed<ConditionText.Guard> guard(List<Word> words) {
    if (words.isEmpty() || !(words.getFirst().is("if") || words.getFirst().is("unless"))) {
      throw new IllegalArgumentException("a guard begins with if or unless");
    }
    Word word = words.getFirst();
    Parsed<ConditionText> condition = condition(words.subList(1, words.size()), word.span());
    if (condition.value().isEmpty()) {
      return Parsed.failed(condition.problems());
    }
    ConditionText parsed = condition.value().get();
    return Parsed.of(
        new ConditionText.Guard(word.is("unless"), parsed, spanning(word.span(), parsed.span())),
        condition.problems());
  }

  /** Parses a condition without its leading word. */
  public static Parsed<ConditionText> condition(List<Word> words, Span place) {
    List<Problem> problems = new ArrayList<>();
    List<List<ConditionText>> groups = new ArrayList<>();
    @Nullable List<ConditionText> group = null;
    boolean negated = false;
    int negatedFrom = -1;
    boolean failed = false;
    for (int i = 0; i < words.size() && !words.get(i).value().isEmpty(); i++) {
      Word word = words.get(i);
      String text = word.value();
      int marks = 0;
      while (marks < text.length() && text.charAt(marks) == '!') {
        marks++;
      }
      if (marks > 0) {
        negated ^= marks % 2 == 1;
        negatedFrom = negatedFrom < 0 ? i : negatedFrom;
      }
      String name = text.substring(marks);
      if (name.isEmpty()) {
        continue;
      }
      if (name.equalsIgnoreCase("or") || name.equals("||")) {
        group = null;
        negated = false;
        negatedFrom = -1;
        continue;
      }
      @Nullable ConditionText term;
      if (name.equals("{")) {
        int close = i + 1;
        while (close < words.size()
            && !words.get(close).value().isEmpty()
            && !words.get(close).is("}")) {
          close++;
        }
        if (close >= words.size() || words.get(close).value().isEmpty()) {
          return Parsed.failed(
              Problem.error(
                  "read/syntax", word.span(), "this '{' has no '}' (as a word of its own)"));
        }
        Parsed<CriterionText> criterion = criterion(words.subList(i + 1, close), word.span());
        problems.addAll(criterion.problems());
        Span span = spanning(word.span(), words.get(close).span());
        term = criterion.value().map(c -> new ConditionText.Anonymous(c, span)).orElse(null);
        failed |= term == null;
        i = close;
      } else {
        term = new ConditionText.Named(name, word.at(marks, text.length()));
      }
      if (group == null) {
        group = new ArrayList<>();
        groups.add(group);
      }
      if (term != null) {
        group.add(
            negated
                ? new ConditionText.Not(
                    term, spanning(words.get(Math.max(0, negatedFrom)).span(), term.span()))
                : term);
      }
      negated = false;
      negatedFrom = -1;
    }
    if (failed) {
      return Parsed.failed(problems);
    }
    return Parsed.of(or(groups, place), problems);
  }

  private static ConditionText or(List<List<ConditionText>> groups, Span place) {
    List<ConditionText> parts = new ArrayList<>();
    for (List<ConditionText> group : groups) {
      parts.add(
          group.size() == 1
              ? group.getFirst()
              : new ConditionText.And(
                  group, spanning(group.getFirst().span(), group.getLast().span())));
    }
    return parts.size() == 1
        ? parts.getFirst()
        : new ConditionText.Or(
            parts,
            parts.isEmpty() ? place : spanning(parts.getFirst().span(), parts.getLast().span()));
  }

  private static Span spanning(Span first, Span last) {
    return new Span(
        first.file(),
        first.line(),
        first.column(),
        Math.max(first.length(), last.column() + last.length() - first.column()));
  }
}
