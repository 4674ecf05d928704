package dev.checkrail.serve;

import dev.checkrail.change.Journal;
import dev.checkrail.change.JournalEntry;
import dev.checkrail.serve.access.Right;
import dev.checkrail.source.Redaction;
import dev.checkrail.store.ChainedJournal;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The journal, and the change feed, which is a part of it. */
final class JournalApi {
  private static final int LONGEST = 500;
  private static final int PAGE = 100;
  private static final int LARGEST_PAGE = 1000;

  private final ChainedJournal journal;
  private final Journal writing;
  private final InstantSource clock;

  /**
   * On one journal.
   *
   * @param writing where events are written
   */
  JournalApi(ChainedJournal journal, Journal writing, InstantSource clock) {
    this.journal = journal;
    this.writing = writing;
    this.clock = clock;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.needs(Right.READ, "GET", "/api/v1/journal", this::list),
        Endpoint.needs(Right.READ, "GET", "/api/v1/journal/verification", this::verify),
        Endpoint.needs(Right.READ, "GET", "/api/v1/events", this::events),
        Endpoint.needs(Right.EVENT, "POST", "/api/v1/events", this::tell));
  }

  private Reply list(Call call) {
    return Reply.json(200, page(call, filter(call, call.asked("kind"))));
  }

  private Reply events(Call call) {
    return Reply.json(200, page(call, filter(call, Optional.of("event"))));
  }

  private static ChainedJournal.Filter filter(Call call, Optional<String> kind) {
    Optional<Instant> since =
        call.asked("since")
            .map(text -> {
              try {
                return Instant.parse(text);
              } catch (DateTimeParseException e) {
                throw Problem.bad("since has to be a time such as 2026-01-31T12:00:00Z");
              }
            });
    return new ChainedJournal.Filter(kind, call.asked("subject"), since);
  }

  /** From a number on, or the last ones. */
  private ObjectNode page(Call call, ChainedJournal.Filter filter) {
    int limit = (int) call.number("limit", PAGE, 1, LARGEST_PAGE);
    List<JournalEntry.Stored> entries =
        call.asked("after").isPresent()
            ? journal.after(call.number("after", 0, 0, Long.MAX_VALUE), limit, filter)
            : journal.last(limit, filter);
    ObjectNode body = Wire.object();
    ArrayNode list = body.putArray("entries");
    entries.forEach(entry -> list.add(entry(entry)));
    return body;
  }

  private Reply verify(Call call) {
    Map<Long, String> known = new LinkedHashMap<>();
    call.asked("head")
        .ifPresent(text -> {
          if (!text.matches("[1-9][0-9]{0,17}:[0-9a-f]{64}")) {
            throw Problem.bad("head has to be NUMBER:HASH");
          }
          int colon = text.indexOf(':');
          known.put(Long.valueOf(text.substring(0, colon)), text.substring(colon + 1));
        });
    ChainedJournal.Verification found = journal.verify(known);
    ObjectNode body = Wire.object();
    body.put("intact", found.intact());
    body.put("entries", found.entries());
    body.put("head", found.entries() + ":" + found.head());
    found
        .broken()
        .ifPresent(broken -> {
          ObjectNode node = body.putObject("broken");
          node.put("number", broken.number());
          node.put("why", broken.why());
        });
    return Reply.json(200, body);
  }

  private Reply tell(Call call) {
    Body body = call.body("text", "scope", "at");
    String text = body.text("text").strip();
    String scope = body.maybe("scope").orElse("*").strip();
    if (text.isEmpty() || text.length() > LONGEST) {
      throw Problem.bad("\"text\" has 1 to " + LONGEST + " characters");
    }
    if (scope.isEmpty() || scope.length() > 128) {
      throw Problem.bad("\"scope\" has 1 to 128 characters, e.g. pay-*");
    }
    Map<String, String> details = new LinkedHashMap<>();
    details.put("text", Redaction.of(text));
    body.maybe("at")
        .ifPresent(at -> {
          try {
            details.put("happened_at", Instant.parse(at).toString());
          } catch (DateTimeParseException e) {
            throw Problem.bad("\"at\" has to be a time such as 2026-01-31T12:00:00Z");
          }
        });
    return Reply.json(
        201,
        entry(
            writing.append(
                new JournalEntry(
                    clock.instant(), call.caller().account(), "event", scope, details))));
  }

  static ObjectNode entry(JournalEntry.Stored stored) {
    ObjectNode node = Wire.object();
    node.put("number", stored.number());
    node.put("at", stored.entry().at().toString());
    node.put("actor", stored.entry().actor());
    node.put("kind", stored.entry().kind());
    node.put("subject", stored.entry().subject());
    ObjectNode details = node.putObject("details");
    stored.entry().details().forEach(details::put);
    node.put("hash", stored.hash());
    return node;
  }
}
