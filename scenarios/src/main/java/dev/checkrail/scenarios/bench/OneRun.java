package dev.checkrail.scenarios.bench;

import dev.checkrail.scenarios.topology.Children;
import dev.checkrail.scenarios.topology.Children.Child;
import dev.checkrail.scenarios.topology.Control;
import dev.checkrail.scenarios.topology.Sink;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One scenario with one seed and one load, from the first user to everything as it was. */
final class OneRun {
  private static final Duration BASELINE = Duration.ofSeconds(15);
  private static final Duration AT_MOST = Duration.ofSeconds(90);
  private static final Duration INJECTED_WITHIN = Duration.ofSeconds(240);
  private static final Duration CALM_WITHIN = Duration.ofSeconds(40);

  /** Milliseconds; later than that, the machine is measured and not the system. */
  private static final long LATE_AT_MOST = 15;

  private static final String ADMINISTRATOR = "ada";

  private final Path home;
  private final Path out;
  private final Playground playground;
  private final Plan plan;
  private final Consumer<String> progress;
  private final List<String> remarks = new ArrayList<>();

  /**
   * What to do.
   *
   * @param stay for how long is looked whether the answer stays
   * @param number of this run, since the bench was started
   */
  record Plan(String commit, int scenario, long seed, double load, Duration stay, int number) {
    /** In one seed of two a harmless change goes before. */
    boolean harmless() {
      return Scenarios.of(scenario).innocent() && seed % 2 == 1;
    }
  }

  OneRun(Path home, Path out, Playground playground, Plan plan, Consumer<String> progress) {
    this.home = home;
    this.out = out;
    this.playground = playground;
    this.plan = plan;
    this.progress = progress;
  }

  /** Whether everything is as it was; if not, another playground is needed. */
  boolean isClean() {
    return remarks.stream().noneMatch(it -> it.startsWith("not restored"));
  }

  /** Does it. */
  Row run() throws IOException, InterruptedException {
    Instant begun = Instant.now();
    Child injector =
        playground.injector(plan.load(), plan.scenario(), plan.seed(), plan.harmless());
    try (BufferedReader says =
        new BufferedReader(
            new InputStreamReader(injector.process().getInputStream(), StandardCharsets.UTF_8))) {
      String digest = line(says, injector);
      String run = "r%d-%d".formatted(System.currentTimeMillis() % 100_000_000, plan.number());
      Child crowd = playground.crowd(plan.load(), plan.seed() * 1000 + plan.scenario(), run);
      Observed observed;
      // The control plane starts while the rest is got ready.
      try (Plane plane =
          Plane.begin(
              home, playground.topology(), run, Scenarios.isOnlyObserved(plan.scenario()))) {
        told(injector, says, "before");
        calm();
        observed = observe(injector, says, plane.adopt());
      } finally {
        Playground.end(crowd);
      }
      Path kept = Files.createDirectories(out.resolve("answers"));
      Files.write(
          kept.resolve(
              "%02d-%d-%d-%s.jsonl"
                  .formatted(plan.scenario(), plan.seed(), (int) plan.load(), run)),
          observed.raw());
      // What was answered is stored; only now anybody learns what is true.
      String opened = told(injector, says, "open");
      Truth truth = Truth.read(opened);
      if (!Truth.digest(opened).equals(digest)) {
        remarks.add("the truth that was opened is not the one that was sealed");
      }
      Row row = row(begun, observed, digest, truth);
      try {
        told(injector, says, "restore");
      } catch (IOException e) {
        progress.accept("not restored: " + e.getMessage());
        remarks.add("not restored: " + e.getMessage());
      }
      return row;
    } finally {
      Playground.end(injector);
    }
  }

