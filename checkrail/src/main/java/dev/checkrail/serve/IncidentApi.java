package dev.checkrail.serve;

import dev.checkrail.change.Journal;
import dev.checkrail.change.JournalEntry;
import dev.checkrail.logs.RedactedText;
import dev.checkrail.serve.access.Right;
import dev.checkrail.source.Redaction;
import dev.checkrail.watch.incident.Chronicle;
import dev.checkrail.watch.incident.Happening;
import dev.checkrail.watch.incident.Incident;
import dev.checkrail.watch.incident.Postmortem;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Incidents and diagnoses over HTTP. */
final class IncidentApi {
  private static final String ONE = "/api/v1/incidents/{incident}";
  private static final int LONGEST = 500;
  private static final int PAGE = 50;
  private static final int LARGEST_PAGE = 500;

  private final IncidentBook book;
  private final Guards guards;
  private final Journal journal;
  private final InstantSource clock;

  IncidentApi(IncidentBook book, Guards guards, Journal journal, InstantSource clock) {
    this.book = book;
    this.guards = guards;
    this.journal = journal;
    this.clock = clock;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.needs(Right.READ, "GET", "/api/v1/incidents", this::list),
        Endpoint.needs(Right.READ, "GET", ONE, this::show),
        Endpoint.needs(Right.EVENT, "POST", ONE + "/notes", this::note),
        Endpoint.needs(Right.LB_ROLLBACK, "POST", ONE + "/close", this::close),
        Endpoint.needs(Right.READ, "GET", ONE + "/export", this::export),
        Endpoint.needs(
            Right.READ, "GET", "/api/v1/balancers/{balancer}/diagnosis", this::diagnosis));
  }

  private Reply list(Call call) {
    Optional<String> state = call.asked("state");
    if (state.filter(it -> !List.of("open", "resolved", "closed").contains(it)).isPresent()) {
      throw Problem.bad("state is open, resolved or closed");
    }
    int limit = (int) call.number("limit", PAGE, 1, LARGEST_PAGE);
    ObjectNode body = Wire.object();
    ArrayNode list = body.putArray("incidents");
    for (Recorded one : book.latest(call.asked("balancer"), state, limit)) {
      if (call.caller().reaches(one.incident().balancer())) {
        IncidentJson.head(list.addObject(), one.incident());
      }
    }
    return Reply.json(200, body);
  }

  private Recorded found(Call call, Right right) {
    String id = call.parameter("incident");
    Recorded recorded =
        book.find(id).orElseThrow(() -> Problem.missing("there is no incident " + id));
    call.may(right, recorded.incident().balancer());
    return recorded;
  }

  private Reply show(Call call) {
    Recorded recorded = found(call, Right.READ);
    return Reply.json(
        200, IncidentJson.whole(recorded).put("stored", book.stored(recorded.incident().id())));
  }

  private Reply note(Call call) {
    Recorded recorded = found(call, Right.EVENT);
    String text = words(call, "text");
    Incident incident = recorded.incident();
    Happening note =
        new Happening(clock.instant(), Incident.What.NOTE, call.caller().account(), text);
    written(incident, note, "incident.noted", "text");
    tell(recorded, note);
    return Reply.json(201, IncidentJson.entry(note));
  }

  private Reply close(Call call) {
    Recorded recorded = found(call, Right.LB_ROLLBACK);
    String reason = words(call, "reason");
    Incident incident = recorded.incident();
    // One that ended by itself is closed all the same: rollouts may wait for somebody to look.
    if (incident.state() == Incident.State.CLOSED) {
      throw Problem.conflict("ended", "this incident is closed since " + at(incident));
    }
    Happening closed =
        new Happening(clock.instant(), Incident.What.CLOSED, call.caller().account(), reason);
    written(incident, closed, "incident.closed", "reason");
    tell(recorded, closed);
    ObjectNode answer = IncidentJson.entry(closed);
    IncidentJson.prevention(answer, recorded);
    return Reply.json(200, answer);
  }

  private static String at(Incident incident) {
    return incident.ended().map(Instant::toString).orElse("some time");
  }

  private static String words(Call call, String member) {
    String text = Redaction.of(call.body(member).text(member).strip());
    if (text.isEmpty() || text.length() > LONGEST) {
      throw Problem.bad("\"" + member + "\" has 1 to " + LONGEST + " characters");
    }
    return text;
  }

  private void written(Incident incident, Happening happening, String kind, String word) {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("incident", incident.id());
    details.put(word, happening.text());
    journal.append(
        new JournalEntry(
            happening.at(), happening.who(), kind, "lb " + incident.balancer(), details));
  }

  /** Who guards it writes it into what he records; else it is added to what is kept. */
  private void tell(Recorded recorded, Happening happening) {
    String id = recorded.incident().id();
    Optional<Guard> guard =
        guards
            .of(recorded.incident().balancer())
            .filter(it ->
                it.now()
                    .flatMap(Guard.Now::incident)
                    .filter(open -> open.id().equals(id))
                    .filter(open -> open.state() == Incident.State.OPEN)
                    .isPresent());
    if (guard.isPresent()) {
      guard.get().tell(happening);
    } else {
      var unused = book.change(id, one -> one.with(Chronicle.noted(one.incident(), happening)));
    }
  }

  private Reply export(Call call) {
    Recorded recorded = found(call, Right.READ);
    ZoneId zone =
        call.asked("zone")
            .map(text -> {
              try {
                return ZoneId.of(text);
              } catch (DateTimeException e) {
                throw Problem.bad("zone has to be a time zone such as UTC or Europe/Vienna");
              }
            })
            .orElse(ZoneOffset.UTC);
    return Reply.text(
        200,
        "text/markdown; charset=utf-8",
        RedactedText.of(Postmortem.markdown(recorded.incident(), zone, recorded.prevention())));
  }

  private Reply diagnosis(Call call) {
    String name = call.parameter("balancer");
    call.may(Right.READ, name);
    Guard guard =
        guards.of(name).orElseThrow(() -> Problem.missing("there is no load balancer " + name));
    Guard.Now now =
        guard
            .now()
            .orElseThrow(() -> Problem.down("it was not looked at yet; try again in a second"));
    return Reply.json(200, IncidentJson.diagnosis(name, now));
  }
}
