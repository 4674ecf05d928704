package dev.checkrail.explain;

import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The request as it stands at one point of its way: what rules see and change. */
final class Message {
  /** Texts longer than this may not fit HAProxy's buffer, which truncates or fails. */
  static final int FITS = 8192;

  private static final Set<String> KNOWN_METHODS =
      Set.of("OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "CONNECT");

  /** One header line; the name in lower case. */
  record Header(String name, Value value) {}

  private final String sentTarget;
  private final List<Header> sent;
  private final List<Header> headers;
  private final Set<String> touched = new LinkedHashSet<>();
  private final Map<String, Optional<Value>> variables = new HashMap<>();
  private final String sentMethod;
  private Value method;
  private Value target;
  private Optional<String> poisoned = Optional.empty();
  private final Set<String> knownAfterPoison = new HashSet<>();
  private int generation;

  Message(Request request, String target, List<Header> headers) {
    this.sentTarget = target;
    this.sentMethod = request.method();
    this.method = new Value.Text(request.method());
    this.target = new Value.Text(target);
    this.sent = List.copyOf(headers);
    this.headers = new ArrayList<>(headers);
  }

  /** Counts changes, so that the same test before and after one is not the same question. */
  int generation() {
    return generation;
  }

  Value target() {
    return target;
  }

  /**
   * What the fetch {@code method} gives: changes are seen only if the sent one was no known one.
   */
  Value method() {
    return method;
  }

  void setMethod(Value value) {
    if (KNOWN_METHODS.contains(sentMethod)) {
      return;
    }
    generation++;
    method =
        value instanceof Value.Text text && KNOWN_METHODS.contains(text.bytes())
            ? new Value.Unknown("set-method from an unknown method to a known one")
            : value;
  }

  /** Why nothing is known of what something may have changed that is not modelled. */
  Optional<String> poisoned() {
    return poisoned;
  }

  // --- headers

  /** All lines of a header, or why they are not known. */
  Lookup lines(String name) {
    String lower = Converters.lower(name);
    if (poisoned.isPresent() && !knownAfterPoison.contains(lower)) {
      return new Lookup(List.of(), poisoned);
    }
    List<String> lines = new ArrayList<>();
    for (Header header : headers) {
      if (header.name().equals(lower)) {
        switch (header.value()) {
          case Value.Text text -> lines.add(text.bytes());
          case Value.Unknown unknown -> {
            return new Lookup(List.of(), Optional.of(unknown.why()));
          }
          case Value other -> throw new IllegalStateException("a header line is text");
        }
      }
    }
    return new Lookup(lines, Optional.empty());
  }

  /**
   * Lines of a header.
   *
   * @param unknown why they are not known
   */
  record Lookup(List<String> lines, Optional<String> unknown) {
    Lookup {
      lines = List.copyOf(lines);
    }
  }

  /** Names of all headers that are there now. */
  Set<String> headerNames() {
    Set<String> names = new LinkedHashSet<>();
    headers.forEach(header -> names.add(header.name()));
    return names;
  }

  void setHeader(String name, Value value) {
    removeHeader(name);
    addHeader(name, value);
  }

  void removeHeader(String name) {
    String lower = touch(name);
    headers.removeIf(header -> header.name().equals(lower));
    knownAfterPoison.add(lower);
  }

  void addHeader(String name, Value value) {
    String lower = touch(name);
    headers.add(new Header(lower, value));
    if (lower.equals("host")) {
      hostToAuthority(value);
    }
  }

  /** Replaces the values of all lines of a name, in order. */
  void replaceLines(String name, List<String> lines) {
    String lower = touch(name);
    int next = 0;
    for (int i = 0; i < headers.size(); i++) {
      if (headers.get(i).name().equals(lower)) {
        headers.set(i, new Header(lower, new Value.Text(lines.get(next++))));
      }
    }
    if (lower.equals("host") && !lines.isEmpty()) {
      hostToAuthority(new Value.Text(lines.getLast()));
    }
  }

  void loseHeader(String name, String why) {
    String lower = touch(name);
    headers.removeIf(header -> header.name().equals(lower));
    headers.add(new Header(lower, new Value.Unknown(why)));
    knownAfterPoison.add(lower);
  }

  private String touch(String name) {
    generation++;
    String lower = Converters.lower(name);
    touched.add(lower);
    return lower;
  }

  // --- target

  /** Path and query, if the target has any. */
  static Optional<String> pathAndQuery(String target) {
    if (target.startsWith("/")) {
      return Optional.of(target);
    }
    int authority = authorityStart(target);
    int slash = authority < 0 ? -1 : target.indexOf('/', authority);
    return slash < 0 ? Optional.empty() : Optional.of(target.substring(slash));
  }

  static String beforeQuery(String text) {
    int mark = text.indexOf('?');
    return mark < 0 ? text : text.substring(0, mark);
  }

  /** Where the authority of an absolute target starts; -1 if it is of another form. */
  static int authorityStart(String target) {
    int colon = target.indexOf("://");
    return colon > 0 && target.substring(0, colon).matches("[A-Za-z][A-Za-z0-9+.-]*")
        ? colon + 3
        : -1;
  }

  void setPath(String path, boolean withQuery) {
    change(text -> {
      String old = pathAndQuery(text).orElse(text);
      String query = withQuery ? "" : old.substring(beforeQuery(old).length());
      return text.substring(0, text.length() - old.length()) + path + query;
    });
  }

  void setQuery(String query) {
    change(text ->
        text.indexOf('?') >= 0
            ? beforeQuery(text) + "?" + query
            : query.isEmpty() ? text : text + "?" + query);
  }

  /** A target that names an authority renews all Host lines. */
  void setUri(String uri) {
    change(text -> uri);
    if (uri.isEmpty() || uri.startsWith("/") || uri.startsWith("*")) {
      return;
    }
    int start = Math.max(0, authorityStart(uri));
    int slash = uri.indexOf('/', start);
    String authority = uri.substring(start, slash < 0 ? uri.length() : slash);
    if (authority.isEmpty() || authority.indexOf('@') >= 0) {
      loseHeader("host", "a new target with an odd authority");
      return;
    }
    Lookup hosts = lines("host");
    if (hosts.unknown().isEmpty()) {
      touch("host");
      headers.replaceAll(header ->
          header.name().equals("host") ? new Header("host", new Value.Text(authority)) : header);
    }
  }

  void loseTarget(String why) {
    generation++;
    target = new Value.Unknown(why);
  }

  private interface Change {
    String of(String target);
  }

  private void change(Change change) {
    generation++;
    if (target instanceof Value.Text text) {
      target = new Value.Text(change.of(text.bytes()));
    }
  }

  private void hostToAuthority(Value host) {
    if (target instanceof Value.Text odd && hasNoForm(odd.bytes())) {
      loseTarget("a new Host beside a target without slash and scheme");
      return;
    }
    if (target instanceof Value.Text text && authorityStart(text.bytes()) >= 0) {
      String old = text.bytes();
      int start = authorityStart(old);
      int slash = old.indexOf('/', start);
      target =
          switch (host) {
            case Value.Text name ->
                new Value.Text(
                    old.substring(0, start)
                        + name.bytes()
                        + (slash < 0 ? "" : old.substring(slash)));
            case Value other -> other;
          };
    }
  }

  /** HAProxy may take such a target for an authority, depending on how it came about. */
  private static boolean hasNoForm(String target) {
    return !target.isEmpty() && "/*".indexOf(target.charAt(0)) < 0 && authorityStart(target) < 0;
  }

  // --- variables

  Optional<Value> variable(String name) {
    Optional<Value> value = variables.get(name);
    if (value != null) {
      return value;
    }
    if (name.startsWith("proc.")) {
      return Optional.of(new Value.Unknown("variable " + name + " is set by other requests, too"));
    }
    return poisoned.map(Value.Unknown::new);
  }

  void setVariable(String name, Value value) {
    generation++;
    variables.put(name, Optional.of(value));
  }

  void unsetVariable(String name) {
    generation++;
    variables.put(name, Optional.empty());
  }

  /** Something that is not modelled may have changed everything. */
  void poison(String why) {
    generation++;
    poisoned = Optional.of(why);
    knownAfterPoison.clear();
    variables.clear();
    method = new Value.Unknown(why);
    target = new Value.Unknown(why);
  }

  // --- what is sent on

  Optional<String> changedTarget() {
    if (target instanceof Value.Unknown) {
      return Optional.of(Outcome.NOT_KNOWN);
    }
    return target instanceof Value.Text text && !text.bytes().equals(sentTarget)
        ? Optional.of(text.bytes())
        : Optional.empty();
  }

  Map<String, Optional<String>> changedHeaders() {
    Map<String, Optional<String>> changes = new LinkedHashMap<>();
    for (String name : touched) {
      Lookup now = lines(name);
      List<String> before =
          sent.stream()
              .filter(header -> header.name().equals(name))
              .map(header -> Casts.text(header.value()).orElse(""))
              .toList();
      if (now.unknown().isPresent()) {
        changes.put(name, Optional.of(Outcome.NOT_KNOWN));
      } else if (!now.lines().equals(before)) {
        changes.put(
            name,
            now.lines().isEmpty() ? Optional.empty() : Optional.of(String.join(", ", now.lines())));
      }
    }
    return changes;
  }
}
