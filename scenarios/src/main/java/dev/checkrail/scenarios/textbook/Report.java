package dev.checkrail.scenarios.textbook;

import dev.checkrail.scenarios.textbook.Outcome.Alert;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The run, told in seconds from the first misrouted request.
 *
 * @param versions of the programs
 * @param misrouted the server that got what it can't take
 * @param reload when the edited file was live
 * @param ended when watching ended
 */
record Report(
    Map<String, String> versions,
    String misrouted,
    Instant reload,
    Instant ended,
    Harm harm,
    List<Outcome> outcomes) {
  private static final JsonMapper JSON = new JsonMapper();

  Report {
    versions = Map.copyOf(versions);
    outcomes = List.copyOf(outcomes);
  }

  private Instant zero() {
    return harm.firstMisrouted().orElse(reload);
  }

  /** Markdown that can be read on a terminal, too. */
  void print(PrintStream out) {
    out.println();
    out.println("Seconds from the first misrouted request; nobody did anything about it.");
    out.println();
    String head = "| |";
    String line = "|---|";
    for (Outcome outcome : outcomes) {
      head += " " + outcome.settings().name() + " |";
      line += "---|";
    }
    out.println(head);
    out.println(line);
    out.println(row("reload of the edited file", outcome -> at(Optional.of(reload))));
    out.println(row("first failure that a user saw", outcome -> at(harm.firstFailure())));
    out.println(
        row(
            "first notification, be it a ticket",
            outcome -> outcome.firstTold().map(this::page).orElse("never")));
    out.println(row("first page", outcome -> outcome.firstPage().map(this::page).orElse("never")));
    out.println(
        row(
            "failures seen, purchases lost by then",
            outcome -> harmBy(outcome.firstPage().flatMap(Alert::told))));
    out.println(
        row(
            "first page that names the server",
            outcome -> outcome.firstPageNaming(misrouted).map(this::page).orElse("never")));
    out.println(
        row(
            "page of the burn rate (1 h and 5 min)",
            outcome -> outcome.told(Play.BURN_RATE).map(it -> at(it.told())).orElse("never")));
    out.println(
        row(
            "failures seen, purchases lost by then",
            outcome -> harmBy(outcome.told(Play.BURN_RATE).flatMap(Alert::told))));
    out.println(
        row(
            "notifications of the incident: pages, others",
            outcome -> {
              List<Alert> told =
                  outcome.alerts().stream().filter(it -> it.told().isPresent()).toList();
              long pages = told.stream().filter(Alert::wakes).count();
              return pages + ", " + (told.size() - pages);
            }));
    out.println(row("the change that did it is named by", outcome -> named(outcome)));
    out.println(
        row(
            "notifications before it, with nothing wrong",
            outcome -> outcome.noise().isEmpty() ? "0" : String.join(", ", outcome.noise())));
    for (Outcome outcome : outcomes) {
      out.println();
      out.printf("Every alert with the %s settings:%n%n", outcome.settings().name());
      out.println("| alert | wakes | names | pending | firing | at the pager | says |");
      out.println("|---|---|---|---|---|---|---|");
      for (Alert alert : outcome.alerts()) {
        out.printf(
            "| %s | %s | %s | %s | %s | %s | %s |%n",
            alert.name(),
            alert.wakes() ? "yes" : "no",
            alert.place().isEmpty() ? "nothing" : alert.place(),
            at(alert.pending()),
            at(alert.firing()),
            at(alert.told()),
            alert.summary());
      }
    }
    out.println();
    out.printf(
        Locale.ROOT,
        "When watching ended, %.0f s after the first misrouted request, users had been shown %d"
            + " failures, and %d purchases were lost.%n",
        seconds(ended),
        harm.failuresBy(ended),
        harm.lostBy(ended));
  }

  private interface Cell {
    String of(Outcome outcome);
  }

  private String row(String name, Cell cell) {
    StringBuilder row = new StringBuilder("| ").append(name).append(" |");
    outcomes.forEach(it -> row.append(' ').append(cell.of(it)).append(" |"));
    return row.toString();
  }

  private String page(Alert alert) {
    return at(alert.told())
        + ": "
        + alert.name()
        + (alert.place().isEmpty() ? "" : " (" + alert.place() + ")");
  }

  private String harmBy(Optional<Instant> moment) {
    return moment.map(it -> harm.failuresBy(it) + ", " + harm.lostBy(it)).orElse("all");
  }

  /** Notifications whose text speaks of a change, a reload or a configuration. */
  private static String named(Outcome outcome) {
    List<String> names =
        outcome.alerts().stream()
            .filter(it -> it.told().isPresent())
            .filter(it ->
                (it.name() + " " + it.summary())
                    .toLowerCase(Locale.ROOT)
                    .matches(".*(change|reload|config|deploy|restart).*"))
            .map(Alert::name)
            .toList();
    return names.isEmpty() ? "none" : String.join(", ", names);
  }

  private double seconds(Instant moment) {
    return Duration.between(zero(), moment).toMillis() / 1000.0;
  }

  private String at(Optional<Instant> moment) {
    return moment.map(it -> String.format(Locale.ROOT, "%.1f", seconds(it))).orElse("–");
  }

  /** One line. */
  String json(long seed) {
    ObjectNode root = JSON.createObjectNode();
    root.put("seed", seed);
    ObjectNode programs = root.putObject("versions");
    new TreeMap<>(versions).forEach(programs::put);
    root.put("first_misrouted", zero().toString());
    root.put("reload_s", seconds(reload));
    harm.firstFailure().ifPresent(it -> root.put("first_user_failure_s", seconds(it)));
    root.put("watched_until_s", seconds(ended));
    root.put("failures", harm.failuresBy(ended));
    root.put("purchases_lost", harm.lostBy(ended));
    ArrayNode all = root.putArray("settings");
    for (Outcome outcome : outcomes) {
      ObjectNode one = all.addObject();
      Settings settings = outcome.settings();
      one.put("name", settings.name());
      one.put("scrape_s", settings.scrape().toSeconds());
      one.put("group_wait_s", settings.groupWait().toSeconds());
      one.put("group_interval_s", settings.groupInterval().toSeconds());
      outcome.noise().forEach(one.putArray("told_before")::add);
      ArrayNode alerts = one.putArray("alerts");
      for (Alert alert : outcome.alerts()) {
        ObjectNode node = alerts.addObject();
        node.put("alert", alert.name());
        node.put("severity", alert.severity());
        node.put("names", alert.place());
        alert.pending().ifPresent(it -> node.put("pending_s", seconds(it)));
        alert.firing().ifPresent(it -> node.put("firing_s", seconds(it)));
        alert
            .told()
            .ifPresent(it -> {
              node.put("told_s", seconds(it));
              node.put("failures_by_then", harm.failuresBy(it));
              node.put("purchases_lost_by_then", harm.lostBy(it));
              node.put("says", alert.summary());
            });
      }
    }
    return JSON.writeValueAsString(root);
  }
}
