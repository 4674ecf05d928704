package dev.checkrail.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Accounts, for administrators. */
@Command(
    name = "account",
    description = "Accounts and their roles, for administrators.",
    footer = {
      "",
      "Example: checkrail account add grace --role operator --password-file new.txt",
      "Roles: viewer, author, approver, operator, admin; several may be given."
    })
final class AccountCommand extends Group {
  AccountCommand(Surroundings at) {
    super(at);
  }

  @Override
  public List<Answering> commands() {
    return List.of(new Add(at), new Show(at), new Change(at));
  }

  private static String line(JsonNode one) {
    return "%-20s %s%s%s"
        .formatted(
            Asking.of(one, "name"),
            String.join(" ", Asking.texts(one, "roles")),
            Asking.of(one, "disabled").equals("true") ? "  (disabled)" : "",
            Asking.of(one, "password").equals("true") ? "" : "  (no password)");
  }

  /** Makes one. */
  @Command(
      name = "add",
      description = "Makes an account.",
      footer = {"", "Example: checkrail account add grace --role operator --password-file new.txt"})
  static final class Add extends Asking {
    @Parameters(paramLabel = "NAME", description = "Lower case.")
    private String name = "";

    @Option(names = "--role", paramLabel = "ROLE", required = true, description = "What it is for.")
    private List<String> roles = new ArrayList<>();

    @Option(
        names = "--password-file",
        paramLabel = "FILE",
        description = "Its first password; without one it is for tokens only.")
    private @Nullable String passwordFile;

    Add(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      ObjectNode body = Remote.object();
      body.put("name", name);
      roles.forEach(body.putArray("roles")::add);
      Optional.ofNullable(passwordFile)
          .ifPresent(file ->
              body.put("password", LoginCommand.password(at, Optional.of(file), "New password")));
      ObjectNode made = good(remote().post("/api/v1/accounts", body)).body();
      return show(made, page -> page.line(line(made)));
    }
  }

  /** Lists them. */
  @Command(
      name = "list",
      description = "All accounts.",
      footer = {"", "Example: checkrail account list"})
  static final class Show extends Asking {
    Show(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      ObjectNode body = good(remote().get("/api/v1/accounts")).body();
      return show(body, page -> nodes(body, "accounts").forEach(one -> page.line(line(one))));
    }
  }

  /** Changes one. */
  @Command(
      name = "set",
      description = "Changes an account's roles or password, or switches it off and on.",
      footer = {"", "Example: checkrail account set grace --role viewer --role approver"})
  static final class Change extends Asking {
    @Parameters(paramLabel = "NAME", description = "The account.")
    private String name = "";

    @Option(names = "--role", paramLabel = "ROLE", description = "All its roles from now on.")
    private List<String> roles = new ArrayList<>();

    @Option(names = "--disable", description = "It can't do anything any more.")
    private boolean disable;

    @Option(names = "--enable", description = "It can again.")
    private boolean enable;

    @Option(names = "--password-file", paramLabel = "FILE", description = "Its new password.")
    private @Nullable String passwordFile;

    Change(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      ObjectNode body = Remote.object();
      if (!roles.isEmpty()) {
        roles.forEach(body.putArray("roles")::add);
      }
      if (disable || enable) {
        body.put("disabled", disable);
      }
      Optional.ofNullable(passwordFile)
          .ifPresent(file ->
              body.put("password", LoginCommand.password(at, Optional.of(file), "New password")));
      ObjectNode made =
          good(remote().patch("/api/v1/accounts/" + Remote.encoded(name), body)).body();
      return show(made, page -> page.line(line(made)));
    }
  }
}
