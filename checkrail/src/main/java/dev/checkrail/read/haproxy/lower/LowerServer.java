package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.Server;
import dev.checkrail.model.Unmodelled;
import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.Word;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * {@code server}, {@code server-template} and {@code default-server} [4.2, 5.2]. A {@code
 * default-server} line acts on the servers behind it; those of a defaults section stand first.
 */
final class LowerServer {
  private static final List<String> HELD =
      List.of(
          "weight",
          "backup",
          "disabled",
          "maxconn",
          "ssl",
          "check",
          "track",
          "cookie",
          "inter",
          "fall",
          "rise",
          "addr",
          "port");
  private static final int MOST_FROM_TEMPLATE = 65_536;
  private static final long DEFAULT_INTERVAL = 2000;

  private final Notes notes;
  private final Parameters defaults = new Parameters(false);
  private final List<Server> servers = new ArrayList<>();
  private final List<Unmodelled> unmodelled = new ArrayList<>();
  private final Set<String> names = new HashSet<>();

  LowerServer(Notes notes) {
    this.notes = notes;
  }

  List<Server> servers() {
    return servers;
  }

  List<Unmodelled> unmodelled() {
    return unmodelled;
  }

  void defaultServer(Directive directive) {
    defaults.read(directive.args());
  }

  void server(Directive directive) {
    Optional<Word> name = directive.word(0);
    Optional<Word> address = directive.word(1);
    if (name.isEmpty() || address.isEmpty()) {
      notes.refused(directive.span(), "a server needs a name and an address");
      return;
    }
    if (!names.add(name.get().value())) {
      notes.refused(
          name.get().span(),
          "another server of this section is called '" + Text.shown(name.get().value()) + "'");
      return;
    }
    add(name.get().value(), address.get().value(), directive, directive.from(2));
  }

  void template(Directive directive) {
    String prefix = directive.arg(0);
    String[] range = directive.arg(1).split("-", 2);
    Optional<Integer> first = Endpoint.number(range[0]);
    Optional<Integer> last = range.length > 1 ? Endpoint.number(range[1]) : first;
    if (first.isEmpty() || last.isEmpty() || directive.word(2).isEmpty()) {
      notes.refused(
          directive.span(), "server-template needs a prefix, a number or range, and an address");
      return;
    }
    int from = range.length > 1 ? first.get() : 1;
    for (int i = from; i <= last.get() && servers.size() < MOST_FROM_TEMPLATE; i++) {
      names.add(prefix + i);
      add(prefix + i, directive.arg(2), directive, directive.from(3));
    }
  }

  private void add(String name, String address, Directive directive, List<Word> words) {
    Parameters parameters = defaults.copy();
    parameters.read(words);
    Endpoint endpoint = Endpoint.parse(address);
    boolean offset = endpoint.port().startsWith("+") || endpoint.port().startsWith("-");
    int port = port(endpoint.port(), directive);
    if (!endpoint.local() && endpoint.any()) {
      unmodelled.add(
          notes.unmodelled(directive, "it connects to the address that the client asked for"));
    }
    if (parameters.has("redir")) {
      unmodelled.add(notes.unmodelled(directive, "it redirects GET and HEAD to another address"));
    }
    boolean byName = endpoint.byName();
    String start = parameters.value("init-addr").orElse("");
    boolean resolvedAtStart =
        byName && !parameters.has("resolvers") && !List.of(start.split(",", -1)).contains("none");
    servers.add(
        new Server(
            name,
            endpoint.any() && !endpoint.host().equals("::") ? "0.0.0.0" : endpoint.host(),
            port,
            offset,
            byName,
            resolvedAtStart,
            Math.clamp(number(parameters, "weight", 1), 0, 256),
            parameters.has("backup"),
            parameters.has("disabled"),
            parameters.value("maxconn").isPresent()
                ? OptionalInt.of((int) number(parameters, "maxconn", 0))
                : OptionalInt.empty(),
            parameters.has("ssl"),
            check(parameters, directive.span()),
            parameters.value("track"),
            parameters.value("cookie"),
            parameters.settings(HELD),
            directive.span()));
  }

  private int port(String text, Directive directive) {
    if (text.isEmpty()) {
      return 0;
    }
    boolean minus = text.startsWith("-");
    String digits = minus || text.startsWith("+") ? text.substring(1) : text;
    Optional<Integer> port = Endpoint.number(digits);
    if (port.isEmpty()) {
      notes.refused(directive.span(), "'" + Text.shown(text) + "' is no port");
    }
    return minus ? -port.orElse(0) : port.orElse(0);
  }

  private static Optional<Server.Check> check(Parameters parameters, Span span) {
    boolean agent = parameters.has("agent-check");
    if (!parameters.has("check") && !agent) {
      return Optional.empty();
    }
    return Optional.of(
        new Server.Check(
            parameters.value("addr"),
            parameters.value("port").isPresent()
                ? OptionalInt.of((int) number(parameters, "port", 0))
                : OptionalInt.empty(),
            Times.millis(parameters.value("inter").orElse(""), DEFAULT_INTERVAL),
            (int) number(parameters, "fall", 3),
            (int) number(parameters, "rise", 2),
            agent,
            parameters.span("check").or(() -> parameters.span("agent-check")).orElse(span)));
  }

  private static long number(Parameters parameters, String name, long otherwise) {
    return LowerFetch.number(parameters.value(name).orElse(""), otherwise);
  }
}
