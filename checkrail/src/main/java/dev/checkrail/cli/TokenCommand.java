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

/** Tokens for programs. */
@Command(
    name = "token",
    description = "Tokens for programs: scoped, with an end.",
    footer = {"", "Example: checkrail token create ci --scope event --days 30"})
final class TokenCommand extends Group {
  TokenCommand(Surroundings at) {
    super(at);
  }

  @Override
  public List<Answering> commands() {
    return List.of(new Create(at), new Show(at), new Revoke(at));
  }

  /** Makes one. */
  @Command(
      name = "create",
      description = "Makes a token and prints it, once. It can do no more than you.",
      footer = {
        "",
        "Example: checkrail token create deploy --scope read --scope event --lb edge --days 30",
        "Rights: read event change approve lb.add lb.apply lb.reload lb.rollback lb.runtime",
        "        page.acknowledge alert.silence accounts"
      })
  static final class Create extends Asking {
    @Parameters(paramLabel = "NAME", description = "What it is for.")
    private String name = "";

    @Option(
        names = "--scope",
        paramLabel = "RIGHT",
        description = "A right; default: all of yours.")
    private List<String> scopes = new ArrayList<>();

    @Option(names = "--lb", paramLabel = "NAME", description = "Only for this load balancer.")
    private List<String> balancers = new ArrayList<>();

    @Option(names = "--days", paramLabel = "N", description = "How long it holds. Default: 90.")
    private int days = 90;

    @Option(
        names = "--account",
        paramLabel = "NAME",
        description = "For another account (administrators).")
    private @Nullable String account;

    Create(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      ObjectNode body = Remote.object();
      body.put("name", name);
      scopes.forEach(body.putArray("scopes")::add);
      balancers.forEach(body.putArray("balancers")::add);
      body.put("days", days);
      Optional.ofNullable(account).ifPresent(it -> body.put("account", it));
      Remote.Answer answer = good(remote().post("/api/v1/tokens", body));
      return show(
          answer.body(),
          page -> {
            page.line(answer.text("secret"));
            say(
                "token %s holds until %s; it is shown this once"
                    .formatted(answer.text("id"), answer.text("expires_at")));
          });
    }
  }

  /** Lists them. */
  @Command(
      name = "list",
      description = "Your tokens that hold; administrators see everybody's.",
      footer = {"", "Example: checkrail token list"})
  static final class Show extends Asking {
    Show(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      ObjectNode body = good(remote().get("/api/v1/tokens")).body();
      return show(
          body,
          page -> {
            for (JsonNode one : nodes(body, "tokens")) {
              page.line(
                  "%s  %-16s %-16s until %s  %s"
                      .formatted(
                          of(one, "id"),
                          of(one, "account"),
                          of(one, "name"),
                          of(one, "expires_at"),
                          String.join(" ", texts(one, "scopes"))));
            }
          });
    }
  }

  /** Ends one. */
  @Command(
      name = "revoke",
      description = "Ends a token at once.",
      footer = {"", "Example: checkrail token revoke 0123456789ab"})
  static final class Revoke extends Asking {
    @Parameters(paramLabel = "ID", description = "As 'token list' shows it.")
    private String id = "";

    Revoke(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      good(remote().delete("/api/v1/tokens/" + Remote.encoded(id)));
      return show(Remote.object(), page -> page.line("revoked"));
    }
  }
}
