package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.Pool;
import dev.checkrail.model.Setting;
import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.KeptText;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Settings of a proxy section as they come into force: of most keywords the last line counts. */
final class PoolSettings {
  private static final int DEFAULT_RETRIES = 3;
  private static final Set<String> KEYED =
      Set.of("source", "uri", "url_param", "rdp-cookie", "hash");

  private final Span header;
  private final Surroundings around;
  private final Map<String, Directive> last = new LinkedHashMap<>();
  private final List<Directive> lists = new ArrayList<>();
  private final List<Setting> responses = new ArrayList<>();

  PoolSettings(Span header, Surroundings around) {
    this.header = header;
    this.around = around;
  }

  void add(Directive directive) {
    if (LowerSetting.isList(directive)) {
      lists.add(directive);
    } else if (directive.prefix() == Directive.Prefix.DEFAULT) {
      last.remove(LowerSetting.name(directive));
    } else {
      last.put(LowerSetting.name(directive), directive);
    }
  }

  void response(Directive directive) {
    responses.add(around.setting(directive));
  }

  List<Setting> responses() {
    return responses;
  }

  List<Setting> forFrontend() {
    return settings(LowerSetting::forFrontends);
  }

  List<Setting> forPool() {
    return settings(LowerSetting::forPools);
  }

  private List<Setting> settings(Predicate<String> side) {
    List<Setting> settings = new ArrayList<>();
    last.forEach((name, directive) -> {
      if (side.test(name)) {
        settings.add(around.setting(directive));
      }
    });
    for (Directive directive : lists) {
      if (side.test(LowerSetting.name(directive))) {
        settings.add(around.setting(directive));
      }
    }
    return settings;
  }

  private Optional<Directive> set(String name) {
    Directive directive = last.get(name);
    return directive == null || directive.prefix() == Directive.Prefix.NO
        ? Optional.empty()
        : Optional.of(directive);
  }

  Pool.Balance balance() {
    return set("balance")
        .map(directive -> {
          String word = directive.arg(0).isEmpty() ? "roundrobin" : directive.arg(0);
          int parenthesis = word.indexOf('(');
          String algorithm = parenthesis < 0 ? word : word.substring(0, parenthesis);
          boolean keyed = KEYED.contains(algorithm) || algorithm.equals("hdr");
          return new Pool.Balance(
              algorithm, KeptText.values(directive.args()), keyed, directive.span());
        })
        .orElse(new Pool.Balance("roundrobin", "roundrobin", false, header));
  }

  boolean allBackups() {
    return set("option allbackups").isPresent();
  }

  Optional<Pool.Persistence> persistence(boolean http) {
    if (http) {
      Optional<Directive> cookie = set("cookie");
      if (cookie.isPresent()) {
        Directive directive = cookie.get();
        return Optional.of(
            new Pool.Persistence(
                KeptText.text(directive), Optional.of(directive.arg(0)), directive.span()));
      }
    }
    return lists.stream()
        .filter(d -> d.is("stick") && (d.arg(0).equals("on") || d.arg(0).equals("match")))
        .findFirst()
        .or(() -> set("persist rdp-cookie"))
        .map(d -> new Pool.Persistence(KeptText.text(d), Optional.empty(), d.span()));
  }

  Pool.Retry retry() {
    Optional<Directive> retries = set("retries");
    Optional<Directive> on = set("retry-on");
    List<String> words =
        on.map(d -> d.args().stream().map(w -> w.value()).toList()).orElse(List.of("conn-failure"));
    Span span = on.or(() -> retries).map(Directive::span).orElse(header);
    return new Pool.Retry(
        retries
            .map(d -> (int) LowerFetch.number(d.arg(0), DEFAULT_RETRIES))
            .orElse(DEFAULT_RETRIES),
        words.equals(List.of("none")) ? List.of() : words,
        set("option redispatch").isPresent(),
        span);
  }
}
