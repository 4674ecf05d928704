package dev.checkrail.balancer.haproxy;

import dev.checkrail.balancer.RunningState.Entry;
import dev.checkrail.balancer.RunningState.Table;
import dev.checkrail.read.ReadReport;
import dev.checkrail.read.haproxy.ConditionText;
import dev.checkrail.read.haproxy.CriterionText;
import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.ParseAcl;
import dev.checkrail.read.haproxy.PredefinedAcl;
import dev.checkrail.read.haproxy.Registry;
import dev.checkrail.read.haproxy.Section;
import dev.checkrail.read.haproxy.SectionKind;
import dev.checkrail.read.haproxy.Word;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Patterns of ACLs that stand in the configuration itself. HAProxy keeps each such list under file,
 * line and fetch ({@code show acl}: {@code acl 'path_beg' file 'a.cfg' line 14.}); those of one
 * line in the order in which they stand there. What was seen on 2.6.12:
 *
 * <ul>
 *   <li>Each {@code acl} line has one, each {@code { … }} of a condition, and each predefined ACL
 *       at its first use in a section. One that has a file has both, this one often empty.
 *   <li>The fetch is the ACL keyword as written ({@code hdr}, {@code path_beg}); that of its sample
 *       ({@code req.hdr}, {@code path}) if it has a converter.
 *   <li>Patterns are kept as written, but for operators: {@code gt 3} is {@code 4:}.
 * </ul>
 *
 * @param name by which it is known over changes of other lines: {@code frontend web is_pay}, {@code
 *     frontend web http-request { path_beg } (2)}
 * @param place as {@link Tables} names it
 * @param criterion what stands there; empty for a predefined ACL
 * @param entries what a fresh worker holds; empty if that is not known
 */
