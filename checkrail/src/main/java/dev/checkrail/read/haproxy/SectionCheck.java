package dev.checkrail.read.haproxy;

import dev.checkrail.source.Problem;
import dev.checkrail.source.Severity;
import dev.checkrail.source.Span;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Checks headers of sections (manual 4) and every keyword, option, action and parameter against the
 * {@link Registry}.
 */
final class SectionCheck {
  /** A file with more unknown words is no HAProxy configuration; a suggestion takes a while. */
  private static final int MOST_SUGGESTIONS = 1_000;

  private static final Registry REGISTRY = Registry.haproxy26();
  private static final Set<String> RULES =
      Set.of("tcp-request", "tcp-response", "http-request", "http-response", "http-after-response");
  private static final Set<String> TCP_RULES = Set.of("connection", "session", "content");
  private static final Set<String> SECOND_WORDS =
      Set.of(
          "timeout", "http-check", "tcp-check", "capture", "email-alert", "stick", "compression");

  private final List<Problem> problems;
  private final Map<String, Section> frontends = new HashMap<>();
  private final Map<String, Section> backends = new HashMap<>();
  private final Map<String, Integer> defaults = new HashMap<>();
  private final Set<String> reported = new HashSet<>();

  private SectionCheck(List<Problem> problems) {
    this.problems = problems;
  }

  static void check(HaproxyTree tree, List<Problem> problems) {
    SectionCheck check = new SectionCheck(problems);
    tree.sections().forEach(check::section);
    check.tables(tree);
  }

  // ---- tables that rules count in

  /** {@code track-sc} needs a table: the one it names, else that of its own section [7.3.3]. */
  private void tables(HaproxyTree tree) {
    Set<String> tables = new HashSet<>();
    tree.sections()
        .forEach(section ->
            section
                .activeDirectives()
                .forEach(directive -> {
                  if (directive.is("stick-table")) {
                    tables.add(section.title());
                  } else if (section.kind() == SectionKind.PEERS && directive.is("table")) {
                    tables.add(section.title() + "/" + directive.arg(0));
                  }
                }));
    tree.sections()
        .filter(section -> section.kind().isProxy())
        .forEach(section ->
            section.activeDirectives().forEach(directive -> tracking(section, directive, tables)));
  }

  private void tracking(Section section, Directive directive, Set<String> tables) {
    if (!RULES.contains(directive.keyword().value())) {
      return;
    }
    int action = TCP_RULES.contains(directive.arg(0)) ? 1 : 0;
    if (!directive.arg(action).startsWith("track-sc")) {
      return;
    }
    List<Word> words = directive.args();
    Word place = words.get(action);
    String table = section.title();
    for (int i = action + 1; i + 1 < words.size(); i++) {
      String word = words.get(i).value();
      if (word.equals("if") || word.equals("unless")) {
        break;
      }
      if (word.equals("table")) {
        place = words.get(i + 1);
        table = place.value();
      }
    }
    if (!tables.contains(table)) {
      error(
          place.span(),
          "'"
              + directive.arg(action)
              + "' counts in the table of '"
              + FileReading.shown(table)
              + "', and there is none: it needs a stick-table");
    }
  }

  private void section(Section section) {
    if (section.kind().isProxy()) {
      header(section);
    }
    boolean named = !section.title().isEmpty();
    section.activeDirectives().forEach(d -> directive(section, named, d));
  }

  // ---- headers

  private void header(Section section) {
    String title = section.title();
    SectionKind kind = section.kind();
    List<Word> words = section.header().words();
    if (kind == SectionKind.DEFAULTS) {
      defaults(section);
      return;
    }
    if (title.isEmpty()) {
      error(section.span(), "'" + kind.word() + "' needs a name");
      return;
    }
    if (!ParseAcl.isName(title)) {
      error(
          section.name().orElseThrow().span(),
          "a name consists of letters, digits and . : _ - only");
    }
    if ((words.size() > 2 && section.parent().isEmpty()) || words.size() > 4) {
      error(
          words.get(2).span(),
          "a section's name may only be followed by 'from' and the name of a defaults section"
              + (kind == SectionKind.BACKEND ? "" : "; addresses go on 'bind' lines"));
    }
    if (kind != SectionKind.BACKEND) {
      unique(frontends, section);
    }
    if (kind != SectionKind.FRONTEND) {
      unique(backends, section);
    }
    parent(section);
  }

  private void defaults(Section section) {
    parent(section);
    defaults.merge(section.title(), 1, Integer::sum);
  }

