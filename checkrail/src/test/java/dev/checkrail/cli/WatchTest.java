package dev.checkrail.cli;

import static dev.checkrail.balancer.RunningHaproxy.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.RunningHaproxy;
import dev.checkrail.logs.RecommendedFormat;
import dev.checkrail.serve.ControlPlane;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * From a request to the terminal: a real HAProxy logs over UDP, the control plane counts by the
 * approved rules, and {@code watch} shows it; a small script recounts HAProxy's own lines.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class WatchTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private static final String CONFIG =
      """
      global
          nbthread 1
          log stdout format raw local0
          log 127.0.0.1:@LOG@ local0
          stats socket @FOLDER@/stats.sock mode 600 level admin expose-fd listeners
          hard-stop-after 5s
      defaults
          mode http
          timeout connect 1s
          timeout client 5s
          timeout server 1s
          option idle-close-on-response
      frontend fe
          bind 127.0.0.1:@PORT@
          log global
      @FORMAT@
          http-request deny deny_status 403 if { path_beg /private }
          use_backend be_pay if { path_beg /v1/payments }
          use_backend be_reports if { hdr(host) -i beta.example.com }
          use_backend be_reports if { path_beg /reports } { req.hdr(x-role) staff }
          default_backend be_web
      backend be_pay
          balance roundrobin
          server pay-1 127.0.0.1:@BACK@
          server pay-2 127.0.0.1:@BACK2@
      backend be_reports
          server rep-1 127.0.0.1:@BACK@
      backend be_web
          server web-1 127.0.0.1:@BACK@
      frontend behind
          bind 127.0.0.1:@BACK@
          bind 127.0.0.1:@BACK2@
          http-request return status 503 if { path_end /broken }
          http-request return status 404 if { path_end /missing }
          http-request return status 200 content-type text/plain string "ok"
      """;

  private static final String POLICY =
      """
      version: 1
      services:
        payments:
          - path: /v1/payments/**
        web:
          - path: /**
            except: [payments]
      inventory:
        - { name: pay-1, address: "127.0.0.1:@BACK@", serves: [payments, web] }
        - { name: pay-2, address: "127.0.0.1:@BACK2@", serves: [payments] }
      probe: { payments: none, web: none }
      """;

  @TempDir private static Path folder;
  private static RunningHaproxy haproxy;
  private static ControlPlane plane;
  private static Map<String, String> caller;

  @BeforeAll
  static void start() throws Exception {
    int log = freeUdpPort();
    StringBuilder format = new StringBuilder("    " + RecommendedFormat.UNIQUE_ID + "\n");
    RecommendedFormat.REQUEST_LINES.forEach(line -> format.append("    " + line + "\n"));
    format.append("    log-format \"" + RecommendedFormat.LOG_FORMAT + "\"");
    haproxy =
        new RunningHaproxy(
            Files.createDirectories(folder.resolve("edge")),
            CONFIG.replace("@FORMAT@", format),
            Map.of(
                "LOG", String.valueOf(log),
                "BACK", String.valueOf(RunningHaproxy.freePort()),
                "BACK2", String.valueOf(RunningHaproxy.freePort())));
    plane =
        ControlPlane.start(
            new ControlPlane.Settings(
                folder.resolve("data"),
                Path.of("target/postgres"),
                Optional.empty(),
                Optional.empty(),
                "127.0.0.1",
                0,
                Optional.empty(),
                Duration.ofMillis(200)),
            InstantSource.system(),
            System::nanoTime);
    caller =
        Map.of("CHECKRAIL_SERVER", plane.address().toString(), "CHECKRAIL_TOKEN", firstToken());
    Files.writeString(folder.resolve("checkrail.yaml"), haproxy.text(POLICY));
    Run added =
        run(
            "lb",
            "add",
            "edge",
            "--master-socket",
            haproxy.masterSocket.toString(),
            "--marker",
            haproxy.marker.toString(),
            "--policy",
            "checkrail.yaml",
            "--log",
            "udp:127.0.0.1:" + log);
    assertThat(added.status()).as(added.all()).isZero();
    eventually(
        "the approved rules are read and the socket is seen",
        () -> {
          JsonNode live = live(1);
          return live.get("blind") == null
              && live.get("not_observed").values().stream()
                  .noneMatch(it -> it.asString().contains("approved rules"))
              && live.get("log") != null;
        });
  }

  @AfterAll
  static void stop() throws Exception {
    plane.close();
    haproxy.close();
  }

  @Test
  @Order(1)
  void sharesOfRoutesAreThoseOfARecountOfHaproxysOwnLines() throws Exception {
    for (int i = 0; i < 30; i++) {
      send("POST", "/v1/payments" + (i % 10 == 0 ? "/broken" : "/" + i), "");
    }
    for (int i = 0; i < 45; i++) {
      send("GET", i % 9 == 0 ? "/missing" : "/basket/" + i + "?a=" + i, "");
    }
    for (int i = 0; i < 10; i++) {
      send("GET", "/private/" + i, "");
    }
    for (int i = 0; i < 15; i++) {
      send("GET", "/reports/" + i, i % 3 == 0 ? "X-Role: staff\r\n" : "");
    }
    // No probes: the recount could not tell them from users.
    eventually("all are counted", () -> number(live(60).path("total"), "requests") >= 100);

    JsonNode live = live(60);
    List<String> recounted =
        recount(live.get("second").longValue(), "payments=/v1/payments", "web=/");

    assertThat(counted(live)).isEqualTo(new TreeSet<>(recounted));
    assertThat(recounted)
        .anyMatch(line -> line.matches("payments be_pay pay-1 requests \\d+ errors 3 share .*"))
        .anyMatch(line -> line.startsWith("web be_reports rep-1 requests 5 errors 0 "))
        .anyMatch(line -> line.startsWith("web fe <NOSRV> requests 10 errors 0 "));
    assertThat(run("watch", "edge", "--once", "--interval", "60").out())
        .contains("payments @fe")
        .contains("not decided by the log: header x-role")
        .contains("pay-1");
  }

  @Test
  @Order(2)
  void whatIsRightIsRightAndWhatDependsOnAHeaderIsPossible() {
    JsonNode live = live(60);

    assertThat(number(live.path("total"), "wrong")).isZero();
    assertThat(number(live.path("total"), "failures")).isEqualTo(3);
    assertThat(fits(live))
        .contains("payments be_pay right", "web (load balancer) right", "web be_web right")
        .contains("web be_reports possible", "web be_web possible");
    assertThat(live.get("pools").values().stream().map(it -> it.get("name").asString()))
        .contains("be_pay", "be_reports", "be_web");
  }

  @Test
  @Order(3)
  void aHostThatIsAListIsReadAsTheRulesReadIt() throws Exception {
    double before = number(live(60).path("total"), "requests");
    // One of the values is the host that the rule names: HAProxy sends it there.
    send("GET", "/", "", "shop.example.com,beta.example.com");
    send("GET", "/", "", "beta.example.com,shop.example.com");
    send("GET", "/", "", "BETA.example.com");
    eventually("they are counted", () -> number(live(60).path("total"), "requests") >= before + 3);

    assertThat(number(live(60).path("total"), "wrong")).isZero();
    assertThat(fits(live(60))).contains("web be_reports right");
  }

  @Test
  @Order(4)
  void whatWasChangedBehindOurBackIsAstrayAndDrifts() throws Exception {
    Files.writeString(
        haproxy.config,
        Files.readString(haproxy.config)
            .replace(
                "use_backend be_pay if { path_beg /v1/payments }",
                "use_backend be_web if { path_beg /v1/payments }"));
    reload();
    eventually(
        "a payment goes astray",
        () -> {
          send("POST", "/v1/payments/astray", "");
          return number(live(10).path("total"), "wrong") > 0;
        });
    eventually("the drift is found", () -> !live(1).path("drift").path("found").isEmpty());

    Run once = run("watch", "edge", "--once", "--interval", "10");

    assertThat(once.status()).isEqualTo(1);
    assertThat(once.out())
        .contains("ASTRAY")
        .contains("DRIFT main-files")
        .containsPattern("misrouted +be_web");
  }

  @Test
  @Order(5)
  void aScriptGetsOneObject() {
    Run once = run("watch", "--once", "--format", "json");

    JsonNode live = JSON.readTree(once.out());
    assertThat(live.get("name").asString()).isEqualTo("edge");
    assertThat(live.get("log").get("dropped").intValue()).isZero();
    assertThat(live.get("log").get("late").intValue()).isZero();
    assertThat(live.get("log").get("kept").intValue())
        .isPositive()
        .isEqualTo(live.get("log").get("parsed").intValue());
  }

  @Test
  @Order(6)
  void onATerminalThePageIsDrawnOnAScreenOfItsOwnThatGoesWithQ() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int status =
        Main.run(
            List.of("watch", "edge"),
            new Surroundings(
                new ByteArrayInputStream("q".getBytes(StandardCharsets.US_ASCII)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                with("COLUMNS", "80"),
                folder,
                true,
                false,
                true,
                InstantSource.system(),
                System::nanoTime));
    String text = out.toString(StandardCharsets.UTF_8);

    assertThat(status).isZero();
    assertThat(text).startsWith("\u001B[?1049h\u001B[?25l").endsWith("\u001B[?25h\u001B[?1049l");
    assertThat(text.replaceAll("\u001B\\[[0-9?]*[a-zA-Z]", "").lines())
        .allSatisfy(line -> assertThat(line.strip().length()).isLessThanOrEqualTo(80));
  }

  @Test
  @Order(7)
  void aLoadBalancerThatIsGoneIsNotSeenAndSaysSo() throws Exception {
    haproxy.close();
    eventually("it is blind", () -> live(1).get("blind") != null);

    Run once = run("watch", "edge", "--once");

    assertThat(once.status()).isEqualTo(1);
    assertThat(once.out())
        .contains("NOT SEEN")
        .contains("not observed: states, sessions and queues of pools and servers");
  }

  @Test
  @Order(8)
  void whoIsMissingIsNamed() {
    assertThat(run("watch", "nobody", "--once").status()).isEqualTo(2);
    assertThat(run("watch", "edge", "--interval", "90").err()).contains("give 1 to 60");
  }

  // --- what was counted, in the words of the recount

  private static TreeSet<String> counted(JsonNode live) {
    TreeSet<String> lines = new TreeSet<>();
    double all = number(live.path("total"), "requests");
    Map<String, long[]> sums = new java.util.TreeMap<>();
    for (JsonNode route : live.get("routes").values()) {
      for (JsonNode to : route.get("to").values()) {
        String pool = to.get("pool").asString();
        for (JsonNode server : to.get("servers").values()) {
          String name = server.get("name").asString();
          long[] sum =
              sums.computeIfAbsent(
                  route.get("service").asString()
                      + " "
                      + (pool.isEmpty() ? "fe" : pool)
                      + " "
                      + (name.isEmpty() ? "<NOSRV>" : name),
                  key -> new long[2]);
          sum[0] += server.get("requests").longValue();
          sum[1] += server.get("failures").longValue();
        }
      }
    }
    sums.forEach((key, sum) ->
        lines.add(
            String.format(
                java.util.Locale.ROOT,
                "%s requests %d errors %d share %.4f",
                key,
                sum[0],
                sum[1],
                sum[0] / all)));
    return lines;
  }

  /** Of the minute that ends with this second. */
  private static List<String> recount(long second, String... services) throws Exception {
    Path lines = folder.resolve("lines.log");
    Files.writeString(
        lines,
        Files.readAllLines(haproxy.log).stream()
            .filter(line -> line.startsWith(RecommendedFormat.MARK))
            .filter(line -> {
              long ended = Long.parseLong(line.split(" ", 3)[1]) / 1000;
              return ended > second - 60 && ended <= second;
            })
            .collect(Collectors.joining("\n", "", "\n")));
    Path script =
        Path.of(System.getProperty("basedir", ".")).resolve("../scenarios/recount").normalize();
    List<String> command =
        new ArrayList<>(List.of(script.toAbsolutePath().toString(), lines.toString()));
    command.addAll(List.of(services));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    return out.lines().toList();
  }

  private static List<String> fits(JsonNode live) {
    List<String> fits = new ArrayList<>();
    for (JsonNode route : live.get("routes").values()) {
      for (JsonNode to : route.get("to").values()) {
        String pool = to.get("pool").asString();
        fits.add(
            route.get("service").asString()
                + " "
                + (pool.isEmpty() ? "(load balancer)" : pool)
                + " "
                + to.get("fit").asString());
      }
    }
    return fits;
  }

  // --- the world around

  private static double number(JsonNode node, String name) {
    return WatchText.number(node, name);
  }

  private static JsonNode live(int seconds) {
    Run answer = run("watch", "edge", "--once", "--format", "json", "--interval", "" + seconds);
    assertThat(answer.status()).as(answer.all()).isLessThan(2);
    return JSON.readTree(answer.out());
  }

  private static Run run(String... arguments) {
    return new Run.In(folder).run(caller, "", arguments);
  }

  private static Map<String, String> with(String name, String value) {
    Map<String, String> all = new java.util.TreeMap<>(caller);
    all.put(name, value);
    return all;
  }

  private static void send(String method, String target, String headers) {
    send(method, target, headers, "shop.example.com");
  }

  private static void send(String method, String target, String headers, String host) {
    try (Socket socket = new Socket("127.0.0.1", haproxy.port)) {
      socket.setSoTimeout(5000);
      String request =
          method
              + " "
              + target
              + " HTTP/1.1\r\nHost: "
              + host
              + "\r\nContent-Length: 0\r\n"
              + headers
              + "Connection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      var unused = socket.getInputStream().readAllBytes();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** By the master's socket, as somebody does who knows nothing of us. */
  private static void reload() throws Exception {
    java.net.UnixDomainSocketAddress master =
        java.net.UnixDomainSocketAddress.of(haproxy.masterSocket);
    try (var channel = java.nio.channels.SocketChannel.open(master)) {
      channel.write(java.nio.ByteBuffer.wrap("reload\n".getBytes(StandardCharsets.US_ASCII)));
      while (channel.read(java.nio.ByteBuffer.allocate(512)) >= 0) {
        // It answers nothing, and closes.
      }
    }
  }

  private static int freeUdpPort() throws IOException {
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static String firstToken() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(plane.address().resolve("/api/v1/first-admin"))
                  .header("Content-Type", "application/json")
                  .POST(
                      HttpRequest.BodyPublishers.ofString(
                          "{\"code\":\"%s\",\"name\":\"ada\",\"password\":\"long enough, really\"}"
                              .formatted(plane.firstCode().orElseThrow())))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      return JSON.readTree(answer.body()).get("secret").asString();
    }
  }
}
