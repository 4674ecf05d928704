package dev.checkrail.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** Gets a token for a name and a password, and keeps it. */
@Command(
    name = "login",
    description = {
      "Logs in at a control plane; keeps the token for the commands that follow.",
      "The password is asked for, or read from --password-file or a pipe."
    },
    footer = {
      "",
      "Example: checkrail login --server http://127.0.0.1:8460 --name ada",
      "The first administrator: checkrail login --name ada --first CODE (serve prints the code)",
      "Exit status: 0 logged in, 2 not."
    })
final class LoginCommand extends Asking {
  @Option(names = "--name", paramLabel = "NAME", required = true, description = "Your account.")
  private String name = "";

  @Option(
      names = "--first",
      paramLabel = "CODE",
      description = "Makes the first administrator, by the code that 'serve' printed.")
  private @Nullable String first;

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description = "Where the password is; its first line.")
  private @Nullable String passwordFile;

  LoginCommand(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() {
    ObjectNode body = Remote.object();
    body.put("name", name);
    body.put("password", password(at, Optional.ofNullable(passwordFile), "Password"));
    String path = "/api/v1/login";
    if (first != null) {
      body.put("code", first);
      path = "/api/v1/first-admin";
    }
    Remote.Answer answer = good(stranger().post(path, body));
    KeptTokens kept = new KeptTokens(at);
    kept.keep(server.server(at), answer.text("secret"));
    answer.body().remove("secret");
    return show(
        answer.body(),
        page ->
            page.line(
                "logged in as %s until %s; the token is in %s"
                    .formatted(answer.text("account"), answer.text("expires_at"), kept.file())));
  }

  /** From a file, from a person at a terminal without showing it, or from a pipe. */
  static String password(Surroundings at, Optional<String> file, String what) {
    try {
      if (file.isPresent()) {
        return Files.readAllLines(at.resolve(file.get())).stream().findFirst().orElse("");
      }
      @Nullable Console console = at.errIsTerminal() ? System.console() : null;
      if (console != null && console.isTerminal()) {
        return new String(
            Objects.requireNonNullElse(console.readPassword("%s: ", what), new char[0]));
      }
      BufferedReader in =
          new BufferedReader(new InputStreamReader(at.in(), StandardCharsets.UTF_8));
      return Objects.requireNonNullElse(in.readLine(), "");
    } catch (IOException e) {
      throw CannotRun.usage("the password can't be read", "name a readable --password-file");
    }
  }
}
