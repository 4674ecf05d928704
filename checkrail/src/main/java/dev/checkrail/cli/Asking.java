package dev.checkrail.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What all commands have in common that ask a control plane. */
abstract class Asking extends Answering {
  @Mixin final ServerOptions server = new ServerOptions();

  @Spec private @Nullable CommandSpec spec;

  Asking(Surroundings at) {
    super(at);
  }

  /** As the caller that the options and the surroundings name. */
  final Remote remote() {
    String url = server.server(at);
    String token =
        tokenOfFile()
            .or(() -> at.variable("CHECKRAIL_TOKEN"))
            .or(() -> new KeptTokens(at).of(url))
            .orElseThrow(() ->
                CannotRun.because(
                    "cli/no-token",
                    url,
                    "no token for " + url,
                    "run 'checkrail login', or give one by --token-file or CHECKRAIL_TOKEN"));
    // Anything else can't stand in a header: a second line of a file, a quote that was copied
    // along.
    if (!token.strip().matches("[!-~]{1,4096}")) {
      throw CannotRun.because(
          "cli/no-token",
          url,
          "the token for " + url + " holds blanks, line ends or other characters that none has",
          "give it as 'checkrail token create' printed it: one word");
    }
    return new Remote(url, Optional.of(token.strip()), server.ca().map(at::resolve));
  }

  /** For what needs no token. */
  final Remote stranger() {
    return new Remote(server.server(at), Optional.empty(), server.ca().map(at::resolve));
  }

  private Optional<String> tokenOfFile() {
    return server
        .tokenFile()
        .map(name -> {
          try {
            return Files.readString(at.resolve(name)).strip();
          } catch (IOException e) {
            throw CannotRun.usage(
                "--token-file: " + name + " can't be read", "name a readable file");
          }
        });
  }

  /** The answer, if it is one; a refusal is exit status 2. */
  final Remote.Answer good(Remote.Answer answer) {
    if (answer.ok()) {
      return answer;
    }
    throw refused(answer);
  }

  final CannotRun refused(Remote.Answer answer) {
    String type = answer.text("type").replace("urn:checkrail:problem:", "");
    String next =
        switch (answer.status()) {
          case 401 -> "run 'checkrail login'";
          case 403 ->
              type.equals("own-change")
                  ? "ask somebody else who may"
                  : "ask an administrator for the role, or use another token";
          case 500, 502 -> "see the log of 'checkrail serve', request " + answer.text("request_id");
          case 503 ->
              type.equals("balancer-gone")
                  ? "see whether HAProxy runs, and whether the path is the one of its -S"
                  : "try again in a moment";
          case 422 ->
              type.equals("balancer-no-rights")
                  ? "give the user of 'serve' the right, by owner, group or mode, or run it as"
                      + " another"
                  : "see '" + qualifiedName() + " --help'";
          default -> "see '" + qualifiedName() + " --help'";
        };
    return CannotRun.because(
        "cli/" + (type.isEmpty() ? "refused" : type),
        server.server(at),
        answer.text("detail").isEmpty()
            ? "the control plane answered " + answer.status()
            : answer.text("detail"),
        next);
  }

  private String qualifiedName() {
    return spec == null ? "checkrail" : spec.qualifiedName();
  }

  /** Shows an answer: as it is for machines, in lines for people. */
  final int show(ObjectNode body, Consumer<Page> text) {
    if (output.json()) {
      at.out().println(body);
    } else {
      text.accept(page());
    }
    return 0;
  }

  /**
   * Tells what was found in something that was held back.
   *
   * @param more the command that says more
   * @return the exit status: 1 blocked, 3 undecided
   */
  final int heldBack(Remote.Answer answer, String more) {
    JsonNode verdict = Optional.ofNullable(answer.body().get("verdict")).orElse(Remote.object());
    if (output.json()) {
      at.out().println(answer.body());
    } else {
      Page page = page();
      for (JsonNode one : nodes(verdict, "findings")) {
        boolean counts = !one.has("live") && !one.has("suppressed");
        if (counts && !of(one, "severity").equals("notice")) {
          page.line(
              "%s:%s %s %s"
                  .formatted(
                      of(one, "file"), of(one, "line"), of(one, "severity"), of(one, "rule")));
          page.prose(2, of(one, "message"));
        }
      }
    }
    say(Shown.of(answer.text("detail")) + "; '" + more + "' says more");
    return answer.text("type").endsWith("-undecided") ? 3 : 1;
  }

  static String of(JsonNode node, String name) {
    return Optional.ofNullable(node.get(name)).map(it -> Shown.of(it.asString())).orElse("");
  }

  static List<String> texts(JsonNode node, String name) {
    return Optional.ofNullable(node.get(name))
        .map(list -> list.values().stream().map(it -> Shown.of(it.asString())).toList())
        .orElse(List.of());
  }

  static List<JsonNode> nodes(JsonNode node, String name) {
    return Optional.ofNullable(node.get(name))
        .map(list -> List.copyOf(list.values()))
        .orElse(List.of());
  }

  static String brief(String digest) {
    return digest.length() > 12 ? digest.substring(0, 12) : digest;
  }
}
