package dev.checkrail.serve;

import static dev.checkrail.balancer.RunningHaproxy.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.checkrail.balancer.SmallDisk;
import dev.checkrail.store.Database;
import dev.checkrail.store.DatabaseAddress;
import dev.checkrail.store.EmbeddedPostgres;
import dev.checkrail.store.TableCopy;
import dev.checkrail.store.backup.Archive;
import dev.checkrail.store.backup.BackupFile;
import dev.checkrail.store.backup.Manifest;
import dev.checkrail.store.backup.Restore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A control plane that works, its backup, and one that goes on from it. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BackupTest {
  private static final Path PROGRAMS = Path.of("target/postgres");
  private static final char[] PASSPHRASE = "correct horse battery".toCharArray();
  private static final Instant AT = Instant.parse("2026-01-31T12:00:00Z");
  private static final List<String> TOLD =
      List.of(
          "/api/v1/accounts",
          "/api/v1/changes",
          "/api/v1/changes/1",
          "/api/v1/incidents",
          "/api/v1/silences",
          "/api/v1/balancers/edge/policy");

  @TempDir private static Path folder;
  private static Plane plane;
  private static Path file;
  private static String head;
  private static Map<String, String> before;

  @BeforeAll
  static void work() throws Exception {
    plane = new Plane(folder);
    assertThat(plane.apply(Plane.CONFIG.replace("client 30s", "client 31s")).status())
        .isEqualTo(200);
    plane.event("gateway 1.8");
    post(
        "/api/v1/silences",
        "{\"balancer\":\"*\",\"detection\":\"pool/floor\",\"minutes\":40000,\"why\":\"a test\"}");
    post(
        "/api/v1/accounts",
        "{\"name\":\"bert\",\"roles\":[\"approver\"],\"password\":\"long enough, really\"}");
    String text = plane.haproxy.text(Plane.CONFIG.replace("client 30s", "client 32s"));
    post(
        "/api/v1/changes",
        "{\"balancer\":\"edge\",\"main\":[\"%s\"],\"names\":[\"a.cfg\"],\"why\":\"\\\\N\\ta\\\\b\"}"
            .formatted(Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))));
    eventually(
        "it is checked",
        () -> get("/api/v1/changes/1").body().get("state").asString().equals("checked"));
  }

  @AfterAll
  static void stop() throws Exception {
    plane.close();
  }

  private static Api.Answer get(String path) {
    return plane.api.get(path, plane.token);
  }

  private static void post(String path, String body) {
    Api.Answer answer = plane.api.post(path, plane.token, body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
  }

  private static HttpResponse<InputStream> asked(String token, String body) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(plane.plane.address().resolve("/api/v1/backup"))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofInputStream());
  }

  @Test
  @Order(1)
  void whileItRunsAllOfItGoesIntoOneFileThatOnlyItsOwnerReads() throws Exception {
    file = folder.resolve("monday.checkrail");
    Thread others =
        Thread.ofVirtual()
            .start(() -> {
              for (int i = 0; i < 40; i++) {
                plane.event("meanwhile " + i);
              }
            });
    Manifest manifest =
        BackupFile.make(
            file,
            out -> {
              try (InputStream in =
                  asked(plane.token, "{\"passphrase\":\"" + new String(PASSPHRASE) + "\"}")
                      .body()) {
                in.transferTo(out);
              } catch (Exception e) {
                throw new IOException(e);
              }
            });
    others.join();
    before = answers(plane.api, plane.token);
    head = manifest.head();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(manifest.leftOut()).isEmpty();
    assertThat(manifest.files())
        .extracting(Manifest.Piece::path)
        .contains(
            "page-links.key", "balancers/edge/installation.json", "balancers/edge/versions/history")
        .noneMatch(path -> path.startsWith("postgres") || path.startsWith("programs"))
        .noneMatch(path -> path.endsWith("/lock"))
        .doesNotContain("evidence.key");
    assertThat(manifest.sealed()).extracting(Manifest.Piece::path).containsExactly("evidence.key");
    assertThat(get("/api/v1/journal?kind=backup.taken").text())
        .contains("\"ada\"", "under a passphrase");
    assertThat(get("/api/v1/journal/verification?head=" + head).body().get("intact").booleanValue())
        .isTrue();
    try (Stream<Path> all = Files.list(folder)) {
      assertThat(all.map(it -> it.getFileName().toString()))
          .noneMatch(it -> it.endsWith(".making"));
    }
  }

  private static Map<String, String> answers(Api api, String token) {
    Map<String, String> answers = new LinkedHashMap<>();
    TOLD.forEach(path -> answers.put(path, api.get(path, token).text()));
    return answers;
  }

  @Test
  @Order(2)
  void everyTableIsInIt() throws Exception {
    try (Archive archive = Archive.open(file);
        TableCopy tables = TableCopy.of(owner())) {
      assertThat(archive.manifest().tables())
          .extracting(it -> it.piece().path())
          .containsExactlyElementsOf(tables.tables().keySet())
          .contains("journal", "account", "token", "incident", "change", "change_evidence");
    }
  }

  private static DatabaseAddress owner() throws IOException {
    Path postgres = plane.data.resolve("postgres");
    return new DatabaseAddress(
        "jdbc:postgresql://127.0.0.1:"
            + Files.readString(postgres.resolve("port")).strip()
            + "/checkrail",
        "checkrail_owner",
        Files.readString(postgres.resolve("owner.password")).strip());
  }

  @Test
  @Order(3)
  void withoutAPassphraseTheSigningKeyIsLeftOutAndThatIsSaid() throws Exception {
    Path other = folder.resolve("without.checkrail");
    byte[] bytes = asked(plane.token, "{}").body().readAllBytes();
    Manifest manifest = BackupFile.make(other, out -> out.write(bytes));
    assertThat(manifest.leftOut()).containsExactly("evidence.key");
    assertThat(manifest.sealed()).isEmpty();
    assertThat(asked(plane.token, "{\"passphrase\":\"short\"}").statusCode()).isEqualTo(422);
    assertThatThrownBy(() -> BackupFile.make(other, out -> out.write(bytes)))
        .hasMessageContaining("is there already");
  }

  @Test
  @Order(4)
  void whatIsNotWholeIsRefusedAndNothingIsMade() throws Exception {
    byte[] good = Files.readAllBytes(file);
    refused(java.util.Arrays.copyOf(good, good.length / 2), "it is cut off, or no backup at all");
    refused("hello".getBytes(StandardCharsets.UTF_8), "it is cut off, or no backup at all");
    refused(
        changed(good, (name, bytes) -> name.equals("tables/account.copy") ? flipped(bytes) : bytes),
        "tables/account.copy is not what was backed up");
    refused(
        changed(good, (name, bytes) -> bytes, true),
        "it holds something that its manifest does not name");
    refused(
        manifest(
            good, text -> text.replace("\"checkrail_backup\" : 1", "\"checkrail_backup\" : 2")),
        "it was made by a later Checkrail");
    for (String path :
        List.of("../../etc/cron.d/x", "/etc/cron.d/x", "a/../../x", "a//b", "a\\\\..\\\\b")) {
      refused(
          manifest(good, text -> text.replace("\"page-links.key\"", "\"" + path + "\"")),
          "it names a file outside of the data folder");
    }
    refused(
        manifest(good, text -> text.replace("\"account\"", "\"account; drop table journal\"")),
        "names a table that can't be");
    refused(new byte[0], "it is cut off, or no backup at all");
  }

  private static void refused(byte[] bytes, String words) throws Exception {
    Path bad = folder.resolve("bad.checkrail");
    Files.write(bad, bytes);
    Path data = folder.resolve("refused");
    assertThatThrownBy(() -> restore(bad, data, Optional.empty()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(bad.toString())
        .hasMessageContaining(words);
    assertThat(data).doesNotExist();
  }

  private static byte[] flipped(byte[] bytes) {
    byte[] other = bytes.clone();
    other[other.length / 2] ^= 1;
    return other;
  }

  private static byte[] manifest(byte[] good, java.util.function.UnaryOperator<String> change)
      throws IOException {
    return changed(
        good,
        (name, bytes) ->
            name.equals("manifest.json")
                ? change
                    .apply(new String(bytes, StandardCharsets.UTF_8))
                    .getBytes(StandardCharsets.UTF_8)
                : bytes);
  }

  private static byte[] changed(byte[] good, BiFunction<String, byte[], byte[]> change)
      throws IOException {
    return changed(good, change, false);
  }

  private static byte[] changed(
      byte[] good, BiFunction<String, byte[], byte[]> change, boolean more) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(good));
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (ZipEntry one = in.getNextEntry(); one != null; one = in.getNextEntry()) {
        zip.putNextEntry(new ZipEntry(one.getName()));
        zip.write(change.apply(one.getName(), in.readAllBytes()));
      }
      if (more) {
        zip.putNextEntry(new ZipEntry("files/../../x"));
      }
    }
    return out.toByteArray();
  }

  /** With digests that fit, so that only the chain can tell. */
  @Test
  @Order(5)
  void aJournalThatWasChangedInTheFileIsFoundAndNothingStays() throws Exception {
    byte[] good = Files.readAllBytes(file);
    byte[][] rows = new byte[1][];
    byte[] bad =
        changed(
            good,
            (name, bytes) -> {
              if (!name.equals("tables/journal.copy")) {
                return bytes;
              }
              rows[0] =
                  new String(bytes, StandardCharsets.UTF_8)
                      .replaceFirst("gateway 1.8", "gateway 1.9")
                      .getBytes(StandardCharsets.UTF_8);
              return rows[0];
            });
    JsonNode table =
        JsonMapper.builder()
            .build()
            .readTree(part(good, "manifest.json"))
            .get("tables")
            .values()
            .stream()
            .filter(it -> it.get("path").asString().equals("journal"))
            .findFirst()
            .orElseThrow();
    String digest =
        HexFormat.of()
            .formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(rows[0]));
    Path changed = folder.resolve("changed.checkrail");
    Files.write(
        changed, manifest(bad, text -> text.replace(table.get("sha256").asString(), digest)));
    Path data = folder.resolve("refused");
    assertThatThrownBy(() -> restore(changed, data, Optional.of(PASSPHRASE)))
        .hasMessageContaining("its journal is not whole: entry ")
        .hasMessageContaining("is not what was written");
    assertThat(data).doesNotExist();
  }

  private static byte[] part(byte[] zip, String name) throws IOException {
    byte[][] found = new byte[1][];
    changed(
        zip,
        (one, bytes) -> {
          if (one.equals(name)) {
            found[0] = bytes;
          }
          return bytes;
        });
    return found[0];
  }

  private static Manifest restore(Path from, Path data, Optional<char[]> passphrase)
      throws Exception {
    return Restore.from(
        from,
        new Restore.Into(data, PROGRAMS, Optional.empty(), passphrase, false, "user test"),
        AT,
        System::nanoTime);
  }

  @Test
  @Order(6)
  void aFolderThatIsNotEmptyIsLeftAloneAndAWrongPassphraseIsSaid() throws Exception {
    Path there = Files.createDirectory(folder.resolve("there"));
    Files.writeString(there.resolve("mine"), "mine");
    assertThatThrownBy(() -> restore(file, there, Optional.of(PASSPHRASE)))
        .hasMessageContaining("is not empty");
    assertThat(there.resolve("mine")).hasContent("mine");
    assertThatThrownBy(() -> restore(file, folder.resolve("none"), Optional.empty()))
        .hasMessageContaining("give --passphrase-file, or --without-signing-key");
    assertThatThrownBy(() ->
            restore(file, folder.resolve("none"), Optional.of("another phrase".toCharArray())))
        .hasMessageContaining("the passphrase is another one");
    assertThat(folder.resolve("none")).doesNotExist();
  }

  @Test
  @Order(6)
  void aFullDiskLeavesNothingBehind() throws Exception {
    try (SmallDisk disk = new SmallDisk(folder.resolve("small"), 4)) {
      disk.fillUpTo(64 << 10);
      Path full = disk.folder.resolve("full.checkrail");
      byte[] bytes = Files.readAllBytes(file);
      assertThatThrownBy(() -> BackupFile.make(full, out -> out.write(new byte[1 << 20])))
          .isInstanceOf(IOException.class);
      try (Stream<Path> all = Files.list(disk.folder)) {
        assertThat(all.map(it -> it.getFileName().toString())).containsExactly("filler");
      }
      Path data = disk.folder.resolve("data");
      assertThat(bytes).isNotEmpty();
      assertThatThrownBy(() -> restore(file, data, Optional.of(PASSPHRASE)))
          .isInstanceOf(IOException.class);
      assertThat(data).doesNotExist();
    }
  }

  /** Last: another control plane goes on from it, at the same load balancer. */
  @Test
  @Order(8)
  void anotherOneGoesOnWhereThisOneWas() throws Exception {
    String key = Files.readString(plane.data.resolve("evidence.key"));
    Path data = Files.createDirectory(folder.resolve("restored")); // empty, as a volume is
    plane.plane.close();
    Files.createFile(data.resolve("restore-unfinished"));
    assertThatThrownBy(() -> start(data, Optional.empty()))
        .hasMessageContaining("was begun and not ended");

    assertThat(restore(file, data, Optional.of(PASSPHRASE)).head()).isEqualTo(head);

    assertThat(data.resolve("restore-unfinished")).doesNotExist();
    assertThat(Files.readString(data.resolve("evidence.key"))).isEqualTo(key);
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(data.resolve("evidence.key"))))
        .isEqualTo("rw-------");
    try (ControlPlane next = start(data, Optional.empty())) {
      goesOn(next);
    }
  }

  /** The same into one's own database, which may hold empty tables of ours and nothing else. */
  @Test
  @Order(9)
  void itGoesIntoOnesOwnDatabaseToo() throws Exception {
    try (EmbeddedPostgres server =
        EmbeddedPostgres.start(folder.resolve("own"), PROGRAMS, System::nanoTime)) {
      DatabaseAddress own = server.asOwner();
      Path data = folder.resolve("restored-2");
      Restore.Into into =
          new Restore.Into(
              data, PROGRAMS, Optional.of(own), Optional.of(PASSPHRASE), false, "user test");
      assertThat(Restore.from(file, into, AT, System::nanoTime).head()).isEqualTo(head);
      try (ControlPlane next = start(data, Optional.of(own))) {
        goesOn(next);
      }
      Restore.Into again =
          new Restore.Into(
              folder.resolve("restored-3"),
              PROGRAMS,
              Optional.of(own),
              Optional.of(PASSPHRASE),
              false,
              "user test");
      assertThatThrownBy(() -> Restore.from(file, again, AT, System::nanoTime))
          .hasMessageContaining("holds a control plane already");
      assertThat(folder.resolve("restored-3")).doesNotExist();
      try (Connection connection =
              DriverManager.getConnection(own.url(), own.user(), own.password());
          Statement statement = connection.createStatement()) {
        statement.execute("insert into series (balancer, name) values ('x', 'numbers go on')");
      }
    }
  }

  // --- kill -9

  /** Where it is killed: as soon as this is there. {@code -Dcheckrail.kills=30} for more. */
  private static final List<String> PLACES =
      List.of("restore-unfinished", "postgres/data.making", "postgres/data/postmaster.pid");

  private static final int KILLS = Integer.getInteger("checkrail.kills", PLACES.size());
  private static final long STEP = Duration.ofMillis(40).toNanos();

  @Test
  @Order(10)
  void killedOnItsWayItIsBegunAnewAndServeSaysSo() throws Exception {
    Path data = folder.resolve("killed");
    for (int kill = 0; kill < KILLS; kill++) {
      Path place = data.resolve(PLACES.get(kill % PLACES.size()));
      Process restoring = restoring(data, List.of(), "");
      while (!Files.exists(place) && restoring.isAlive()) {
        LockSupport.parkNanos(500_000);
      }
      LockSupport.parkNanos(kill / PLACES.size() * STEP);
      restoring.destroyForcibly().waitFor();
      if (Files.exists(data.resolve("restore-unfinished"))) {
        assertThatThrownBy(() -> start(data, Optional.empty()))
            .hasMessageContaining("was begun and not ended, and what lies there is not whole");
      } else {
        // It was faster than we are: all of it is there, and the next one needs another folder.
        assertThatThrownBy(() -> restore(file, data, Optional.of(PASSPHRASE)))
            .hasMessageContaining("is not empty");
        isWhole(data);
        Files.move(data, folder.resolve("whole-" + kill));
      }
    }
    assertThat(restore(file, data, Optional.of(PASSPHRASE)).head()).isEqualTo(head);
    isWhole(data);
  }

  private static void isWhole(Path data) throws Exception {
    assertThat(data.resolve("evidence.key")).exists();
    try (ControlPlane next = start(data, Optional.empty())) {
      Api api = new Api(next.address());
      assertThat(
              api.get("/api/v1/journal/verification?head=" + head, plane.token)
                  .body()
                  .get("intact")
                  .booleanValue())
          .isTrue();
      assertThat(answers(api, plane.token)).isEqualTo(before);
    }
  }

  /** The one moment that two places have to agree about: the rows are there, and so is the mark. */
  @Test
  @Order(11)
  void killedBehindItsRowsItKnowsThemWhenItIsBegunAnew() throws Exception {
    try (EmbeddedPostgres server =
        EmbeddedPostgres.start(folder.resolve("own-2"), PROGRAMS, System::nanoTime)) {
      DatabaseAddress own = server.asOwner();
      Database.migrate(own);
      Path data = folder.resolve("restored-4");
      try (Connection connection =
              DriverManager.getConnection(own.url(), own.user(), own.password());
          Statement statement = connection.createStatement()) {
        // Its commit waits for us, and goes on when we are gone: as if it were slow.
        statement.execute(
            """
            create function wait_for_us() returns trigger language plpgsql as
              $$ begin perform pg_advisory_xact_lock_shared(42); return null; end $$;
            create constraint trigger wait_for_us after insert on journal
              deferrable initially deferred for each row execute function wait_for_us();
            select pg_advisory_lock(42);
            """);
        Process restoring =
            restoring(
                data,
                List.of("--database-url", own.url(), "--database-user", own.user()),
                own.password());
        eventually("it commits", () -> has(statement, "not granted"));
        assertThatThrownBy(() -> start(data, Optional.of(own)))
            .hasMessageContaining("is being restored into " + data + " right now");
        restoring.destroyForcibly().waitFor();
        assertThatThrownBy(() -> start(data, Optional.of(own)))
            .hasMessageContaining("was begun and not ended");
        statement.execute("select pg_advisory_unlock(42)");
        eventually("it is committed", () -> !has(statement, "true"));
      }
      Restore.Into elsewhere =
          new Restore.Into(
              folder.resolve("restored-5"),
              PROGRAMS,
              Optional.of(own),
              Optional.of(PASSPHRASE),
              false,
              "user test");
      assertThatThrownBy(() -> Restore.from(file, elsewhere, AT, System::nanoTime))
          .hasMessageContaining("holds a control plane already");
      Restore.Into again =
          new Restore.Into(
              data, PROGRAMS, Optional.of(own), Optional.of(PASSPHRASE), false, "user test");
      assertThat(Restore.from(file, again, AT, System::nanoTime).head()).isEqualTo(head);
      assertThat(data.resolve("restore-unfinished")).doesNotExist();
      assertThat(data.resolve("evidence.key")).exists();
      try (Connection connection =
              DriverManager.getConnection(own.url(), own.user(), own.password());
          Statement statement = connection.createStatement();
          ResultSet row =
              statement.executeQuery(
                  "select count(*) from journal where kind = 'backup.restored'")) {
        row.next();
        assertThat(row.getInt(1)).isEqualTo(1);
      }
    }
  }

  private static boolean has(Statement statement, String lock) {
    try (ResultSet row =
        statement.executeQuery("select 1 from pg_locks where locktype = 'advisory' and " + lock)) {
      return row.next();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** The command in a process of its own. */
  private static Process restoring(Path data, List<String> more, String password)
      throws IOException {
    Path passphrase = Files.writeString(folder.resolve("passphrase"), new String(PASSPHRASE));
    List<String> command =
        new ArrayList<>(
            List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.checkrail.serve.Main",
                "restore",
                file.toString(),
                "--data",
                data.toString(),
                "--passphrase-file",
                passphrase.toString()));
    command.addAll(more);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("restore.log").toFile());
    builder.environment().put("CHECKRAIL_DATABASE_PASSWORD", password);
    return builder.start();
  }

  private static ControlPlane start(Path data, Optional<DatabaseAddress> database)
      throws Exception {
    return ControlPlane.start(
        new ControlPlane.Settings(
            data,
            PROGRAMS,
            database,
            Optional.empty(),
            "127.0.0.1",
            0,
            Optional.empty(),
            Duration.ofMillis(500)),
        InstantSource.system(),
        System::nanoTime);
  }

  /** The token of before holds, and all that was told is told again. */
  private static void goesOn(ControlPlane next) throws Exception {
    Api api = new Api(next.address());
    JsonNode chain = api.get("/api/v1/journal/verification?head=" + head, plane.token).body();
    assertThat(chain.get("intact").booleanValue()).isTrue();
    assertThat(chain.get("entries").asLong())
        .isGreaterThan(Long.parseLong(head.substring(0, head.indexOf(':'))));
    assertThat(answers(api, plane.token)).isEqualTo(before);
    assertThat(api.get("/api/v1/journal?kind=backup.restored", plane.token).text())
        .contains("user test", head);
    assertThat(
            api.post(
                    "/api/v1/login", "", "{\"name\":\"bert\",\"password\":\"long enough, really\"}")
                .status())
        .isEqualTo(201);
    JsonNode edge = api.get("/api/v1/balancers/edge", plane.token).body();
    assertThat(edge.get("live")).isNotNull();
    Api.Answer back =
        api.post("/api/v1/balancers/edge/rollback", plane.token, "{\"reason\":\"it works\"}");
    assertThat(back.status()).as(back.text()).isIn(200, 409);
    Api.Answer change = api.post("/api/v1/changes/1/withdraw", plane.token, "{}");
    assertThat(change.text()).contains("withdrawn");
  }
}
