package dev.checkrail.lint;

import dev.checkrail.model.Frontend;
import dev.checkrail.model.Mode;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.function.Consumer;

/** {@code reload/drops-keepalive}: at a reload idle client connections are closed at once. */
final class ReloadDropsKeepalive implements LintRule {
  @Override
  public void look(Scene scene, Consumer<Finding> found) {
    for (Frontend frontend : scene.configuration().frontends()) {
      boolean keepsAlive = Scene.setting(frontend.settings(), "option httpclose").isEmpty();
      if (frontend.mode() == Mode.HTTP
          && keepsAlive
          && scene.servesClients(frontend)
          && !frontend.listeners().isEmpty()
          && Scene.setting(frontend.settings(), "option idle-close-on-response").isEmpty()) {
        found.accept(
            Scene.finding(
                RuleId.RELOAD_DROPS_KEEPALIVE,
                scene.subject(frontend),
                frontend.span(),
                "at a reload, connections that are idle are closed at once: a request that a client"
                    + " is just sending on one is lost, and not every client sends it again",
                "option idle-close-on-response"));
      }
    }
  }
}
