package dev.checkrail.store.backup;

import dev.checkrail.store.DatabaseAddress;
import dev.checkrail.store.TableCopy;
import dev.checkrail.store.backup.Manifest.Piece;
import java.io.ByteArrayInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * All that a control plane keeps, as it was at one moment, on its way into a file.
 *
 * <p>The moment is that of one transaction of the database, in which all tables are read. Files
 * have no transactions: those that are replaced now and then (which version is live, who approved
 * it) are read before the transaction begins and compared afterwards; if one is another by then, it
 * is tried again. Nobody who acts is kept waiting for that. Files that never change once they are
 * there, and the sample of the log, which stands for itself, are read as they are written out.
 */
public final class Backup implements AutoCloseable {
  private static final int TRIES = 40;
  private static final Duration PAUSE = Duration.ofMillis(250);

  /** Under its digest: the same bytes for ever. */
  private static final Pattern FOR_EVER =
      Pattern.compile(".*/((objects|versions)/[0-9a-f]{64}|policies/[0-9a-f]{64}\\.yaml)");

  private static final Pattern SAMPLE = Pattern.compile(".*/log-records/[^/]+");

  /** What is copied as tables, unpacked again, or made anew. */
  private static final Set<String> NOT_KEPT = Set.of("postgres", "programs", "database");

  private static final Pattern PASSING =
      Pattern.compile("(.*/)?(lock|\\.checkrail-new-.*|.*\\.making|.*\\.rest)");

  /** By it evidence is sealed: who has it can make evidence. */
  static final String SIGNING_KEY = "evidence.key";

  /** Where the file that says whom to tell lies in a backup and after a restore. */
  static final String ON_CALL = "on-call.yaml";

  private final What what;
  private final TableCopy tables;
  private final Map<String, byte[]> replaced;
  private final List<String> otherFiles;
  private final List<String> leftOut = new ArrayList<>();

  /**
   * What is backed up.
   *
   * @param data the data folder
   * @param reader a role of its database that may read all of it
   * @param onCall the file that says whom to tell, wherever it lies
   * @param passphrase under which the signing key goes along; empty: it is left out
   */
  public record What(
      Path data, DatabaseAddress reader, Optional<Path> onCall, Optional<char[]> passphrase) {}

  private Backup(
      What what, TableCopy tables, Map<String, byte[]> replaced, List<String> otherFiles) {
    this.what = what;
    this.tables = tables;
    this.replaced = replaced;
    this.otherFiles = otherFiles;
  }

  /** Whether a passphrase can be taken; else why not. */
  public static Optional<String> unfit(char[] passphrase) {
    return passphrase.length < Sealed.SHORTEST
        ? Optional.of("too short: it needs at least " + Sealed.SHORTEST + " characters")
        : Optional.empty();
  }

