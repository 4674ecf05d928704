package dev.checkrail.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.serve.access.Right;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * {@code docs/access.md} against a running control plane: each operation, asked by each role and by
 * nobody. And what else keeps strangers out: browsers, planted tokens, a changed journal.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AccessTableTest {
  private static final Path PAGE =
      Path.of(System.getProperty("basedir", ".")).resolve("../docs/access.md");
  private static final String PASSWORD = "correct horse battery";
  private static final List<String> ROLES =
      List.of("viewer", "author", "approver", "operator", "admin");
  private static final List<String> HOLD_NOT = List.of("no login", "ran out", "revoked");

  /** Ends the token that asks, so it comes last. */
  private static final String LOGOUT = "POST /api/v1/logout";

  @TempDir private static Path folder;
  private static final AtomicLong LATER = new AtomicLong(); // nanoseconds, of both clocks
  private static final Map<String, String> TOKENS = new LinkedHashMap<>();
  private static ControlPlane plane;
  private static Api api;
  private static String admin;

  @BeforeAll
  static void start() throws Exception {
    plane =
        ControlPlane.start(
            new ControlPlane.Settings(
                folder.resolve("data"),
                Path.of("target/postgres"),
                Optional.empty(),
                "127.0.0.1",
                0,
                Optional.empty()),
            () -> Instant.now().plusNanos(LATER.get()),
            () -> System.nanoTime() + LATER.get());
    api = new Api(plane.address());
    String first =
        post(
                "/api/v1/first-admin",
                "",
                "{\"code\":\"%s\",\"name\":\"ada\",\"password\":\"%s\"}"
                    .formatted(plane.firstCode().orElseThrow(), PASSWORD))
            .body()
            .get("secret")
            .asString();
    admin = secret(post("/api/v1/tokens", first, "{\"name\":\"tests\",\"days\":30}"));
    TOKENS.put("no login", "");
    TOKENS.put("ran out", secret(post("/api/v1/tokens", first, "{\"name\":\"short\",\"days\":1}")));
    LATER.addAndGet(Duration.ofHours(25).toNanos());
    Api.Answer revoked = post("/api/v1/tokens", admin, "{\"name\":\"revoked\"}");
    TOKENS.put("revoked", secret(revoked));
    assertThat(api.get("/api/v1/me", TOKENS.get("revoked")).status()).isEqualTo(200);
    api.send("DELETE", "/api/v1/tokens/" + revoked.body().get("id").asString(), admin, "");
    for (String role : ROLES.subList(0, 4)) {
      post(
          "/api/v1/accounts",
          admin,
          "{\"name\":\"%s-1\",\"roles\":[\"%s\"],\"password\":\"%s\"}"
              .formatted(role, role, PASSWORD));
      TOKENS.put(role, login(role + "-1"));
    }
    TOKENS.put("admin", admin);
  }

  @AfterAll
  static void stop() {
    plane.close();
  }

  private static Api.Answer post(String path, String token, String body) {
    return api.send("POST", path, token, body);
  }

  private static String secret(Api.Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return answer.body().get("secret").asString();
  }

  private static String login(String name) {
    return secret(
        post(
            "/api/v1/login",
            "",
            "{\"name\":\"%s\",\"password\":\"%s\"}".formatted(name, PASSWORD)));
  }

  // --- the table

  /** A row: the right, and what each asker gets. */
  private record Row(String right, Map<String, String> cells) {
    private Row {
      cells = Map.copyOf(cells);
    }
  }

  private static Map<String, Row> table() throws Exception {
    Map<String, Row> rows = new LinkedHashMap<>();
    List<String> head = List.of();
    for (String line : Files.readAllLines(PAGE)) {
      if (!line.startsWith("|") || line.startsWith("|--")) {
        continue;
      }
      List<String> cells =
          Arrays.stream(line.substring(1).split("\\|"))
              .map(cell -> cell.strip().replace("`", ""))
              .toList();
      if (head.isEmpty()) {
        head = cells;
        continue;
      }
      Map<String, String> byAsker = new LinkedHashMap<>();
      for (int i = 2; i < cells.size(); i++) {
        byAsker.put(head.get(i), cells.get(i));
      }
      assertThat(byAsker.keySet()).as(cells.getFirst()).containsAll(TOKENS.keySet());
      assertThat(rows).as("each operation once").doesNotContainKey(cells.getFirst());
      rows.put(cells.getFirst(), new Row(cells.get(1), byAsker));
    }
    return rows;
  }

  @Test
  @Order(1)
  void theTableHasARowForEachOperationOfTheCodeAndNoOther() throws Exception {
    assertThat(new TreeSet<>(table().keySet())).isEqualTo(new TreeSet<>(plane.operations()));
  }

  private static Api.Answer ask(String operation, String token) {
    LATER.addAndGet(Duration.ofMillis(1500).toNanos()); // so that each refusal is written down
    String[] words = operation.split(" ");
    String path = words[1].replaceAll("\\{[a-z]+}", "none");
    boolean body = !words[0].equals("GET") && !words[0].equals("DELETE");
    boolean form = path.startsWith("/pages/");
    return api.send(words[0], path, token, body && !form ? "{}" : "");
  }

  private static String word(Api.Answer answer) {
    return answer.status() == 401 || answer.status() == 403
        ? Integer.toString(answer.status())
        : answer.status() < 500 ? "yes" : "failed: " + answer.text();
  }

  @Test
  @Order(2)
  void everybodyGetsWhatTheTableSaysAndEachRefusalIsInTheJournal() throws Exception {
    Map<String, Row> table = table();
    List<String> operations = new ArrayList<>(table.keySet());
    operations.remove(LOGOUT);
    operations.add(LOGOUT);
    List<String> expected = new ArrayList<>();
    List<String> got = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    long before = api.get("/api/v1/journal/verification", admin).body().get("entries").asLong();
    for (String operation : operations) {
      String path = operation.split(" ")[1].replaceAll("\\{[a-z]+}", "none");
      for (Map.Entry<String, String> asker : TOKENS.entrySet()) {
        if (operation.equals(LOGOUT) && asker.getKey().equals("admin")) {
          continue; // who has to look at the journal afterwards
        }
        String cell = table.get(operation).cells().get(asker.getKey());
        Api.Answer answer = ask(operation, asker.getValue());
        expected.add(operation + " " + asker.getKey() + ": " + cell.replace("*", ""));
        got.add(operation + " " + asker.getKey() + ": " + word(answer));
        if (answer.status() == 401 || answer.status() == 403) {
          boolean known = !HOLD_NOT.contains(asker.getKey()) && !operation.contains(" /pages/");
          String who = asker.getKey().equals("admin") ? "ada" : asker.getKey() + "-1";
          refused.add((known ? who : "unknown") + " " + operation.split(" ")[0] + " " + path);
        }
        assertThat(answer.response().headers().map().keySet())
            .as(operation)
            .noneMatch(name -> name.equalsIgnoreCase("Set-Cookie"))
            .noneMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("access-control-"));
      }
    }
    assertThat(got).isEqualTo(expected);
    assertThat(refusals(before)).isEqualTo(refused);
  }

  /** Who was refused what since an entry, as the journal has it. */
  private static List<String> refusals(long after) {
    List<String> all = new ArrayList<>();
    long last = after;
    while (true) {
      List<JsonNode> page =
          api
              .get("/api/v1/journal?kind=access.refused&limit=1000&after=" + last, admin)
              .body()
              .get("entries")
              .values()
              .stream()
              .toList();
      if (page.isEmpty()) {
        return all;
      }
      for (JsonNode one : page) {
        assertThat(one.at("/details/not_written_before").isMissingNode()).isTrue();
        assertThat(one.at("/details/from").asString()).isEqualTo("127.0.0.1");
        all.add(one.get("actor").asString() + " " + one.at("/details/call").asString());
      }
      last = page.getLast().get("number").asLong();
    }
  }

  @Test
  @Order(3)
  void eachRightOpensItsOperationsAndNoOthersDo() throws Exception {
    Map<String, Row> table = table();
    Map<String, String> only = new TreeMap<>();
    Map<String, String> allBut = new TreeMap<>();
    Set<String> words =
        Arrays.stream(Right.values())
            .map(Right::word)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(table.values().stream().map(Row::right).filter(words::contains))
        .as("each right opens something")
        .containsAll(words);
    for (String word : words) {
      only.put(word, scoped(List.of(word)));
      allBut.put(word, scoped(words.stream().filter(it -> !it.equals(word)).toList()));
    }
    table.forEach((operation, row) -> {
      if (words.contains(row.right())) {
        assertThat(word(ask(operation, only.get(row.right())))).as(operation).isEqualTo("yes");
        assertThat(word(ask(operation, allBut.get(row.right())))).as(operation).isEqualTo("403");
      } else {
        assertThat(row.right()).as(operation).isIn("none", "any token", "the link");
      }
    });
  }

  private static String scoped(List<String> scopes) {
    String list = scopes.stream().map(it -> "\"" + it + "\"").collect(Collectors.joining(","));
    return secret(
        post("/api/v1/tokens", admin, "{\"name\":\"scoped\",\"scopes\":[%s]}".formatted(list)));
  }

  // --- browsers

  private static HttpResponse<String> browser(
      String method, String path, String type, String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(plane.address().resolve(path))
            .header("Content-Type", type)
            .header("Cookie", "session=" + admin + "; token=" + admin)
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  @Order(4)
  void whatAnotherSiteMakesABrowserSendIsNobodys() throws Exception {
    String account =
        "{\"name\":\"mallory\",\"roles\":[\"admin\"],\"password\":\"" + PASSWORD + "\"}";
    for (String type :
        List.of("text/plain", "application/x-www-form-urlencoded", "application/json")) {
      assertThat(
              browser("POST", "/api/v1/accounts", type, account, "Origin", "https://evil.example")
                  .statusCode())
          .as(type)
          .isEqualTo(401);
    }
    // With a token, but as a form sends it without asking first: not taken either.
    assertThat(
            browser(
                    "POST",
                    "/api/v1/accounts",
                    "text/plain",
                    account,
                    "Authorization",
                    "Bearer " + admin)
                .statusCode())
        .isEqualTo(415);
    HttpResponse<String> asked =
        browser(
            "OPTIONS",
            "/api/v1/accounts",
            "text/plain",
            "",
            "Origin",
            "https://evil.example",
            "Access-Control-Request-Method",
            "POST");
    assertThat(asked.statusCode()).isEqualTo(405);
    assertThat(asked.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    String basic =
        Base64.getEncoder().encodeToString(("ada:" + PASSWORD).getBytes(StandardCharsets.UTF_8));
    assertThat(
            browser("GET", "/api/v1/me", "text/plain", "", "Authorization", "Basic " + basic)
                .statusCode())
        .isEqualTo(401);
    assertThat(api.send("GET", "/api/v1/me?access_token=" + admin, "", "").status()).isEqualTo(401);
    assertThat(api.get("/api/v1/accounts", admin).text()).doesNotContain("mallory");
  }

  @Test
  @Order(5)
  void aTokenThatSomebodyPlantedBecomesNobodysByALogin() throws Exception {
    String planted = "ckr_" + "A".repeat(43);
    String body = "{\"name\":\"ada\",\"password\":\"%s\"}".formatted(PASSWORD);
    HttpResponse<String> first =
        browser(
            "POST",
            "/api/v1/login",
            "application/json",
            body,
            "Authorization",
            "Bearer " + planted);
    assertThat(first.statusCode()).isEqualTo(201);
    assertThat(first.body()).doesNotContain(planted);
    assertThat(api.get("/api/v1/me", planted).status()).isEqualTo(401);
    String one = login("ada");
    String two = login("ada");
    assertThat(one).isNotEqualTo(two).isNotEqualTo(admin);
    assertThat(api.send("POST", "/api/v1/logout", one, "").status()).isEqualTo(204);
    assertThat(api.get("/api/v1/me", one).status()).isEqualTo(401);
    assertThat(api.get("/api/v1/me", two).status()).isEqualTo(200);
  }

  @Test
  @Order(6)
  void thePageOfAnAlertIsAcknowledgedByItsLinkOnly() throws Exception {
    String page = page("<script>alert(1)</script>\" onload=\"x");
    URI link = plane.onCall().links().of(page);
    String form = "application/x-www-form-urlencoded";

    HttpResponse<String> shown =
        browser("GET", link.getPath() + "?" + link.getQuery(), "text/plain", "");
    assertThat(shown.statusCode()).isEqualTo(200);
    assertThat(shown.body()).doesNotContain("<script>", "\" onload").contains("&lt;script&gt;");
    assertThat(shown.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains("default-src 'none'", "frame-ancestors 'none'");
    // As another site would send it: it knows the address of no link.
    for (String code : List.of("", "code=", "code=" + "A".repeat(22), "code=" + link.getQuery())) {
      assertThat(browser("POST", link.getPath(), form, code + "&name=mallory").statusCode())
          .as(code)
          .isEqualTo(403);
    }
    assertThat(browser("POST", "/pages/other", form, link.getQuery()).statusCode())
        .as("the link of another page")
        .isEqualTo(403);
    assertThat(browser("POST", link.getPath(), "text/plain", link.getQuery()).statusCode())
        .isEqualTo(415);
    assertThat(api.get("/api/v1/alerts", admin).text())
        .as("to look at it acknowledged nothing")
        .doesNotContain("acknowledged");
    HttpResponse<String> taken =
        browser(
            "POST",
            link.getPath(),
            form,
            link.getQuery() + "&name=%3Cb%3Egrace%3C%2Fb%3E+password%3Dhunter2");
    assertThat(taken.statusCode()).isEqualTo(200);
    assertThat(taken.body()).contains("&lt;b&gt;grace").doesNotContain("<b>grace", "hunter2");
  }

  /** Opens a page about a load balancer of this name, which is a client's own word at worst. */
  private static String page(String subject) {
    Instant at = Instant.now().plusNanos(LATER.get());
    BrokenFloor.isFound(plane, subject, at, Optional.empty());
    return api.get("/api/v1/alerts", admin).body().at("/pages/0/id").asString();
  }

  // --- paths

  @Test
  @Order(7)
  void addressesLeadOutOfNothing() {
    for (String path :
        List.of(
            "/api/v1/balancers/..%2f..%2fetc%2fpasswd",
            "/api/v1/balancers/..%2f..%2fevidence.key/drift",
            "/api/v1/balancers/%2e%2e/series?name=x",
            "/api/v1/changes/..%2f1/evidence",
            "/api/v1/changes/1%2f..%2f1/evidence",
            "/api/v1/incidents/..%2f..%2fx/export",
            "/api/v1/../../etc/passwd",
            "/first/..%2f..%2fopenapi.yaml",
            "/openapi.yaml/../../../../etc/passwd")) {
      Api.Answer answer = api.send("GET", path, admin, "");
      assertThat(answer.status()).as(path + ": " + answer.text()).isIn(400, 404);
      assertThat(answer.text()).as(path).doesNotContain("root:", "PRIVATE KEY");
    }
  }

  // --- the journal

  @Test
  @Order(8)
  void aRowThatTheOwnerOfTheDatabaseChangedOrDeletedIsFound() throws Exception {
    JsonNode whole = verification("");
    assertThat(whole.get("intact").booleanValue()).isTrue();
    String head = whole.get("head").asString();
    sql("update journal set actor = 'nobody' where number = 5");
    assertThat(verification("").at("/broken/number").asLong()).isEqualTo(5);
    assertThat(verification("").at("/broken/why").asString()).contains("is not what was written");
    sql("update journal set actor = 'ada' where number = 5");
    sql("update journal set details = '{}' where number = 7");
    assertThat(verification("").at("/broken/number").asLong()).isIn(5L, 7L);
    sql("delete from journal where number = 3");
    assertThat(verification("").at("/broken/why").asString()).isEqualTo("entry 3 is missing");
    sql("delete from journal where number > 2");
    assertThat(verification("").get("intact").booleanValue())
        .as("what is cut off at the end is missed by who knows an older head")
        .isTrue();
    assertThat(verification("?head=" + head).get("intact").booleanValue()).isFalse();
  }

  private static JsonNode verification(String query) {
    return api.get("/api/v1/journal/verification" + query, admin).body();
  }

  /** As whoever owns the tables, with its triggers switched off. */
  private static void sql(String statement) throws Exception {
    Path postgres = folder.resolve("data/postgres");
    try (Connection connection =
            DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:"
                    + Files.readString(postgres.resolve("port")).strip()
                    + "/checkrail",
                "checkrail_owner",
                Files.readString(postgres.resolve("owner.password")).strip());
        Statement running = connection.createStatement()) {
      running.execute("alter table journal disable trigger user");
      running.execute(statement);
      running.execute("alter table journal enable trigger user");
    }
  }
}
