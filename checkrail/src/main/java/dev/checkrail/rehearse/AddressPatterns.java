package dev.checkrail.rehearse;

import dev.checkrail.read.haproxy.CriterionText;
import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.ParseAcl;
import dev.checkrail.read.haproxy.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Tests of addresses on a line: HAProxy looks up the names among their patterns while it reads them
 * (manual 7.1.6), unless {@code -n} forbids it.
 */
final class AddressPatterns {
  /** What the C library takes for an address without a look-up: dots and digits, or colons. */
  private static final Pattern ADDRESS =
      Pattern.compile("[0-9.]+(/[0-9.]+)?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(/[0-9]+)?");

  private AddressPatterns() {}

  /** The tests of a line that may look something up: an {@code acl}'s, or those in braces. */
  static List<CriterionText> of(Directive directive) {
    List<List<Word>> all = new ArrayList<>();
    if (directive.is("acl")) {
      all.add(directive.from(1));
    } else {
      int from = -1;
      for (int i = 0; i < directive.args().size(); i++) {
        Word word = directive.args().get(i);
        if (word.is("{") || word.is("!{")) {
          from = i + 1;
        } else if (word.is("}") && from >= 0) {
          all.add(directive.args().subList(from, i));
          from = -1;
        }
      }
    }
    return all.stream()
        .flatMap(words -> ParseAcl.criterion(words, directive.span()).value().stream())
        .filter(one -> one.match() == CriterionText.Match.IP && !one.noResolve())
        .toList();
  }

  /** The names among the patterns of the line itself. */
  static List<Word> names(CriterionText criterion) {
    return criterion.patterns().stream().filter(word -> isName(word.value())).toList();
  }

  /** Whether a file of patterns has a name. */
  static boolean hasName(CriterionText criterion, String text) {
    return text.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .map(line -> criterion.forceMap() ? line.split("\\s", 2)[0] : line)
        .anyMatch(AddressPatterns::isName);
  }

  private static boolean isName(String pattern) {
    return !ADDRESS.matcher(pattern).matches();
  }
}
