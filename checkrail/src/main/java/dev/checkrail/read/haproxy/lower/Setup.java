package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.ErrorFile;
import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.source.Span;
import java.util.Map;
import java.util.Set;

/**
 * What lowering one directive needs to know of its surroundings.
 *
 * @param notes where problems go
 * @param files where files come from
 * @param directive the directive
 * @param use place of use for files, {@code frontend fe / use_backend #2}
 * @param proxy name of the section for which it is lowered (it may stand in a defaults section)
 * @param http whether that section is in HTTP mode
 * @param late whether HAProxy resolves its expressions after all files are parsed
 * @param pools names of all pools
 * @param environment the variables that {@code env()} sees
 * @param errorSections the {@code http-errors} sections, by name
 */
record Setup(
    Notes notes,
    FileLookup files,
    Directive directive,
    String use,
    String proxy,
    boolean http,
    boolean late,
    Set<String> pools,
    Map<String, String> environment,
    Map<String, Map<Integer, ErrorFile>> errorSections) {
  Setup {
    // Immutable already, so these copy nothing for the thousands of directives of a configuration.
    pools = Set.copyOf(pools);
    environment = Map.copyOf(environment);
    errorSections = Map.copyOf(errorSections);
  }

  /** The same, for another place of use. */
  Setup at(String place) {
    return new Setup(
        notes, files, directive, place, proxy, http, late, pools, environment, errorSections);
  }

  /** The same, resolved after all files are parsed. */
  Setup later() {
    return new Setup(
        notes, files, directive, use, proxy, http, true, pools, environment, errorSections);
  }

  /** Whether a word stands in a piece of the directive. */
  boolean says(String word, Span piece) {
    return directive.line().words().stream()
        .anyMatch(w ->
            w.is(word)
                && w.span().column() >= piece.column()
                && w.span().column() < piece.column() + piece.length());
  }
}
