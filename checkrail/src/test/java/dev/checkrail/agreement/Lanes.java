package dev.checkrail.agreement;

import dev.checkrail.model.Configuration;
import dev.checkrail.prove.Prove;
import dev.checkrail.prove.Router;
import dev.checkrail.rehearse.Sandbox;
import dev.checkrail.rehearse.SandboxException;
import dev.checkrail.rehearse.SandboxSettings;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import java.util.function.Function;

/** What the harness needs of the machine and of the prover. */
final class Lanes {
  private Lanes() {}

  static boolean available() {
    try (Sandbox sandbox = Sandbox.open(SandboxSettings.standard())) {
      return sandbox.mode() == Sandbox.Mode.NAMESPACE;
    } catch (SandboxException e) {
      return false;
    }
  }

  static boolean onLoopback() {
    SandboxSettings settings = SandboxSettings.standard().mode(SandboxSettings.Wanted.LOOPBACK);
    try (Sandbox sandbox = Sandbox.open(settings)) {
      return sandbox.mode() == Sandbox.Mode.LOOPBACK;
    } catch (SandboxException e) {
      return false;
    }
  }

  static Function<Configuration, Function<Request, Outcome>> prover() {
    return configuration -> {
      Router router = Prove.router(configuration);
      return request ->
          router.route(request).orElseGet(() -> new Outcome.Undecided("no listener fits"));
    };
  }
}
