package dev.checkrail.scenarios;

import dev.checkrail.scenarios.Teller.Tone;
import dev.checkrail.scenarios.topology.CommandLine;
import dev.checkrail.scenarios.topology.Control;
import dev.checkrail.scenarios.topology.Topology;
import dev.checkrail.scenarios.topology.Users;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Afterwards: the same change once more, with a limit on the server that cannot take payments; the
 * incident is closed by a person, and what it teaches becomes a rule that refuses the file.
 */
final class Epilogue {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration AT_MOST = Duration.ofSeconds(25);
  private static final Pattern PATCH = Pattern.compile("```yaml\\n(.*?)```", Pattern.DOTALL);

  private final Topology topology;
  private final Teller teller;
  private final Variant variant;

  Epilogue(Topology topology, Teller teller, Variant variant) {
    this.topology = topology;
    this.teller = teller;
    this.variant = variant;
  }

  /**
   * What it came to.
   *
   * @param users who came while the limited server was in place, and {@code failed} of them gave up
   * @param blockedNow whether the file is refused by the rule that was learnt
   */
  record Played(int users, int failed, boolean blockedNow) {}

  /** The same change with {@code maxconn}; users of its own run are told at the end. */
  JsonNode limited(Users before) throws IOException, InterruptedException {
    Users users =
        topology.users(
            "epilogue",
            topology.staging().usersPerSecond(),
            300,
            topology.staging().seed() + 2,
            "shop");
    TimeUnit.MILLISECONDS.sleep(2000);
    before.stopComing();
    TimeUnit.MILLISECONDS.sleep(3000);
    Observer observer = Observer.start(topology, "observer-epilogue");
    for (ObjectNode edit : variant.limitedEdits(topology.staging())) {
      topology.stranger(edit);
    }
    Instant from = Instant.parse(topology.stranger(Variant.act("reload")).path("began").asString());
    teller.count(from);
    teller.at(
        from,
        Tone.WARN,
        "stranger",
        "the same change once more, now with maxconn 4 on " + topology.staging().reportsServer());
    while (observer.proven().isEmpty()
        && Duration.between(from, Instant.now()).compareTo(AT_MOST) < 0) {
      TimeUnit.MILLISECONDS.sleep(200);
    }
    observer
        .proven()
        .ifPresent(it -> teller.at(it, Tone.GOOD, "observer", "the approved version serves again"));
    TimeUnit.MILLISECONDS.sleep(2000);
    observer.close();
    JsonNode report = users.stop();
    teller.now(
        "users",
        String.format(
            Locale.ROOT,
            "%d came, %d of them gave up",
            report.path("users").asInt(),
            failed(report)));
    teller.count(null);
    return report;
  }

  static int failed(JsonNode report) {
    JsonNode outcomes = report.path("outcomes");
    return outcomes.path("told_failed").asInt()
        + outcomes.path("told_failed_but_charged").asInt()
        + outcomes.path("unknown").asInt();
  }

  /** Somebody closes the incidents; what the first one teaches is written into the policy. */
  boolean learn(String approved, byte[] badFile) throws IOException, InterruptedException {
    Control control = topology.control();
    JsonNode incidents = control.get("/api/v1/incidents").json().path("incidents");
    Optional<String> markdown = Optional.empty();
    for (JsonNode incident : incidents) {
      String id = incident.path("id").asString("");
      String body =
          JSON.createObjectNode()
              .put("reason", "the drill is over; the change was undone and proven to be")
              .toString();
      Control.Answer closed = control.post("/api/v1/incidents/" + id + "/close", body);
      teller.now(
          "ada",
          closed.status() < 300
              ? "closes incident " + id + ", as a person who was there"
              : "could not close incident " + id + ": " + closed.body());
      Files.writeString(
          topology.raw().resolve("incident-" + safe(id) + ".json"), ended(control, id) + "\n");
      Control.Answer exported = control.get("/api/v1/incidents/" + id + "/export");
      if (exported.status() == 200) {
        Files.writeString(
            topology.raw().resolve("postmortem-" + safe(id) + ".md"), exported.body());
        Matcher patch = PATCH.matcher(exported.body());
        if (patch.find()) {
          markdown = Optional.of(patch.group(1)); // the list's last one is the oldest
        }
      }
    }
    if (markdown.isEmpty()) {
      teller.now(Tone.BAD, "checkrail", "proposed no rule that would refuse the file");
      return false;
    }
    String patch = markdown.get().stripIndent();
    teller.now("checkrail", "proposes for the policy:");
    patch.lines().forEach(line -> teller.say("                                     " + line));
    Path folder = Files.createDirectories(topology.folder().resolve("after"));
    Path policy = folder.resolve("checkrail.yaml");
    Files.writeString(policy, Files.readString(topology.policy()) + "\n" + patch);
    Path old = folder.resolve("approved/haproxy.cfg");
    Path bad = folder.resolve("bad/haproxy.cfg");
    Files.createDirectories(old.resolveSibling("."));
    Files.createDirectories(bad.resolveSibling("."));
    Files.writeString(old, approved);
    Files.write(bad, badFile);
    CommandLine.Answer gated =
        topology
            .cli()
            .run(
                "gate",
                old.toString(),
                bad.toString(),
                "--policy",
                policy.toString(),
                "--format",
                "json");
    boolean refused = false;
    String invariant = "";
    int begin = gated.said().indexOf('{');
    if (gated.status() == 1 && begin >= 0) {
      String json = gated.said().substring(begin);
      for (JsonNode finding :
          JSON.readTree(json.lines().findFirst().orElse("{}")).path("findings")) {
        if (finding.path("rule").asString("").equals("invariant/violated")) {
          refused = true;
          invariant = finding.path("subject").asString("");
        }
      }
      if (!refused) {
        refused = json.contains("invariant/violated");
      }
    }
    teller.now(
        refused ? Tone.GOOD : Tone.BAD,
        "checkrail",
        refused
            ? "gates the file again under that policy: BLOCKED by "
                + (invariant.isEmpty() ? "it" : "\"" + invariant + "\"")
            : "gates the file again under that policy: exit " + gated.status() + ", not by it");
    return refused;
  }

  /** All of it, once it says itself that it is closed. */
  private static String ended(Control control, String id) throws IOException, InterruptedException {
    Instant until = Instant.now().plus(AT_MOST);
    while (true) {
      Control.Answer one = control.get("/api/v1/incidents/" + id);
      if (!one.json().path("state").asString("").equals("open") || Instant.now().isAfter(until)) {
        return one.body();
      }
      TimeUnit.MILLISECONDS.sleep(250);
    }
  }

  private static String safe(String id) {
    return id.replaceAll("[^A-Za-z0-9._-]", "_");
  }
}
