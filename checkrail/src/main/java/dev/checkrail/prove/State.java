package dev.checkrail.prove;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The request and the variables at one point of the rules, as functions of what the client sent.
 */
final class State {
  /** A change to all headers whose names fit. */
  private record Wide(String text, Predicate<String> names, Change change) {}

  /** A new term from the name and the old one. */
  interface Change {
    Term of(String name, Term old);
  }

  private final Terms terms;
  Term method;

  /** The target up to the first {@code ?}. */
  Term path;

  /** What follows it; absent without {@code ?}. */
  Term query;

  Formula noRetry;
  boolean rewritten;
  private final Map<String, Term> headers = new TreeMap<>();
  private final Map<String, Term> variables = new TreeMap<>();
  private final List<Wide> wide = new ArrayList<>();
  private int version;

  State(Terms terms, Formula noRetry) {
    this.terms = terms;
    this.method = terms.original(Field.METHOD);
    this.path = terms.original(Field.PATH);
    this.query = terms.original(Field.QUERY);
    this.noRetry = noRetry;
  }

  State copy() {
    State copy = new State(terms, noRetry);
    copy.method = method;
    copy.path = path;
    copy.query = query;
    copy.rewritten = rewritten;
    copy.headers.putAll(headers);
    copy.variables.putAll(variables);
    copy.wide.addAll(wide);
    return copy;
  }

  /** The request as the client sent it, with the variables of this state. */
  State unrewritten() {
    State plain = new State(terms, noRetry);
    plain.variables.putAll(variables);
    return plain;
  }

  /** Changes whenever something was written. */
  int version() {
    return version;
  }

  void touched() {
    version++;
    rewritten = true;
  }

  /** The header's lines joined by LF. */
  Term header(String name) {
    Term known = headers.get(name);
    if (known != null) {
      return known;
    }
    Term term = terms.original(Field.header(name));
    for (Wide change : wide) {
      if (change.names().test(name)) {
        term = change.change().of(name, term);
      }
    }
    return term;
  }

  void setHeader(String name, Term term) {
    headers.put(name, term);
    touched();
  }

  /**
   * Changes all headers of some names.
   *
   * @param text says which ones and how; equal texts mean equal changes
   */
  void changeHeaders(String text, Predicate<String> names, Change change) {
    headers.replaceAll((name, old) -> names.test(name) ? change.of(name, old) : old);
    wide.add(new Wide(text, names, change));
    touched();
  }

  List<String> wideChanges() {
    return wide.stream().map(Wide::text).toList();
  }

  Map<String, Term> touchedHeaders() {
    return new LinkedHashMap<>(headers);
  }

  Term variable(String name) {
    return variables.getOrDefault(name, terms.nothing);
  }

  void setVariable(String name, Term term) {
    variables.put(name, term);
    version++;
  }

  void changeVariables(Change change) {
    variables.replaceAll(change::of);
    version++;
  }

  /** Equal for states in which everything has the same terms. */
  String signature() {
    StringBuilder text = new StringBuilder();
    text.append(method.id()).append(' ').append(path.id()).append(' ').append(query.id());
    headers.forEach((name, term) -> text.append(' ').append(name).append('=').append(term.id()));
    variables.forEach((name, term) -> text.append(' ').append(name).append(':').append(term.id()));
    return text.append(' ').append(wideChanges()).toString();
  }
}