record Written(
    String name, String place, Optional<CriterionText> criterion, Optional<List<String>> entries) {
  private static final Registry REGISTRY = Registry.haproxy26();
  private static final Set<String> OPERATORS = Set.of("eq", "le", "lt", "ge", "gt");

  /** Whose patterns may be parts of versions, which are rewritten differently. */
  private static final Set<String> VERSIONS = Set.of("req.ssl_ver", "req_ssl_ver");

  /** One before it is known which of its line and of its name it is. */
  private record Found(
      String name, String fetch, Optional<CriterionText> own, List<String> words, boolean number) {
    Found {
      words = List.copyOf(words);
    }
  }

  /** As tables of a fresh worker; those of which that is not known are left out. */
  static List<Table> tables(ReadReport read) {
    List<Table> tables = new ArrayList<>();
    for (Written one : in(read)) {
      one.entries()
          .ifPresent(entries ->
              tables.add(
                  new Table(
                      Table.Kind.PATTERNS,
                      one.name(),
                      Optional.of(one.place()),
                      entries.stream().map(text -> new Entry(text, Optional.empty())).toList())));
    }
    return tables;
  }

  /** All of them, in the order of their lines. */
  static List<Written> in(ReadReport read) {
    List<Written> all = new ArrayList<>();
    Map<String, Integer> names = new HashMap<>();
    read.tree()
        .sections()
        .filter(Section::active)
        .filter(section -> section.kind().isProxy() || section.kind() == SectionKind.FCGI_APP)
        .forEach(section -> section(section, names, all));
    return all;
  }

  private static void section(Section section, Map<String, Integer> names, List<Written> all) {
    Set<String> declared = new HashSet<>();
    section
        .activeDirectives()
        .forEach(directive -> {
          List<Found> found = new ArrayList<>();
          if (directive.is("acl")) {
            declared.add(directive.arg(0));
            ParseAcl.acl(directive)
                .value()
                .ifPresent(acl -> found.add(found(acl.name(), acl.criterion())));
          } else {
            guard(directive, declared, found);
          }
          String line = directive.span().file() + ":" + directive.span().line();
          for (int i = 0; i < found.size(); i++) {
            Found one = found.get(i);
            String name = section.label() + " " + one.name();
            int times = names.merge(name, 1, Integer::sum);
            all.add(
                new Written(
                    times == 1 ? name : name + " (" + times + ")",
                    Tables.place(line, one.fetch(), i + 1, found.size()),
                    one.own(),
                    entries(one)));
          }
        });
  }

  private static void guard(Directive directive, Set<String> declared, List<Found> found) {
    List<Word> words = directive.args();
    int guard = ParseAcl.guardIndex(words);
    if (guard < words.size()) {
      ParseAcl.guard(words.subList(guard, words.size()))
          .value()
          .ifPresent(it -> condition(it.condition(), directive.keyword().value(), declared, found));
    }
  }

  private static void condition(
      ConditionText condition, String keyword, Set<String> declared, List<Found> found) {
    switch (condition) {
      case ConditionText.Or or ->
          or.parts().forEach(part -> condition(part, keyword, declared, found));
      case ConditionText.And and ->
          and.parts().forEach(part -> condition(part, keyword, declared, found));
      case ConditionText.Not not -> condition(not.part(), keyword, declared, found);
      case ConditionText.Anonymous own -> {
        Found one = found("", own.criterion());
        found.add(
            new Found(
                keyword + " { " + one.fetch() + " }",
                one.fetch(),
                one.own(),
                one.words(),
                one.number()));
      }
      case ConditionText.Named named -> {
        Optional<PredefinedAcl> known =
            declared.add(named.name()) ? PredefinedAcl.of(named.name()) : Optional.empty();
        known.ifPresent(acl -> {
          String fetch = acl.criterion().getFirst();
          List<String> words = acl.criterion().subList(1, acl.criterion().size());
          int open = fetch.indexOf('(');
          found.add(
              new Found(
                  acl.name(),
                  open < 0 ? fetch : fetch.substring(0, open),
                  Optional.empty(),
                  words,
                  words.stream().anyMatch(OPERATORS::contains)));
        });
      }
    }
  }

  private static Found found(String name, CriterionText criterion) {
    boolean keyword = REGISTRY.aclKeyword(criterion.keyword()).isPresent();
    return new Found(
        name,
        keyword && criterion.sample().converters().isEmpty()
            ? criterion.keyword()
            : criterion.sample().fetch(),
        Optional.of(criterion),
        criterion.patterns().stream().map(Word::value).toList(),
        isNumber(criterion));
  }

  private static boolean isNumber(CriterionText criterion) {
    return criterion.match() == CriterionText.Match.INT;
  }

  /** Whether operators stand among the patterns, so that one says what the next ones mean. */
  static boolean hasOperators(CriterionText criterion) {
    return isNumber(criterion)
        && criterion.patterns().stream().map(Word::value).anyMatch(OPERATORS::contains);
  }

  /** What {@code show acl} has of them; empty where one could not be told from another there. */
  private static Optional<List<String>> entries(Found one) {
    boolean printable =
        one.words().stream().allMatch(word -> word.chars().allMatch(c -> c >= ' ' && c != 0x7f));
    boolean operators = one.number() && one.words().stream().anyMatch(OPERATORS::contains);
    if (!printable || (operators && VERSIONS.contains(one.fetch()))) {
      return Optional.empty();
    }
    List<String> entries = new ArrayList<>();
    String operator = "eq";
    for (String word : one.words()) {
      if (one.number() && OPERATORS.contains(word)) {
        operator = word;
        continue;
      }
      boolean range = word.indexOf(':') >= 0 || word.indexOf('-') >= 0;
      if (!one.number() || range || operator.equals("eq")) {
        entries.add(word);
        continue;
      }
      try {
        long number = Long.parseLong(word);
        entries.add(
            switch (operator) {
              case "gt" -> number + 1 + ":";
              case "ge" -> number + ":";
              case "lt" -> ":" + (number - 1);
              case String le -> ":" + number;
            });
      } catch (NumberFormatException e) {
        return Optional.empty();
      }
    }
    return Optional.of(entries);
  }

  /** The words of its patterns, if each of them stands in the file as a word of its own. */
  Optional<List<Word>> words() {
    List<Word> words = criterion.map(CriterionText::patterns).orElse(List.of());
    boolean own =
        IntStream.range(1, words.size())
            .noneMatch(i -> words.get(i).span().equals(words.get(i - 1).span()));
    return own && !words.isEmpty() ? Optional.of(words) : Optional.empty();
  }
}
