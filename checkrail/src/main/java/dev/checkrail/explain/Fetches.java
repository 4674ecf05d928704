package dev.checkrail.explain;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.Fetch;
import dev.checkrail.model.Mode;
import dev.checkrail.model.Pool;
import dev.checkrail.model.RuleSet;
import dev.checkrail.model.Server;
import dev.checkrail.report.Request;
import java.util.List;
import java.util.Optional;

/** The values of each fetch at this point of the request's way. */
final class Fetches {
  private static final int WIDEST_DRAW = 65_536;

  private final Configuration configuration;
  private final Request request;
  private final ListenerChoice.Chosen chosen;
  private final Message message;
  private final Choices choices;
  private final boolean waitsForGreeting;
  private RuleSet.Phase phase = RuleSet.Phase.CONNECTION;

  Fetches(
      Configuration configuration,
      Request request,
      ListenerChoice.Chosen chosen,
      Message message,
      Choices choices) {
    this.configuration = configuration;
    this.request = request;
    this.chosen = chosen;
    this.message = message;
    this.choices = choices;
    this.waitsForGreeting = Greeting.isWaitedFor(chosen.frontend());
  }

  void enter(RuleSet.Phase phase) {
    this.phase = phase;
  }

  /** The one value of a sample: the last of several, but the first of a query's parameters. */
  Optional<Value> one(Fetch fetch) {
    List<Value> values = all(fetch);
    if (values.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(fetch instanceof Fetch.UrlParameter ? values.getFirst() : values.getLast());
  }

  /** All values, in order. */
  List<Value> all(Fetch fetch) {
    return switch (fetch) {
      case Fetch.Method method -> http() ? List.of(message.method()) : List.of();
      case Fetch.Path path -> target(t -> Message.pathAndQuery(t).map(Message::beforeQuery));
      case Fetch.PathAndQuery pathAndQuery -> target(Message::pathAndQuery);
      case Fetch.Query query ->
          target(t ->
              t.indexOf('?') < 0 ? Optional.empty() : Optional.of(t.substring(t.indexOf('?') + 1)));
      case Fetch.Url url -> target(Optional::of);
      case Fetch.Base base -> base();
      case Fetch.HttpVersion version -> http() ? texts(List.of(request.httpVersion())) : List.of();
      case Fetch.Header header -> header(header);
      case Fetch.HeaderCount count -> count(count);
      case Fetch.Cookie cookie ->
          lines("cookie", lines -> texts(Lines.cookies(lines, cookie.name())));
      case Fetch.CookieCount count ->
          lines(
              "cookie",
              lines -> List.of(new Value.Number(Lines.cookies(lines, count.name()).size())));
      case Fetch.UrlParameter parameter -> parameters(parameter);
      case Fetch.SourceAddress source -> List.of(source());
      case Fetch.SourcePort port -> unknown("the client's port is not known");
      case Fetch.DestinationAddress destination -> List.of(destination());
      case Fetch.DestinationPort port ->
          message
              .poisoned()
              .map(Fetches::unknown)
              .orElseGet(() -> List.of(new Value.Number(chosen.listener().port())));
      case Fetch.Tls tls ->
          phase == RuleSet.Phase.CONNECTION
              ? unknown("TLS is not known yet")
              : List.of(new Value.Flag(chosen.listener().tls()));
      case Fetch.TerminatedServerName name ->
          phase == RuleSet.Phase.CONNECTION
              ? unknown("TLS is not known yet")
              : chosen.listener().tls() ? texts(request.sni().stream().toList()) : List.of();
      case Fetch.GreetingServerName name ->
          greeting(texts(Greeting.isTls(request) ? request.sni().stream().toList() : List.of()));
      case Fetch.GreetingType type ->
          greeting(Greeting.isTls(request) ? List.of(new Value.Number(1)) : List.of());
      case Fetch.Variable variable -> message.variable(variable.name()).stream().toList();
      case Fetch.Random random ->
          random.bound() > 0 && random.bound() <= WIDEST_DRAW
              ? List.of(new Value.Chance(choices.draw((int) random.bound()), List.of()))
              : unknown("rand over a wide range");
      case Fetch.TextConstant constant -> texts(List.of(constant.value()));
      case Fetch.NumberConstant constant -> List.of(new Value.Number(constant.value()));
      case Fetch.FlagConstant constant -> List.of(new Value.Flag(constant.value()));
      case Fetch.UsableServers servers -> usable(servers.pool());
      case Fetch.Authenticated authenticated ->
          lines(
              "authorization",
              lines ->
                  lines.isEmpty()
                      ? List.of(new Value.Flag(false))
                      : unknown("credentials are not looked at"));
      case Fetch.AuthenticatedUser user ->
          lines(
              "authorization",
              lines -> lines.isEmpty() ? List.of() : unknown("credentials are not looked at"));
      case Fetch.Unknown unknown -> unknown(unknown.text() + ": " + unknown.reason());
    };
  }

  private static List<Value> unknown(String why) {
    return List.of(new Value.Unknown(why));
  }

  private static List<Value> texts(List<String> texts) {
    return texts.stream().<Value>map(Value.Text::new).toList();
  }

  /** Whether HTTP fields exist here: in an HTTP frontend, once the request is parsed. */
  private boolean http() {
    return chosen.frontend().mode() == Mode.HTTP
        && phase != RuleSet.Phase.CONNECTION
        && phase != RuleSet.Phase.SESSION;
  }

  private interface TargetPart {
    Optional<String> of(String target);
  }

  private List<Value> target(TargetPart part) {
    if (!http()) {
      return List.of();
    }
    return switch (message.target()) {
      case Value.Text text -> texts(part.of(text.bytes()).stream().toList());
      case Value other -> List.of(other);
    };
  }

  private List<Value> parameters(Fetch.UrlParameter parameter) {
    if (!http()) {
      return List.of();
    }
    return switch (message.target()) {
      case Value.Text text ->
          texts(
              Lines.parameters(
                  text.bytes(), parameter.name(), parameter.delimiter(), parameter.ignoreCase()));
      case Value other -> List.of(other);
    };
  }

  private interface OfLines {
    List<Value> of(List<String> lines);
  }

  private List<Value> lines(String name, OfLines values) {
    if (!http()) {
      return List.of();
    }
    Message.Lookup lookup = message.lines(name);
    return lookup.unknown().map(Fetches::unknown).orElseGet(() -> values.of(lookup.lines()));
  }

  private static List<String> values(List<String> lines, Fetch.Splitting splitting) {
    return switch (splitting) {
      case COMMA -> Lines.commaValues(lines);
      case LINE -> lines.stream().map(Lines::trim).toList();
    };
  }

  private List<Value> header(Fetch.Header header) {
    return lines(
        header.name(),
        lines -> {
          List<String> values = values(lines, header.splitting());
          int at = header.occurrence();
          if (at == 0) {
            return texts(values);
          }
          int index = at > 0 ? at - 1 : values.size() + at;
          return index >= 0 && index < values.size()
              ? texts(List.of(values.get(index)))
              : List.of();
        });
  }

  private List<Value> count(Fetch.HeaderCount count) {
    return lines(
        count.name(), lines -> List.of(new Value.Number(values(lines, count.splitting()).size())));
  }

  private List<Value> base() {
    return lines(
        "host",
        lines -> {
          String host = lines.isEmpty() ? "" : Lines.commaValues(lines).getFirst();
          return target(t -> {
            Optional<String> path = Message.pathAndQuery(t).map(Message::beforeQuery);
            return host.isEmpty() ? path : Optional.of(host + path.orElse(""));
          });
        });
  }

  private Value source() {
    if (message.poisoned().isPresent()) {
      return new Value.Unknown(message.poisoned().get());
    }
    return request
        .from()
        .<Value>map(from ->
            Ip.parse(from)
                .<Value>map(Value.Address::new)
                .orElseGet(() -> new Value.Unknown("the source " + from + " is no address")))
        .orElseGet(() -> new Value.Unknown("the source address is looked at and not given"));
  }

  private Value destination() {
    if (message.poisoned().isPresent()) {
      return new Value.Unknown(message.poisoned().get());
    }
    String address = chosen.address();
    return Ip.parse(address)
        .filter(ip -> !address.equals("::") && !address.equals("0.0.0.0"))
        .<Value>map(Value.Address::new)
        .orElseGet(() -> new Value.Unknown("the destination address is not given"));
  }

  /** Without a rule that waits for it, chance decides how much of the greeting is there. */
  private List<Value> greeting(List<Value> values) {
    if (chosen.frontend().mode() == Mode.HTTP || chosen.listener().tls()) {
      return List.of();
    }
    return waitsForGreeting
        ? values
        : unknown("no tcp-request content rule waits for the TLS greeting");
  }

  private List<Value> usable(String name) {
    Optional<Pool> pool = configuration.pool(name);
    if (pool.isEmpty()) {
      return unknown("there is no pool " + name);
    }
    long active = pool.get().servers().stream().filter(Server::active).count();
    long backups =
        pool.get().servers().stream()
            .filter(s -> s.backup() && !s.disabled() && s.weight() > 0)
            .count();
    return List.of(
        new Value.Number(
            active > 0 ? active : pool.get().allBackups() ? backups : Math.min(1, backups)));
  }
}
