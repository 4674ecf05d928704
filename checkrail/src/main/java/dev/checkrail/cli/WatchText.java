package dev.checkrail.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** The live answer of a load balancer as lines of a table; docs/watch.md says what each means. */
final class WatchText {
  private static final String NOT_OBSERVED = "-";
  private static final int NARROWEST = 60;
  private static final int WIDE = 110;

  private final Paint paint;
  private final int width;
  private final List<String> lines = new ArrayList<>();

  WatchText(Paint paint, int width) {
    this.paint = paint;
    this.width = Math.max(NARROWEST, width);
  }

  /**
   * @param trouble why this is old; "" if it is not
   */
  List<String> lines(JsonNode live, String trouble) {
    int seconds = Math.max(1, (int) number(live, "seconds"));
    head(live, seconds);
    if (!trouble.isEmpty()) {
      alarm("NOT ANSWERING", trouble + "; what follows is old");
    }
    blind(live);
    drift(live.path("drift"));
    for (String missing : Asking.texts(live, "not_observed")) {
      wrapped("not observed:", missing, paint::yellow);
    }
    boolean log = live.get("log") != null;
    if (log) {
      routes(live, seconds);
    }
    pools(live, seconds, log);
    workers(live);
    busiest(live, seconds);
    return List.copyOf(lines);
  }

  // --- the head

  private void head(JsonNode live, int seconds) {
    JsonNode total = live.path("total");
    StringBuilder text = new StringBuilder(paint.bold(Asking.of(live, "name")));
    text.append("  ").append(time(Asking.of(live, "at")));
    if (live.get("log") != null) {
      double requests = number(total, "requests");
      double failures = number(total, "failures");
      text.append("  ").append(rate(requests, seconds)).append(" req/s");
      String failing = rate(failures, seconds) + " fail/s (" + percent(failures, requests) + ")";
      text.append("  ").append(failures > 0 ? paint.red(failing) : failing);
      double clients = number(total, "clients");
      text.append("  ").append(whole(clients)).append(clients == 1 ? " client" : " clients");
      if (number(total, "clients_failed") > 0) {
        text.append(", ")
            .append(paint.red(whole(number(total, "clients_failed")) + " with failures"));
      }
    }
    if (seconds > 1) {
      text.append("  over ").append(seconds).append(" s");
    }
    lines.add(text.toString());
    List<String> below = new ArrayList<>();
    String approved = Asking.of(live, "approved");
    below.add(approved.isEmpty() ? "nothing approved" : "approved " + Asking.brief(approved));
    log(live, below);
    line(below.stream().collect(Collectors.joining(paint.dot())), paint::faint);
    double wrong = number(total, "wrong");
    double unserved = number(total, "unserved");
    if (wrong > 0) {
      alarm("ASTRAY", rate(wrong, seconds) + " req/s go where the approved rules do not send them");
    }
    if (unserved > 0) {
      alarm(
          "UNSERVED",
          rate(unserved, seconds) + " req/s reach servers that do not serve them (inventory)");
    }
  }

  private static void log(JsonNode live, List<String> below) {
    JsonNode log = live.get("log");
    if (log == null) {
      return;
    }
    String lag = Asking.of(log, "lag_ms");
    below.add(
        "log "
            + whole(number(log, "lines"))
            + " lines"
            + (lag.isEmpty() ? "" : ", " + lag + " ms behind"));
    count(below, log, "dropped", "dropped");
    // HAProxy's own notices and our probes are no requests of users.
    double odd =
        number(log, "refused")
            - number(log.path("refused_by"), "notice")
            - number(log.path("refused_by"), "own-probe");
    if (odd > 0) {
      below.add(whole(odd) + " not understood");
    }
    count(below, log, "late", "late");
    count(below, log, "ahead", "ahead of our clock");
    count(below, log, "other", "beyond the rows that are kept");
    String trouble = Asking.of(log, "trouble");
    if (!trouble.isEmpty()) {
      below.add(trouble);
    }
  }

  private static void count(List<String> below, JsonNode log, String name, String word) {
    if (number(log, name) > 0) {
      below.add(whole(number(log, name)) + " " + word);
    }
  }

  private void blind(JsonNode live) {
    JsonNode blind = live.get("blind");
    if (blind != null) {
      alarm(
          "NOT SEEN", "since " + time(Asking.of(blind, "since")) + ": " + Asking.of(blind, "why"));
    }
  }

  private void drift(JsonNode drift) {
    for (JsonNode found : Asking.nodes(drift, "found")) {
      alarm("DRIFT " + Asking.of(found, "part"), Asking.of(found, "text"));
    }
    String more = Asking.of(drift, "more");
    if (!more.isEmpty()) {
      alarm("DRIFT", more + " more");
    }
    String paused = Asking.of(drift, "paused");
    if (!paused.isEmpty()) {
      wrapped("drift not looked for now:", paused, paint::yellow);
    }
  }

