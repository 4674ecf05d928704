package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.Setting;
import dev.checkrail.read.haproxy.KeptText;
import dev.checkrail.read.haproxy.Registry;
import dev.checkrail.read.haproxy.Word;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Parameters of {@code bind} and {@code server} lines [5.1, 5.2], by name; the last one counts. */
final class Parameters {
  private record Given(Word name, List<Word> values) {
    Given {
      values = List.copyOf(values);
    }
  }

  private final Map<String, List<Given>> given = new LinkedHashMap<>();
  private final boolean bind;

  Parameters(boolean bind) {
    this.bind = bind;
  }

  /** The same parameters, to go on from. */
  Parameters copy() {
    Parameters copy = new Parameters(bind);
    given.forEach((name, all) -> copy.given.put(name, new ArrayList<>(all)));
    return copy;
  }

  /** Reads parameters up to the end of the line; unknown ones count as having no value. */
  void read(List<Word> words) {
    for (int i = 0; i < words.size(); ) {
      Word name = words.get(i);
      int values = arity(name.value());
      int end = i + 1 + values;
      if (values < 0) {
        end = i + 2;
        while (end < words.size()
            && (words.get(end).is("usesrc") || words.get(end).is("interface"))) {
          end += 2;
        }
      }
      end = Math.min(end, words.size());
      put(name, words.subList(i + 1, end));
      i = end;
    }
  }

  private int arity(String name) {
    Optional<Integer> known =
        bind
            ? Registry.haproxy26().bindParameter(name)
            : Registry.haproxy26().serverParameter(name);
    return known.orElse(0);
  }

  private void put(Word name, List<Word> values) {
    String word = name.value();
    switch (word) {
      case "enabled" -> given.remove("disabled");
      case "no-check",
          "no-backup",
          "no-ssl",
          "no-agent-check",
          "no-send-proxy",
          "no-send-proxy-v2",
          "no-check-ssl",
          "no-check-send-proxy" ->
          given.remove(word.substring(3));
      case "crt", "crt-list" -> {
        if (bind) {
          given.computeIfAbsent(word, w -> new ArrayList<>()).add(new Given(name, values));
        } else {
          given.put(word, List.of(new Given(name, values)));
        }
      }
      case String plain -> given.put(plain, List.of(new Given(name, values)));
    }
  }

  boolean has(String name) {
    return given.containsKey(name);
  }

  Optional<String> value(String name) {
    return word(name).map(Word::value);
  }

  Optional<Word> word(String name) {
    List<Given> all = given.getOrDefault(name, List.of());
    return all.isEmpty() || all.getLast().values().isEmpty()
        ? Optional.empty()
        : Optional.of(all.getLast().values().getFirst());
  }

  /** All first values of a parameter that may be repeated. */
  List<Word> words(String name) {
    return given.getOrDefault(name, List.of()).stream()
        .filter(g -> !g.values().isEmpty())
        .map(g -> g.values().getFirst())
        .toList();
  }

  Optional<Span> span(String name) {
    List<Given> all = given.getOrDefault(name, List.of());
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast().name().span());
  }

  /** All parameters but those that the model holds otherwise. */
  List<Setting> settings(List<String> except) {
    List<Setting> settings = new ArrayList<>();
    given.forEach((name, all) -> {
      if (!except.contains(name)) {
        for (Given one : all) {
          List<Word> words = new ArrayList<>();
          words.add(one.name());
          words.addAll(one.values());
          String written = tail(KeptText.words(words), one.name().raw());
          String value = tail(KeptText.values(words), name);
          settings.add(
              new Setting(
                  name,
                  value.isEmpty() ? "on" : isTime(name) ? Times.normal(value) : value,
                  written.isEmpty() ? name : written,
                  one.name().span()));
        }
      }
    });
    return settings;
  }

  private static String tail(String text, String head) {
    return text.length() > head.length() && text.startsWith(head)
        ? text.substring(head.length()).strip()
        : "";
  }

  private static boolean isTime(String name) {
    return switch (name) {
      case "inter",
          "fastinter",
          "downinter",
          "slowstart",
          "agent-inter",
          "tcp-ut",
          "pool-purge-delay" ->
          true;
      case String other -> false;
    };
  }
}
