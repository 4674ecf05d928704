package dev.checkrail.prove;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.Fetch;
import dev.checkrail.model.Listener;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Sample;
import dev.checkrail.model.Server;
import dev.checkrail.model.Template;
import dev.checkrail.prove.set.Language;
import java.util.ArrayList;
import java.util.List;

/**
 * What fetches and samples yield at one point of the rules, as terms [HAProxy manual 7.3]. In a
 * test a fetch with several values stands for any of them.
 */
final class Fetching {
  private static final Values.Texts SLASHED = new Values.Texts(Language.prefix("/"));
  private static final Values.Texts NOT_EMPTY =
      new Values.Texts(Language.all().minus(Language.emptyWord()));
  private static final Values.Texts QUOTED = new Values.Texts(Language.containing("\""));
  private static final Values.Texts KNOWN_METHODS =
      new Values.Texts(
          Language.anyOf(
              List.of("OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "CONNECT"),
              false));

  private final Configuration configuration;
  private final Listener listener;
  private final Formulas formulas;
  private final Terms terms;
  private final Tester tester;
  private final Opaque opaque;
  private final boolean greeted;
  private int draws;

  /** Names what is not modelled so that equal unknowns of two configurations are the same. */
  interface Opaque {
    /** A key for something unknown that is asked at this point of the rules. */
    Key at(State state, String text);

    /**
     * See {@link Formula.Unknown}.
     *
     * @param arrivals requests that come to this point
     */
    record Key(String text, Formula arrivals) {}
  }

  Fetching(Configuration configuration, Listener listener, Tester tester, Opaque opaque) {
    this.configuration = configuration;
    this.listener = listener;
    this.formulas = tester.formulas();
    this.terms = tester.terms();
    this.tester = tester;
    this.opaque = opaque;
    this.greeted = GreetingWait.of(configuration, listener);
  }

  /** The sample's value; {@code any}: one of its values, for a test. */
  Term sample(Sample sample, State state, boolean http, boolean any) {
    Blame blame = new Blame(sample.span(), sample.text(), "it is not modelled");
    Term term = fetch(sample.fetch(), state, http, any, blame);
    for (var converter : sample.converters()) {
      term = terms.stepped(new Conversion(converter), term);
    }
    return term;
  }

  /** A template's text: always there, expressions without value being empty. */
  Term template(Template template, State state, boolean http) {
    List<Term> parts = new ArrayList<>();
    for (Template.Part part : template.parts()) {
      parts.add(
          switch (part) {
            case Template.Part.Literal literal -> terms.text(literal.text());
            case Template.Part.Expression expression ->
                terms.orEmpty(sample(expression.sample(), state, http, false));
            case Template.Part.Unknown unknown ->
                unknownTerm(unknown.why().text(), state, Blame.of(unknown.why()));
          });
    }
    return terms.joined(parts);
  }

  private Term unknownTerm(String text, State state, Blame blame) {
    Opaque.Key key = opaque.at(state, text);
    return terms.unknown(key.text() + " @" + key.arrivals().id(), blame);
  }

  private static Blame ungreeted(Blame blame) {
    return new Blame(
        blame.span(),
        blame.text(),
        "without an inspect-delay and a tcp-request content rule that asks for the greeting it is a"
            + " race whether the server name is there");
  }

  private Term fetch(Fetch fetch, State state, boolean http, boolean any, Blame blame) {
    if (!http && isHttp(fetch)) {
      return terms.nothing;
    }
    return switch (fetch) {
      case Fetch.Method method -> method(state, blame);
      case Fetch.Path path -> path(state, blame);
      case Fetch.PathAndQuery all -> pathAndQuery(state, blame);
      case Fetch.Query query -> state.query;
      case Fetch.Url url -> target(state, blame);
      case Fetch.Base base -> base(state, blame);
      case Fetch.HttpVersion version -> terms.original(Field.VERSION);
      case Fetch.Header header ->
          terms.stepped(
              new Pick(
                  header.splitting() == Fetch.Splitting.COMMA ? Pick.From.COMMAS : Pick.From.LINES,
                  "",
                  header.occurrence() != 0 ? header.occurrence() : any ? 0 : -1),
              state.header(header.name()));
      case Fetch.HeaderCount count -> {
        Term raw = state.header(count.name());
        Pick.From from =
            count.splitting() == Fetch.Splitting.COMMA
                ? Pick.From.COUNT_COMMAS
                : Pick.From.COUNT_LINES;
        yield terms.choice(
            tester.present(raw, blame),
            terms.stepped(new Pick(from, "", 1), raw),
            terms.constant(new Value.Number(0)));
      }
      case Fetch.Cookie cookie -> {
        Term raw = state.header("cookie");
        yield terms.choice(
            tester.test(raw, QUOTED, blame),
            terms.unknown(
                "cookie " + cookie.name() + " " + any + " of " + raw.id(),
                new Blame(blame.span(), blame.text(), "quotes in cookies are not followed")),
            terms.stepped(new Pick(Pick.From.COOKIES, cookie.name(), any ? 0 : -1), raw));
      }
      case Fetch.CookieCount count ->
          terms.unknown(
              "cookie count " + count.name() + " of " + state.header("cookie").id(),
              new Blame(blame.span(), blame.text(), "cookies are not counted"));
      case Fetch.UrlParameter parameter ->
          parameter.delimiter() == '?' && !parameter.ignoreCase()
              ? terms.stepped(
                  new Pick(Pick.From.PARAMETERS, parameter.name(), any ? 0 : 1), state.query)
              : terms.unknown(
                  parameter + " " + any + " of " + target(state, blame).id(),
                  new Blame(
                      blame.span(), blame.text(), "other delimiters than ? are not followed"));
      case Fetch.SourceAddress source -> terms.original(Field.SOURCE);
      case Fetch.SourcePort port -> terms.original(Field.SOURCE_PORT);
      case Fetch.DestinationAddress destination ->
          listener.acceptProxy()
              ? terms.original(Field.DESTINATION)
              : Addresses.parse(listener.address())
                  .filter(bytes -> bytes.chars().anyMatch(b -> b != 0))
                  .map(bytes -> terms.constant(new Value.Address(bytes)))
                  .orElseGet(() -> terms.original(Field.DESTINATION));
      case Fetch.DestinationPort port -> terms.constant(new Value.Number(listener.port()));
      case Fetch.Tls tls -> terms.constant(new Value.Flag(listener.tls()));
      case Fetch.TerminatedServerName name ->
          listener.tls() ? terms.original(Field.SERVER_NAME) : terms.nothing;
      case Fetch.GreetingServerName name ->
          listener.tls() || http
              ? terms.nothing
              : !greeted
                  ? unknownTerm("req.ssl_sni", state, ungreeted(blame))
                  : terms.stepped(Piece.GREETED_NAME, terms.original(Field.GREETING));
      case Fetch.GreetingType type ->
          listener.tls() || http
              ? terms.nothing
              : !greeted
                  ? unknownTerm("req.ssl_hello_type", state, ungreeted(blame))
                  : terms.choice(
                      formulas.present(Field.GREETING),
                      terms.constant(new Value.Number(1)),
                      terms.nothing);
      case Fetch.Variable variable -> state.variable(variable.name());
      case Fetch.Random random ->
          random.bound() < 1
              ? terms.constant(new Value.Number(0))
              : terms.original(Field.chance(draws++, random.bound()));
      case Fetch.TextConstant constant -> terms.text(constant.value());
      case Fetch.NumberConstant constant -> terms.constant(new Value.Number(constant.value()));
      case Fetch.FlagConstant constant -> terms.constant(new Value.Flag(constant.value()));
      case Fetch.UsableServers servers ->
          terms.constant(
              new Value.Number(configuration.pool(servers.pool()).map(Fetching::usable).orElse(0)));
      case Fetch.Authenticated authenticated ->
          terms.choice(
              tester.present(state.header("authorization"), blame),
              terms.unknown(
                  "auth " + authenticated.userlist() + " " + state.header("authorization").id(),
                  new Blame(blame.span(), blame.text(), "credentials are never looked at")),
              terms.constant(new Value.Flag(false)));
      case Fetch.AuthenticatedUser user ->
          terms.choice(
              tester.present(state.header("authorization"), blame),
              terms.unknown(
                  "user " + user.userlist() + " " + state.header("authorization").id(),
                  new Blame(blame.span(), blame.text(), "credentials are never looked at")),
              terms.nothing);
      case Fetch.Unknown unknown ->
          unknownTerm(
              unknown.text() + " " + any,
              state,
              new Blame(unknown.span(), unknown.text(), unknown.reason()));
    };
  }

  private static int usable(Pool pool) {
    int active = (int) pool.servers().stream().filter(Server::active).count();
    return active > 0
        ? active
        : (int)
            pool.servers().stream()
                .filter(server -> server.backup() && !server.disabled() && server.weight() > 0)
                .count();
  }

  static boolean isHttp(Fetch fetch) {
    return switch (fetch) {
      case Fetch.Method f -> true;
      case Fetch.Path f -> true;
      case Fetch.PathAndQuery f -> true;
      case Fetch.Query f -> true;
      case Fetch.Url f -> true;
      case Fetch.Base f -> true;
      case Fetch.HttpVersion f -> true;
      case Fetch.Header f -> true;
      case Fetch.HeaderCount f -> true;
      case Fetch.Cookie f -> true;
      case Fetch.CookieCount f -> true;
      case Fetch.UrlParameter f -> true;
      case Fetch.Authenticated f -> true;
      case Fetch.AuthenticatedUser f -> true;
      case Fetch.SourceAddress f -> false;
      case Fetch.SourcePort f -> false;
      case Fetch.DestinationAddress f -> false;
      case Fetch.DestinationPort f -> false;
      case Fetch.Tls f -> false;
      case Fetch.TerminatedServerName f -> false;
      case Fetch.GreetingServerName f -> false;
      case Fetch.GreetingType f -> false;
      case Fetch.Variable f -> false;
      case Fetch.Random f -> false;
      case Fetch.TextConstant f -> false;
      case Fetch.NumberConstant f -> false;
      case Fetch.FlagConstant f -> false;
      case Fetch.UsableServers f -> false;
      case Fetch.Unknown f -> false;
    };
  }

  /**
   * After {@code set-method}, a method that the proxy knew at first stays what it was. One that it
   * did not know is seen as the new one; if it knows that, its number and its text say different
   * things.
   */
  private Term method(State state, Blame blame) {
    Term original = terms.original(Field.METHOD);
    return state.method == original
        ? original
        : terms.choice(
            tester.test(original, KNOWN_METHODS, blame),
            original,
            terms.choice(
                tester.test(state.method, KNOWN_METHODS, blame),
                unknownTerm("method after set-method", state, blame),
                state.method));
  }

  /** No value for a target that is no path. */
  Term path(State state, Blame blame) {
    return state.path == terms.original(Field.PATH)
        ? state.path
        : terms.choice(tester.test(state.path, SLASHED, blame), state.path, terms.nothing);
  }

  /** Path and query; no value where the target is no path. */
  Term pathAndQuery(State state, Blame blame) {
    return withQuery(path(state, blame), state, blame);
  }

  private Term withQuery(Term path, State state, Blame blame) {
    return terms.choice(
        tester.present(state.query, blame),
        terms.joined(List.of(path, terms.text("?"), state.query)),
        path);
  }

  /** The target as it stands; unknown where the client sent no path. */
  Term target(State state, Blame blame) {
    Term path =
        terms.choice(
            tester.present(state.path, blame),
            state.path,
            terms.unknown(
                "target", new Blame(blame.span(), blame.text(), "the target is not a path")));
    return withQuery(path, state, blame);
  }

  /** The first part of the first Host line; absent or empty where there is none. */
  Term firstHost(State state) {
    return terms.stepped(new Pick(Pick.From.COMMAS, "", 1), state.header("host"));
  }

  private Term base(State state, Blame blame) {
    Term host = firstHost(state);
    Term path = path(state, blame);
    return terms.choice(
        tester.test(host, NOT_EMPTY, blame),
        terms.joined(List.of(host, terms.orEmpty(path))),
        path);
  }

  /** Redirects of kind {@code prefix} and {@code scheme} add this. */
  Term redirected(State state, boolean dropQuery, Blame blame) {
    Term path = path(state, blame);
    Term whole = dropQuery ? path : withQuery(path, state, blame);
    return terms.choice(tester.present(path, blame), whole, terms.text("/"));
  }
}
