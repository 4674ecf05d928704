package dev.checkrail.settings;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code checkrail serve restore} is told. */
@Command(
    description = {
      "Puts a backup into an empty folder, from which 'serve' goes on: all of it or nothing.",
      "Digests of all parts and the journal's chain are verified; what fails leaves the folder as"
          + " empty as it was."
    },
    footer = {
      "",
      "Examples:",
      "  checkrail serve restore monday.checkrail --data /srv/checkrail",
      "  checkrail serve restore monday.checkrail --passphrase-file passphrase",
      "  CHECKRAIL_DATABASE_PASSWORD=… checkrail serve restore monday.checkrail \\",
      "      --database-url jdbc:postgresql://db.internal/checkrail",
      "",
      "Exit status: 0 all of it is there, 2 nothing is."
    })
public final class RestoreOptions {
  @Parameters(index = "0", paramLabel = "FILE", description = "What 'serve backup' made.")
  private @Nullable Path file;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "A folder that is empty or not there. Default: /var/lib/checkrail for root, else"
              + " ~/.local/share/checkrail.")
  private @Nullable Path data;

  @Option(
      names = "--passphrase-file",
      paramLabel = "FILE",
      description = "Its first line opens the key that seals evidence.")
  private @Nullable Path passphrase;

  @Option(
      names = "--without-signing-key",
      description = "Goes without that key although it is in the file; a new one is made.")
  private boolean withoutKey;

  @Mixin private DatabaseOptions database = new DatabaseOptions();

  public Path file() {
    return file == null ? Path.of("") : file;
  }

  public Optional<Path> data() {
    return Optional.ofNullable(data);
  }

  public Optional<Path> passphrase() {
    return Optional.ofNullable(passphrase);
  }

  public boolean withoutKey() {
    return withoutKey;
  }

  public DatabaseOptions database() {
    return database;
  }
}
