package dev.checkrail.cli;

import dev.checkrail.settings.BackupOptions;
import dev.checkrail.store.backup.Backup;
import dev.checkrail.store.backup.BackupFile;
import dev.checkrail.store.backup.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.ObjectNode;

/** Asks a control plane that runs for a backup, and puts it under its name. */
@Command(name = "backup", sortOptions = false)
final class ServeBackup extends Asking {
  private static final String NEXT = "see 'checkrail serve backup --help'";

  @Mixin private BackupOptions options = new BackupOptions();

  ServeBackup(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() {
    if (options.data().isPresent()) {
      throw CannotRun.usage(
          "of one that does not run, a backup is made by the launcher",
          "run bin/checkrail serve backup");
    }
    ObjectNode body = Remote.object();
    passphrase().ifPresent(it -> body.put("passphrase", it));
    Path file = at.resolve(options.file().toString());
    Remote remote = remote();
    Manifest manifest;
    try {
      manifest =
          BackupFile.make(
              file,
              out ->
                  remote
                      .download("/api/v1/backup", body, out)
                      .ifPresent(answer -> {
                        throw refused(answer);
                      }));
    } catch (IOException e) {
      throw CannotRun.because("cli/backup", "arguments", String.valueOf(e.getMessage()), NEXT);
    }
    Map<String, String> told = Backup.told(manifest);
    ObjectNode answer = Remote.object().put("file", file.toString());
    told.forEach(answer::put);
    return show(
        answer,
        page -> {
          page.line(
              "%s: %s, %s files, journal up to %s"
                  .formatted(
                      Shown.of(options.file().toString()),
                      told.get("made"),
                      told.get("files"),
                      told.get("head")));
          Optional.ofNullable(told.get("left_out"))
              .ifPresent(it ->
                  page.line(
                      "left out: "
                          + Shown.of(it)
                          + " (the key that seals evidence; --passphrase-file takes it along)"));
        });
  }

  private Optional<String> passphrase() {
    return options
        .passphrase()
        .map(file -> {
          try {
            return Files.readString(at.resolve(file.toString())).lines().findFirst().orElse("");
          } catch (IOException e) {
            throw CannotRun.usage(
                "--passphrase-file: " + file + " can't be read", "name a readable file");
          }
        });
  }
}
