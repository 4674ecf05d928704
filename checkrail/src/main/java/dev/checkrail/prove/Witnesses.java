package dev.checkrail.prove;

import dev.checkrail.model.Frontend;
import dev.checkrail.model.Listener;
import dev.checkrail.model.Mode;
import dev.checkrail.prove.set.AtomSet;
import dev.checkrail.prove.set.FieldEncoding;
import dev.checkrail.report.Request;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Turns sets of requests into one request that a person believes. */
final class Witnesses {
  private final Universe universe;
  private final Map<Field, List<String>> dictionary = new HashMap<>();
  private final List<int[]> liked = new ArrayList<>();
  private final Map<Field, Map<Integer, Value>> words = new HashMap<>();

  Witnesses(Universe universe, Dictionary dictionary) {
    this.universe = universe;
    Map<Integer, int[]> byNumber = new HashMap<>();
    for (Axis axis : universe.axes()) {
      List<String> list = dictionary.of(axis.field());
      this.dictionary.put(axis.field(), list);
      switch (axis) {
        case Axis.Single single -> {
          Map<Integer, Value> known = known(single, list);
          words.put(axis.field(), known);
          byNumber.put(
              single.encoding().number(),
              known.keySet().stream().mapToInt(Integer::intValue).toArray());
        }
        case Elements elements ->
            byNumber.put(elements.end().number(), elements.codesAtEnd(single(axis.field())));
      }
    }
    for (FieldEncoding field : universe.diagrams.fields()) {
      liked.add(byNumber.getOrDefault(field.number(), new int[0]));
    }
  }

  private static Map<Integer, Value> known(Axis.Single axis, List<String> list) {
    Map<Integer, Value> known = new LinkedHashMap<>();
    for (String word : list) {
      Optional<Value> value =
          axis.field().type() == Value.Type.ADDRESS
              ? Addresses.parse(word).map(Value.Address::new)
              : Optional.of(new Value.Text(word));
      value
          .flatMap(v -> axis.atomOf(v).map(atom -> Map.entry(atom, v)))
          .ifPresent(entry -> known.putIfAbsent(entry.getKey(), entry.getValue()));
    }
    return known;
  }

  /** The words for one of several values of a header. */
  private List<String> single(Field list) {
    return dictionary.getOrDefault(Field.header(list.name()), List.of());
  }

  /**
   * A request of the set, which must not be empty.
   *
   * @param relevant fields that somebody looks at; client address and headers beside them are left
   *     out
   */
  Request of(int set, Frontend frontend, Listener listener, Set<Field> relevant) {
    List<int[]> preferences = new ArrayList<>(liked);
    while (preferences.size() < universe.diagrams.fields().size()) {
      preferences.add(new int[0]);
    }
    int[] atoms = universe.diagrams.pick(set, preferences);
    Map<Field, Value> values = new HashMap<>();
    for (Axis axis : universe.axes()) {
      Field field = axis.field();
      boolean optional = field.kind() == Field.Kind.SOURCE || field.kind() == Field.Kind.HEADER;
      if (optional && !relevant.contains(field)) {
        continue;
      }
      values.put(
          axis.field(),
          switch (axis) {
            case Axis.Single single -> value(single, atoms[single.encoding().number()]);
            case Elements elements -> elements.value(atoms, single(axis.field()));
          });
    }
    return request(values, frontend, listener);
  }

  /** The words that are known for a field, the best first. */
  List<String> dictionary(Field field) {
    return dictionary.getOrDefault(field, List.of());
  }