  private void parent(Section section) {
    if (section.parent().isEmpty()) {
      return;
    }
    Word parent = section.parent().get();
    int count = defaults.getOrDefault(parent.value(), 0);
    if (count == 0) {
      problems.add(
          new Problem(
              "read/syntax",
              Severity.ERROR,
              parent.span(),
              "there is no defaults section '"
                  + FileReading.shown(parent.value())
                  + "' before this line",
              Registry.nearest(parent.value(), defaults.keySet())
                  .map(n -> "did you mean '" + n + "'?")));
    } else if (count > 1) {
      error(
          parent.span(),
          "several defaults sections are called '" + FileReading.shown(parent.value()) + "'");
    }
  }

  private void unique(Map<String, Section> seen, Section section) {
    Section first = seen.putIfAbsent(section.title(), section);
    if (first != null && reported.add(section.span().toString())) {
      error(
          section.span(),
          section.label() + " has the same name as " + first.label() + " at " + first.span());
    }
  }

  // ---- keywords

  private void directive(Section section, boolean named, Directive directive) {
    SectionKind kind = section.kind();
    String keyword = directive.keyword().value();
    Registry.Acceptance acceptance = REGISTRY.keyword(kind, named, keyword);
    switch (acceptance) {
      case UNKNOWN -> unknownKeyword(section, named, directive);
      case REFUSED ->
          report(
              Severity.ERROR,
              directive.keyword().span(),
              "'"
                  + keyword
                  + "' is not allowed in "
                  + (kind == SectionKind.DEFAULTS && !named ? "an unnamed " : "a ")
                  + kind.word()
                  + " section"
                  + elsewhere(keyword, kind),
              Optional.empty());
      case REMOVED ->
          report(
              Severity.ERROR,
              directive.keyword().span(),
              "'" + keyword + "' was removed from HAProxy",
              Optional.empty());
      case IGNORED ->
          problems.add(
              new Problem(
                  "read/ignored",
                  Severity.WARNING,
                  directive.keyword().span(),
                  "HAProxy ignores '"
                      + keyword
                      + "' in a "
                      + kind.word()
                      + " section"
                      + elsewhere(keyword, kind),
                  Optional.empty()));
      case TAKEN -> words(section, named, directive);
    }
  }

  private void unknownKeyword(Section section, boolean named, Directive directive) {
    String keyword = directive.keyword().value();
    List<SectionKind> taking = REGISTRY.sectionsTaking(keyword);
    String message =
        taking.isEmpty()
            ? "HAProxy knows no keyword '" + FileReading.shown(keyword) + "'"
            : "'"
                + keyword
                + "' is no keyword of a "
                + section.kind().word()
                + " section"
                + elsewhere(keyword, section.kind());
    report(
        Severity.ERROR,
        directive.keyword().span(),
        message,
        taking.isEmpty() && problems.size() < MOST_SUGGESTIONS
            ? REGISTRY
                .nearestKeyword(keyword, section.kind(), named)
                .map(n -> "did you mean '" + n + "'?")
            : Optional.empty());
  }

  private static String elsewhere(String keyword, SectionKind not) {
    Set<SectionKind> taking = EnumSet.noneOf(SectionKind.class);
    taking.addAll(REGISTRY.sectionsTaking(keyword));
    taking.remove(not);
    return taking.isEmpty()
        ? ""
        : "; it belongs in "
            + taking.stream().map(SectionKind::word).collect(Collectors.joining(", "));
  }

  // ---- words behind the keyword

  private void words(Section section, boolean named, Directive directive) {
    String keyword = directive.keyword().value();
    if (directive.arg(0).isEmpty()) {
      return; // whether words are missing is for the binary to say
    }
    if (!section.kind().isProxy()) {
      return;
    }
    switch (keyword) {
      case "option" -> option(section, named, directive);
      case "http-request", "http-response", "http-after-response" -> {
        action(keyword, directive.args().getFirst());
        capture(section, directive, 0);
      }
      case "tcp-request", "tcp-response" -> tcpRule(section, named, directive);
      case "bind" -> parameters(directive, Parameter.ofBind(directive), Registry.Group.BIND);
      case "server", "server-template", "default-server" ->
          parameters(directive, Parameter.ofServer(directive), Registry.Group.SERVER);
      default -> {
        if (SECOND_WORDS.contains(keyword)) {
          secondWord(keyword, directive.args().getFirst());
        }
      }
    }
  }

