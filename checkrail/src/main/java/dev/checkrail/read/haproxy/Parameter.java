package dev.checkrail.read.haproxy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One parameter of a {@code bind} or {@code server} line with the words that belong to it (manual
 * 5.1, 5.2): {@code check}, {@code weight 10}, {@code source 10.0.0.1 interface eth0}.
 *
 * @param name its name
 * @param values the words behind it that it takes; fewer than it needs at the end of a line
 * @param known false if HAProxy has no such parameter; nothing is cut after it, as what follows may
 *     be its values
 */
public record Parameter(Word name, List<Word> values, boolean known) {
  public Parameter {
    values = List.copyOf(values);
  }

  /** Whether it is the parameter of this name. */
  public boolean is(String text) {
    return name.is(text);
  }

  /** Its first value, or the empty string. */
  public String value() {
    return values.isEmpty() ? "" : values.getFirst().value();
  }

  /** The parameters of a {@code bind} line: those behind the addresses. */
  public static List<Parameter> ofBind(Directive directive) {
    return cut(directive.from(1), true);
  }

  /** The parameters of a {@code server}, {@code default-server} or {@code server-template} line. */
  public static List<Parameter> ofServer(Directive directive) {
    int from =
        switch (directive.keyword().value()) {
          case "default-server" -> 0;
          case "server-template" -> 3;
          default -> 2;
        };
    return cut(directive.from(from), false);
  }

  private static List<Parameter> cut(List<Word> words, boolean bind) {
    Registry registry = Registry.haproxy26();
    List<Parameter> parameters = new ArrayList<>();
    int i = 0;
    while (i < words.size() && !words.get(i).value().isEmpty()) {
      Word name = words.get(i);
      Optional<Integer> takes =
          bind ? registry.bindParameter(name.value()) : registry.serverParameter(name.value());
      if (takes.isEmpty()) {
        parameters.add(new Parameter(name, List.of(), false));
        return parameters;
      }
      int end = takes.get() < 0 ? sourceEnd(words, i) : i + 1 + takes.get();
      end = Math.min(end, words.size());
      parameters.add(new Parameter(name, words.subList(i + 1, end), true));
      i = end;
    }
    return parameters;
  }

  /**
   * {@code source ADDRESS}, then {@code usesrc ADDRESS} and {@code interface NAME} in any order.
   */
  private static int sourceEnd(List<Word> words, int at) {
    int i = at + 2;
    while (i < words.size() && (words.get(i).is("usesrc") || words.get(i).is("interface"))) {
      i += 2;
    }
    return i;
  }
}
