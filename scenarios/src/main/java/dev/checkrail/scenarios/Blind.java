package dev.checkrail.scenarios;

import dev.checkrail.scenarios.Teller.Tone;
import dev.checkrail.scenarios.topology.Folders;
import dev.checkrail.scenarios.topology.Leftovers;
import dev.checkrail.scenarios.topology.Staging;
import dev.checkrail.scenarios.topology.Topology;
import dev.checkrail.scenarios.topology.Users;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Nobody here knows what will go wrong: another process draws it, or the visitor does it. A
 * harmless change is always rolled out shortly before. First the diagnosis, then the truth.
 */
final class Blind {
  private static final Duration AT_MOST = Duration.ofSeconds(90);
  private static final Duration STAYS = Duration.ofSeconds(20);

  private final Path home;
  private final Teller teller;
  private final long seed;
  private final boolean visitor;

  Blind(Path home, Teller teller, long seed, boolean visitor) {
    this.home = home;
    this.teller = teller;
    this.seed = seed;
    this.visitor = visitor;
  }

  /** Plays it; the line for machines. */
  ObjectNode run() throws IOException, InterruptedException {
    Leftovers.end(Topology.registry(home), teller.out());
    Staging staging = Staging.of(seed, Demo.USERS_PER_SECOND);
    Users[][] come = new Users[1][];
    Topology topology =
        Topology.start(
            home,
            staging,
            Topology.Options.usual(),
            what -> teller.now("starts", what),
            running -> come[0] = Drill.come(running, teller));
    Thread hook = new Thread(topology::close, "end");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return play(topology, come[0]);
    } finally {
      topology.close();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // It is running.
      }
      Folders.delete(topology.folder());
    }
  }

  private ObjectNode play(Topology topology, Users[] come)
      throws IOException, InterruptedException {
    Drill drill = new Drill(topology, teller, Variant.A, come);
    drill.listen();
    new Reviewed(topology, teller).harmless();
    TimeUnit.MILLISECONDS.sleep(5000 + new java.util.Random(seed).nextInt(10_000));
    Instant from;
    if (visitor) {
      teller.say(
          """

          Now it is your turn: break something. HAProxy's file is %s,
          its master's socket %s; processes and ports are in %s.
          You have ninety seconds from now.
          """
              .formatted(topology.configuration(), topology.master(), topology.folder()));
      from = Instant.now();
    } else {
      JsonNode done = topology.stranger(Variant.act("surprise").put("seed", System.nanoTime()));
      from = Instant.parse(done.path("began").asString());
      teller.count(from);
      teller.at(from, Tone.WARN, "stranger", "has done something; nobody here knows what");
    }
    Optional<JsonNode> said = Optional.empty();
    Instant heard = from;
    while (Duration.between(from, Instant.now()).compareTo(AT_MOST) < 0) {
      if (said.isEmpty()) {
        said = published(topology);
        if (said.isPresent()) {
          heard = Instant.now();
        }
      } else if (Duration.between(heard, Instant.now()).compareTo(STAYS) > 0) {
        break;
      }
      TimeUnit.MILLISECONDS.sleep(250);
    }
    String cause = said.map(it -> it.path("cause").asString("")).orElse("");
    double seconds = Duration.between(from, heard).toMillis() / 1000.0;
    teller.say("");
    teller.say(
        Tone.BOLD,
        said.map(it ->
                String.format(
                    Locale.ROOT,
                    "Diagnosis, after %.1f s: %s, %s (%.0f %%): %s",
                    seconds,
                    cause,
                    it.path("object").asString(""),
                    100 * it.path("probability").asDouble(),
                    it.path("why").asString("")))
            .orElse("No diagnosis was published."));
    ObjectNode line = JsonMapper.shared().createObjectNode();
    line.put("blind", true);
    line.put("said", said.isPresent() ? cause : null);
    line.put("seconds", said.isPresent() ? seconds : null);
    if (visitor) {
      teller.say("Is that what you did?");
      line.put("ok", said.isPresent());
      return line;
    }
    JsonNode truth =
        JsonMapper.shared()
            .readTree(topology.stranger(Variant.act("truth")).path("answer").asString());
    teller.say(
        "The truth, opened now: "
            + truth.path("cause").asString()
            + ", "
            + truth.path("what").asString()
            + truth.path("done").asString());
    boolean right = List.of(truth.path("cause").asString().split("\\|")).contains(cause);
    teller.say(right ? Tone.GOOD : Tone.BAD, right ? "Right." : "WRONG.");
    line.put("truth", truth.path("cause").asString());
    line.put("ok", right);
    return line;
  }

  private static Optional<JsonNode> published(Topology topology) throws InterruptedException {
    try {
      for (JsonNode incident :
          topology.control().get("/api/v1/incidents").json().path("incidents")) {
        if (incident.has("cause")) {
          return Optional.of(incident.path("cause"));
        }
      }
    } catch (IOException e) {
      // Asked again.
    }
    return Optional.empty();
  }
}
