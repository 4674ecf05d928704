package dev.checkrail.store.backup;

import dev.checkrail.change.JournalEntry;
import dev.checkrail.store.ChainedJournal;
import dev.checkrail.store.Database;
import dev.checkrail.store.DatabaseAddress;
import dev.checkrail.store.EmbeddedPostgres;
import dev.checkrail.store.TableCopy;
import dev.checkrail.store.backup.Manifest.Piece;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Puts a backup into an empty data folder: all of it, or nothing. The file is held against its
 * digests before anything is made. The folder is marked as unfinished until the last step ({@link
 * RestoreMark}); nobody starts in a folder that is marked so, and the next restore begins anew
 * there. The database's rows come in one transaction, which ends well only if the journal's chain
 * is whole and ends where the manifest says. In one's own database they stay once they are there:
 * the restore that is begun anew knows them by its name, and only puts the files beside them.
 */
public final class Restore {
  private static final String POSTGRES = "postgres";
  private static final String RESTORED = "backup.restored";
  private static final String NAME = "restore";
  private static final FileAttribute<Set<PosixFilePermission>> FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<Set<PosixFilePermission>> FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  /** PostgreSQL may run as another user, who passes it. */
  private static final FileAttribute<Set<PosixFilePermission>> OUTERMOST =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x"));

  private final Archive archive;
  private final Into into;
  private final Map<String, byte[]> opened = new LinkedHashMap<>();
  private final Set<Path> folders = new LinkedHashSet<>();

  /** Whether rows of this restore are in one's own database, and stay there. */
  private boolean rowsStay;

  /**
   * Where to.
   *
   * @param data a folder that is empty, or not there
   * @param programs where PostgreSQL's programs are unpacked
   * @param owner who owns the tables in one's own database; empty: an embedded one in {@code data}
   * @param passphrase opens the signing key
   * @param withoutKey whether it goes without the signing key
   * @param by who does it, for the journal
   */
  public record Into(
      Path data,
      Path programs,
      Optional<DatabaseAddress> owner,
      Optional<char[]> passphrase,
      boolean withoutKey,
      String by) {}

  private Restore(Archive archive, Into into) {
    this.archive = archive;
    this.into = into;
  }

  /** Why a folder can't be used: a restore into it is at work, or was not ended; empty: it can. */
  public static Optional<String> unfinished(Path data) {
    if (!RestoreMark.isIn(data)) {
      return Optional.empty();
    }
    return Optional.of(
        RestoreMark.isHeldIn(data)
            ? RestoreMark.atWork(data)
            : "a restore into "
                + data
                + " was begun and not ended, and what lies there is not whole: run 'checkrail serve"
                + " restore' of the same file once more, which begins anew there");
  }

  /**
   * Puts it there.
   *
   * @param nanos elapsed time
   * @throws IOException with a sentence for people; the folder is as empty as before
   */
  public static Manifest from(Path file, Into into, Instant at, LongSupplier nanos)
      throws IOException, SQLException, InterruptedException {
    try (Archive archive = Archive.open(file)) {
      Restore restore = new Restore(archive, into);
      restore.open();
      restore.mustBeEmpty();
      restore.put(at, nanos);
      return archive.manifest();
    }
  }

  private void open() throws IOException {
    for (Piece piece : archive.manifest().sealed()) {
      if (into.withoutKey()) {
        continue;
      }
      if (into.passphrase().isEmpty()) {
        throw new IOException(
            piece.path()
                + " is in it under a passphrase: give --passphrase-file, or --without-signing-key,"
                + " and a new key is made at the next start");
      }
      ByteArrayOutputStream sealed = new ByteArrayOutputStream();
      archive.copy(Manifest.ofSealed(piece), piece, sealed);
      opened.put(
          piece.path(), Sealed.open(piece.path(), sealed.toByteArray(), into.passphrase().get()));
    }
  }

  private void mustBeEmpty() throws IOException, SQLException {
    Path data = into.data();
    if (Files.exists(data) && !RestoreMark.isIn(data)) {
      try (Stream<Path> all = Files.list(data)) {
        if (all.findAny().isPresent()) {
          throw new IOException(notEmpty(data));
        }
      } catch (AccessDeniedException e) {
        throw new IOException(data + " can't be read: permission denied", e);
      }
    }
    if (into.owner().isPresent()) {
      try (TableCopy there = TableCopy.into(into.owner().get())) {
        rowsStay = areThere(there, into.owner().get(), RestoreMark.nameIn(data));
      }
    }
  }

  static String notEmpty(Path data) {
    return data + " is not empty: a backup is only put into an empty folder; move it away";
  }

  /**
   * Whether the rows of this restore are there, put by a beginning of it that was killed since, and
   * nothing happened after them.
   *
   * @throws IOException if there are others
   */
  private boolean areThere(TableCopy tables, DatabaseAddress owner, Optional<String> name)
      throws IOException, SQLException {
    if (tables.isEmpty()) {
      return false;
    }
    Map<String, String> last =
        tables
            .last()
            .filter(it -> it.kind().equals(RESTORED))
            .map(JournalEntry::details)
            .orElse(Map.of());
    if (name.isPresent()
        && name.get().equals(last.get(NAME))
        && archive.manifest().head().equals(last.get("head"))) {
      return true;
    }
    throw new IOException(
        "the database "
            + owner
            + " holds a control plane already (journal up to "
            + tables.head()
            + "); name an empty one");
  }

