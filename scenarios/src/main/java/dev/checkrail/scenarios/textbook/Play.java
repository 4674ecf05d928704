package dev.checkrail.scenarios.textbook;

import dev.checkrail.scenarios.textbook.Monitoring.Seen;
import dev.checkrail.scenarios.textbook.Pager.Told;
import dev.checkrail.scenarios.topology.Children.Child;
import dev.checkrail.scenarios.topology.Folders;
import dev.checkrail.scenarios.topology.Staging;
import dev.checkrail.scenarios.topology.Topology;
import dev.checkrail.scenarios.topology.Users;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The demo's second act without Checkrail: the same topology, users, leads and hand-edited reload,
 * watched by two Prometheus with their Alertmanagers, one with each {@link Settings}. Nobody acts
 * on what they say; the approved file is put back when it is over.
 */
final class Play {
  static final String BURN_RATE = "SloBurnsFast";

  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration MEASURED = Duration.ofSeconds(10);
  private static final Duration WARM_WITHIN = Duration.ofMinutes(2);

  /** Rules wait for up to 2 min, and Alertmanager for 30 s, before they cry in quiet times. */
  static final Duration QUIET = Duration.ofSeconds(170);

  private static final Duration HARMLESS_BEFORE = Duration.ofSeconds(20);
  private static final double VISITORS_PER_SECOND = 12;
  private static final double LIMITED_PER_SECOND = 6;

  private final Path home;
  private final Staging staging;
  private final Duration quiet;
  private final Duration atMost;
  private final PrintStream out;
  private final Ports ports;
  private final Set<String> said = ConcurrentHashMap.newKeySet();
  private volatile Instant begun = Instant.now();

  /**
   * A play.
   *
   * @param quiet how long nothing is wrong before
   * @param atMost how long is watched after the reload, if not all that is waited for is told
   *     before
   */
  Play(Path home, Staging staging, Duration quiet, Duration atMost, PrintStream out) {
    this.home = home;
    this.staging = staging;
    this.quiet = quiet;
    this.atMost = atMost;
    this.out = out;
    this.ports = new Ports(staging.seed());
  }

  /** What was measured, and the folder with its raw files. */
  record Played(Report report, Path folder) {}