  /** Waits until nobody fails any more of what was before: a database that was started anew. */
  private void calm() throws IOException, InterruptedException {
    try (Stage stage = new Stage(playground.places(plan.load()), new java.util.Random(1))) {
      long end = System.nanoTime() + CALM_WITHIN.toNanos();
      Met last = met(stage);
      for (int calm = 0; calm < 3 && System.nanoTime() < end; ) {
        TimeUnit.SECONDS.sleep(1);
        Met now = met(stage);
        Met since = now.since(last);
        calm = since.all() > 0 && since.harmed() <= 0.1 * since.all() ? calm + 1 : 0;
        last = now;
      }
    }
  }

  /**
   * What was seen.
   *
   * @param until when nobody looked any more
   * @param others causes that were published after the first answer
   */
  private record Observed(
      Instant happened,
      Instant until,
      Optional<Watch.Seen> first,
      List<String> others,
      Optional<Instant> harm,
      List<Sink.Page> pages,
      JsonNode journal,
      Row.Users users,
      List<String> raw) {
    private Observed {
      others = List.copyOf(others);
      pages = List.copyOf(pages);
      raw = List.copyOf(raw);
    }
  }

  private Observed observe(Child injector, BufferedReader says, Control control)
      throws IOException, InterruptedException {
    int pagesBefore = playground.topology().sink().pages().size();
    try (Watch watch = Watch.start(control, playground.topology().balancer());
        Stage stage = new Stage(playground.places(plan.load()), new java.util.Random(1))) {
      Met begin = met(stage);
      long late;
      try (Lateness lateness = new Lateness()) {
        TimeUnit.NANOSECONDS.sleep(BASELINE.toNanos());
        late = lateness.millis();
      }
      if (late > LATE_AT_MOST) {
        remarks.add(
            "the machine was too busy before the fault: woken up %d ms late".formatted(late));
      }
      Children.tell(injector, "fault");
      Instant sent = Instant.now();
      Instant happened = null;
      List<Met> met = new ArrayList<>(List.of(met(stage)));
      Met before = met.getFirst();
      Optional<Watch.Seen> first = Optional.empty();
      while (true) {
        TimeUnit.MILLISECONDS.sleep(100);
        Instant now = Instant.now();
        if (happened == null && says.ready()) {
          happened = moment(line(says, injector));
          before = last(met, happened);
          Met since = before.since(begin);
          if (since.harmed() > 0.03 * since.all() + 2 && !Scenarios.harmsBefore(plan.scenario())) {
            remarks.add(
                "before the fault %d of %d users failed or waited for more than a second"
                    .formatted(since.harmed(), since.all()));
          }
          progress.accept("the fault is there; woken up %d ms late before".formatted(late));
        }
        if (happened == null) {
          met.add(met(stage));
          if (now.isAfter(sent.plus(INJECTED_WITHIN))) {
            throw new IOException("the fault was not injected; see " + injector.log());
          }
          continue;
        }
        if (first.isEmpty()) {
          first = watch.first(happened);
          Instant since = happened;
          first.ifPresent(it ->
              progress.accept(
                  "answer after %.1f s: %s (%s)"
                      .formatted(
                          LastChange.seconds(since, it.at()),
                          it.cause(),
                          it.ranking().isEmpty() ? "" : it.ranking().getFirst().object())));
        }
        Instant end =
            first.isPresent() ? first.get().at().plus(plan.stay()) : happened.plus(AT_MOST);
        if (now.isAfter(end)) {
          break;
        }
      }
      Instant until = Instant.now();
      if (watch.unanswered() > 20 && plan.scenario() != 45) {
        progress.accept(watch.unanswered() + " questions were not answered");
      }
      List<Sink.Page> pages = playground.topology().sink().pages();
      Met after = met(stage).since(before);
      return new Observed(
          happened,
          until,
          first,
          first.isEmpty() ? List.of() : watch.others(first.get(), until),
          watch.harm(happened),
          pages.subList(Math.min(pagesBefore, pages.size()), pages.size()),
          control.get("/api/v1/journal?limit=200").json(),
          new Row.Users(after.all(), after.failed()),
          watch.raw());
    }
  }