  private void put(Instant at, LongSupplier nanos)
      throws IOException, SQLException, InterruptedException {
    Path data = into.data();
    boolean fresh = !Files.exists(data);
    try {
      if (fresh) {
        Files.createDirectories(data, OUTERMOST);
      }
      try (RestoreMark mark = RestoreMark.take(data)) {
        force(data); // before anything that it speaks of
        boolean done = false;
        try {
          put(mark, at, nanos);
          mark.remove();
          done = true;
        } finally {
          if (!done && !rowsStay) {
            empty(data, mark);
            mark.remove();
            if (fresh) {
              Files.delete(data);
            }
          }
        }
        force(data);
      }
    } catch (AccessDeniedException e) {
      throw new IOException(e.getFile() + " can't be written: permission denied", e);
    } catch (FileSystemException e) {
      throw new IOException(e.getFile() + " can't be written: " + e.getReason(), e);
    }
  }

  private void put(RestoreMark mark, Instant at, LongSupplier nanos)
      throws IOException, SQLException, InterruptedException {
    Path data = into.data();
    EmbeddedPostgres.endAbandoned(data.resolve(POSTGRES), nanos);
    empty(data, mark);
    mustHaveRoom();
    for (Piece piece : archive.manifest().files()) {
      write(place(piece), out -> archive.copy(Manifest.ofFile(piece), piece, out));
    }
    for (Map.Entry<String, byte[]> key : opened.entrySet()) {
      write(data.resolve(key.getKey()), out -> out.write(key.getValue()));
    }
    for (Path folder : folders) {
      force(folder);
    }
    if (into.owner().isPresent()) {
      rows(into.owner().get(), mark, at);
      rowsStay = true;
    } else {
      try (EmbeddedPostgres server =
          EmbeddedPostgres.start(data.resolve(POSTGRES), into.programs(), nanos)) {
        rows(server.asOwner(), mark, at);
      }
    }
    force(data);
  }

  private void mustHaveRoom() throws IOException {
    Manifest manifest = archive.manifest();
    long needed =
        manifest.files().stream().mapToLong(Piece::bytes).sum()
            + manifest.tables().stream().mapToLong(it -> it.piece().bytes()).sum();
    long room = Files.getFileStore(into.data()).getUsableSpace();
    if (room < needed) {
      throw new IOException(
          "%s has %d MiB left, and %d MiB are needed at least"
              .formatted(into.data(), room >> 20, (needed >> 20) + 1));
    }
  }

  private Path place(Piece piece) throws IOException {
    Path place = into.data().resolve(piece.path()).normalize();
    if (!place.startsWith(into.data().normalize())) {
      throw new IOException(piece.path() + " is outside of the data folder");
    }
    Path folder = Objects.requireNonNull(place.getParent());
    Files.createDirectories(folder, FOLDER);
    for (Path one = folder;
        one.startsWith(into.data().normalize());
        one = Objects.requireNonNull(one.getParent())) {
      folders.add(one);
    }
    return place;
  }

  private static void write(Path place, BackupFile.Source source) throws IOException {
    Files.createFile(place, FILE);
    try (FileChannel channel = FileChannel.open(place, StandardOpenOption.WRITE);
        OutputStream out = Channels.newOutputStream(channel)) {
      source.write(out);
      channel.force(true);
    }
  }

  private void rows(DatabaseAddress owner, RestoreMark mark, Instant at)
      throws IOException, SQLException {
    Manifest manifest = archive.manifest();
    if (!Database.migrate(owner, manifest.schema())) {
      throw new IOException(
          "it was made by a later Checkrail (tables of version "
              + manifest.schema()
              + "): restore it with that one");
    }
    try (TableCopy tables = TableCopy.into(owner)) {
      // A beginning that was killed may be about to end in the database.
      tables.alone();
      if (areThere(tables, owner, Optional.of(mark.name()))) {
        return;
      }
      Set<String> expected = new HashSet<>(tables.tables().keySet());
      for (Manifest.Table table : manifest.tables()) {
        if (!expected.remove(table.piece().path())) {
          throw new IOException("there is no table " + table.piece().path());
        }
        try (InputStream rows = archive.stream(Manifest.ofTable(table.piece()))) {
          tables.read(table.piece().path(), table.columns(), rows);
        }
      }
      if (!expected.isEmpty()) {
        throw new IOException("it lacks the tables " + expected);
      }
      ChainedJournal.Verification found = tables.verify();
      String head = found.entries() + ":" + found.head();
      if (!found.intact() || !head.equals(manifest.head())) {
        throw new IOException(
            "its journal is not whole: "
                + found
                    .broken()
                    .map(ChainedJournal.Verification.Broken::why)
                    .orElse("it ends at " + head + ", not at " + manifest.head()));
      }
      Map<String, String> details = new LinkedHashMap<>();
      details.put("made", manifest.made().toString());
      details.put("head", manifest.head());
      details.put(NAME, mark.name());
      tables.append(new JournalEntry(at, into.by(), RESTORED, "control plane", details));
      tables.commit();
    } catch (SQLException e) {
      throw archive.unusable("the database does not take it: " + firstLine(e), e);
    }
  }

  private static String firstLine(SQLException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private static void empty(Path data, RestoreMark mark) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(data)) {
      all = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      if (!path.equals(data) && !mark.isIt(path)) {
        Files.delete(path);
      }
    }
  }

  private static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