  Played play() throws IOException, InterruptedException {
    int exporter = ports.next();
    Topology.Options options = Topology.Options.usual().withoutControlPlane(exporter(exporter));
    say("starting the demo's topology, without Checkrail");
    Topology topology = Topology.start(home, staging, options, this::say);
    Thread hook = new Thread(() -> drop(topology), "end");
    Runtime.getRuntime().addShutdownHook(hook);
    try (Pager pager = Pager.start(topology.raw().resolve("notifications.jsonl"), this::tell)) {
      return new Played(play(topology, pager, exporter), topology.folder());
    } finally {
      topology.close();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // It is running: somebody has pressed Ctrl-C.
      }
    }
  }

  private static void drop(Topology topology) {
    // They would wait for their answers.
    for (String users : List.of("users-users", "users-limited")) {
      topology.children().named(users).ifPresent(it -> it.process().destroyForcibly());
    }
    topology.close();
    try {
      Folders.delete(topology.folder());
    } catch (IOException e) {
      System.err.println("checkrail: " + topology.folder() + " could not be deleted");
    }
  }

  private Report play(Topology topology, Pager pager, int exporter)
      throws IOException, InterruptedException {
    List<Users> users = come(topology);
    History history = soundHistory(exporter);
    Targets targets = targets(topology, exporter);
    List<Monitoring> monitorings = new ArrayList<>();
    for (Settings settings : List.of(Settings.TEXTBOOK, Settings.FAST)) {
      Path folder = topology.folder().resolve(settings.name());
      Files.createDirectories(folder);
      monitorings.add(
          Monitoring.start(topology.children(), folder, settings, targets, history, pager, ports));
      say(
          "Prometheus and Alertmanager, settings \"%s\": scrape and evaluation %d s, group_wait %d s"
              .formatted(
                  settings.name(),
                  settings.scrape().toSeconds(),
                  settings.groupWait().toSeconds()));
    }
    say("nothing is wrong for " + quiet.toSeconds() + " s; who cries now cries wolf");
    TimeUnit.SECONDS.sleep(quiet.minus(HARMLESS_BEFORE).toSeconds());
    topology.stranger(harmless());
    say("a harmless change is live (the weight of a shop server)");
    TimeUnit.SECONDS.sleep(HARMLESS_BEFORE.toSeconds() / 2);
    topology.stranger(reportsQuery());
    say("a reports query holds 11 of 16 database connections of each payment server");
    TimeUnit.SECONDS.sleep(HARMLESS_BEFORE.toSeconds() / 2);

    topology.stranger(edit());
    JsonNode reloaded = topology.stranger(reload());
    Instant reload = Instant.parse(reloaded.path("began").asString());
    say("somebody has edited haproxy.cfg by hand and reloaded it: a second line of acl is_reports");
    begun = reload;
    said.clear();
    await(pager, monitorings, reload.plus(atMost));
    Instant ended = Instant.now();

    Map<Settings, List<Seen>> seen = new LinkedHashMap<>();
    for (Monitoring one : monitorings) {
      seen.put(one.settings(), one.seen(reload, ended));
    }
    List<Told> told = pager.told();
    topology.stranger(back());
    say("the approved file is back; waiting for the last users");
    for (Users some : users) {
      some.stop();
    }
    List<Path> logs = users.stream().map(Users::log).toList();
    Harm harm =
        Harm.read(topology.raw().resolve("haproxy.log"), staging.reportsPool(), logs, reload);
    List<Outcome> outcomes = new ArrayList<>();
    seen.forEach((settings, them) -> outcomes.add(Outcome.of(settings, them, told, reload)));
    return new Report(Programs.versions(), staging.reportsServer(), reload, ended, harm, outcomes);
  }

  /** What is usual, measured once all of it has warmed up. */
  private History soundHistory(int exporter) throws IOException, InterruptedException {
    Instant until = Instant.now().plus(WARM_WITHIN);
    while (Instant.now().isBefore(until)) {
      String before = page(exporter);
      Instant first = Instant.now();
      TimeUnit.MILLISECONDS.sleep(MEASURED.toMillis());
      History history =
          History.measured(before, page(exporter), Duration.between(first, Instant.now()));
      if (history.isSound()) {
        return history;
      }
      say("requests still fail: all of it is warming up");
    }
    throw new IOException(
        "requests fail although nothing was done yet; is this machine busy with something else?");
  }

  private List<Users> come(Topology topology) throws IOException {
    long seconds = 60 + quiet.toSeconds() + atMost.toSeconds() + 120;
    topology.visitors(VISITORS_PER_SECOND);
    return List.of(
        topology.users("users", staging.usersPerSecond(), seconds, staging.seed(), "shop"),
        topology.users("limited", LIMITED_PER_SECOND, seconds, staging.seed() + 1, "limited"));
  }

  /** HAProxy's own exporter, in a file of its own behind the others. */
  private static String exporter(int port) {
    return """
    frontend fe_metrics
        mode http
        bind 127.0.0.1:%d
        timeout client 30s
        http-request use-service prometheus-exporter if { path /metrics }
    """
        .formatted(port);
  }

  private Targets targets(Topology topology, int exporter)
      throws IOException, InterruptedException {
    int blackbox = ports.next();
    Path modules = topology.folder().resolve("blackbox.yml");
    Files.writeString(modules, MonitoringFiles.BLACKBOX);
    Child child =
        topology
            .children()
            .start(
                "blackbox",
                List.of(
                    "prometheus-blackbox-exporter",
                    "--config.file=" + modules,
                    "--web.listen-address=127.0.0.1:" + blackbox),
                Map.of());
    TimeUnit.MILLISECONDS.sleep(500);
    if (!child.process().isAlive()) {
      throw new IOException("the blackbox exporter has ended; see " + child.log());
    }
    Map<String, Integer> gateways = new LinkedHashMap<>();
    for (int i = 1; i <= 3; i++) {
      gateways.put(staging.pay(i), staging.port("pay-" + i));
    }
    gateways.put(staging.reportsServer(), staging.port("reports"));
    return new Targets(
        exporter,
        gateways,
        List.of(staging.host(), staging.secondHost()),
        staging.port("http"),
        blackbox);
  }

  private static String page(int exporter) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + exporter + "/metrics"))
                  .timeout(Duration.ofSeconds(10))
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  // --- what somebody does on the machine --------------------------------------------------------

  private static ObjectNode reload() {
    return JSON.createObjectNode().put("do", "reload");
  }

  private static ObjectNode all(ObjectNode... acts) {
    ObjectNode all = JSON.createObjectNode().put("do", "all");
    ArrayNode list = all.putArray("acts");
    for (ObjectNode act : acts) {
      list.add(act);
    }
    return all;
  }

  private ObjectNode harmless() {
    String server = "server cat-2 127.0.0.1:" + staging.port("shop-2");
    return all(
        JSON.createObjectNode()
            .put("do", "replace")
            .put("file", "haproxy.cfg")
            .put("old", server + " weight 100")
            .put("new", server + " weight 80"),
        reload());
  }

  /** One of the wrong leads; the other is a merchant who runs into his rate limit all the time. */
  private static ObjectNode reportsQuery() {
    ObjectNode[] acts = new ObjectNode[3];
    for (int i = 1; i <= acts.length; i++) {
      acts[i - 1] = JSON.createObjectNode().put("do", "fault").put("instance", "pay-" + i);
      acts[i - 1].putObject("switches").put("leaked_connections", 11);
    }
    return all(acts);
  }

  /** A second line under the same name: HAProxy takes either. */
  private ObjectNode edit() {
    return JSON.createObjectNode()
        .put("do", "insert")
        .put("file", "haproxy.cfg")
        .put("after", "acl is_reports ")
        .put("line", "    acl is_reports hdr(host) -i " + staging.secondHost());
  }

  private ObjectNode back() {
    return all(
        JSON.createObjectNode()
            .put("do", "replace")
            .put("file", "haproxy.cfg")
            .put("old", "    acl is_reports hdr(host) -i " + staging.secondHost() + "\n")
            .put("new", ""),
        reload());
  }

  // --- watching ---------------------------------------------------------------------------------

  /**
   * Until all have told of the burn rate and nothing new came for a while, or it takes too long.
   */
  private static void await(Pager pager, List<Monitoring> monitorings, Instant until)
      throws InterruptedException {
    while (Instant.now().isBefore(until)) {
      boolean all = true;
      for (Monitoring one : monitorings) {
        all &=
            pager.told().stream()
                .anyMatch(it ->
                    it.by().equals(one.settings().name())
                        && it.firing()
                        && it.alert().equals(BURN_RATE));
      }
      if (all) {
        // Alerts that are pending or wait for their group get their time, too.
        TimeUnit.SECONDS.sleep(
            Math.clamp(Duration.between(Instant.now(), until).toSeconds(), 0, 45));
        return;
      }
      TimeUnit.MILLISECONDS.sleep(500);
    }
  }

  private void tell(Told told) {
    // A group that changed is told again as a whole.
    if (told.firing() && said.add(told.by() + told.alert() + told.labels())) {
      say(
          "%s settings tell: %s %s (%s)"
              .formatted(told.by(), told.alert(), told.summary(), told.severity()));
    }
  }

  private void say(String what) {
    out.printf(
        Locale.ROOT,
        "%6.1f s  %s%n",
        Duration.between(begun, Instant.now()).toMillis() / 1000.0,
        what);
  }
}
