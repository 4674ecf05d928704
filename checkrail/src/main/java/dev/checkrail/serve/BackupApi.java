package dev.checkrail.serve;

import dev.checkrail.change.Journal;
import dev.checkrail.change.JournalEntry;
import dev.checkrail.serve.access.Denied;
import dev.checkrail.serve.access.Right;
import dev.checkrail.store.backup.Backup;
import java.io.IOException;
import java.io.OutputStream;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All that is kept, as one file that flows to who asks for it. */
final class BackupApi {
  private static final Logger LOG = LoggerFactory.getLogger(BackupApi.class);

  private final Backup.What what;
  private final Semaphore housekeeping;
  private final Journal journal;
  private final InstantSource clock;

  /**
   * Of one control plane.
   *
   * @param what without a passphrase
   * @param housekeeping held while one is made: nothing is forgotten meanwhile
   */
  BackupApi(Backup.What what, Semaphore housekeeping, Journal journal, InstantSource clock) {
    this.what = what;
    this.housekeeping = housekeeping;
    this.journal = journal;
    this.clock = clock;
  }

  List<Endpoint> endpoints() {
    return List.of(Endpoint.needs(Right.BACKUP, "POST", "/api/v1/backup", this::backup));
  }

  private Reply backup(Call call) throws SQLException, InterruptedException {
    Optional<char[]> passphrase =
        call.maybeBody("passphrase").maybe("passphrase").map(String::toCharArray);
    passphrase
        .flatMap(Backup::unfit)
        .ifPresent(why -> {
          throw Problem.refused(why);
        });
    if (!call.caller().balancers().isEmpty()) {
      throw new Denied(Denied.Kind.NO_RIGHT, "your token does not reach all that is in a backup");
    }
    if (!housekeeping.tryAcquire()) {
      throw Problem.conflict("busy", "another backup is being made right now");
    }
    boolean begun = false;
    try {
      // Before it is begun, so that the entry is in it; what is not in the journal is not done.
      var unused =
          journal.append(
              new JournalEntry(
                  clock.instant(),
                  call.caller().account(),
                  "backup.taken",
                  "control plane",
                  Map.of("signing_key", passphrase.isEmpty() ? "left out" : "under a passphrase")));
      Flowing flowing =
          new Flowing(
              Backup.begin(new Backup.What(what.data(), what.reader(), what.onCall(), passphrase)));
      begun = true;
      return Reply.flowing(200, "application/zip", flowing);
    } catch (IOException e) {
      throw Problem.down(String.valueOf(e.getMessage()));
    } finally {
      if (!begun) {
        housekeeping.release();
      }
    }
  }

  private final class Flowing implements Reply.Flow {
    private final Backup backup;

    private Flowing(Backup backup) {
      this.backup = backup;
    }

    @Override
    public void write(OutputStream out) throws IOException {
      backup.write(out, clock.instant());
    }

    @Override
    public void close() {
      try {
        backup.close();
      } catch (SQLException e) {
        LOG.warn("the database did not end a backup in order: {}", e.getMessage());
      } finally {
        housekeeping.release();
      }
    }
  }
}
