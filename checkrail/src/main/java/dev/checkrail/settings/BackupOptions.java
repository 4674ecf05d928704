package dev.checkrail.settings;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code checkrail serve backup} is told. */
@Command(
    description = {
      "Puts all that a control plane keeps into one file: as it was at one moment, while it runs.",
      "The file holds secrets (kept configurations with their keys, hashes of passwords and tokens);"
          + " only its owner can read it. The key that seals evidence is left out, or goes along"
          + " under a passphrase. Administrators may; it is in the journal."
    },
    footer = {
      "",
      "Examples:",
      "  checkrail serve backup monday.checkrail",
      "  checkrail serve backup monday.checkrail --passphrase-file passphrase",
      "  checkrail serve backup monday.checkrail --data /srv/checkrail   of one that does not run",
      "",
      "Exit status: 0 the file is there, whole, and was read once more; 2 there is none."
    })
public final class BackupOptions {
  @Parameters(index = "0", paramLabel = "FILE", description = "The file; it must not be there yet.")
  private @Nullable Path file;

  @Option(
      names = "--passphrase-file",
      paramLabel = "FILE",
      description =
          "Its first line, at least 12 characters: under it the key that seals evidence goes"
              + " along. Default: the key is left out.")
  private @Nullable Path passphrase;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Of a control plane that does not run, by its folder. Default: one is asked.")
  private @Nullable Path data;

  @Mixin private DatabaseOptions database = new DatabaseOptions();

  public Path file() {
    return file == null ? Path.of("") : file;
  }

  public Optional<Path> passphrase() {
    return Optional.ofNullable(passphrase);
  }

  public Optional<Path> data() {
    return Optional.ofNullable(data);
  }

  public DatabaseOptions database() {
    return database;
  }
}
