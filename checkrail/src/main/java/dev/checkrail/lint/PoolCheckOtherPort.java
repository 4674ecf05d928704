package dev.checkrail.lint;

import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.List;
import java.util.function.Consumer;

/** {@code pool/check-other-port}: the check asks another port or host than requests go to. */
final class PoolCheckOtherPort implements LintRule {
  @Override
  public void look(Scene scene, Consumer<Finding> found) {
    for (Pool pool : scene.configuration().pools()) {
      List<Server> usable = EachServer.usable(pool);
      List<Server> elsewhere = usable.stream().filter(PoolCheckOtherPort::asksElsewhere).toList();
      EachServer.report(
          scene,
          pool,
          elsewhere,
          usable.size(),
          RuleId.POOL_CHECK_OTHER_PORT,
          who ->
              who
                  + " is checked at another address or port than it is sent requests: it stays in"
                  + " service if only the part that serves them is broken",
          "check the port that serves, or suppress this if what answers there asks the service"
              + " itself",
          found);
    }
  }

  private static boolean asksElsewhere(Server server) {
    if (server.check().isEmpty() || server.portOffset() || server.port() == 0) {
      return false;
    }
    Server.Check check = server.check().get();
    boolean port = check.port().isPresent() && check.port().getAsInt() != server.port();
    return port || check.address().filter(other -> !other.equals(server.address())).isPresent();
  }
}