  /**
   * Begins one: from here on nothing that is written gets into it.
   *
   * @throws IOException with a sentence for people, e.g. that files change all the time
   */
  public static Backup begin(What what) throws IOException, SQLException, InterruptedException {
    Map<String, byte[]> before = replaced(what);
    for (int i = 0; i < TRIES; i++) {
      TableCopy tables = TableCopy.of(what.reader());
      boolean kept = false;
      try {
        Map<String, byte[]> after = replaced(what);
        if (same(before, after)) {
          kept = true;
          return new Backup(
              what,
              tables,
              after,
              paths(what.data()).stream().filter(it -> !isReplaced(it)).toList());
        }
        before = after;
      } finally {
        if (!kept) {
          tables.close();
        }
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
    }
    throw new IOException(
        "load balancers are changed all the time: no moment could be found at which files and"
            + " database belong together; try again");
  }

  private static boolean same(Map<String, byte[]> one, Map<String, byte[]> other) {
    return one.keySet().equals(other.keySet())
        && one.entrySet().stream()
            .allMatch(it -> Arrays.equals(it.getValue(), other.get(it.getKey())));
  }

  private static boolean isReplaced(String path) {
    return !FOR_EVER.matcher(path).matches() && !SAMPLE.matcher(path).matches();
  }

  private static Map<String, byte[]> replaced(What what) throws IOException {
    Map<String, byte[]> all = new TreeMap<>();
    for (String path : paths(what.data())) {
      if (isReplaced(path)) {
        try {
          all.put(path, Files.readAllBytes(what.data().resolve(path)));
        } catch (NoSuchFileException e) {
          // Gone meanwhile: it is not there when it is looked again either.
        }
      }
    }
    if (what.onCall().isPresent()) {
      all.put(ON_CALL, Files.readAllBytes(what.onCall().get()));
    }
    return all;
  }

  /** Regular files of the data folder that are worth keeping, by their path below it. */
  private static List<String> paths(Path data) throws IOException {
    List<String> paths = new ArrayList<>();
    List<Path> folders = new ArrayList<>(List.of(data));
    while (!folders.isEmpty()) {
      Path folder = folders.removeLast();
      try (Stream<Path> all = Files.list(folder)) {
        for (Path path : all.toList()) {
          String name = data.relativize(path).toString();
          if (NOT_KEPT.contains(name)) {
            continue;
          }
          if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            folders.add(path); // a load balancer may be called as it likes
          } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
              && !PASSING.matcher(name).matches()) {
            paths.add(name);
          }
        }
      } catch (NoSuchFileException e) {
        // A folder that was let go meanwhile.
      }
    }
    paths.sort(null);
    return paths;
  }

  /** The journal's last entry that is in it. */
  public String head() throws SQLException {
    return tables.head();
  }

  /**
   * Writes it out, once.
   *
   * @param at when it is made
   */
  public void write(OutputStream out, Instant at) throws IOException {
    ZipOutputStream zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
    try {
      List<Manifest.Table> all = new ArrayList<>();
      for (Map.Entry<String, List<String>> table : tables.tables().entrySet()) {
        Piece name = new Piece(table.getKey(), 0, "");
        Piece piece =
            put(
                zip,
                Manifest.ofTable(name),
                table.getKey(),
                to -> {
                  try {
                    tables.write(table.getKey(), to);
                  } catch (SQLException e) {
                    throw new IOException("the database: " + e.getMessage(), e);
                  }
                });
        all.add(new Manifest.Table(table.getValue(), piece));
      }
      List<Piece> files = new ArrayList<>();
      List<Piece> sealed = new ArrayList<>();
      for (Map.Entry<String, byte[]> file : replaced.entrySet()) {
        String path = file.getKey();
        if (path.equals(SIGNING_KEY)) {
          if (what.passphrase().isEmpty()) {
            leftOut.add(path);
          } else {
            byte[] bytes = Sealed.seal(path, file.getValue(), what.passphrase().get());
            sealed.add(
                put(zip, Manifest.ofSealed(new Piece(path, 0, "")), path, to -> to.write(bytes)));
          }
        } else {
          files.add(file(zip, path, new ByteArrayInputStream(file.getValue())));
        }
      }
      for (String path : otherFiles) {
        try (InputStream in = Files.newInputStream(what.data().resolve(path))) {
          files.add(file(zip, path, in));
        } catch (NoSuchFileException e) {
          if (FOR_EVER.matcher(path).matches()) {
            leftOut.add(path); // nobody needed it any more
          }
        }
      }
      Manifest manifest =
          new Manifest(at, tables.schema(), tables.head(), all, files, sealed, leftOut);
      zip.putNextEntry(new ZipEntry(Manifest.NAME));
      zip.write(manifest.write().getBytes(StandardCharsets.UTF_8));
      zip.closeEntry();
      zip.finish();
      out.flush();
    } catch (SQLException e) {
      throw new IOException("the database: " + e.getMessage(), e);
    }
  }

  private static Piece file(ZipOutputStream zip, String path, InputStream in) throws IOException {
    return put(zip, Manifest.ofFile(new Piece(path, 0, "")), path, in::transferTo);
  }

  private static Piece put(ZipOutputStream zip, String name, String path, BackupFile.Source source)
      throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    MessageDigest digest = Archive.sha256();
    Counted counted = new Counted(new DigestOutputStream(zip, digest));
    source.write(counted);
    counted.flush();
    zip.closeEntry();
    return new Piece(path, counted.bytes, HexFormat.of().formatHex(digest.digest()));
  }

  /** Counts, and does not close what it writes to. */
  private static final class Counted extends FilterOutputStream {
    private long bytes;

    private Counted(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int one) throws IOException {
      out.write(one);
      bytes++;
    }

    @Override
    public void write(byte[] some, int from, int count) throws IOException {
      out.write(some, from, count);
      bytes += count;
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }

  /** What stands for people beside a manifest. */
  public static Map<String, String> told(Manifest manifest) {
    Map<String, String> told = new LinkedHashMap<>();
    told.put("made", manifest.made().toString());
    told.put("head", manifest.head());
    told.put("files", Integer.toString(manifest.files().size() + manifest.sealed().size()));
    if (manifest.leftOut().contains(SIGNING_KEY)) {
      told.put("left_out", SIGNING_KEY);
    }
    return told;
  }

  @Override
  public void close() throws SQLException {
    tables.close();
  }
}
