package dev.checkrail.cli;

import dev.checkrail.path.Subject;
import dev.checkrail.read.Read;
import dev.checkrail.source.Files.Lookup;
import dev.checkrail.source.SourceFile;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A configuration that lies here, with all files that it names, as the control plane takes it. What
 * is not here is said; the load balancer's own file at that place is taken for it.
 */
final class SentFiles {
  private final Answering command;
  private final Subject subject;

  /** Reads it; the policy that judges is the load balancer's own, this one is not sent. */
  SentFiles(Answering command, ConfigPlaces places, String config) {
    this.command = command;
    this.subject = new Inputs(command.at, places, config).subject(config, Optional.empty());
  }

  /** Puts it into a body as {@code main}, {@code names} and {@code beside}. */
  ObjectNode into(ObjectNode body) {
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
            command.say(
                Shown.of(path)
                    + " is not here: what the load balancer has at that place is taken for it");
        case Lookup.Unreadable(var path, var why) ->
            command.say(
                Shown.of(path)
                    + " can't be read here ("
                    + Shown.of(why)
                    + "): what the load balancer has at that place is taken for it");
      }
    }
    Path folder =
        Optional.ofNullable(absolute(subject.paths().getFirst()).getParent()).orElse(Path.of("/"));
    ArrayNode main = body.putArray("main");
    ArrayNode names = body.putArray("names");
    for (String path : subject.paths()) {
      Optional.ofNullable(found.remove(path)).ifPresent(file -> main.add(base64(file)));
      names.add(String.valueOf(Path.of(path).getFileName()));
    }
    ObjectNode beside = body.putObject("beside");
    found.forEach((path, file) -> {
      Path place = absolute(path);
      beside.put(
          place.startsWith(folder) ? folder.relativize(place).toString() : place.toString(),
          base64(file));
    });
    return body;
  }

  private Path absolute(String path) {
    return command.at.resolve(path).toAbsolutePath().normalize();
  }

  private static String base64(SourceFile file) {
    return Base64.getEncoder().encodeToString(file.bytes());
  }
}
