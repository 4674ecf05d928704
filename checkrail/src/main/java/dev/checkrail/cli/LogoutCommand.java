package dev.checkrail.cli;

import picocli.CommandLine.Command;

/** Ends the token that {@code login} kept. */
@Command(
    name = "logout",
    description = "Ends the token that 'login' kept, and forgets it.",
    footer = {"", "Example: checkrail logout", "Exit status: 0 done, 2 could not run."})
final class LogoutCommand extends Asking {
  LogoutCommand(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() {
    Remote.Answer answer = remote().post("/api/v1/logout", Remote.object());
    new KeptTokens(at).forget(server.server(at));
    if (answer.status() != 401) { // then it did not hold any more
      good(answer);
    }
    return show(Remote.object(), page -> page.line("logged out"));
  }
}
