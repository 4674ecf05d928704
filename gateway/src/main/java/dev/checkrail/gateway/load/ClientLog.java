package dev.checkrail.gateway.load;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What users asked for and were told, as JSON lines: one per {@link Step}, in the order in which
 * they ended. No card number is in it. The file is evidence about the gateway, not a promise to
 * anybody: a line is flushed to the system, not forced to the disk.
 */
public final class ClientLog implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  private final BufferedWriter out;

  private ClientLog(BufferedWriter out) {
    this.out = out;
  }

  /** Appends to a file, so that several loads can share one. */
  static ClientLog append(Path file) throws IOException {
    return new ClientLog(
        Files.newBufferedWriter(
            file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
  }

  synchronized void write(Step step) {
    try {
      out.write(JSON.writeValueAsString(line(step)));
      out.newLine();
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    out.close();
  }

  private static ObjectNode line(Step step) {
    ObjectNode node = JSON.createObjectNode();
    node.put("user", step.user());
    node.put("operation", step.operation());
    node.put("key", step.key());
    node.put("host", step.host());
    node.put("amount", step.amount());
    node.put("currency", step.currency());
    node.put("intended_start", step.intendedStart().toString());
    node.put("told", step.told().name().toLowerCase(Locale.ROOT));
    step.payment().ifPresent(it -> node.put("payment", it));
    step.paymentStatus().ifPresent(it -> node.put("payment_status", it));
    for (Step.Attempt attempt : step.attempts()) {
      ObjectNode one = node.withArray("attempts").addObject();
      one.put("url", attempt.url());
      one.put("start", attempt.start().toString());
      one.put("end", attempt.end().toString());
      one.put("status", attempt.status());
      attempt.error().ifPresent(it -> one.put("error", it));
      attempt.requestId().ifPresent(it -> one.put("request_id", it));
    }
    return node;
  }

  /**
   * Reads a log.
   *
   * @throws IOException if it can't be read, or a line is none of a client log
   */
  public static List<Step> read(Path file) throws IOException {
    List<Step> steps = new ArrayList<>();
    int number = 0;
    for (String line : Files.readAllLines(file)) {
      number++;
      try {
        steps.add(step(JSON.readTree(line)));
      } catch (JacksonException | java.time.DateTimeException | IllegalArgumentException e) {
        throw new IOException(file + ":" + number + ": no line of a client log", e);
      }
    }
    return steps;
  }

  private static Step step(JsonNode node) {
    List<Step.Attempt> attempts = new ArrayList<>();
    for (JsonNode one : node.path("attempts")) {
      attempts.add(
          new Step.Attempt(
              one.required("url").stringValue(),
              Instant.parse(one.required("start").stringValue()),
              Instant.parse(one.required("end").stringValue()),
              one.required("status").intValue(),
              text(one, "error"),
              text(one, "request_id")));
    }
    return new Step(
        node.required("user").intValue(),
        node.required("operation").stringValue(),
        node.required("key").stringValue(),
        node.required("host").stringValue(),
        node.required("amount").longValue(),
        node.required("currency").stringValue(),
        Instant.parse(node.required("intended_start").stringValue()),
        Step.Told.valueOf(node.required("told").stringValue().toUpperCase(Locale.ROOT)),
        text(node, "payment"),
        text(node, "payment_status"),
        attempts);
  }

  private static Optional<String> text(JsonNode node, String field) {
    return Optional.ofNullable(node.path(field).stringValue(null));
  }
}
