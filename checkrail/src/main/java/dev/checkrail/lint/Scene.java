package dev.checkrail.lint;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.model.Setting;
import dev.checkrail.policy.Policy;
import dev.checkrail.read.haproxy.HaproxyTree;
import dev.checkrail.read.haproxy.Section;
import dev.checkrail.read.haproxy.SectionKind;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import dev.checkrail.report.Stage;
import dev.checkrail.source.SourceFile;
import dev.checkrail.source.Span;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the rules look at, and the words in which they speak of it.
 *
 * @param frontends sections {@code frontend} and {@code listen} by name
 * @param backends sections {@code backend} and {@code listen} by name
 * @param pools by name
 * @param routes who sends requests to which pool
 */
record Scene(
    HaproxyTree tree,
    Configuration configuration,
    Policy policy,
    Map<String, Section> frontends,
    Map<String, Section> backends,
    Map<String, Pool> pools,
    Routes routes) {
  private static final int SHOWN = 80;

  Scene {
    pools = Map.copyOf(pools);
    frontends = Map.copyOf(frontends);
    backends = Map.copyOf(backends);
  }

  static Scene of(HaproxyTree tree, Configuration configuration, Policy policy) {
    Map<String, Section> frontends = new HashMap<>();
    Map<String, Section> backends = new HashMap<>();
    tree.sections()
        .forEach(section -> {
          if (section.kind() == SectionKind.FRONTEND || section.kind() == SectionKind.LISTEN) {
            frontends.putIfAbsent(section.title(), section);
          }
          if (section.kind() == SectionKind.BACKEND || section.kind() == SectionKind.LISTEN) {
            backends.putIfAbsent(section.title(), section);
          }
        });
    Map<String, Pool> pools = new HashMap<>();
    configuration.pools().forEach(pool -> pools.putIfAbsent(pool.name(), pool));
    return new Scene(
        tree, configuration, policy, frontends, backends, pools, Routes.of(configuration));
  }

  /** {@code backend be_pay}, or {@code listen web}. */
  String subject(Pool pool) {
    Section section = backends.get(pool.name());
    return section == null ? "backend " + pool.name() : section.label();
  }

  /** {@code frontend fe}, or {@code listen web}. */
  String subject(Frontend frontend) {
    Section section = frontends.get(frontend.name());
    return section == null ? "frontend " + frontend.name() : section.label();
  }

  /** {@code backend be_pay / server pay-1}. */
  String subject(Pool pool, Server server) {
    return subject(pool) + " / server " + server.name();
  }

  /** Whether it sends requests to servers, or may do so. */
  boolean servesClients(Frontend frontend) {
    return routes.computed()
        || routes.pools().getOrDefault(frontend.name(), Set.of()).stream()
            .map(name -> Optional.ofNullable(pools.get(name)))
            .flatMap(Optional::stream)
            .anyMatch(pool -> !pool.servers().isEmpty());
  }

  static Finding finding(RuleId rule, String subject, Span span, String message, String fix) {
    return Finding.of(rule, Stage.LINT, subject, span, message).withFix(fix);
  }

  /** A piece of a configuration as a message may hold it: readable and short. */
  static String shown(String text) {
    String readable = SourceFile.display(text);
    return readable.length() <= SHOWN ? readable : readable.substring(0, SHOWN) + "…";
  }

  /** The setting of this name that is in force; {@code no …} is none. */
  static Optional<Setting> setting(List<Setting> settings, String name) {
    Optional<Setting> last = Optional.empty();
    for (Setting setting : settings) {
      if (setting.name().equals(name)) {
        last = Optional.of(setting);
      }
    }
    return last.filter(setting -> !setting.value().equals("off"));
  }
}
