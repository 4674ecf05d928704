package dev.checkrail.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** What people decide on a change before it is put in place. */
final class ChangeDecisions {
  private ChangeDecisions() {}

  /** Has one checked again. */
  @Command(
      name = "check",
      description = {
        "Has it checked again, against what is live now. What was agreed to does not count any"
            + " more."
      },
      footer = {
        "",
        "Example: checkrail change check 17 --wait 120",
        "Exit status: 0 nothing blocks it (or it is not checked yet), 1 blocked, 2 could not run,"
            + " 3 undecided."
      })
  static final class Check extends WaitingForCheck {
    @Parameters(index = "0", paramLabel = "NUMBER", description = "The change.")
    private long number;

    Check(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      return checked(
          good(remote().post(ChangeCommand.ALL + "/" + number + "/check", Remote.object())).body());
    }
  }

  /** Agrees. */
  @Command(
      name = "approve",
      description = {
        "Agrees to it as it was checked. Never its author.",
        "After the glass was broken: that was right."
      },
      footer = {
        "",
        "Example: checkrail change approve 17 --note 'as discussed'",
        "Exit status: 0 done, 1 it can't be as things are (or it is your own), 2 could not run."
      })
  static final class Approve extends OneChange {
    @Option(names = "--note", paramLabel = "TEXT", description = "What is to stand beside it.")
    private @Nullable String note;

    Approve(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      ObjectNode body = Remote.object();
      if (note != null) {
        body.put("note", note);
      }
      return moved(remote().post(path() + "/approve", body));
    }
  }

  /** Says no. */
  @Command(
      name = "reject",
      description = {"Says no to it.", "After the glass was broken: that was wrong."},
      footer = {
        "",
        "Example: checkrail change reject 17 --note 'reports can not take payments'",
        "Exit status: 0 done, 1 it can't be as things are (or it is your own), 2 could not run."
      })
  static final class Reject extends OneChange {
    @Option(names = "--note", required = true, paramLabel = "TEXT", description = "Why.")
    private String note = "";

    Reject(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      return moved(remote().post(path() + "/reject", Remote.object().put("note", note)));
    }
  }

  /** Takes one's own back. */
  @Command(
      name = "withdraw",
      description = "Takes your own change back, before it is put in place.",
      footer = {
        "",
        "Example: checkrail change withdraw 17",
        "Exit status: 0 done, 1 it can't be as things are (or it is your own), 2 could not run."
      })
  static final class Withdraw extends OneChange {
    Withdraw(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      return moved(remote().post(path() + "/withdraw", Remote.object()));
    }
  }
}
