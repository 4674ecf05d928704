package dev.checkrail.lint;

import dev.checkrail.model.Frontend;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.model.Setting;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * {@code pool/tiny-maxconn}: a limit so small that a short burst fills it: under 10 connections for
 * a server, under 100 for a frontend or the process.
 */
final class PoolTinyMaxconn implements LintRule {
  private static final int OF_SERVER = 10;
  private static final int OF_FRONTEND = 100;
  private static final String FIX =
      "allow at least the rate of requests times the time that one takes, twice over";

  @Override
  public void look(Scene scene, Consumer<Finding> found) {
    for (Setting setting : scene.configuration().settings()) {
      if (setting.name().equals("maxconn") && tiny(setting, OF_FRONTEND)) {
        found.accept(
            finding("global", setting, "HAProxy as a whole", "further connections wait or fail"));
      }
    }
    for (Frontend frontend : scene.configuration().frontends()) {
      // One that only answers itself (statistics, probes) has few clients on purpose.
      if (!scene.servesClients(frontend)) {
        continue;
      }
      Scene.setting(frontend.settings(), "maxconn")
          .filter(setting -> tiny(setting, OF_FRONTEND))
          .ifPresent(setting ->
              found.accept(
                  finding(
                      scene.subject(frontend),
                      setting,
                      "this frontend",
                      "further clients wait in the system's queue until they give up")));
    }
    for (Pool pool : scene.configuration().pools()) {
      List<Server> usable = EachServer.usable(pool);
      List<Server> tiny =
          usable.stream()
              .filter(server ->
                  server.maxConnections().isPresent()
                      && server.maxConnections().getAsInt() > 0
                      && server.maxConnections().getAsInt() < OF_SERVER)
              .toList();
      EachServer.report(
          scene,
          pool,
          tiny,
          usable.size(),
          RuleId.POOL_TINY_MAXCONN,
          who ->
              who
                  + " takes fewer than "
                  + OF_SERVER
                  + " requests at a time: in a burst the others wait for \"timeout queue\" and then"
                  + " get 503",
          FIX,
          found);
    }
  }

  private static Finding finding(String subject, Setting setting, String who, String what) {
    return Scene.finding(
        RuleId.POOL_TINY_MAXCONN,
        subject,
        setting.span(),
        who + " takes at most " + setting.value() + " connections at a time: " + what,
        FIX);
  }

  private static boolean tiny(Setting setting, int bound) {
    OptionalLong limit = number(setting.value());
    return limit.isPresent() && limit.getAsLong() > 0 && limit.getAsLong() < bound;
  }

  private static OptionalLong number(String text) {
    boolean digits =
        !text.isEmpty() && text.length() < 10 && text.chars().allMatch(Character::isDigit);
    return digits ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
  }
}