  private static Instant moment(String line) throws IOException {
    try {
      return Instant.parse(line);
    } catch (DateTimeParseException e) {
      throw new IOException("the fault could not be injected: " + line, e);
    }
  }

  /**
   * What users who were done by then had met.
   *
   * @param slow of those who were served
   */
  private record Met(Instant at, long all, long failed, long slow) {
    Met since(Met before) {
      return new Met(at, all - before.all, failed - before.failed, slow - before.slow);
    }

    long harmed() {
      return failed + slow;
    }
  }

  private static Met met(Stage stage) throws IOException {
    Instant at = Instant.now();
    try {
      JsonNode counts = JsonMapper.builder().build().readTree(stage.users("count"));
      return new Met(
          at,
          counts.path("all").asLong(),
          counts.path("failed").asLong(),
          counts.path("slow").asLong());
    } catch (JacksonException e) {
      throw new IOException("users do not say how many they are", e);
    }
  }

  /** What was met when the fault was not there yet; it is said with a delay. */
  private static Met last(List<Met> met, Instant happened) {
    return met.stream()
        .filter(it -> it.at().isBefore(happened))
        .reduce((one, next) -> next)
        .orElse(met.getFirst());
  }

  private Row row(Instant begun, Observed observed, String digest, Truth truth) {
    Instant happened = observed.happened();
    List<Row.Told> told = new ArrayList<>();
    for (Sink.Page page :
        observed.pages().stream().sorted(Comparator.comparing(Sink.Page::received)).toList()) {
      told.add(
          new Row.Told(
              LastChange.seconds(happened, page.received()),
              page.kind(),
              page.wakes(),
              page.body().path("alert").path("detection").asString(""),
              page.body().path("alert").path("subject").asString("")));
    }
    OptionalDouble detected =
        observed
            .harm()
            .map(at -> OptionalDouble.of(LastChange.seconds(happened, at)))
            .orElse(OptionalDouble.empty());
    Optional<Row.Told> alert = told.stream().filter(Row.Told::detects).findFirst();
    if (alert.isPresent()) {
      detected =
          OptionalDouble.of(Math.min(alert.get().seconds(), detected.orElse(Double.MAX_VALUE)));
    }
    Instant asked = observed.first().map(Watch.Seen::at).orElse(observed.until());
    LastChange last =
        LastChange.read(
            observed.journal().path("entries"), List.of(ADMINISTRATOR), happened, asked, truth);
    return new Row(
        plan.commit(),
        plan.seed(),
        plan.load(),
        plan.scenario(),
        begun.toString(),
        happened.toString(),
        plan.harmless(),
        detected,
        observed
            .first()
            .map(it -> OptionalDouble.of(LastChange.seconds(happened, it.at())))
            .orElse(OptionalDouble.empty()),
        observed.first().map(Watch.Seen::urgent).orElse(false),
        observed.first().map(Watch.Seen::ranking).orElse(List.of()),
        // Where two causes are true, the second after the first is no other answer.
        truth.both().containsAll(observed.others()),
        observed.first().map(it -> LastChange.seconds(it.at(), observed.until())).orElse(0.0),
        told,
        last.back(),
        last.cause(),
        FirstAlert.cause(alert.map(Row.Told::detection).orElse("")),
        observed.users(),
        digest,
        truth,
        remarks);
  }

  private static String told(Child injector, BufferedReader says, String line) throws IOException {
    Children.tell(injector, line);
    return line(says, injector);
  }

  private static String line(BufferedReader says, Child injector) throws IOException {
    String line = says.readLine();
    if (line == null) {
      throw new IOException("the injector has ended; see " + injector.log());
    }
    if (line.startsWith("error ")) {
      throw new IOException("the injector: " + line.substring(6));
    }
    return line;
  }
}
