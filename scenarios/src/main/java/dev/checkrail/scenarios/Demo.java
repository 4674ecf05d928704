package dev.checkrail.scenarios;

import dev.checkrail.scenarios.Teller.Tone;
import dev.checkrail.scenarios.topology.Folders;
import dev.checkrail.scenarios.topology.Leftovers;
import dev.checkrail.scenarios.topology.Staging;
import dev.checkrail.scenarios.topology.Topology;
import dev.checkrail.scenarios.topology.Users;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** One run from the beginning to the end. */
final class Demo {
  static final double USERS_PER_SECOND = 60;

  private final Path home;
  private final Teller teller;
  private final Settings settings;

  /**
   * What was asked for.
   *
   * @param keep where raw files are kept; empty: not at all
   */
  record Settings(long seed, Variant variant, Optional<Path> keep) {
    Settings next(long other) {
      return new Settings(other, variant, keep);
    }
  }

  Demo(Path home, Teller teller, Settings settings) {
    this.home = home;
    this.teller = teller;
    this.settings = settings;
  }

  /** Plays all of it. */
  Result run() throws IOException, InterruptedException {
    Leftovers.end(Topology.registry(home), teller.out());
    teller.say(Tone.BOLD, "ACT 1  The change of 18 August 2024");
    teller.say(
        """

        A load balancer (HAProxy) stands in front of a payment gateway: payments go to three payment
        servers, reports to a server that cannot take a payment. On that day a change sent a host of
        paying users to the reports server, too. 'haproxy -c' accepted it; 40 %% of paying users
        failed, and it took 90 minutes to find out why.

        Now all of it runs on this machine, each part a process of its own. What is staged: the
        system, its users, two wrong leads and the change itself. Whatever is seen, said and done
        about it is not. Seed %d: it draws names, ports, shares and times. Variant %s:
        %s.
        """
            .formatted(settings.seed(), settings.variant(), settings.variant().what()));
    Staging staging = Staging.of(settings.seed(), USERS_PER_SECOND);
    Users[][] come = new Users[1][];
    Topology topology =
        Topology.start(
            home,
            staging,
            new Topology.Options(settings.variant() == Variant.C, "edge", java.util.List.of()),
            what -> teller.now("starts", what),
            running -> come[0] = Drill.come(running, teller));
    Thread hook = new Thread(topology::close, "end");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      teller.say("");
      Drill drill = new Drill(topology, teller, settings.variant(), come[0]);
      drill.listen();
      Reviewed.Outcome first = new Reviewed(topology, teller).play(settings.variant());
      return play(first, drill, topology, come[0]);
    } finally {
      teller.count(null);
      topology.close();
      forget(hook);
      keep(topology.folder());
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It is running.
    }
  }

  private Result play(Reviewed.Outcome first, Drill drill, Topology topology, Users[] come)
      throws IOException, InterruptedException {
    teller.say("");
    teller.say(Tone.BOLD, "ACT 2  The same change, behind our back");
    teller.say(
        """

        A process that the control plane knows nothing of will put it in place by hand.
        """);
    Drill.Played played = drill.play();
    Instant until = Instant.now();
    byte[] bad = badFile(topology, played.approved());
    Recount.facts(topology, played.from(), until);
    teller.count(null);
    teller.say("");
    teller.say(Tone.BOLD, "EPILOGUE");
    teller.say("");
    Epilogue epilogue = new Epilogue(topology, teller, settings.variant());
    Optional<JsonNode> limited = limited(epilogue, topology, played.approved(), come[0]);
    if (limited.isEmpty()) {
      come[0].stopComing();
    }
    JsonNode report = come[0].await(Duration.ofSeconds(150));
    come[1].stop();
    played.observer().close();
    // Again, now that each user has written down what he met until then.
    Clocks clocks = drill.clocks(played.observer(), until);
    Optional<Epilogue.Played> lesson = lesson(epilogue, limited, played.approved(), bad);
    teller.now("books", "comparing the ledger, the acquirers' books and what users were told");
    JsonNode books = topology.checkBooks();
    JsonNode outcomes = report.path("outcomes");
    JsonNode counts = books.path("counts");
    Result result =
        new Result(
            first.blocked(),
            first.seconds(),
            clocks,
            new Result.Users(
                report.path("users").asInt(),
                outcomes.path("paid").asInt(),
                outcomes.path("paid_late").asInt(),
                outcomes.path("told_failed").asInt(),
                outcomes.path("told_failed_but_charged").asInt(),
                report.path("settled").asBoolean(false)
                    ? outcomes.path("unknown").asInt()
                    : outcomes.path("told_failed").asInt()),
            counts.path("lost").asInt() + counts.path("not_booked").asInt(),
            counts.path("charged_twice").asInt(),
            counts.path("sums_differ").asInt() + counts.path("unbalanced").asInt(),
            false,
            lesson);
    Map<String, Double> recounted = Recount.of(home, topology.raw());
    Result counted =
        new Result(
            result.blocked(),
            result.blockedSeconds(),
            result.clocks(),
            result.users(),
            result.lost(),
            result.chargedTwice(),
            result.ledgerMinusAcquirers(),
            Table.equal(result, recounted),
            result.epilogue());
    new Table(counted, recounted, teller).print();
    Files.writeString(topology.raw().resolve("result.json"), counted.json() + "\n");
    if (!books.path("agree").asBoolean(false)) {
      teller.say(Tone.BAD, "The books disagree: " + counts);
    }
    return counted;
  }

  /** What came of the limit; empty if it could not be tried. What is missing is in the table. */
  private Optional<JsonNode> limited(
      Epilogue epilogue, Topology topology, String approved, Users users)
      throws InterruptedException {
    try {
      if (Files.readString(topology.configuration()).equals(approved)) {
        return Optional.of(epilogue.limited(users));
      }
      teller.now(Tone.BAD, "epilogue", "is not played: the change was not taken back");
    } catch (IOException e) {
      teller.now(Tone.BAD, "epilogue", "broke off: " + e.getMessage());
    }
    return Optional.empty();
  }

  private Optional<Epilogue.Played> lesson(
      Epilogue epilogue, Optional<JsonNode> limited, String approved, byte[] bad)
      throws InterruptedException {
    if (limited.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Epilogue.Played(
              limited.get().path("users").asInt(),
              Epilogue.failed(limited.get()),
              epilogue.learn(approved, bad)));
    } catch (IOException e) {
      teller.now(Tone.BAD, "epilogue", "broke off: " + e.getMessage());
      return Optional.empty();
    }
  }

  /** The file as the stranger left it, made again from the approved one. */
  private byte[] badFile(Topology topology, String approved) {
    String text = approved;
    for (var edit : settings.variant().edits(topology.staging())) {
      String old = edit.path("old").asString("");
      if (!old.isEmpty()) {
        text = text.replace(old, edit.path("new").asString());
      } else {
        int at = text.indexOf(edit.path("after").asString());
        int end = at < 0 ? -1 : text.indexOf('\n', at);
        if (end >= 0) {
          text =
              text.substring(0, end + 1)
                  + edit.path("line").asString()
                  + "\n"
                  + text.substring(end + 1);
        }
      }
    }
    return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  private void keep(Path folder) throws IOException {
    if (settings.keep().isPresent()) {
      Path to = settings.keep().get().resolve("run-" + settings.seed());
      for (String part : new String[] {"raw", "log", "edge"}) {
        copy(folder.resolve(part), to.resolve(part));
      }
      teller.say(
          String.format(
              Locale.ROOT,
              "Raw files are in %s; count them yourself: scenarios/recount --drill %s",
              to,
              to.resolve("raw")));
    }
    Folders.delete(folder);
  }

  private static void copy(Path from, Path to) throws IOException {
    if (!Files.isDirectory(from)) {
      return;
    }
    Files.createDirectories(to);
    try (Stream<Path> all = Files.list(from)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        Files.copy(
            file,
            to.resolve(String.valueOf(file.getFileName())),
            java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }
}
