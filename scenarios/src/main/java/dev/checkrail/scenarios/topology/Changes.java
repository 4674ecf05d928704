package dev.checkrail.scenarios.topology;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Changes of the load balancer as a team makes them, with the product's commands: one proposes them
 * and puts them in place, others agree to them.
 */
public final class Changes {
  /** Who agrees: the first one to what is of low or medium risk, both to what is of high risk. */
  private static final List<String> OTHERS = List.of("bob", "carol");

  private static final String CHECKED_WITHIN = "120"; // seconds
  private static final String BLOCKED_ALREADY = "blocked already by";
  private static final JsonMapper JSON = new JsonMapper();

  private final CommandLine cli;
  private final String balancer;
  private final Path folder;

  /**
   * Of one load balancer.
   *
   * @param cli commands, as who proposes and puts in place
   * @param balancer its name
   * @param folder where {@link #team} left the tokens of the others
   */
  public Changes(CommandLine cli, String balancer, Path folder) {
    this.cli = cli;
    this.balancer = balancer;
    this.folder = folder;
  }

  /**
   * Gives those who agree an account each, and leaves their tokens in a folder.
   *
   * @param control as an administrator
   */
  public static void team(Control control, Path folder) throws IOException, InterruptedException {
    for (String name : OTHERS) {
      made(
          control.post(
              "/api/v1/accounts", "{\"name\":\"%s\",\"roles\":[\"approver\"]}".formatted(name)));
      JsonNode token =
          made(
              control.post(
                  "/api/v1/tokens",
                  "{\"name\":\"changes\",\"account\":\"%s\",\"days\":1}".formatted(name)));
      Path file = folder.resolve(name + ".token");
      Files.deleteIfExists(file);
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(file, token.path("secret").asString() + "\n");
    }
  }

  private static JsonNode made(Control.Answer answer) throws IOException {
    if (answer.status() != 201) {
      throw new IOException("no account could be made: " + answer.status() + " " + answer.body());
    }
    return answer.json();
  }

  /**
   * One that was proposed and checked.
   *
   * @param blocked its check found something that may not go live
   * @param because why it is where it is, in a sentence
   * @param seconds from the command's start until it said that it is blocked, or what was found
   */
  public record Proposed(long number, boolean blocked, String because, double seconds) {}

  /**
   * Proposes a file with all that lies beside it, and waits for its check.
   *
   * @param moves services whose requests are meant to move; {@code all} for every one; "" for none
   * @throws IOException if it was not checked
   */
  public Proposed propose(Path file, String why, String moves)
      throws IOException, InterruptedException {
    List<String> words =
        new ArrayList<>(List.of("propose", balancer, file.toString(), "--why", why));
    if (!moves.isEmpty()) {
      words.addAll(List.of("--moves", moves));
    }
    words.addAll(List.of("--wait", CHECKED_WITHIN));
    Said said = change(words);
    JsonNode checked = said.change().path("checked");
    if (said.answer().status() > 1 || checked.isMissingNode()) {
      throw said.cannot("proposed and checked");
    }
    return new Proposed(
        said.change().path("number").asLong(),
        !checked.path("verdict").asString("").equals("pass"),
        said.change().path("because").asString(""),
        said.answer().remarks().stream()
            .filter(it -> it.text().contains(BLOCKED_ALREADY))
            .findFirst()
            .map(CommandLine.Remark::seconds)
            .orElse(said.answer().seconds()));
  }

  /**
   * As many of the others agree to it as are needed.
   *
   * @throws IOException if it is not approved then
   */
  public void approve(long number) throws IOException, InterruptedException {
    for (String other : OTHERS) {
      if (agree(number, other).change().path("state").asString("").equals("approved")) {
        return;
      }
    }
    throw new IOException("change " + number + " is not approved although all agreed");
  }

  /** One of the others tries to agree to what is blocked; what that person is told. */
  public CommandLine.Answer tryToApprove(long number) throws IOException, InterruptedException {
    return cli.run("change", "approve", "" + number, "--token-file", token(OTHERS.getFirst()));
  }

  private Said agree(long number, String other) throws IOException, InterruptedException {
    Said said = change(List.of("approve", "" + number, "--token-file", token(other)));
    if (said.answer().status() != 0) {
      throw said.cannot("approved by " + other);
    }
    return said;
  }

  private String token(String other) {
    return folder.resolve(other + ".token").toString();
  }

  /**
   * Puts an approved one in place.
   *
   * @param more options of {@code change rollout}
   * @throws IOException if it does not serve then
   */
  public void rollOut(long number, String... more) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("rollout", "" + number));
    words.addAll(List.of(more));
    inPlace(words);
  }

  /**
   * Puts one in place whatever its check found and whoever agreed; ends when it serves.
   *
   * @param more options of {@code change break-glass}
   * @throws IOException if it does not serve then
   */
  public void breakGlass(long number, String reason, String... more)
      throws IOException, InterruptedException {
    List<String> words =
        new ArrayList<>(List.of("break-glass", "" + number, "--reason", reason, "--no-wait"));
    words.addAll(List.of(more));
    inPlace(words);
  }

  /** Takes one back, if it was not taken back meanwhile. */
  public void rollBack(long number, String reason) throws IOException, InterruptedException {
    CommandLine.Answer answer = cli.run("change", "rollback", "" + number, "--reason", reason);
    if (answer.status() != 0 && !List.of("rolled back", "rolling out").contains(state(number))) {
      throw new IOException("change " + number + " was not taken back: " + answer.said());
    }
  }

  private String state(long number) throws IOException, InterruptedException {
    return change(List.of("show", "" + number)).change().path("state").asString("");
  }

  /** Follows one until it is live. */
  public void awaitLive(long number) throws IOException, InterruptedException {
    if (!state(number).equals("live")) {
      rollOut(number);
    }
  }

  private void inPlace(List<String> words) throws IOException, InterruptedException {
    Said said = change(words);
    if (said.answer().status() != 0) {
      throw said.cannot("put in place");
    }
  }

  private Said change(List<String> words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("change"));
    command.addAll(words);
    command.addAll(List.of("--format", "json"));
    CommandLine.Answer answer = cli.run(command.toArray(String[]::new));
    try {
      return new Said(answer, JSON.readTree(answer.output()));
    } catch (JacksonException e) {
      return new Said(answer, JSON.missingNode());
    }
  }

  private record Said(CommandLine.Answer answer, JsonNode change) {
    IOException cannot(String what) {
      return new IOException("the change was not " + what + ": " + answer.said());
    }
  }
}
