package dev.checkrail.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The tokens that {@code login} got, by control plane, in a file that only its owner can read. */
final class KeptTokens {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Path file;

  KeptTokens(Surroundings at) {
    Path folder =
        at.variable("XDG_CONFIG_HOME")
            .map(Path::of)
            .orElseGet(() -> Path.of(at.variable("HOME").orElse("."), ".config"));
    this.file = at.folder().resolve(folder).resolve("checkrail").resolve("tokens.json");
  }

  Path file() {
    return file;
  }

  Optional<String> of(String server) {
    return Optional.ofNullable(read().get(server)).map(it -> it.asString());
  }

  void keep(String server, String token) {
    write(read().put(server, token));
  }

  void forget(String server) {
    ObjectNode all = read();
    if (all.remove(server) != null) {
      write(all);
    }
  }

  private ObjectNode read() {
    try {
      if (JSON.readTree(Files.readString(file)) instanceof ObjectNode object) {
        return object;
      }
      throw unusable("it is not what 'login' writes");
    } catch (NoSuchFileException e) {
      return JsonNodeFactory.instance.objectNode();
    } catch (IOException | JacksonException e) {
      throw unusable("it can't be read");
    }
  }

  private void write(ObjectNode all) {
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      Path fresh = file.resolveSibling("tokens.json.new");
      Files.deleteIfExists(fresh);
      Files.createFile(
          fresh,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(fresh, JSON.writeValueAsString(all) + "\n");
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw unusable("it can't be written: " + e.getMessage());
    }
  }

  private CannotRun unusable(String why) {
    return CannotRun.because(
        "cli/tokens",
        file.toString(),
        "the tokens in " + file + ": " + why,
        "move that file away and log in again, or use --token-file");
  }
}
