package dev.checkrail.lint;

import dev.checkrail.model.Action;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.read.haproxy.Section;
import dev.checkrail.read.haproxy.SectionKind;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * {@code pool/no-active-server}: a pool whose servers are all disabled, or that has none although a
 * rule sends requests to it and nothing else answers them.
 */
final class PoolNoActiveServer implements LintRule {
  /** What answers in place of a server, or brings servers in from elsewhere. */
  private static final Set<String> OTHER_ANSWERS =
      Set.of(
          "dispatch",
          "errorfile",
          "errorfiles",
          "errorloc",
          "errorloc302",
          "errorloc303",
          "http-error",
          "server-template",
          "stats",
          "use-fcgi-app");

  @Override
  public void look(Scene scene, Consumer<Finding> found) {
    for (Pool pool : scene.configuration().pools()) {
      boolean allDisabled =
          !pool.servers().isEmpty() && pool.servers().stream().allMatch(Server::disabled);
      if (allDisabled || (pool.servers().isEmpty() && expected(scene, pool))) {
        found.accept(
            Scene.finding(
                RuleId.POOL_NO_ACTIVE_SERVER,
                scene.subject(pool),
                allDisabled ? pool.servers().getFirst().span() : pool.span(),
                (allDisabled ? "all servers of this pool are disabled" : "this pool has no server")
                    + ": every request that is sent to it gets "
                    + switch (pool.mode()) {
                      case HTTP -> "503";
                      case TCP -> "a closed connection";
                    },
                "enable a server, or remove the pool together with the rules that lead to it"));
      }
    }
  }

  private static boolean expected(Scene scene, Pool pool) {
    Section section = scene.backends().get(pool.name());
    // A listen without servers answers by itself, with monitor-uri, stats or rules.
    boolean listen = section != null && section.kind() == SectionKind.LISTEN;
    return !listen
        && scene.routes().named().contains(pool.name())
        && pool.unmodelled().isEmpty()
        && pool.rules().stream()
            .flatMap(set -> set.rules().stream())
            .allMatch(rule -> goesOn(rule.then()))
        && Scene.setting(pool.settings(), "option transparent").isEmpty()
        && Optional.ofNullable(section).stream()
            .flatMap(one -> one.activeDirectives())
            .noneMatch(directive -> OTHER_ANSWERS.contains(directive.keyword().value()));
  }

  private static boolean goesOn(Action action) {
    return !action.next().contains(Action.Next.ANSWERED)
        && !action.next().contains(Action.Next.UNKNOWN);
  }
}
