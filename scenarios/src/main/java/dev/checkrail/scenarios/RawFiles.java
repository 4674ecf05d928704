package dev.checkrail.scenarios;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads what each party wrote down. */
final class RawFiles {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int ENDED = 1;
  private static final int BACKEND = 5;
  private static final int TIMES = 6;
  private static final int STATUS = 7;
  private static final int HOST = 15;
  private static final int FEWEST = 16;

  private RawFiles() {}

  /**
   * A request in HAProxy's words.
   *
   * @param began the moment at which it was read from the client
   * @param millis until its end
   * @param pool and {@code server}: where it went
   */
  record Routed(
      Instant began,
      long millis,
      String pool,
      String server,
      int status,
      String host,
      String method,
      String path) {
    Instant ended() {
      return began.plusMillis(millis);
    }

    boolean isPurchase() {
      return method.equals("POST") && path.startsWith("/v1/payments");
    }
  }

  /** A line of HAProxy's log in the recommended format; empty if it is none. */
  static Optional<Routed> routed(String line) {
    String[] words = line.split(" ", -1);
    if (words.length < FEWEST || !words[0].equals("checkrail/1")) {
      return Optional.empty();
    }
    try {
      long ended = Long.parseLong(words[ENDED]);
      String[] where = words[BACKEND].split("/", 2);
      String[] times = words[TIMES].split("/", -1);
      long active = Math.max(0, Long.parseLong(times[times.length - 1].replace("+", "")));
      int quote = line.lastIndexOf('"', line.length() - 2);
      String[] request = line.substring(quote + 1).replace("\"", "").strip().split(" ", -1);
      return Optional.of(
          new Routed(
              Instant.ofEpochMilli(ended - active),
              active,
              where[0],
              where.length > 1 ? where[1] : "",
              Integer.parseInt(words[STATUS]),
              words[HOST],
              request[0],
              request.length > 1 ? request[1] : ""));
    } catch (RuntimeException e) {
      return Optional.empty(); // cut off, or of another kind
    }
  }

  /** All requests of HAProxy's log. */
  static List<Routed> routed(Path log) throws IOException {
    List<Routed> all = new ArrayList<>();
    for (String line : Files.readAllLines(log, StandardCharsets.ISO_8859_1)) {
      routed(line).ifPresent(all::add);
    }
    return all;
  }

  /**
   * What one user met once.
   *
   * @param status 0 if there was no answer in time
   */
  record Met(Instant start, Instant end, int status) {
    /** An error page, or none at all. Declines and rate limits are none of these. */
    boolean failed() {
      return status == 0 || status >= 500;
    }
  }

  /** The attempts of a line of a client log. */
  static List<Met> met(String line) {
    try {
      List<Met> all = new ArrayList<>();
      for (JsonNode one : JSON.readTree(line).path("attempts")) {
        all.add(
            new Met(
                Instant.parse(one.path("start").asString()),
                Instant.parse(one.path("end").asString()),
                one.path("status").asInt()));
      }
      return all;
    } catch (JacksonException | java.time.DateTimeException e) {
      return List.of(); // half a line
    }
  }

  /** The purchases of a client log. */
  static List<JsonNode> lines(Path file) throws IOException {
    List<JsonNode> all = new ArrayList<>();
    if (Files.isRegularFile(file)) {
      for (String line : Files.readAllLines(file)) {
        try {
          all.add(JSON.readTree(line));
        } catch (JacksonException e) {
          // Half a line: it is being written.
        }
      }
    }
    return all;
  }
}
