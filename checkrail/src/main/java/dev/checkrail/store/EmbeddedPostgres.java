package dev.checkrail.store;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL of our own in a data folder. It is durable: {@code fsync}, {@code
 * synchronous_commit} and {@code full_page_writes} are on, and a server that says otherwise is not
 * used. The folder is kept from start to start. It listens on the loopback interface only, always
 * on the port of the first start.
 *
 * <p>The server is a process of its own. When we are killed it lives on, and whoever starts next on
 * the same folder takes it over; when it was killed too, it recovers from its log. One process owns
 * a folder at a time: a lock on a file, which the system frees at our death, keeps the second one
 * out. A leftover {@code postmaster.pid} is PostgreSQL's own business, with one exception: its
 * number was given to another program since, and no process works in the folder; then it is
 * removed.
 */
public final class EmbeddedPostgres implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String DATABASE = "checkrail";
  private static final String OWNER = "checkrail_owner";
  private static final String SERVICE = "checkrail_service";

  /** All of the server's configuration; written anew at each start. */
  private static final String SETTINGS =
      """
      # Written by Checkrail at each start.
      listen_addresses = '127.0.0.1'
      port = %d
      unix_socket_directories = ''
      fsync = on
      synchronous_commit = on
      full_page_writes = on
      password_encryption = 'scram-sha-256'
      max_connections = 60
      shared_buffers = 64MB
      max_wal_size = 512MB
      wal_compression = on
      dynamic_shared_memory_type = posix
      jit = off
      timezone = 'UTC'
      log_timezone = 'UTC'
      logging_collector = on
      log_directory = 'log'
      log_filename = 'postgresql-%%a.log'
      log_truncate_on_rotation = on
      log_rotation_age = 1d
      # Values of a statement that failed have no place in a log.
      log_error_verbosity = terse
      log_min_error_statement = panic
      log_parameter_max_length_on_error = 0
      """;

  private static final String LOGINS = "host all all 127.0.0.1/32 scram-sha-256\n";

  /** Command lines of its programs, and names that its processes give themselves. */
  private static final Pattern OURS = Pattern.compile("([^\\x00 ]*/)?(postgres|initdb|pg_ctl)\\b");

  /** Folders owned by this process: the system's lock keeps out other processes only. */
  private static final Set<Path> OWNED = ConcurrentHashMap.newKeySet();

  private final Path home;
  private final Path folder;
  private final Path data;
  private final FileChannel lockFile;
  private final Unprivileged unprivileged;
  private final LongSupplier nanos;
  private final int port;
  private boolean stopsAtClose = true;
  private boolean closed;

  private EmbeddedPostgres(
      Path home, Path folder, FileChannel lockFile, Unprivileged unprivileged, LongSupplier nanos)
      throws IOException {
    this.home = home;
    this.folder = folder;
    this.data = folder.resolve("data");
    this.lockFile = lockFile;
    this.unprivileged = unprivileged;
    this.nanos = nanos;
    this.port = port(folder);
  }

  /**
   * Starts the server of a folder, or takes it over if it still runs.
   *
   * @param folder holds data, log, passwords and lock; made if it is missing
   * @param programs where PostgreSQL's programs are unpacked; folders may share it
   * @param nanos elapsed time
   * @throws IOException with a sentence for people, e.g. that another process owns the folder
   */
  public static EmbeddedPostgres start(Path folder, Path programs, LongSupplier nanos)
      throws IOException, InterruptedException {
    return start(folder, programs, Unprivileged.here(), nanos);
  }

  static EmbeddedPostgres start(
      Path folder, Path programs, Unprivileged unprivileged, LongSupplier nanos)
      throws IOException, InterruptedException {
    Path own = Files.createDirectories(folder).toRealPath();
    FileChannel lockFile = lock(own);
    try {
      Path home = PostgresPrograms.in(programs);
      Path above = own.resolve("..").normalize();
      for (Path needed : List.of(home.resolve("bin/postgres"), above)) {
        if (!unprivileged.reaches(needed)) {
          throw unreached(needed);
        }
      }
      EmbeddedPostgres postgres = new EmbeddedPostgres(home, own, lockFile, unprivileged, nanos);
      postgres.initialise();
      postgres.ensureRunning();
      return postgres;
    } catch (IOException | InterruptedException | RuntimeException e) {
      unlock(own, lockFile);
      throw e;
    }
  }

  /**
   * Ends what an owner that was killed has left at work in a folder, so that it can be deleted.
   * Does nothing if there is no such folder.
   *
   * @throws IOException with a sentence for people, e.g. that a process which lives owns the folder
   */
  public static void endAbandoned(Path folder, LongSupplier nanos)
      throws IOException, InterruptedException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    Path own = folder.toRealPath();
    FileChannel lockFile = lock(own);
    try {
      endAll(own, nanos);
    } finally {
      unlock(own, lockFile);
    }
  }

  /** A server whose clients are gone ends when it is asked to; so does what makes a database. */
  private static void endAll(Path folder, LongSupplier nanos)
      throws IOException, InterruptedException {
    long end = nanos.getAsLong() + PATIENCE.toNanos();
    Set<Long> asked = new HashSet<>();
    for (List<ProcessHandle> all = at(folder); !all.isEmpty(); all = at(folder)) {
      if (nanos.getAsLong() > end) {
        all.forEach(ProcessHandle::destroyForcibly);
      }
      if (nanos.getAsLong() > end + PATIENCE.toNanos()) {
        throw new IOException(
            "process %d of PostgreSQL does not end, and works in %s: end it first"
                .formatted(all.getFirst().pid(), folder));
      }
      Set<Long> pids = new HashSet<>();
      all.forEach(one -> pids.add(one.pid()));
      for (ProcessHandle one : all) {
        boolean child = one.parent().filter(it -> pids.contains(it.pid())).isPresent();
        if (!child && asked.add(one.pid())) {
          one.destroy();
        }
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  /** PostgreSQL's processes that work in a folder or below it. */
  private static List<ProcessHandle> at(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      return all.filter(path -> path.getFileName().toString().matches("[0-9]+"))
          .filter(path -> {
            try {
              return Files.readSymbolicLink(path.resolve("cwd")).startsWith(folder)
                  && OURS.matcher(Files.readString(path.resolve("cmdline"))).lookingAt();
            } catch (IOException e) {
              return false; // gone, or another user's
            }
          })
          .flatMap(path -> ProcessHandle.of(Long.parseLong(path.getFileName().toString())).stream())
          .toList();
    }
  }

  private static IOException unreached(Path path) {
    return new IOException(
        "PostgreSQL can't run as root, and the user as whom it runs can't get at "
            + path
            + "; let others pass the folders above it (chmod o+x), choose another folder with --data,"
            + " or name a database with --database-url");
  }

  private static FileChannel lock(Path folder) throws IOException {
    Path file = folder.resolve("lock");
    Path holder = folder.resolve("owner.pid");
    if (!OWNED.add(folder)) {
      throw owned(folder, holder);
    }
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    @Nullable FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      OWNED.remove(folder);
      channel.close();
      throw owned(folder, holder);
    }
    Files.writeString(holder, ProcessHandle.current().pid() + "\n");
    return channel;
  }

  private static IOException owned(Path folder, Path holder) throws IOException {
    String who = Files.exists(holder) ? Files.readString(holder).strip() : "";
    return new IOException(
        "another Checkrail"
            + (who.isEmpty() ? "" : " (process " + who + ")")
            + " owns the data folder "
            + folder
            + "; stop it first, or choose another folder with --data");
  }

  private static void unlock(Path folder, FileChannel lockFile) throws IOException {
    lockFile.close();
    OWNED.remove(folder);
  }

  /** The port of the first start is kept, so that an address stays valid over restarts. */
  private static int port(Path folder) throws IOException {
    Path file = folder.resolve("port");
    if (Files.exists(file)) {
      String text = Files.readString(file).strip();
      if (!text.matches("[0-9]{1,5}")) {
        throw new IOException(file + " does not hold the number of a port; delete it");
      }
      return Integer.parseInt(text);
    }
    int port = FreePort.next();
    Files.writeString(file, port + "\n");
    return port;
  }

  private void initialise() throws IOException, InterruptedException {
    SecretFile.in(folder.resolve("superuser.password"));
    SecretFile.in(folder.resolve("owner.password"));
    SecretFile.in(folder.resolve("service.password"));
    if (Files.exists(data.resolve("PG_VERSION"))) {
      return;
    }
    unprivileged.give(folder);
    Path making = folder.resolve("data.making");
    if (Files.exists(making)) { // an earlier attempt was cut off
      endAll(folder, nanos);
      try (Stream<Path> all = Files.walk(making)) {
        for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
    LOG.info("making a database in {}", folder);
    program(
        "initdb",
        "-D",
        making.toString(),
        "-U",
        "postgres",
        "-A",
        "scram-sha-256",
        "--pwfile=" + folder.resolve("superuser.password"),
        "-E",
        "UTF8",
        "--no-locale",
        "--data-checksums");
    // A folder of this name is a whole one, whenever the power went.
    Files.move(making, data);
  }

  /**
   * Sees to it that the server runs and is durable; starts it if it died. Cheap if it runs.
   *
   * @throws IOException if it can't be started
   */
  public synchronized void ensureRunning() throws IOException, InterruptedException {
    if (closed) {
      return;
    }
    if (process().isPresent()) {
      if (prepare()) {
        return;
      }
      LOG.warn("the running database of {} is not durable; starting it anew", folder);
      stop();
    }
    unprivileged.give(folder); // the one that died may have run as another user
    Files.writeString(data.resolve("postgresql.conf"), SETTINGS.formatted(port));
    Files.writeString(data.resolve("pg_hba.conf"), LOGINS);
    run();
    if (!prepare()) {
      stop();
      throw new IOException(
          "the database in " + folder + " is not durable; see " + data + "/postgresql.auto.conf");
    }
  }

  /** Whether its process is there. */
  public boolean isRunning() {
    try {
      return process().isPresent();
    } catch (IOException e) {
      return false;
    }
  }

  private void run() throws IOException, InterruptedException {
    long end = nanos.getAsLong() + PATIENCE.toNanos();
    while (true) {
      removePidOfAnother();
      try {
        // pg_ctl gives the server a session of its own: an interrupt meant for us does not reach
        // it.
        program(
            "pg_ctl",
            "-w",
            "-t",
            Long.toString(PATIENCE.toSeconds()),
            "-s",
            "-D",
            data.toString(),
            "-l",
            folder.resolve("start.log").toString(),
            "start");
        return;
      } catch (IOException e) {
        // The children of a killed server need a moment to notice that they are alone.
        if (nanos.getAsLong() > end || !worksInFolder()) {
          throw new IOException(
              "the database did not start: " + why() + " (see " + data.resolve("log") + ")", e);
        }
        TimeUnit.MILLISECONDS.sleep(200);
      }
    }
  }

  private String why() throws IOException {
    Path log = folder.resolve("start.log");
    if (!Files.exists(log)) {
      return "no log was written";
    }
    List<String> lines = Files.readAllLines(log);
    return lines.stream()
        .filter(line -> line.contains("FATAL") || line.contains("PANIC"))
        .reduce((first, last) -> last)
        .orElse("see " + log);
  }

  /** The server's process, if it runs. */
  synchronized Optional<ProcessHandle> process() throws IOException {
    return pid().filter(this::isServerOfThisFolder).flatMap(ProcessHandle::of);
  }

  private boolean isServerOfThisFolder(long pid) {
    try {
      String command = Files.readString(Path.of("/proc/" + pid + "/cmdline"));
      return command.contains("postgres") && command.contains(data.toString());
    } catch (IOException e) {
      return false;
    }
  }

  private Optional<Long> pid() throws IOException {
    Path file = data.resolve("postmaster.pid");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    List<String> lines = Files.readAllLines(file);
    return lines.isEmpty() || !lines.getFirst().strip().matches("[0-9]{1,10}")
        ? Optional.empty()
        : Optional.of(Long.valueOf(lines.getFirst().strip()));
  }

  private void removePidOfAnother() throws IOException {
    Path file = data.resolve("postmaster.pid");
    if (Files.exists(file) && process().isEmpty()) {
      LOG.warn("the database was not stopped in order; it recovers from its log");
      if (!worksInFolder()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** PostgreSQL's processes have the data folder as their working directory. */
  private boolean worksInFolder() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      return all.filter(path -> path.getFileName().toString().matches("[0-9]+"))
          .anyMatch(path -> {
            try {
              return Files.readSymbolicLink(path.resolve("cwd")).equals(data);
            } catch (IOException e) {
              return false; // gone, or another user's
            }
          });
    }
  }

  /** Roles and database, each of which may be there; false if the server is not durable. */
  private boolean prepare() throws IOException, InterruptedException {
    Properties login = new Properties();
    login.put("user", "postgres");
    login.put("password", SecretFile.in(folder.resolve("superuser.password")));
    login.put("connectTimeout", "5");
    login.put("socketTimeout", "30");
    long end = nanos.getAsLong() + PATIENCE.toNanos();
    while (true) {
      try (Connection connection = DriverManager.getConnection(address("postgres"), login);
          Statement statement = connection.createStatement()) {
        for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
          if (!"on".equals(one(statement, "show " + setting))) {
            return false;
          }
        }
        role(statement, OWNER, SecretFile.in(folder.resolve("owner.password")));
        role(statement, SERVICE, SecretFile.in(folder.resolve("service.password")));
        if (one(statement, "select 1 from pg_database where datname = '" + DATABASE + "'")
            == null) {
          statement.execute("create database " + DATABASE + " owner " + OWNER);
          statement.execute("revoke all on database " + DATABASE + " from public");
          statement.execute("grant connect on database " + DATABASE + " to " + SERVICE);
        }
        return true;
      } catch (SQLException e) {
        // 57P03: it is still recovering. 08: it does not listen yet.
        String state = java.util.Objects.requireNonNullElse(e.getSQLState(), "");
        boolean later = state.equals("57P03") || state.startsWith("08");
        if (!later || nanos.getAsLong() > end || process().isEmpty()) {
          throw new IOException("the embedded database refuses: " + e.getMessage(), e);
        }
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }
  }

  private static void role(Statement statement, String name, String password) throws SQLException {
    if (one(statement, "select 1 from pg_roles where rolname = '" + name + "'") == null) {
      statement.execute("create role " + name + " login password '" + password + "'");
    }
  }

  private static @Nullable String one(Statement statement, String query) throws SQLException {
    try (ResultSet row = statement.executeQuery(query)) {
      return row.next() ? row.getString(1) : null;
    }
  }

  private void program(String name, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(home.resolve("bin").resolve(name).toString());
    command.addAll(List.of(arguments));
    File output = folder.resolve(name + ".log").toFile();
    ProcessBuilder builder =
        new ProcessBuilder(unprivileged.command(command))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output);
    builder.environment().keySet().removeIf(variable -> variable.startsWith("PG"));
    Process process = builder.start();
    process.getOutputStream().close();
    if (process.waitFor() != 0) {
      throw new IOException(
          "%s failed (%d): %s"
              .formatted(
                  name,
                  process.exitValue(),
                  Files.readString(output.toPath()).strip().lines().findFirst().orElse("")));
    }
  }

  private String address(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
  }

  /** Where it listens. */
  public int port() {
    return port;
  }

  /** For migrations: the role that owns the tables. */
  public DatabaseAddress asOwner() throws IOException {
    return new DatabaseAddress(
        address(DATABASE), OWNER, SecretFile.in(folder.resolve("owner.password")));
  }

  /** For the work: a role that can neither change nor empty the journal. */
  public DatabaseAddress asService() throws IOException {
    return new DatabaseAddress(
        address(DATABASE), SERVICE, SecretFile.in(folder.resolve("service.password")));
  }

  /** Leaves the server running at {@link #close}: for tests that kill it. */
  void leaveRunning() {
    stopsAtClose = false;
  }

  private void stop() throws IOException, InterruptedException {
    if (process().isPresent()) {
      program("pg_ctl", "-w", "-t", "30", "-s", "-D", data.toString(), "-m", "fast", "stop");
    }
  }

  /** Stops the server in order and frees the folder. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (stopsAtClose) {
        stop();
      }
    } catch (IOException e) {
      LOG.warn("the database did not stop in order: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      try {
        unlock(folder, lockFile);
      } catch (IOException e) {
        LOG.warn("the lock of {} could not be freed: {}", folder, e.getMessage());
      }
    }
  }
}
