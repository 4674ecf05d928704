package dev.checkrail.lint;

import dev.checkrail.model.Frontend;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Setting;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/**
 * {@code time/order}: time-outs that contradict each other: clients are given up before the servers
 * that they wait for ({@code timeout client} under {@code timeout server} of a pool that the
 * frontend names), or a connection may take longer to be made than an answer ({@code timeout
 * connect} over {@code timeout server}).
 */
final class TimeOrder implements LintRule {
  @Override
  public void look(Scene scene, Consumer<Finding> found) {
    Map<String, Frontend> impatient = impatient(scene);
    for (Pool pool : scene.configuration().pools()) {
      if (pool.servers().isEmpty()) {
        continue;
      }
      Optional<Setting> server = Scene.setting(pool.settings(), "timeout server");
      Optional<Setting> connect = Scene.setting(pool.settings(), "timeout connect");
      if (server.isEmpty() || millis(server.get()).isEmpty()) {
        continue;
      }
      long wait = millis(server.get()).getAsLong();
      Frontend frontend = impatient.get(pool.name());
      if (frontend != null && client(frontend).orElse(wait) < wait) {
        found.accept(
            Scene.finding(
                RuleId.TIME_ORDER,
                scene.subject(pool) + " / timeout server",
                server.get().span(),
                "clients of "
                    + scene.subject(frontend)
                    + " are given up after "
                    + client(frontend).getAsLong()
                    + "ms, while the server has "
                    + wait
                    + "ms to answer: slow requests may fail although the server serves them",
                "set timeout client to at least timeout server"));
      }
      if (connect.isPresent() && millis(connect.get()).orElse(0) > wait) {
        found.accept(
            Scene.finding(
                RuleId.TIME_ORDER,
                scene.subject(pool) + " / timeout connect",
                connect.get().span(),
                "a connection may take "
                    + millis(connect.get()).getAsLong()
                    + "ms, the answer only "
                    + wait
                    + "ms: requests wait longer for a dead server than for a busy one",
                "set timeout connect below timeout server; a few seconds are plenty"));
      }
    }
  }

  /** For each pool the frontend that names it and has the least patience with its clients. */
  private static Map<String, Frontend> impatient(Scene scene) {
    Map<String, Frontend> least = new HashMap<>();
    for (Frontend frontend : scene.configuration().frontends()) {
      if (client(frontend).isPresent()) {
        for (String pool : scene.routes().pools().getOrDefault(frontend.name(), Set.of())) {
          least.merge(
              pool, frontend, (a, b) -> client(a).getAsLong() <= client(b).getAsLong() ? a : b);
        }
      }
    }
    return least;
  }

  private static OptionalLong client(Frontend frontend) {
    return Scene.setting(frontend.settings(), "timeout client")
        .map(TimeOrder::millis)
        .orElse(OptionalLong.empty());
  }

  /** Milliseconds; empty if it is none, or 0, which is for ever. */
  private static OptionalLong millis(Setting setting) {
    String value = setting.value();
    if (!value.matches("[0-9]{1,15}ms")) {
      return OptionalLong.empty();
    }
    long millis = Long.parseLong(value.substring(0, value.length() - 2));
    return millis == 0 ? OptionalLong.empty() : OptionalLong.of(millis);
  }
}
