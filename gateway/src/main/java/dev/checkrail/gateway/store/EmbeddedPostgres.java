package dev.checkrail.gateway.store;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL of our own in a data folder, durable: fsync and synchronous_commit are on, the
 * folder is kept, checksums are on. It listens on the loopback only, always on the same port, so
 * that other instances find it again.
 *
 * <p>The server is a process of its own and outlives us when we are killed; whoever starts next on
 * the same folder takes it over. When it was killed too, it recovers from its log. A lock file
 * keeps two of us apart; a {@code postmaster.pid} whose process is no PostgreSQL of this folder is
 * removed. PostgreSQL refuses root: then it runs in a user namespace in which nobody is root.
 */
public final class EmbeddedPostgres implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
  private static final Duration STARTS_WITHIN = Duration.ofSeconds(60);

  private static final List<String> SETTINGS =
      List.of(
          "listen_addresses=127.0.0.1",
          "unix_socket_directories=",
          "fsync=on",
          "synchronous_commit=on",
          "full_page_writes=on",
          "max_connections=200",
          "shared_buffers=96MB",
          "max_wal_size=512MB",
          "wal_compression=on",
          "jit=off",
          "timezone=UTC",
          // A failed statement's values have no place in a log.
          "log_error_verbosity=terse",
          "log_min_error_statement=panic",
          "log_parameter_max_length_on_error=0");

  private final Path home;
  private final Path folder;
  private final Path data;
  private final FileChannel lockFile;
  private final int port;
  private boolean stopAtClose = true;

  private EmbeddedPostgres(Path home, Path folder, FileChannel lockFile, int port) {
    this.home = home;
    this.folder = folder;
    this.data = folder.resolve("pgdata");
    this.lockFile = lockFile;
    this.port = port;
  }

  /**
   * Starts or takes over the server of this folder.
   *
   * @param folder holds the data, the log, passwords and the lock; made if missing
   * @param programs where PostgreSQL's programs are unpacked; folders may share it
   * @throws IOException with a sentence for people, e.g. that another process uses the folder
   */
  public static EmbeddedPostgres start(Path folder, Path programs)
      throws IOException, InterruptedException {
    Path own = Files.createDirectories(folder).toRealPath();
    FileChannel lockFile = lock(own);
    try {
      Path home = PostgresBinaries.in(programs).toRealPath();
      EmbeddedPostgres postgres = new EmbeddedPostgres(home, own, lockFile, port(own));
      postgres.initialise();
      if (postgres.isOurs()) {
        LOG.info("taking over the running database of {}", own);
      } else {
        postgres.removeStalePid();
        postgres.run();
      }
      postgres.prepare();
      return postgres;
    } catch (IOException | InterruptedException | RuntimeException e) {
      lockFile.close();
      throw e;
    }
  }

  private static FileChannel lock(Path folder) throws IOException {
    FileChannel channel =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    @Nullable FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      channel.close();
      throw new IOException(
          "another process runs the database of " + folder + "; use its --database-url");
    }
    return channel;
  }

  /** The port of the first start is kept, so that addresses stay valid over restarts. */
  private static int port(Path folder) throws IOException {
    Path file = folder.resolve("port");
    if (Files.exists(file)) {
      return Integer.parseInt(Files.readString(file).strip());
    }
    int port = FreePort.next();
    Files.writeString(file, port + "\n");
    return port;
  }

  private void initialise() throws IOException, InterruptedException {
    secret("superuser.password");
    secret("owner.password");
    secret("instance.password");
    if (Files.exists(data.resolve("PG_VERSION"))) {
      return;
    }
    Path making = folder.resolve("pgdata.making");
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

  private String secret(String name) throws IOException {
    return Secrets.text(
        folder.resolve(name),
        () -> {
          byte[] random = new byte[24];
          new SecureRandom().nextBytes(random);
          return HexFormat.of().formatHex(random);
        });
  }

  private void run() throws IOException, InterruptedException {
    List<String> options = new ArrayList<>();
    for (String setting : SETTINGS) {
      options.add("-c " + (setting.endsWith("=") ? setting + "''" : setting));
    }
    long deadline = System.nanoTime() + STARTS_WITHIN.toNanos();
    while (true) {
      try {
        // pg_ctl gives the server a session of its own: a ^C meant for us does not reach it.
        program(
            "pg_ctl",
            "-w",
            "-t",
            "60",
            "-s",
            "-D",
            data.toString(),
            "-l",
            folder.resolve("postgres.log").toString(),
            "-o",
            "-p " + port + " " + String.join(" ", options),
            "start");
        return;
      } catch (IOException e) {
        // Processes of a killed server need a moment to notice that they are alone.
        if (System.nanoTime() > deadline) {
          throw new IOException(
              "the database did not start; see " + folder.resolve("postgres.log"), e);
        }
        TimeUnit.MILLISECONDS.sleep(300);
      }
    }
  }

  /** Whether the process named in postmaster.pid is alive and is a PostgreSQL of this folder. */
  private boolean isOurs() throws IOException {
    Optional<Long> pid = pid();
    if (pid.isEmpty()) {
      return false;
    }
    Path process = Path.of("/proc", pid.get().toString());
    try {
      String command = Files.readString(process.resolve("cmdline"));
      return command.contains("postgres") && command.contains(data.toString());
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * PostgreSQL recognises by that file, too, that processes of a killed server are still at work on
   * the data: a second server beside them would destroy it. So they have to be gone first.
   */
  private void removeStalePid() throws IOException, InterruptedException {
    if (pid().isPresent()) {
      long deadline = System.nanoTime() + STARTS_WITHIN.toNanos();
      while (isAnybodyIn(data)) {
        if (System.nanoTime() > deadline) {
          throw new IOException("processes of a killed database are still at work in " + data);
        }
        TimeUnit.MILLISECONDS.sleep(50);
      }
      LOG.warn("the database was not stopped in order; it recovers from its log");
      Files.deleteIfExists(data.resolve("postmaster.pid"));
    }
  }

  /** Every process of a PostgreSQL server has its data folder as the current one. */
  private static boolean isAnybodyIn(Path folder) {
    return ProcessHandle.allProcesses()
        .anyMatch(process -> {
          try {
            Path cwd = Path.of("/proc", Long.toString(process.pid()), "cwd");
            return Files.readSymbolicLink(cwd).equals(folder);
          } catch (IOException e) {
            return false; // it has ended, or belongs to somebody else
          }
        });
  }

  private Optional<Long> pid() throws IOException {
    Path file = data.resolve("postmaster.pid");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    List<String> lines = Files.readAllLines(file);
    try {
      return lines.isEmpty() ? Optional.of(0L) : Optional.of(Long.valueOf(lines.get(0).strip()));
    } catch (NumberFormatException e) {
      return Optional.of(0L); // cut off while it was written
    }
  }

  /** Roles and database; each step may have been done before. */
  private void prepare() throws IOException, InterruptedException {
    Properties login = new Properties();
    login.put("user", "postgres");
    login.put("password", secret("superuser.password"));
    long deadline = System.nanoTime() + STARTS_WITHIN.toNanos();
    while (true) {
      try (Connection connection = DriverManager.getConnection(address("postgres"), login);
          Statement statement = connection.createStatement()) {
        role(statement, "gateway_owner", secret("owner.password"));
        role(statement, "gateway_instance", secret("instance.password"));
        if (!statement.executeQuery("select 1 from pg_database where datname = 'gateway'").next()) {
          statement.execute("create database gateway owner gateway_owner");
        }
        return;
      } catch (SQLException e) {
        // 57P03: still recovering.
        boolean later = "57P03".equals(e.getSQLState()) || "08001".equals(e.getSQLState());
        if (!later || System.nanoTime() > deadline) {
          throw new IOException("the embedded database refuses: " + e.getMessage(), e);
        }
        TimeUnit.MILLISECONDS.sleep(200);
      }
    }
  }

  private static void role(Statement statement, String name, String password) throws SQLException {
    if (!statement.executeQuery("select 1 from pg_roles where rolname = '" + name + "'").next()) {
      statement.execute("create role " + name + " login password '" + password + "'");
    }
  }

  private void program(String name, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    if ("root".equals(System.getProperty("user.name"))) {
      command.add("unshare");
      command.add("-U");
    }
    command.add(home.resolve("bin").resolve(name).toString());
    command.addAll(List.of(arguments));
    File output = folder.resolve(name + ".log").toFile();
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output)
            .start();
    process.getOutputStream().close();
    if (process.waitFor() != 0) {
      throw new IOException(
          "%s failed (%s): %s"
              .formatted(
                  name,
                  process.exitValue(),
                  Files.readString(output.toPath()).strip().lines().findFirst().orElse("")));
    }
  }

  private String address(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
  }

  /** The address of a server that another process runs in this folder, if it ever ran there. */
  public static Optional<DatabaseAddress> addressIn(Path folder) throws IOException {
    if (!Files.exists(folder.resolve("port"))
        || !Files.exists(folder.resolve("instance.password"))) {
      return Optional.empty();
    }
    String port = Files.readString(folder.resolve("port")).strip();
    String password = Files.readString(folder.resolve("instance.password")).strip();
    return Optional.of(
        new DatabaseAddress(
            "jdbc:postgresql://127.0.0.1:" + port + "/gateway", "gateway_instance", password));
  }

  /** Where it listens. */
  public int port() {
    return port;
  }

  /** For migrations: the role that owns the tables. */
  public DatabaseAddress asOwner() throws IOException {
    return new DatabaseAddress(address("gateway"), "gateway_owner", secret("owner.password"));
  }

  /** For instances: a role that can neither change nor empty the ledger. */
  public DatabaseAddress asInstance() throws IOException {
    return new DatabaseAddress(address("gateway"), "gateway_instance", secret("instance.password"));
  }

  /** The file with the password of {@link #asInstance}. */
  public Path passwordFile() {
    return folder.resolve("instance.password");
  }

  /** Leaves the server running at {@link #close}, for whoever else uses it. */
  public void leaveRunning() {
    stopAtClose = false;
  }

  /** The server's process. */
  Optional<ProcessHandle> process() throws IOException {
    return isOurs() ? pid().flatMap(ProcessHandle::of) : Optional.empty();
  }

  /** Stops the server in order and frees the folder. */
  @Override
  public void close() {
    try {
      if (stopAtClose && isOurs()) {
        program("pg_ctl", "-w", "-t", "30", "-s", "-D", data.toString(), "-m", "fast", "stop");
      }
    } catch (IOException e) {
      LOG.warn("the database did not stop in order: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      try {
        lockFile.close();
      } catch (IOException e) {
        LOG.warn("the lock of {} could not be closed: {}", folder, e.getMessage());
      }
    }
  }
}
