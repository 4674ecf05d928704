package dev.checkrail.watch.diagnose;

import dev.checkrail.watch.detect.Moment;
import dev.checkrail.watch.diagnose.Diagnosis.Published;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Runs faults over seeds and loads, and keeps the score. */
final class Bench {
  static final long[] SEEDS = {1, 2, 3};
  static final double[] LOADS = {60, 8};
  private static final double BEFORE = 40;

  /**
   * One run.
   *
   * @param answer what was published first; empty if nothing was
   * @param after seconds from the fault to the answer
   * @param stayed whether it was the same a minute later
   * @param page whether somebody would have been woken
   * @param rank of the right cause; 9 if it is not in the first three
   * @param both whether all causes that are right are in the first two
   * @param back versions that would have been gone back from, and when
   */
  record Run(
      Faults.Fault fault,
      double load,
      long seed,
      Optional<Published> answer,
      double after,
      boolean stayed,
      boolean page,
      int rank,
      boolean both,
      List<String> back,
      boolean wrongBack,
      Cause lastChange,
      Cause firstAlert,
      String notes) {
    boolean right() {
      return switch (fault.wanted()) {
        case CAUSE -> rank == 1 && stayed;
        case QUIET -> !page && (answer.isEmpty() || rank == 1);
        case NOTHING -> !page && answer.isEmpty();
      };
    }

    /** Whether blaming the last change would have been right. */
    boolean lastChangeIsRight() {
      return fault.first().contains(lastChange);
    }

    boolean firstTwo() {
      return fault.wanted() != Faults.Wanted.CAUSE
          ? right()
          : fault.both().isEmpty() ? rank <= 2 : both;
    }
  }

  static Run run(Faults.Fault fault, double load, long seed) {
    return run(fault, load, seed, Integer.getInteger("merchants", 0));
  }

  /** With so many keys that all users share; 0: each is a client of its own. */
  static Run run(Faults.Fault fault, double load, long seed, int merchants) {
    Random chance = new Random(seed * 1000 + fault.number());
    Fleet fleet = new Fleet(seed * 31 + fault.number() * 7L + (long) load, load);
    Feed feed = new Feed(fleet);
    feed.withLog = !Boolean.getBoolean("nolog");
    feed.withDependencies = !Boolean.getBoolean("unmapped");
    feed.merchants = merchants;
    boolean old = fault.number() == 13;
    double when = (old ? 90 : BEFORE) + chance.nextDouble() * 10;
    fleet.until(0.001);
    if (fault.innocent() && seed % 2 == 1) {
      harmless(fleet, feed, when - 5 - chance.nextDouble() * 15, chance);
    }
    fault.how().at(fleet, feed, when);
    Diagnose diagnose = new Diagnose(feed.moved());
    AutoRollback rollback = new AutoRollback();
    Optional<Published> first = Optional.empty();
    double answered = -1;
    boolean stayed = true;
    boolean page = false;
    List<String> back = new ArrayList<>();
    boolean wrongBack = false;
    Cause lastChange = Cause.NONE;
    Cause alert = Cause.NONE;
    StringBuilder notes = new StringBuilder();
    List<Diagnosis.Note> all = List.of();
    @Nullable Diagnosis lastSeen = null;
    for (int second = 1; second < when + 150; second++) {
      fleet.until(second);
      Moment moment = feed.next();
      Diagnosis now = diagnose.next(moment);
      AutoRollback.Decision decision =
          rollback.next(moment, now, Optional.of(new AutoRollback.WayBack("before", true, "")));
      if (decision instanceof AutoRollback.Decision.GoBack go) {
        back.add(String.format(Locale.ROOT, "%.1f s", second - when));
        wrongBack |= feed.isHarmless(go.change());
      }
      for (Moment.Event event : moment.events()) {
        switch (event.what()) {
          case APPLY_BEGAN, RELOADED_BY_OTHERS, ROLLBACK_BEGAN -> lastChange = Cause.LB_CHANGE;
          case TOLD -> lastChange = Cause.OTHER_CHANGE;
          case APPLY_ENDED, ROLLBACK_ENDED, RUNTIME -> {}
        }
      }
      if (alert == Cause.NONE && second > when) {
        alert = alert(moment, diagnose);
      }
      // What was there before the fault (a bad change taken back, say) is no answer to it.
      if (second <= when) {
        continue;
      }
      Optional<Published> said = now.published().filter(p -> !p.at().isBefore(feedTime(when)));
      if (said.isPresent()) {
        page |= said.get().urgent();
        if (first.isEmpty()) {
          first = said;
          answered = second - when;
        } else if (second - when <= answered + 60
            && said.get().first().cause() != first.get().first().cause()) {
          stayed = false;
        }
      }
      if (first.isPresent() && second - when > answered + 61) {
        break;
      }
      all = now.notes();
      if (now.harmedSince().isPresent() || lastSeen == null) {
        lastSeen = now;
      }
    }
    if (first.isEmpty() && lastSeen != null) {
      lastSeen.ranking().stream()
          .limit(3)
          .forEach(r ->
              notes
                  .append("\n      ")
                  .append(r.name())
                  .append(' ')
                  .append(r.log10())
                  .append(' ')
                  .append(r.reasons()));
    }
    all.forEach(note ->
        notes
            .append("\n      ")
            .append(note.at().toEpochMilli() / 1000.0 - Feed.EPOCH - when)
            .append(' ')
            .append(note.text()));
    int rank = 9;
    boolean both = false;
    if (first.isPresent()) {
      List<Ranked> ranking = first.get().ranking();
      for (int i = Math.min(3, ranking.size()) - 1; i >= 0; i--) {
        if (fault.first().contains(ranking.get(i).cause())) {
          rank = i + 1;
        }
      }
      Set<Cause> two = new java.util.HashSet<>();
      ranking.stream().limit(2).forEach(r -> two.add(r.cause()));
      both = two.containsAll(fault.both());
    }
    return new Run(
        fault,
        load,
        seed,
        first,
        answered,
        stayed,
        page,
        rank,
        both,
        back,
        wrongBack,
        lastChange,
        alert,
        notes.toString());
  }

