package dev.checkrail.read.haproxy.lower;

import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.HaproxyTree;
import dev.checkrail.read.haproxy.Section;
import dev.checkrail.read.haproxy.SectionKind;
import dev.checkrail.read.haproxy.Word;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What each proxy section takes from defaults sections [4]: from the one that {@code from} names,
 * else from the last one before it. A defaults section itself begins anew unless it has a {@code
 * from}.
 */
final class Inheritance {
  /**
   * What a section takes over.
   *
   * @param defaults the section that it comes from, whose ACLs its rules see; empty if none
   * @param directives effective directives in order: of settings the last one, of rules all
   */
  record Inherited(Optional<Section> defaults, List<Directive> directives) {
    Inherited {
      directives = List.copyOf(directives);
    }
  }

  /** Directives that act where they stand only. */
  private static final Set<String> NOT_INHERITED = Set.of("acl", "description", "id");

  private static final Set<String> RULES =
      Set.of("http-request", "http-response", "http-after-response", "tcp-request", "tcp-response");

  private static final Inherited NOTHING = new Inherited(Optional.empty(), List.of());

  private final Map<Section, Inherited> bySection = new IdentityHashMap<>();

  private final Map<Section, SectionKind> usedBy = new IdentityHashMap<>();

  Inheritance(HaproxyTree tree, Notes notes) {
    Map<String, Inherited> named = new HashMap<>();
    Inherited last = NOTHING;
    for (Section section : tree.sections().toList()) {
      if (!section.kind().isProxy()) {
        continue;
      }
      Optional<Inherited> parent =
          section.parent().map(Word::value).map(name -> nonNull(named.get(name)));
      Inherited source = parent.orElse(section.kind() == SectionKind.DEFAULTS ? NOTHING : last);
      source.defaults().ifPresent(defaults -> check(section, defaults, source, notes));
      if (section.kind() == SectionKind.DEFAULTS) {
        last = effective(section, parent.map(Inherited::directives).orElse(List.of()));
        if (!section.title().isEmpty()) {
          named.put(section.title(), last);
        }
      } else {
        bySection.put(section, source);
      }
    }
  }

  private static Inherited nonNull(@Nullable Inherited inherited) {
    return inherited == null ? NOTHING : inherited;
  }

  Inherited of(Section section) {
    return bySection.getOrDefault(section, NOTHING);
  }

  /** Who may use a defaults section that has rules [4]. */
  private void check(Section section, Section defaults, Inherited inherited, Notes notes) {
    Set<String> rules = new HashSet<>();
    for (Directive directive : inherited.directives()) {
      String keyword = directive.keyword().value();
      if (RULES.contains(keyword) && !directive.arg(0).equals("inspect-delay")) {
        rules.add(keyword.startsWith("tcp-") ? keyword + " " + directive.arg(0) : keyword);
      }
    }
    if (rules.isEmpty()) {
      return;
    }
    String refusal =
        switch (section.kind()) {
          case DEFAULTS -> "another defaults section can't take over from " + defaults.label();
          case LISTEN -> "a listen section can't take over from " + defaults.label();
          case BACKEND ->
              rules.contains("tcp-request connection") || rules.contains("tcp-request session")
                  ? "a backend can't take over from " + defaults.label()
                  : "";
          case FRONTEND ->
              rules.contains("tcp-response content")
                  ? "a frontend can't take over from " + defaults.label()
                  : "";
          case GLOBAL,
              RESOLVERS,
              PEERS,
              CACHE,
              USERLIST,
              HTTP_ERRORS,
              RING,
              PROGRAM,
              MAILERS,
              FCGI_APP,
              LOG_FORWARD,
              NAMESPACE_LIST ->
              "";
        };
    SectionKind before = usedBy.putIfAbsent(defaults, section.kind());
    if (refusal.isEmpty() && before != null && before != section.kind()) {
      refusal = "frontends and backends can't both take over from " + defaults.label();
    }
    if (!refusal.isEmpty()) {
      notes.refused(
          section.span(),
          refusal + ", which has rules (" + String.join(", ", new TreeSet<>(rules)) + ")");
    }
  }

  private static Inherited effective(Section section, List<Directive> parent) {
    List<Directive> own =
        section
            .activeDirectives()
            .filter(d -> !NOT_INHERITED.contains(d.keyword().value()))
            .toList();
    List<Directive> all = merge(parent, own);
    Map<String, Directive> last = new LinkedHashMap<>();
    List<Directive> lists = new ArrayList<>();
    for (Directive directive : all) {
      if (LowerSetting.isList(directive) || directive.is("tcp-request")) {
        lists.add(directive);
      } else {
        // Moved behind the others, so that the order stays that of the lines that count.
        String name = LowerSetting.name(directive);
        last.remove(name);
        last.put(name, directive);
      }
    }
    lists.addAll(last.values());
    Map<Directive, Integer> place = new IdentityHashMap<>();
    for (Directive directive : all) {
      place.put(directive, place.size());
    }
    lists.sort(Comparator.comparingInt(directive -> place.getOrDefault(directive, 0)));
    return new Inherited(Optional.of(section), lists);
  }

  /** Inherited directives and a section's own, without what the own ones take out of force. */
  static List<Directive> merge(List<Directive> inherited, List<Directive> own) {
    boolean stats = own.stream().anyMatch(d -> d.is("stats"));
    boolean checks = own.stream().anyMatch(Inheritance::isCheckStep);
    List<Directive> all = new ArrayList<>(inherited.size() + own.size());
    for (Directive directive : inherited) {
      // One own stats line makes a page of its own; one own line about checks, a script of its own.
      boolean step = isCheckStep(directive) && !directive.is("option");
      if (!(stats && directive.is("stats")) && !(checks && step)) {
        all.add(directive);
      }
    }
    all.addAll(own);
    return all;
  }

  private static boolean isCheckStep(Directive directive) {
    return ((directive.is("http-check") || directive.is("tcp-check"))
            && !directive.arg(0).equals("disable-on-404")
            && !directive.arg(0).equals("send-state"))
        || (directive.is("option") && LowerHealthCheck.isOption(directive.arg(0)));
  }
}
