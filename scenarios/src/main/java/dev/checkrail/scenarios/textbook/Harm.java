package dev.checkrail.scenarios.textbook;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the incident did to users, from HAProxy's log and from what users wrote down themselves.
 *
 * @param firstMisrouted when the first user's payment that went to the reports pool came in
 * @param failures when each failed attempt was shown to its user, in order
 * @param lost when each purchase that ended in failure did, in order
 */
record Harm(Optional<Instant> firstMisrouted, List<Instant> failures, List<Instant> lost) {
  private static final JsonMapper JSON = new JsonMapper();

  Harm {
    failures = List.copyOf(failures);
    lost = List.copyOf(lost);
  }

  /** When a user was shown the first failure. */
  Optional<Instant> firstFailure() {
    return failures.stream().findFirst();
  }

  /** How many failures users had been shown by then. */
  long failuresBy(Instant moment) {
    return failures.stream().filter(it -> !it.isAfter(moment)).count();
  }

  /** How many purchases had ended in failure by then. */
  long lostBy(Instant moment) {
    return lost.stream().filter(it -> !it.isAfter(moment)).count();
  }

  /**
   * Reads both logs.
   *
   * @param since what was before does not count
   */
  static Harm read(Path haproxyLog, String reportsPool, List<Path> clientLogs, Instant since)
      throws IOException {
    Optional<Instant> misrouted =
        Files.readAllLines(haproxyLog).stream()
            .flatMap(it -> payment(it, reportsPool).stream())
            .filter(it -> !it.isBefore(since))
            .min(Instant::compareTo);
    List<Instant> attempts = new ArrayList<>();
    List<Instant> purchases = new ArrayList<>();
    for (Path log : clientLogs) {
      for (String line : Files.readAllLines(log)) {
        try {
          read(JSON.readTree(line), since, attempts, purchases);
        } catch (JacksonException e) {
          throw new IOException(log + ": no line of a client log: " + line, e);
        }
      }
    }
    return new Harm(
        misrouted, attempts.stream().sorted().toList(), purchases.stream().sorted().toList());
  }

  /** When a user's payment that went to this pool came in; empty for other lines. */
  static Optional<Instant> payment(String line, String pool) {
    String[] words = line.split(" ", 9);
    if (words.length < 9
        || !words[0].equals("checkrail/1")
        || !words[5].startsWith(pool + "/")
        || !words[8].contains("\"POST /v1/payments")) {
      return Optional.empty();
    }
    String[] timers = words[6].split("/", -1);
    long ended = Long.parseLong(words[1]);
    long took = Long.parseLong(timers[timers.length - 1].replace("+", ""));
    return Optional.of(Instant.ofEpochMilli(ended - Math.max(0, took)));
  }

  private static void read(
      JsonNode purchase, Instant since, List<Instant> attempts, List<Instant> purchases) {
    String told = purchase.path("told").asString("");
    boolean failed = told.equals("failed") || told.equals("nothing");
    Optional<Instant> last = Optional.empty();
    for (JsonNode attempt : purchase.path("attempts")) {
      int status = attempt.path("status").asInt();
      Instant ended = Instant.parse(attempt.path("end").asString());
      last = Optional.of(ended);
      if ((status == 0 || status >= 500) && !ended.isBefore(since)) {
        attempts.add(ended);
      }
    }
    if (failed) {
      last.filter(it -> !it.isBefore(since)).ifPresent(purchases::add);
    }
  }
}
