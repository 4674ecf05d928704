package dev.checkrail.lint;

import dev.checkrail.model.Frontend;
import dev.checkrail.model.Listener;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.model.Setting;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** {@code tls/weak-version}: a version of TLS before 1.2 is admitted, or nothing newer is. */
final class TlsWeakVersion implements LintRule {
  private static final Set<String> OLD = Set.of("SSLv3", "TLSv1.0", "TLSv1.1");
  private static final Set<String> FORCED = Set.of("force-sslv3", "force-tlsv10", "force-tlsv11");

  @Override
  public void look(Scene scene, Consumer<Finding> found) {
    List<Setting> process = scene.configuration().settings();
    for (Frontend frontend : scene.configuration().frontends()) {
      Set<String> said = new LinkedHashSet<>();
      for (Listener listener : frontend.listeners()) {
        Optional<String> weak =
            listener.tls()
                ? weak(listener.options(), process, "ssl-default-bind-options")
                : Optional.empty();
        String subject = scene.subject(frontend) + " / bind " + listener.key();
        if (weak.isPresent() && said.add(subject)) {
          found.accept(
              Scene.finding(
                  RuleId.TLS_WEAK_VERSION,
                  subject,
                  listener.span(),
                  "\"" + weak.get() + "\" lets clients speak versions of TLS that are broken",
                  "ssl-min-ver TLSv1.2"));
        }
      }
    }
    for (Pool pool : scene.configuration().pools()) {
      for (Server server : pool.servers()) {
        Optional<String> weak =
            server.tls()
                ? weak(server.options(), process, "ssl-default-server-options")
                : Optional.empty();
        weak.ifPresent(text ->
            found.accept(
                Scene.finding(
                    RuleId.TLS_WEAK_VERSION,
                    scene.subject(pool, server),
                    server.span(),
                    "\"" + text + "\" lets requests go to the server over a broken version of TLS",
                    "ssl-min-ver TLSv1.2")));
      }
    }
  }

  /** The words that admit an old version; those of the line win over those of {@code global}. */
  private static Optional<String> weak(List<Setting> line, List<Setting> process, String defaults) {
    List<String> words = new ArrayList<>();
    boolean own = false;
    for (Setting setting : line) {
      boolean version =
          setting.name().equals("ssl-min-ver") || setting.name().equals("ssl-max-ver");
      if (version) {
        own |= setting.name().equals("ssl-min-ver");
        words.add(setting.name() + " " + setting.value());
      } else if (setting.name().startsWith("force-")) {
        words.add(setting.name());
        own = true;
      }
    }
    if (!own) {
      for (Setting setting : process) {
        if (setting.name().equals(defaults)) {
          String[] all = setting.value().split(" ", -1);
          for (int i = 0; i < all.length; i++) {
            words.add(
                all[i].startsWith("ssl-m") && i + 1 < all.length
                    ? all[i] + " " + all[i + 1]
                    : all[i]);
          }
        }
      }
    }
    return words.stream().filter(TlsWeakVersion::isWeak).findFirst();
  }

  private static boolean isWeak(String words) {
    if (FORCED.contains(words)) {
      return true;
    }
    int blank = words.indexOf(' ');
    return blank > 0 && words.startsWith("ssl-m") && OLD.contains(words.substring(blank + 1));
  }
}
