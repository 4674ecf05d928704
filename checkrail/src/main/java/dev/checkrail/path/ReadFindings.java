package dev.checkrail.path;

import dev.checkrail.read.ReadReport;
import dev.checkrail.read.haproxy.ConfigFile;
import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.Section;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import dev.checkrail.report.Stage;
import dev.checkrail.source.Problem;
import dev.checkrail.source.Severity;
import dev.checkrail.source.Span;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A reader's problems as findings: with the section and keyword they stand in, so that a problem is
 * known again in another version of the file. What HAProxy would not start with is {@code
 * read/refused-by-haproxy}, whoever noticed it.
 */
final class ReadFindings {
  private static final int LONGEST = 200;

  private final Map<String, TreeMap<Integer, Section>> sections = new java.util.HashMap<>();
  private final Map<Section, Map<Integer, Directive>> directives = new IdentityHashMap<>();

  private ReadFindings(ReadReport read) {
    for (ConfigFile file : read.tree().files()) {
      TreeMap<Integer, Section> byLine = new TreeMap<>();
      file.sections().forEach(section -> byLine.put(section.span().line(), section));
      sections.put(file.source().path(), byLine);
    }
  }

  static List<Finding> of(ReadReport read) {
    ReadFindings all = new ReadFindings(read);
    return read.problems().stream().map(all::finding).toList();
  }

  private Finding finding(Problem problem) {
    RuleId rule = rule(problem);
    Finding finding =
        Finding.of(rule, Stage.READ, subject(problem.span()), problem.span(), problem.message())
            .withSeverity(problem.severity());
    return problem.fix().map(finding::withFix).orElse(finding);
  }

  private static RuleId rule(Problem problem) {
    return RuleId.of(problem.code())
        .orElse(
            problem.severity() == Severity.ERROR
                ? RuleId.READ_REFUSED_BY_HAPROXY
                : RuleId.READ_WARNING);
  }

  private String subject(Span span) {
    TreeMap<Integer, Section> byLine = sections.get(span.file());
    Map.Entry<Integer, Section> at = byLine == null ? null : byLine.floorEntry(span.line());
    if (at == null) {
      return "configuration";
    }
    Section section = at.getValue();
    if (section.span().line() == span.line()) {
      return section.label();
    }
    Directive directive =
        directives.computeIfAbsent(section, ReadFindings::byLine).get(span.line());
    return directive == null ? section.label() : section.label() + " / " + named(directive);
  }

  private static Map<Integer, Directive> byLine(Section section) {
    Map<Integer, Directive> byLine = new HashMap<>();
    section.directives().forEach(it -> byLine.putIfAbsent(it.line().span().line(), it));
    return byLine;
  }

  /** The keyword, with the name of what it makes. */
  private static String named(Directive directive) {
    String keyword = brief(directive.keyword().value());
    return switch (keyword) {
      case "server", "acl", "bind", "option", "timeout", "use_backend", "default_backend" ->
          keyword + " " + brief(directive.arg(0));
      default -> keyword;
    };
  }

  /** Names are shorter; a line of megabytes is not repeated. */
  private static String brief(String word) {
    return word.length() > LONGEST ? word.substring(0, LONGEST) + "…" : word;
  }
}