  private static java.time.Instant feedTime(double seconds) {
    return java.time.Instant.ofEpochSecond(Feed.EPOCH).plusMillis(Math.round(seconds * 1000));
  }

  private static void harmless(Fleet fleet, Feed feed, double when, Random chance) {
    int which = chance.nextInt(3);
    fleet.at(
        when,
        () -> {
          Fleet.Config next = fleet.worker.config.copy();
          switch (which) {
            case 0 -> next.pool("be_web").server("web-1").weight = 120;
            case 1 -> next.pool("be_pay").servers.forEach(s -> s.maxconn = 96);
            default -> {
              next.pool("be_pay").timeoutQueue = 3;
              next.pool("be_pay").server("pay-1").weight = 110;
            }
          }
          feed.applyHarmless(next);
        });
  }

  /** The alert that fires first, taken at its word. */
  private static Cause alert(Moment moment, Diagnose diagnose) {
    for (Map.Entry<String, Moment.Dependency> one : moment.dependencies().entrySet()) {
      if (one.getValue().inTrouble()) {
        return Dependencies.cause(one.getKey()).orElse(Cause.NONE);
      }
    }
    for (String name : diagnose.alarmed()) {
      return name.endsWith("429")
          ? Cause.RATE_LIMIT
          : name.endsWith("402")
              ? Cause.ACQUIRER
              : name.startsWith("handshakes") ? Cause.NETWORK : Cause.BACKEND;
    }
    if (moment.blind().size() > 1) {
      return Cause.OBSERVER;
    }
    return Cause.NONE;
  }

