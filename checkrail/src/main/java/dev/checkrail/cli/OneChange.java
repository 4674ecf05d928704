package dev.checkrail.cli;

import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** A command on one change. */
abstract class OneChange extends Asking {
  @Parameters(index = "0", paramLabel = "NUMBER", description = "The change.")
  private long number;

  OneChange(Surroundings at) {
    super(at);
  }

  final String path() {
    return ChangeCommand.ALL + "/" + number;
  }

  /** Tells how it stands after a move; exit status 1 if the process says no. */
  final int moved(Remote.Answer answer) {
    if (answer.status() == 409 || answer.text("type").endsWith(":own-change")) {
      if (output.json()) {
        at.out().println(answer.body());
      }
      say(Shown.of(answer.text("detail")));
      return 1;
    }
    ObjectNode body = good(answer).body();
    return show(body, page -> ChangeText.head(page, body));
  }
}
