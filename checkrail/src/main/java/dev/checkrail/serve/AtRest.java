package dev.checkrail.serve;

import dev.checkrail.change.JournalEntry;
import dev.checkrail.settings.BackupOptions;
import dev.checkrail.settings.RestoreOptions;
import dev.checkrail.store.DatabaseAddress;
import dev.checkrail.store.EmbeddedPostgres;
import dev.checkrail.store.TableCopy;
import dev.checkrail.store.backup.Backup;
import dev.checkrail.store.backup.BackupFile;
import dev.checkrail.store.backup.Manifest;
import dev.checkrail.store.backup.Restore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is done with a data folder in which no control plane runs. */
abstract class AtRest implements Callable<Integer> {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this help.")
  private boolean help;

  @Override
  public final Integer call() {
    return Main.saying(this::act);
  }

  abstract int act() throws Unusable, IOException, SQLException, InterruptedException;

  static Optional<char[]> passphrase(Optional<Path> file) throws Unusable, IOException {
    if (file.isEmpty()) {
      return Optional.empty();
    }
    String line = Files.readString(file.get()).lines().findFirst().orElse("");
    Optional<String> unfit = Backup.unfit(line.toCharArray());
    if (unfit.isPresent()) {
      throw new Unusable("--passphrase-file: " + unfit.get());
    }
    return Optional.of(line.toCharArray());
  }

  private static String person() {
    return "user " + System.getProperty("user.name", "unknown");
  }

  private static String said(Manifest manifest) {
    Map<String, String> told = Backup.told(manifest);
    return "%s, %s files, journal up to %s"
        .formatted(told.get("made"), told.get("files"), told.get("head"));
  }

  /** A backup of one that does not run; one that runs is asked by the command of the same name. */
  @Command(name = "backup", sortOptions = false)
  static final class OfFolder extends AtRest {
    @Mixin private BackupOptions options = new BackupOptions();

    @Override
    int act() throws Unusable, IOException, SQLException, InterruptedException {
      Path data =
          options
              .data()
              .orElseThrow(() -> new Unusable("--data names the folder of one that does not run"))
              .toAbsolutePath();
      Optional<char[]> passphrase = passphrase(options.passphrase());
      Optional<String> unfinished = Restore.unfinished(data);
      if (unfinished.isPresent()) {
        throw new Unusable(unfinished.get());
      }
      GivenDatabase given = GivenDatabase.of(options.database());
      if (given.work().isPresent()) {
        make(data, given.owner().orElse(given.work().get()), passphrase);
        return 0;
      }
      if (!Files.exists(data.resolve("postgres/data/PG_VERSION"))) {
        throw new Unusable("in " + data + " no control plane has kept anything yet");
      }
      try (EmbeddedPostgres server =
          EmbeddedPostgres.start(
              data.resolve("postgres"), data.resolve("programs"), System::nanoTime)) {
        make(data, server.asOwner(), passphrase);
      }
      return 0;
    }

    private void make(Path data, DatabaseAddress owner, Optional<char[]> passphrase)
        throws Unusable, IOException, SQLException, InterruptedException {
      try (TableCopy journal = TableCopy.into(owner)) {
        if (journal.isEmpty()) {
          throw new Unusable("in " + owner + " no control plane has kept anything yet");
        }
        journal.append(
            new JournalEntry(
                Instant.now(),
                person(),
                "backup.taken",
                "control plane",
                Map.of(
                    "signing_key",
                    passphrase.isEmpty() ? "left out" : "under a passphrase",
                    "at_rest",
                    "true")));
        journal.commit();
      }
      try (Backup backup =
          Backup.begin(new Backup.What(data, owner, Optional.empty(), passphrase))) {
        Manifest manifest =
            BackupFile.make(options.file(), out -> backup.write(out, Instant.now()));
        System.out.println(options.file() + ": " + said(manifest));
        if (!manifest.leftOut().isEmpty()) {
          System.out.println("left out: " + String.join(", ", manifest.leftOut()));
        }
      }
    }
  }

  /** Puts a backup into an empty folder. */
  @Command(name = "restore", sortOptions = false)
  static final class IntoFolder extends AtRest {
    @Mixin private RestoreOptions options = new RestoreOptions();

    @Override
    int act() throws Unusable, IOException, SQLException, InterruptedException {
      Path data = options.data().map(Path::toAbsolutePath).orElseGet(Main::usualFolder);
      GivenDatabase given = GivenDatabase.of(options.database());
      @Nullable DatabaseAddress owner = given.owner().or(given::work).orElse(null);
      Manifest manifest =
          Restore.from(
              options.file(),
              new Restore.Into(
                  data,
                  data.resolve("programs"),
                  Optional.ofNullable(owner),
                  passphrase(options.passphrase()),
                  options.withoutKey(),
                  person()),
              Instant.now(),
              System::nanoTime);
      System.out.println("in " + data + " now: " + said(manifest));
      if (options.withoutKey() || manifest.sealed().isEmpty()) {
        System.out.println(
            "without the key that sealed evidence: a new one is made at the next start");
      }
      return 0;
    }
  }
}