  /** With arguments: fault numbers to run in detail; without: all, as a table. */
  public static void main(String[] args) {
    List<Run> runs = new ArrayList<>();
    long began = System.nanoTime();
    long[] seeds =
        java.util.Arrays.stream(System.getProperty("seeds", "1,2,3").split(","))
            .mapToLong(Long::parseLong)
            .toArray();
    for (Faults.Fault fault : Faults.all()) {
      if (args.length > 0 && !List.of(args).contains(String.valueOf(fault.number()))) {
        continue;
      }
      for (double load : LOADS) {
        for (long seed : seeds) {
          Run run = run(fault, load, seed);
          runs.add(run);
          if (args.length > 0 || !run.right() || !run.firstTwo() || run.wrongBack()) {
            System.out.println(line(run));
            if (args.length > 0
                && (!run.firstTwo()
                    || !run.right()
                    || run.wrongBack()
                    || List.of(args).contains("all"))) {
              System.out.println(run.notes());
              run.answer()
                  .ifPresent(a ->
                      a.ranking().stream()
                          .limit(List.of(args).contains("all") ? 20 : 3)
                          .forEach(r -> {
                            System.out.printf(
                                Locale.ROOT,
                                "    %-40s %.2f %.3f %s%n",
                                r.name(),
                                r.log10(),
                                r.probability(),
                                r.standing());
                            r.reasons()
                                .forEach(x ->
                                    System.out.printf(
                                        Locale.ROOT,
                                        "        %-11s %+.2f %s%n",
                                        x.kind(),
                                        x.log10(),
                                        x.text()));
                          }));
            }
          }
        }
      }
    }
    System.out.println(table(runs));
    long answers = runs.stream().filter(r -> r.answer().isPresent()).count();
    long wrong =
        runs.stream()
            .filter(r -> r.answer().isPresent())
            .filter(r -> r.rank() > 1 || r.fault().wanted() == Faults.Wanted.NOTHING)
            .count();
    System.out.printf(
        Locale.ROOT, "answers %d, wrong %d, none %d%n", answers, wrong, runs.size() - answers);
    System.out.printf(Locale.ROOT, "%.1f s%n", (System.nanoTime() - began) / 1e9);
  }

  static String line(Run run) {
    return String.format(
        Locale.ROOT,
        "%2d %-28s %3.0f/s seed %d: %-60s rank %d at %5.1f s%s%s%s",
        run.fault().number(),
        run.fault().name(),
        run.load(),
        run.seed(),
        run.answer()
            .map(a -> a.ranking().stream().limit(2).map(Ranked::name).toList().toString())
            .orElse("(no answer)"),
        run.rank(),
        run.after(),
        run.stayed() ? "" : " FLIPPED",
        run.page() ? " page" : "",
        run.back().isEmpty() ? "" : " back " + run.back() + (run.wrongBack() ? " WRONG" : ""));
  }

  /** One line for each fault, and the sums. */
  static String table(List<Run> runs) {
    StringBuilder text = new StringBuilder();
    text.append(
        "| # | fault | right first | in first two | first answer, median (worst) | stayed 60 s |"
            + " wrong ways back | last change | first alert |\n");
    text.append("|---|---|---|---|---|---|---|---|---|\n");
    Map<Integer, List<Run>> byFault = new TreeMap<>();
    runs.forEach(
        run -> byFault.computeIfAbsent(run.fault().number(), n -> new ArrayList<>()).add(run));
    byFault.forEach(
        (number, own) -> text.append(row(number + " | " + own.getFirst().fault().name(), own)));
    text.append(row(" | all", runs));
    for (double load : LOADS) {
      text.append(
          row(
              String.format(Locale.ROOT, " | %.0f/s", load),
              runs.stream().filter(r -> r.load() == load).toList()));
    }
    return text.toString();
  }

  private static String row(String name, List<Run> own) {
    long first = own.stream().filter(Run::right).count();
    long two = own.stream().filter(Run::firstTwo).count();
    List<Double> times =
        own.stream().filter(r -> r.answer().isPresent()).map(Run::after).sorted().toList();
    long stayed = own.stream().filter(r -> r.answer().isPresent() && r.stayed()).count();
    long wrong = own.stream().filter(Run::wrongBack).count();
    long last = own.stream().filter(r -> r.fault().first().contains(r.lastChange())).count();
    long alert = own.stream().filter(r -> r.fault().first().contains(r.firstAlert())).count();
    int all = own.size();
    return String.format(
        Locale.ROOT,
        "| %s | %d/%d | %d/%d | %s | %d/%d | %d | %d/%d | %d/%d |\n",
        name,
        first,
        all,
        two,
        all,
        times.isEmpty()
            ? "–"
            : String.format(
                Locale.ROOT, "%.1f s (%.1f s)", times.get(times.size() / 2), times.getLast()),
        stayed,
        times.size(),
        wrong,
        last,
        all,
        alert,
        all);
  }
}
