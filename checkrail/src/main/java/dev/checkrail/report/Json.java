package dev.checkrail.report;

import dev.checkrail.model.Unmodelled;
import dev.checkrail.source.Problem;
import dev.checkrail.source.Redaction;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;

/**
 * The JSON that other people's scripts read; each shape has a schema in {@code
 * dev/checkrail/schema}. Keys come in a fixed order, what is empty is left out, numbers have four
 * significant digits. Text is shown as people wrote it, without what looks like a secret ({@link
 * ShownText}): a request whose header is a secret can't be read back as it was. Text is cut where
 * nobody would read on, requests and outcomes are not; of long lists the beginning is written, and
 * {@code omitted} counts the rest.
 */
public final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final MathContext DIGITS = new MathContext(4);

  /** So many findings of a kind are written. */
  static final int MOST_OF_A_KIND = 500;

  /** So many unmodelled lines, changed settings and the like are written. */
  static final int MOST = 1000;

  private final boolean indented;

  private Json(boolean indented) {
    this.indented = indented;
  }

  /** Each answer on one line, without a newline at its end. */
  public static Json line() {
    return new Json(false);
  }

  /** Answers laid out for people's eyes. */
  public static Json indented() {
    return new Json(true);
  }

  /** {@code check}, {@code gate}. */
  public String verdict(Verdict verdict) {
    return write(out -> {
      out.text("verdict", verdict.kind().word());
      out.number("exit", verdict.exit());
      Shortlist findings = Shortlist.of(verdict.findings(), MOST_OF_A_KIND);
      out.each("findings", findings.findings(), finding -> finding(out, finding));
      out.each("unmodelled", first(verdict.unmodelled()), line -> unmodelled(out, line));
      out.each("stages", verdict.stages(), stage -> stage(out, stage));
      int lines = Math.max(0, verdict.unmodelled().size() - MOST);
      if (lines > 0 || !findings.more().isEmpty()) {
        out.object("omitted", findings, more -> omitted(out, more, lines));
      }
    });
  }

  /** Any command that could not run. */
  public String error(List<Problem> problems) {
    return write(out -> {
      out.text("verdict", Verdict.Kind.ERROR.word());
      out.number("exit", Verdict.Kind.ERROR.exit());
      out.each("problems", problems, problem -> problem(out, problem));
    });
  }

  /** The answer to a line of requests that is none. */
  public String error(String why) {
    return write(out -> out.text("error", why));
  }

  /** {@code explain}. */
  public String explanation(Explanation explanation) {
    return write(out -> {
      out.object("request", explanation.request(), request -> request(out, request));
      out.object("outcome", explanation.outcome(), outcome -> outcome(out, outcome));
      out.each("trace", explanation.trace(), step -> step(out, step));
    });
  }

  /** {@code diff}. */
  public String difference(Difference difference) {
    return write(out -> {
      out.flag("equal", difference.equal());
      out.each("regions", difference.regions(), region -> region(out, region));
      out.each("settings", first(difference.settings()), setting -> setting(out, setting));
      int settings = difference.settings().size() - MOST;
      if (settings > 0) {
        out.object("omitted", settings, count -> out.number("settings", count));
      }
    });
  }

  /** {@code replay}. */
  public String replayed(Replayed replayed) {
    return write(out -> {
      out.number("lines", replayed.lines());
      out.number("routed", replayed.routed());
      out.number("undecided", replayed.undecided());
      out.each(
          "rejected",
          first(replayed.rejected()),
          one -> {
            out.text("reason", one.reason());
            out.number("lines", one.lines());
            out.text("example", one.example());
          });
      out.each(
          "by",
          first(replayed.by()),
          one -> {
            out.object("outcome", one.outcome(), outcome -> outcome(out, outcome));
            counted(out, one.requests(), one.share(), one.example());
          });
      out.each(
          "moves",
          first(replayed.moves()),
          one -> {
            out.object("from", one.from(), outcome -> outcome(out, outcome));
            out.object("to", one.to(), outcome -> outcome(out, outcome));
            counted(out, one.requests(), one.share(), one.example());
          });
      out.each(
          "unclear",
          first(replayed.unclear()),
          one -> {
            out.text("because", one.because());
            counted(out, one.requests(), one.share(), one.example());
          });
      out.each(
          "servers",
          first(replayed.servers()),
          one -> {
            out.text("pool", one.pool());
            out.text("server", one.server());
            out.text("address", one.address());
            one.before().ifPresent(share -> out.number("before", share));
            out.number("now", one.now());
          });
      if (Math.max(
              Math.max(replayed.by().size(), replayed.moves().size()), replayed.servers().size())
          > MOST) {
        out.object(
            "omitted",
            replayed,
            all -> {
              out.number("by", Math.max(0, all.by().size() - MOST));
              out.number("moves", Math.max(0, all.moves().size() - MOST));
              out.number("servers", Math.max(0, all.servers().size() - MOST));
            });
      }
    });
  }

  private static void counted(Out out, long requests, double share, Request example) {
    out.number("requests", requests);
    out.number("share", share);
    out.object("example", example, request -> request(out, request));
  }

  /** {@code rehearse}. */
  public String rehearsal(Rehearsal rehearsal) {
    return write(out -> {
      out.number("sent", rehearsal.sent());
      out.number("agreed", rehearsal.agreed());
      out.each(
          "disagreed",
          rehearsal.disagreed(),
          one -> {
            out.object("request", one.request(), request -> request(out, request));
            out.object("model", one.model(), outcome -> outcome(out, outcome));
            out.object("binary", one.binary(), outcome -> outcome(out, outcome));
          });
      out.each(
          "faults",
          rehearsal.faults(),
          fault -> {
            out.text("fault", fault.fault());
            out.text("status", fault.status().word());
            out.text("why", fault.why());
          });
      out.texts("not_rehearsed", first(rehearsal.notRehearsed()));
      int left = rehearsal.notRehearsed().size() - MOST;
      if (left > 0) {
        out.object("omitted", left, count -> out.number("not_rehearsed", count));
      }
      out.text("sandbox", rehearsal.sandbox().word());
    });
  }

  /** A REQUEST by itself; {@link RequestJson} reads it. */
  public String request(Request request) {
    return write(out -> request(out, request));
  }

  /** An OUTCOME by itself. */
  public String outcome(Outcome outcome) {
    return write(out -> outcome(out, outcome));
  }

  /** The manifest of an evidence folder. */
  String manifest(Evidence evidence) {
    return write(out -> {
      out.each(
          "files",
          evidence.pieces(),
          piece -> {
            out.text("name", piece.name());
            out.number("bytes", piece.bytes().length);
            out.text("sha256", Evidence.sha256(piece.bytes()));
          });
      out.each(
          "inputs",
          evidence.inputs(),
          input -> {
            out.text("role", input.role());
            out.text("path", input.path());
            out.text("sha256", input.sha256());
          });
    });
  }

  private static void omitted(Out out, Shortlist findings, int unmodelled) {
    out.each(
        "findings",
        List.copyOf(findings.more().entrySet()),
        more -> {
          out.text("rule", more.getKey().rule().id());
          out.text("severity", more.getKey().severity().word());
          out.flag("counts", more.getKey().counts());
          out.number("count", more.getValue());
        });
    out.number("unmodelled", unmodelled);
  }

  private static <T> List<T> first(List<T> all) {
    return all.subList(0, Math.min(MOST, all.size()));
  }

  private static void finding(Out out, Finding finding) {
    out.text("rule", finding.rule().id());
    out.text("severity", finding.severity().word());
    out.text("stage", finding.stage().word());
    out.text("subject", finding.subject());
    out.place(finding.span());
    out.text("message", finding.message());
    finding.witness().ifPresent(it -> out.object("witness", it, request -> request(out, request)));
    out.text("fix", finding.fix());
    if (finding.live()) {
      out.flag("live", true);
    }
    finding
        .suppression()
        .ifPresent(it ->
            out.object(
                "suppressed",
                it,
                why -> {
                  out.text("reason", why.reason());
                  out.text("owner", why.owner());
                  out.text("until", why.until());
                }));
  }

  private static void unmodelled(Out out, Unmodelled line) {
    out.text("file", line.span().file());
    out.number("line", line.span().line());
    out.text("text", line.text());
    out.text("reason", line.reason());
  }

  private static void stage(Out out, StageResult stage) {
    out.text("stage", stage.stage().word());
    out.text("status", stage.status().word());
    out.number("seconds", stage.seconds());
    out.text("why", stage.why());
  }

  private static void problem(Out out, Problem problem) {
    out.text("rule", problem.code());
    out.text("severity", problem.severity().word());
    out.place(problem.span());
    out.text("message", problem.message());
    out.text("fix", problem.fix());
  }

  private static void step(Out out, TraceStep step) {
    out.text("file", step.span().file());
    out.number("line", step.span().line());
    out.text("rule", step.rule());
    out.flag("matched", step.matched());
    out.text("why", step.why());
  }

  private static void region(Out out, Difference.Region region) {
    out.text("listener", region.listener());
    out.text("requests", region.requests());
    out.object("from", region.from(), outcome -> outcome(out, outcome));
    out.object("to", region.to(), outcome -> outcome(out, outcome));
    out.object("witness", region.witness(), request -> request(out, request));
    out.flag("declared", region.declared());
  }

  private static void setting(Out out, Difference.Setting setting) {
    out.text("rule", setting.rule().id());
    out.text("what", setting.what());
    out.text("from", setting.from());
    out.text("to", setting.to());
    out.text("file", setting.span().file());
    out.number("line", setting.span().line());
  }

  private static void request(Out out, Request request) {
    out.whole(() -> requestParts(out, request));
  }

  private static void requestParts(Out out, Request request) {
    out.text("method", request.method());
    out.text("url", request.url());
    if (!request.headers().isEmpty()) {
      out.object("headers", request.headers(), headers -> headers(out, headers));
    }
    out.text("from", request.from());
    out.text("listener", request.listener());
    out.text("sni", request.sni());
    out.text("version", request.version());
    out.text("target", request.target());
  }

  private static void headers(Out out, Map<String, List<String>> headers) {
    headers.forEach((name, lines) -> {
      List<String> shown = lines.stream().map(line -> Redaction.header(name, line)).toList();
      if (shown.size() == 1) {
        out.text(name, shown.getFirst());
      } else {
        out.texts(name, shown);
      }
    });
  }

  private static void outcome(Out out, Outcome outcome) {
    out.whole(() -> outcomeParts(out, outcome));
  }

  private static void outcomeParts(Out out, Outcome outcome) {
    switch (outcome) {
      case Outcome.Reaches reaches -> {
        out.text("kind", "reaches");
        out.text("pool", reaches.pool());
        out.each("servers", reaches.servers(), server -> server(out, server));
        if (reaches.varies()) {
          out.flag("varies", true);
        }
        out.text("path", reaches.path());
        if (!reaches.headers().isEmpty()) {
          out.object("headers", reaches.headers(), headers -> sentOn(out, headers));
        }
      }
      case Outcome.Responds responds -> {
        out.text("kind", "responds");
        out.text("pool", responds.pool());
        out.number("status", responds.status());
        out.text("body", responds.body());
      }
      case Outcome.Redirects redirects -> {
        out.text("kind", "redirects");
        out.number("status", redirects.status());
        out.text("location", redirects.location());
      }
      case Outcome.Drops drops -> {
        out.text("kind", "drops");
        out.text("pool", drops.pool());
      }
      case Outcome.Splits splits -> {
        out.text("kind", "splits");
        out.each("of", splits.of(), part -> part(out, part));
      }
      case Outcome.Undecided undecided -> {
        out.text("kind", "undecided");
        out.text("because", ShownText.of(undecided.because()));
      }
    }
  }

  private static void server(Out out, Outcome.Share server) {
    out.text("name", server.name());
    out.text("address", server.address());
    out.number("share", server.share());
  }

  private static void part(Out out, Outcome.Part part) {
    out.number("share", part.share());
    out.object("outcome", part.outcome(), outcome -> outcome(out, outcome));
  }

  /** A header that was removed is null. */
  private static void sentOn(Out out, Map<String, Optional<String>> headers) {
    headers.forEach((name, value) ->
        value.ifPresentOrElse(
            text -> out.text(name, Redaction.header(name, text)), () -> out.nothing(name)));
  }

  private String write(Consumer<Out> body) {
    StringWriter text = new StringWriter();
    DefaultIndenter lines = new DefaultIndenter("  ", "\n");
    PrettyPrinter layout =
        new DefaultPrettyPrinter().withObjectIndenter(lines).withArrayIndenter(lines);
    ObjectWriteContext context =
        new ObjectWriteContext.Base() {
          @Override
          public PrettyPrinter getPrettyPrinter() {
            return layout;
          }

          @Override
          public boolean hasPrettyPrinter() {
            return indented;
          }
        };
    try (JsonGenerator json =
        FACTORY.createGenerator(indented ? context : ObjectWriteContext.empty(), text)) {
      json.writeStartObject();
      body.accept(new Out(json));
      json.writeEndObject();
    }
    return text.toString();
  }

  /** Properties of the object that is open. */
  private static final class Out {
    private final JsonGenerator json;
    private int whole;

    Out(JsonGenerator json) {
      this.json = json;
    }

    void text(String name, String value) {
      json.writeName(shown(name));
      json.writeString(shown(value));
    }

    void text(String name, Optional<String> value) {
      value.ifPresent(text -> text(name, text));
    }

    void texts(String name, List<String> values) {
      json.writeName(shown(name));
      json.writeStartArray();
      values.forEach(value -> json.writeString(shown(value)));
      json.writeEndArray();
    }

    void number(String name, int value) {
      json.writeNumberProperty(name, value);
    }

    void number(String name, long value) {
      json.writeNumberProperty(name, value);
    }

    void number(String name, double value) {
      json.writeName(name);
      BigDecimal rounded = new BigDecimal(value).round(DIGITS).stripTrailingZeros();
      json.writeNumber(rounded.toPlainString());
    }

    void flag(String name, boolean value) {
      json.writeBooleanProperty(name, value);
    }

    void nothing(String name) {
      json.writeName(shown(name));
      json.writeNull();
    }

    void place(dev.checkrail.source.Span span) {
      text("file", span.file());
      number("line", span.line());
      number("column", span.column());
    }

    <T> void object(String name, T value, Consumer<T> body) {
      json.writeName(name);
      json.writeStartObject();
      body.accept(value);
      json.writeEndObject();
    }

    <T> void each(String name, List<T> values, Consumer<T> body) {
      json.writeName(name);
      json.writeStartArray();
      for (T value : values) {
        json.writeStartObject();
        body.accept(value);
        json.writeEndObject();
      }
      json.writeEndArray();
    }

    private String shown(String text) {
      return whole > 0 ? ShownText.whole(text) : ShownText.of(text);
    }

    /** Writes something of which no text may be cut. */
    void whole(Runnable body) {
      whole++;
      body.run();
      whole--;
    }
  }
}