  private void secondWord(String keyword, Word word) {
    if (!REGISTRY.hasSecondWord(keyword, word.value())) {
      report(
          Severity.ERROR,
          word.span(),
          "'" + keyword + "' has no '" + FileReading.shown(word.value()) + "'",
          REGISTRY.nearestSecondWord(word.value(), keyword).map(n -> "did you mean '" + n + "'?"));
    }
  }

  private void option(Section section, boolean named, Directive directive) {
    Word word = directive.args().getFirst();
    String option = word.value();
    switch (REGISTRY.option(section.kind(), named, option)) {
      case TAKEN -> {
        // fine
      }
      case UNKNOWN, REFUSED ->
          report(
              Severity.ERROR,
              word.span(),
              "HAProxy knows no option '" + FileReading.shown(option) + "'",
              REGISTRY
                  .nearest(option, Registry.Group.OPTION)
                  .map(n -> "did you mean '" + n + "'?"));
      case REMOVED ->
          report(
              Severity.ERROR,
              word.span(),
              "option '" + option + "' was removed from HAProxy",
              Optional.empty());
      case IGNORED ->
          problems.add(
              new Problem(
                  "read/ignored",
                  Severity.WARNING,
                  word.span(),
                  "HAProxy ignores 'option "
                      + option
                      + "' in a "
                      + section.kind().word()
                      + " section",
                  Optional.empty()));
    }
  }

  private void tcpRule(Section section, boolean named, Directive directive) {
    String keyword = directive.keyword().value();
    Word second = directive.args().getFirst();
    String rule = keyword + " " + second.value();
    switch (REGISTRY.rule(section.kind(), named, rule)) {
      case UNKNOWN, REMOVED -> secondWord(keyword, second);
      case IGNORED, REFUSED ->
          report(
              Severity.ERROR,
              second.span(),
              "'"
                  + rule
                  + "' is not allowed in "
                  + (section.kind() == SectionKind.DEFAULTS && !named ? "an unnamed " : "a ")
                  + section.kind().word()
                  + " section",
              Optional.empty());
      case TAKEN -> {
        if (TCP_RULES.contains(second.value()) && directive.args().size() > 1) {
          action(rule, directive.args().get(1));
          capture(section, directive, 1);
        }
      }
    }
  }

  /** Only a frontend can make room for what is captured; a backend fills what one declared. */
  private void capture(Section section, Directive directive, int action) {
    if (section.kind() == SectionKind.BACKEND && directive.arg(action).equals("capture")) {
      for (Word word : directive.from(action + 1)) {
        if (word.value().equals("if") || word.value().equals("unless")) {
          return;
        }
        if (word.value().equals("len")) {
          error(
              word.span(),
              "a backend can't capture by length; declare the capture in the frontend and name it"
                  + " with 'http-request capture … id'");
          return;
        }
      }
    }
  }

  private void action(String ruleSet, Word word) {
    if (word.value().isEmpty() || REGISTRY.action(ruleSet, word.value()).isPresent()) {
      return;
    }
    int paren = word.value().indexOf('(');
    String name = paren < 0 ? word.value() : word.value().substring(0, paren);
    List<String> elsewhere =
        REGISTRY.ruleSets().stream()
            .filter(r -> REGISTRY.action(r, word.value()).isPresent())
            .toList();
    report(
        Severity.ERROR,
        word.at(0, name.length()),
        "'"
            + ruleSet
            + "' has no action '"
            + FileReading.shown(name)
            + "'"
            + (elsewhere.isEmpty() ? "" : "; it belongs to " + String.join(", ", elsewhere)),
        elsewhere.isEmpty()
            ? REGISTRY.nearestAction(name, ruleSet).map(n -> "did you mean '" + n + "'?")
            : Optional.empty());
  }

  private void parameters(Directive directive, List<Parameter> parameters, Registry.Group group) {
    for (Parameter parameter : parameters) {
      if (!parameter.known()) {
        String name = parameter.name().value();
        report(
            Severity.ERROR,
            parameter.name().span(),
            "'"
                + directive.keyword().value()
                + "' has no parameter '"
                + FileReading.shown(name)
                + "'",
            REGISTRY.nearest(name, group).map(n -> "did you mean '" + n + "'?"));
      }
    }
  }

  private void error(Span span, String message) {
    problems.add(Problem.error("read/syntax", span, message));
  }

  private void report(Severity severity, Span span, String message, Optional<String> fix) {
    problems.add(new Problem("read/unknown-keyword", severity, span, message, fix));
  }
}