  // --- routes

  private void routes(JsonNode live, int seconds) {
    boolean wide = width >= WIDE;
    Grid grid = new Grid(paint, width);
    grid.head("ROUTE", "TO", "REQ/S", "SHARE", "FAIL/S", "FAIL%", "P50", "P95");
    if (wide) {
      grid.head("CLIENTS", "FAILED");
    }
    double all = number(live.path("total"), "requests");
    for (JsonNode route : Asking.nodes(live, "routes")) {
      double requests = number(route, "requests");
      double failures = number(route, "failures");
      String service = Asking.of(route, "service");
      List<String> cells =
          new ArrayList<>(
              List.of(
                  (service.equals("-") ? "(no service)" : service)
                      + " @"
                      + Asking.of(route, "frontend"),
                  Asking.of(route, "approved"),
                  rate(requests, seconds),
                  percent(requests, all),
                  rate(failures, seconds),
                  percent(failures, requests),
                  millis(route, "p50_ms"),
                  millis(route, "p95_ms")));
      if (wide) {
        cells.add(whole(number(route, "clients")));
        cells.add(whole(number(route, "clients_failed")));
      }
      grid.row(failures > 0 ? paint::red : UnaryOperator.identity(), cells);
      to(grid, route, seconds, wide, requests);
      String unseen = Asking.of(route, "unseen");
      if (!unseen.isEmpty()) {
        grid.note("  not decided by the log: " + unseen);
      }
    }
    section(grid);
  }

  /** Where its requests went, if that is not simply where they should. */
  private static void to(Grid grid, JsonNode route, int seconds, boolean wide, double requests) {
    List<JsonNode> ways = Asking.nodes(route, "to");
    boolean plain = ways.size() == 1 && Asking.of(ways.getFirst(), "fit").equals("right");
    if (plain) {
      return;
    }
    for (JsonNode way : ways) {
      boolean wrong = Asking.of(way, "wrong").equals("true");
      String pool = Asking.of(way, "pool");
      double count = number(way, "requests");
      double failures = number(way, "failures");
      List<String> cells =
          new ArrayList<>(
              List.of(
                  "  " + Asking.of(way, "fit").replace('_', ' '),
                  pool.isEmpty() ? "(load balancer)" : pool,
                  rate(count, seconds),
                  percent(count, requests),
                  rate(failures, seconds),
                  percent(failures, count),
                  "",
                  ""));
      if (wide) {
        cells.addAll(List.of("", ""));
      }
      grid.row(wrong ? grid::red : grid::faint, cells);
    }
  }

  // --- pools and servers

  private void pools(JsonNode live, int seconds, boolean log) {
    boolean wide = width >= WIDE;
    Grid grid = new Grid(paint, width);
    grid.head("POOL / SERVER", "STATE", "SESS", "QUEUE", "REQ/S", "SHARE", "FAIL/S", "P95");
    if (wide) {
      grid.head("WEIGHT", Grid.WORDS);
    }
    double all = number(live.path("total"), "requests");
    for (JsonNode pool : Asking.nodes(live, "pools")) {
      List<String> cells = new ArrayList<>();
      String up = Asking.of(pool, "up");
      cells.add(Asking.of(pool, "name"));
      cells.add(up.isEmpty() ? NOT_OBSERVED : up.equals("true") ? "up" : "DOWN");
      counts(cells, pool, seconds, log, all, wide);
      boolean bad = up.equals("false") || number(pool, "failures") > 0;
      grid.row(text -> bad ? paint.red(paint.bold(text)) : paint.bold(text), cells);
      double ofPool = number(pool, log ? "requests" : "completed");
      for (JsonNode server : Asking.nodes(pool, "servers")) {
        List<String> own = new ArrayList<>();
        String state = Asking.of(server, "state");
        own.add("  " + Asking.of(server, "name"));
        own.add(state.isEmpty() ? NOT_OBSERVED : state.replace('_', ' '));
        counts(own, server, seconds, log, ofPool, wide);
        grid.row(colour(state, server), own);
        if (number(server, "unserved") > 0) {
          grid.note(
              "    "
                  + rate(number(server, "unserved"), seconds)
                  + " req/s that it does not serve (inventory)");
        }
      }
    }
    section(grid);
  }

  private UnaryOperator<String> colour(String state, JsonNode server) {
    if (number(server, "failures") > 0 || state.equals("down") || number(server, "unserved") > 0) {
      return paint::red;
    }
    return switch (state) {
      case "maint", "drain", "going_down", "going_up" -> paint::yellow;
      case "" -> paint::faint;
      case String other -> UnaryOperator.identity();
    };
  }