  /** The most believable value of these atoms, of which there is one at least. */
  Value example(Axis.Single axis, AtomSet atoms) {
    return words.getOrDefault(axis.field(), Map.of()).entrySet().stream()
        .filter(word -> atoms.contains(word.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseGet(() -> value(axis, atoms.first()));
  }

  /** The most believable value of an atom. */
  Value value(Axis.Single axis, int atom) {
    Value known = words.getOrDefault(axis.field(), Map.of()).get(atom);
    return known != null ? known : axis.value(atom, List.of());
  }

  private Request request(Map<Field, Value> values, Frontend frontend, Listener listener) {
    Optional<String> from = Optional.ofNullable(values.get(Field.SOURCE)).map(Value::asText);
    if (frontend.mode() == Mode.TCP) {
      Optional<String> greeting =
          text(values, Field.GREETING).filter(g -> g.length() > 1).map(g -> g.substring(1));
      Optional<String> name = greeting.or(() -> text(values, Field.SERVER_NAME));
      return new Request(
          "GET",
          "tcp://" + listener.key(),
          Map.of(),
          from,
          Optional.of(listener.key()),
          name,
          Optional.empty(),
          Optional.empty());
    }
    Map<String, List<String>> headers = new LinkedHashMap<>();
    List<String> hosts = dictionary.getOrDefault(Field.HOST, List.of());
    String defaultHost = hosts.isEmpty() ? "www.example.com" : hosts.getFirst();
    String authority = defaultHost;
    if (values.containsKey(Field.HOST)) {
      List<String> lines = lines(values, Field.HOST);
      boolean simple =
          lines.size() == 1
              && !lines.getFirst().isEmpty()
              && lines
                  .getFirst()
                  .chars()
                  .allMatch(c -> c > 0x20 && c < 0x7f && "/?#\\,\"<>".indexOf(c) < 0);
      if (simple) {
        authority = lines.getFirst();
      } else {
        authority = listener.key().startsWith("unix@") ? "localhost" : listener.key();
        headers.put("Host", lines);
      }
    }
    for (Map.Entry<Field, Value> entry : new TreeMap<>(values).entrySet()) {
      if (entry.getKey().kind() == Field.Kind.HEADER) {
        List<String> lines = lines(values, entry.getKey());
        if (!lines.isEmpty()) {
          headers.put(titled(entry.getKey().name()), lines);
        }
      }
    }
    if (hasWord(headers, "Connection", "upgrade") && hasWord(headers, "Upgrade", "websocket")) {
      // HAProxy refuses a handshake without a key; a key that somebody looks at is left as it is.
      headers.computeIfAbsent(
          "Sec-Websocket-Key",
          name ->
              values.containsKey(Field.header("sec-websocket-key"))
                  ? List.of()
                  : List.of("dGhlIHNhbXBsZSBub25jZQ=="));
      headers.values().removeIf(List::isEmpty);
    }
    String path = values.containsKey(Field.PATH) ? textOf(values, Field.PATH) : "/";
    String query = text(values, Field.QUERY).map(q -> "?" + q).orElse("");
    String method = text(values, Field.METHOD).orElse("GET");
    Optional<String> target = Optional.empty();
    if (path.equals(Field.ABSENT)) {
      target =
          Optional.of(
              method.equals("OPTIONS") && query.isEmpty()
                  ? "*"
                  : method.equals("CONNECT") ? authority : "http://" + authority + query);
      path = "/";
    }
    String scheme = listener.tls() ? "https" : "http";
    Optional<String> sni = Optional.empty();
    if (listener.tls()) {
      sni =
          values.containsKey(Field.SERVER_NAME)
              ? text(values, Field.SERVER_NAME)
              : Optional.of(hostOnly(authority));
    }
    return new Request(
        method,
        scheme + "://" + authority + (target.isPresent() ? "/" : path + query),
        headers,
        from,
        Optional.of(listener.key()),
        sni,
        text(values, Field.VERSION).filter(version -> !version.equals("1.1")),
        target);
  }

  private static boolean hasWord(Map<String, List<String>> headers, String name, String word) {
    return headers.getOrDefault(name, List.of()).stream()
        .flatMap(line -> Stream.of(line.split(",", -1)))
        .anyMatch(part -> part.strip().equalsIgnoreCase(word));
  }

  private static String hostOnly(String authority) {
    int colon = authority.lastIndexOf(':');
    return colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
  }

  private static String titled(String name) {
    StringBuilder title = new StringBuilder(name);
    for (int i = 0; i < title.length(); i++) {
      if (i == 0 || title.charAt(i - 1) == '-') {
        title.setCharAt(i, Character.toUpperCase(title.charAt(i)));
      }
    }
    return title.toString();
  }

  private static String textOf(Map<Field, Value> values, Field field) {
    Value value = values.get(field);
    return value == null ? Field.ABSENT : value.asText();
  }

  private static Optional<String> text(Map<Field, Value> values, Field field) {
    return Optional.of(textOf(values, field)).filter(text -> !text.equals(Field.ABSENT));
  }

  private static List<String> lines(Map<Field, Value> values, Field field) {
    String text = textOf(values, field);
    if (text.equals(Field.ABSENT)) {
      return List.of();
    }
    if (text.equals(Field.LISTED)) {
      // Nobody looks at the lines if the list is no field of the space: any two values will do.
      String lines = textOf(values, field.listed());
      return lines.equals(Field.ABSENT) ? List.of("a, b") : List.of(lines.split("\n", -1));
    }
    return List.of(text);
  }
}
