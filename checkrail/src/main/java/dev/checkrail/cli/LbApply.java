package dev.checkrail.cli;

import dev.checkrail.path.Subject;
import dev.checkrail.read.Read;
import dev.checkrail.source.Files.Lookup;
import dev.checkrail.source.SourceFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Puts a configuration in place, through the gate. */
@Command(
    name = "apply",
    description = {
      "Puts a configuration in place: gate, native check, files switched, reload, and the truth of"
          + " what serves. For administrators; the journal says who approved it.",
      "CONFIG lies here; its maps, lists and the like go with it."
    },
    footer = {
      "",
      "Example: checkrail lb apply edge candidate.cfg --moves payments --wait 30",
      "Exit status: 0 it serves, 1 blocked or stopped, 2 could not run, 3 undecided."
    })
final class LbApply extends LbActing {
  @Parameters(
      index = "1",
      paramLabel = "CONFIG",
      description = "The new configuration: a file, or a folder with *.cfg files.")
  private String config = "";

  @Option(
      names = "--moves",
      paramLabel = "SERVICE",
      split = ",",
      description = "Requests of these services are meant to move; 'all' for every request.")
  private List<String> moves = new ArrayList<>();

  @Option(
      names = "--force",
      description = "Although the gate blocks it, and over drift; the journal says so.")
  private boolean force;

  @Mixin private Places places = new Places();

  LbApply(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() {
    Remote.Answer answer = remote().post(LbCommand.path(name()) + "/apply", body());
    String type = answer.text("type");
    if (type.endsWith(":gate-blocked") || type.endsWith(":gate-undecided")) {
      return heldBack(answer, "checkrail gate");
    }
    return tell(answer);
  }

  private ObjectNode body() {
    // The policy that judges is the load balancer's own, on the server; this one is not sent.
    Inputs inputs = new Inputs(at, places, config);
    Subject subject = inputs.subject(config, Optional.empty());
    var unused = Read.haproxy(subject.files(), subject.paths(), subject.target());
    Map<String, SourceFile> found = new LinkedHashMap<>();
    for (Lookup lookup : subject.files().asked()) {
      switch (lookup) {
        case Lookup.Found(var file) -> {
          if (!file.path().startsWith("/dev/")) {
            found.put(file.path(), file);
          }
        }
        case Lookup.Absent(var path) ->
            say(
                Shown.of(path)
                    + " is not here: what the load balancer has at that place is taken for it");
        case Lookup.Unreadable(var path, var why) ->
            say(
                Shown.of(path)
                    + " can't be read here ("
                    + Shown.of(why)
                    + "): what the load balancer has at that place is taken for it");
      }
    }
    Path folder =
        Optional.ofNullable(absolute(subject.paths().getFirst()).getParent()).orElse(Path.of("/"));
    ObjectNode body = Remote.object();
    ArrayNode main = body.putArray("main");
    ArrayNode names = body.putArray("names");
    for (String path : subject.paths()) {
      Optional.ofNullable(found.remove(path)).ifPresent(file -> main.add(base64(file)));
      names.add(String.valueOf(Path.of(path).getFileName()));
    }
    ObjectNode beside = body.putObject("beside");
    found.forEach((path, file) -> {
      Path at = absolute(path);
      beside.put(
          at.startsWith(folder) ? folder.relativize(at).toString() : at.toString(), base64(file));
    });
    moves.forEach(body.putArray("moves")::add);
    choices(body);
    body.put("force", force);
    return body;
  }

  private Path absolute(String path) {
    return at.resolve(path).toAbsolutePath().normalize();
  }

  private static String base64(SourceFile file) {
    return Base64.getEncoder().encodeToString(file.bytes());
  }

  /** What is looked at here only finds files: another policy judges. */
  static final class Places implements ConfigPlaces {
    @Option(
        names = "--policy",
        paramLabel = "FILE",
        description =
            "Only for its 'target:', by which the files are found that CONFIG names ('none' for"
                + " none). Default: checkrail.yaml beside CONFIG. The change is judged by the"
                + " policy that was approved: 'lb policy NAME'.")
    private @Nullable String policy;

    @Option(
        names = "--env",
        paramLabel = "NAME=VALUE",
        description =
            "A variable by which files are found here. The load balancer goes by its own ones.")
    private Map<String, String> environment = new LinkedHashMap<>();

    @Option(
        names = "--cwd",
        paramLabel = "DIR",
        description =
            "Where relative paths may start here. Default: the folder of CONFIG. The load balancer"
                + " goes by its own one.")
    private @Nullable String workingDirectory;

    @Override
    public Optional<String> policy() {
      return Optional.ofNullable(policy);
    }

    @Override
    public Map<String, String> environment() {
      return environment;
    }

    @Override
    public Optional<String> workingDirectory() {
      return Optional.ofNullable(workingDirectory);
    }
  }
}