  private static void counts(
      List<String> cells, JsonNode node, int seconds, boolean log, double of, boolean wide) {
    String limit = Asking.of(node, "limit");
    String sessions = Asking.of(node, "sessions");
    cells.add(
        sessions.isEmpty() ? NOT_OBSERVED : limit.isEmpty() ? sessions : sessions + "/" + limit);
    cells.add(known(node, "queue"));
    String count = log ? "requests" : "completed";
    boolean counted = node.get(count) != null;
    cells.add(counted ? rate(number(node, count), log ? seconds : 1) : NOT_OBSERVED);
    cells.add(counted ? percent(number(node, count), of) : NOT_OBSERVED);
    cells.add(log ? rate(number(node, "failures"), seconds) : NOT_OBSERVED);
    cells.add(log ? millis(node, "p95_ms") : NOT_OBSERVED);
    if (wide) {
      cells.add(known(node, "weight"));
      cells.add(endings(node.path("terminations")));
    }
  }

  /** Termination states, but for those of a normal end. */
  private static String endings(JsonNode terminations) {
    return terminations.properties().stream()
        .filter(entry -> !entry.getKey().equals("--"))
        .sorted(Map.Entry.comparingByKey())
        .map(entry -> Shown.of(entry.getKey()) + " " + Shown.of(entry.getValue().asString()))
        .collect(Collectors.joining(", "));
  }

  // --- workers and clients

  private void workers(JsonNode live) {
    for (JsonNode worker : Asking.nodes(live, "workers")) {
      boolean old = Asking.of(worker, "old").equals("true");
      String version = Asking.of(worker, "version");
      String text =
          "worker %s  %s  version %s  %s connections%s"
              .formatted(
                  Asking.of(worker, "pid"),
                  old ? "OLD" : "current",
                  version.isEmpty() ? "unknown" : Asking.brief(version),
                  known(worker, "connections"),
                  Asking.of(worker, "answers").equals("false") ? "  does not answer" : "");
      line(text, old ? paint::yellow : paint::faint);
    }
  }

  private void busiest(JsonNode live, int seconds) {
    List<JsonNode> clients = Asking.nodes(live, "busiest");
    if (!clients.isEmpty()) {
      String text =
          clients.stream()
              .limit(3)
              .map(client -> Asking.of(client, "client") + " " + whole(number(client, "requests")))
              .collect(Collectors.joining(", "));
      line("busiest clients of this minute: " + text, paint::faint);
    }
  }

  // --- small things

  private void section(Grid grid) {
    lines.add("");
    lines.addAll(grid.lines());
  }

  private void alarm(String word, String text) {
    wrapped(word, text, label -> paint.red(paint.bold(label)));
  }

  private void wrapped(String label, String text, UnaryOperator<String> colour) {
    String front = colour.apply(label) + " ";
    String rest = text;
    int room = Math.max(20, width - label.length() - 1);
    while (rest.length() > room) {
      int cut = rest.lastIndexOf(' ', room);
      cut = cut <= 0 ? room : cut;
      lines.add(front + rest.substring(0, cut));
      front = " ".repeat(label.length() + 1);
      rest = rest.substring(cut).strip();
    }
    lines.add(front + rest);
  }

  private void line(String text, UnaryOperator<String> colour) {
    lines.add(colour.apply(text.length() > width ? text.substring(0, width) : text));
  }

  static double number(JsonNode node, String name) {
    return Optional.ofNullable(node.get(name))
        .filter(JsonNode::isNumber)
        .map(JsonNode::doubleValue)
        .orElse(0.0);
  }

  private static String known(JsonNode node, String name) {
    String text = Asking.of(node, name);
    return text.isEmpty() ? NOT_OBSERVED : text;
  }

  private static String millis(JsonNode node, String name) {
    String text = Asking.of(node, name);
    return text.isEmpty() ? NOT_OBSERVED : text + " ms";
  }

  private static String rate(double count, int seconds) {
    double rate = count / seconds;
    return rate == Math.rint(rate)
        ? whole(rate)
        : String.format(Locale.ROOT, rate < 10 ? "%.1f" : "%.0f", rate);
  }

  private static String whole(double number) {
    return String.format(Locale.ROOT, "%.0f", number);
  }

  private static String percent(double part, double all) {
    if (all <= 0) {
      return NOT_OBSERVED;
    }
    double percent = 100 * part / all;
    return percent > 0 && percent < 10
        ? String.format(Locale.ROOT, "%.1f%%", percent)
        : String.format(Locale.ROOT, "%.0f%%", percent);
  }

  /** {@code 12:00:01} of an instant. */
  private static String time(String instant) {
    return instant.length() > 19
        ? instant.substring(11, 19) + "Z"
        : instant.length() > 11 ? instant.substring(11) : instant;
  }
}
