package dev.checkrail.explain;

import dev.checkrail.model.Action;
import dev.checkrail.model.Configuration;
import dev.checkrail.model.ErrorFile;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Mode;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Rule;
import dev.checkrail.model.RuleSet;
import dev.checkrail.model.Server;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import dev.checkrail.report.TraceStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One request's way through the configuration, with one answer to each open question. */
final class Journey {
  private static final RuleSet.Phase LAST_OF_FRONTEND = RuleSet.Phase.REDIRECT;

  private final Configuration configuration;
  private final Frontend frontend;
  private final Message message;
  private final Choices choices;
  private final List<TraceStep> trace;
  private final Fetches fetches;
  private final Conditions conditions;
  private final Templates templates;
  private final Rewrites rewrites;
  private Optional<Pool> pool = Optional.empty();

  Journey(
      Configuration configuration,
      Request request,
      ListenerChoice.Chosen chosen,
      Message message,
      Regexes regexes,
      Choices choices,
      List<TraceStep> trace) {
    this.configuration = configuration;
    this.frontend = chosen.frontend();
    this.message = message;
    this.choices = choices;
    this.trace = trace;
    this.fetches = new Fetches(configuration, request, chosen, message, choices);
    this.conditions = new Conditions(fetches, regexes, message, choices);
    this.templates = new Templates(conditions);
    this.rewrites = new Rewrites(message, templates, regexes);
  }

  /** What a rule that acts leads to. */
  private sealed interface Next {
    /** The next rule. */
    record Rule() implements Next {}

    /** The next rule set. */
    record Set() implements Next {}

    /**
     * A pool.
     *
     * @param here whether its first rule sets have run as the frontend's
     */
    record To(Pool pool, boolean here) implements Next {}

    record ToServer(Server server, String why) implements Next {}

    record End(Outcome outcome) implements Next {}
  }

  Outcome travel() {
    for (RuleSet set : frontend.rules()) {
      switch (run(set)) {
        case Next.Rule next -> {}
        case Next.Set next -> {}
        case Next.End end -> {
          return end.outcome();
        }
        case Next.To to -> {
          return enter(to.pool(), to.here());
        }
        case Next.ToServer server ->
            throw new IllegalStateException("a frontend chooses no server");
      }
    }
    trace.add(new TraceStep(frontend.span(), "frontend " + frontend.name(), true, "no pool"));
    return unavailable(Optional.empty());
  }

  private Outcome enter(Pool entered, boolean here) {
    if (entered.mode() != frontend.mode()) {
      return new Outcome.Undecided(
          "frontend and pool " + entered.name() + " are of different modes");
    }
    pool = Optional.of(entered);
    for (RuleSet set : entered.rules()) {
      if (here && set.phase().compareTo(LAST_OF_FRONTEND) <= 0) {
        continue;
      }
      switch (run(set)) {
        case Next.Rule next -> {}
        case Next.Set next -> {}
        case Next.End end -> {
          return end.outcome();
        }
        case Next.To to -> throw new IllegalStateException("a pool chooses no pool");
        case Next.ToServer to -> {
          return reaches(entered, new Servers(entered).only(to.server(), to.why()));
        }
      }
    }
    return choose(entered);
  }

  private Next run(RuleSet set) {
    fetches.enter(set.phase());
    for (Rule rule : set.rules()) {
      Conditions.Answer answer = conditions.holds(rule.when());
      trace.add(new TraceStep(rule.span(), rule.text(), answer.holds(), answer.why()));
      if (answer.holds()) {
        Next next = act(rule.then());
        if (!(next instanceof Next.Rule)) {
          return next;
        }
      }
    }
    return new Next.Rule();
  }

  private Next act(Action action) {
    return switch (action) {
      case Action.Allow allow -> new Next.Set();
      case Action.Route route -> to(route.pool(), false);
      case Action.RouteHere route -> to(route.pool(), true);
      case Action.RouteByName route -> byName(route);
      case Action.UseServer use -> useServer(use);
      case Action.Respond respond -> new Next.End(respond(respond));
      case Action.Drop drop -> new Next.End(new Outcome.Drops(Optional.empty()));
      case Action.Redirect redirect -> redirect(redirect);
      case Action.SetTarget set -> {
        rewrites.setTarget(set);
        yield new Next.Rule();
      }
      case Action.ReplaceTarget replace -> orError(rewrites.replaceTarget(replace));
      case Action.SetMethod set -> {
        message.setMethod(templates.encoded(set.method()));
        yield new Next.Rule();
      }
      case Action.SetHeader set -> {
        Value value = templates.encoded(set.value());
        message.setHeader(set.name(), value);
        yield new Next.Rule();
      }
      case Action.AddHeader add -> {
        Value value = templates.encoded(add.value());
        message.addHeader(add.name(), value);
        yield new Next.Rule();
      }
      case Action.DeleteHeader delete -> {
        rewrites.deleteHeader(delete);
        yield new Next.Rule();
      }
      case Action.DeleteHeaderRegex delete -> {
        rewrites.deleteHeaderRegex(delete);
        yield new Next.Rule();
      }
      case Action.ReplaceHeader replace -> orError(rewrites.replaceHeader(replace));
      case Action.SetVariable set -> {
        conditions.value(set.value()).ifPresent(value -> message.setVariable(set.name(), value));
        yield new Next.Rule();
      }
      case Action.SetVariableText set -> {
        message.setVariable(set.name(), templates.plain(set.value()));
        yield new Next.Rule();
      }
      case Action.UnsetVariable unset -> {
        message.unsetVariable(unset.name());
        yield new Next.Rule();
      }
      case Action.DisableRetry disable -> new Next.Rule();
      case Action.NoEffect none -> new Next.Rule();
      case Action.Unknown unknown -> unknown(unknown);
      case Action.Sequence sequence -> {
        Next next = new Next.Rule();
        for (Action one : sequence.actions()) {
          next = act(one);
          if (!(next instanceof Next.Rule)) {
            break;
          }
        }
        yield next;
      }
    };
  }

  private Next unknown(Action.Unknown action) {
    String why = action.why().text() + ": " + action.why().reason();
    if (action.effects().contains(Action.Effect.ANSWER)
        || action.effects().contains(Action.Effect.ROUTE)) {
      return new Next.End(new Outcome.Undecided(why));
    }
    if (action.effects().contains(Action.Effect.REWRITE)) {
      message.poison("what is left of the request after " + why);
    }
    return new Next.Rule();
  }

  // --- pools and servers

  private Next to(String name, boolean here) {
    return configuration
        .pool(name)
        .<Next>map(found -> new Next.To(found, here))
        .orElseGet(
            () -> new Next.End(new Outcome.Undecided("there is no pool " + Wording.show(name))));
  }

  /** A name that is no pool ends the set: the default follows. */
  private Next byName(Action.RouteByName route) {
    return switch (templates.plain(route.name())) {
      case Value.Text name ->
          configuration
              .pool(name.bytes())
              .<Next>map(found -> new Next.To(found, false))
              .orElseGet(Next.Set::new);
      case Value.Unknown unknown -> new Next.End(new Outcome.Undecided(unknown.why()));
      case Value other -> throw new IllegalStateException("a template is text");
    };
  }

  /** A computed name that is no server ends the set; a server out of service does not. */
  private Next useServer(Action.UseServer use) {
    Servers servers = new Servers(pool.orElseThrow());
    return switch (templates.plain(use.server())) {
      case Value.Text name -> {
        Optional<Server> server = servers.named(name.bytes());
        if (server.isEmpty()) {
          yield new Next.Set();
        }
        yield servers.reachable(server.get())
            ? new Next.ToServer(server.get(), "use-server names it")
            : new Next.Rule();
      }
      case Value.Unknown unknown -> new Next.End(new Outcome.Undecided(unknown.why()));
      case Value other -> throw new IllegalStateException("a template is text");
    };
  }

  private Outcome choose(Pool chosen) {
    if (!chosen.unmodelled().isEmpty() && chosen.servers().size() > 1) {
      return new Outcome.Undecided(
          chosen.unmodelled().getFirst().text() + ": " + chosen.unmodelled().getFirst().reason());
    }
    Servers servers = new Servers(chosen);
    Servers.Cookie byCookie = servers.byCookie(message, choices);
    if (byCookie instanceof Servers.Cookie.Names cookie) {
      return reaches(chosen, servers.only(cookie.server(), cookie.why()));
    }
    if (byCookie instanceof Servers.Cookie.Unknown unknown && chosen.servers().size() > 1) {
      return new Outcome.Undecided(unknown.why());
    }
    Optional<Servers.Choice> choice = servers.balanced();
    if (choice.isEmpty()) {
      trace.add(new TraceStep(chosen.span(), "backend " + chosen.name(), true, "no usable server"));
      return unavailable(Optional.of(chosen.name()));
    }
    return reaches(chosen, choice.get());
  }

  private Outcome reaches(Pool reached, Servers.Choice choice) {
    List<String> shares = new ArrayList<>();
    for (Outcome.Share share : choice.shares().subList(0, Math.min(5, choice.shares().size()))) {
      shares.add(share.name() + " " + Wording.percent(share.share()));
    }
    int more = choice.shares().size() - shares.size();
    trace.add(
        new TraceStep(
            reached.span(),
            "backend " + reached.name(),
            true,
            choice.why()
                + ": "
                + String.join(", ", shares)
                + (more > 0 ? " and " + more + " more" : "")));
    return new Outcome.Reaches(
        reached.name(),
        choice.shares(),
        choice.varies(),
        message.changedTarget(),
        message.changedHeaders());
  }

  // --- answers

  private Next orError(boolean possible) {
    return possible
        ? new Next.Rule()
        : new Next.End(withErrorFile(500, Optional.empty(), Optional.empty()));
  }

  private Outcome unavailable(Optional<String> name) {
    return frontend.mode() == Mode.TCP
        ? new Outcome.Drops(name)
        : withErrorFile(503, name, Optional.empty());
  }

  private Outcome respond(Action.Respond respond) {
    return respond.usesErrorFiles()
        ? withErrorFile(respond.status(), Optional.empty(), respond.body())
        : new Outcome.Responds(respond.status(), Optional.empty(), respond.body());
  }

  /** The pool's error file, else the frontend's, else the proxy's own answer. */
  private Outcome withErrorFile(int status, Optional<String> name, Optional<String> body) {
    Optional<ErrorFile> file =
        pool.map(p -> p.errorFiles().get(status))
            .or(() -> Optional.ofNullable(frontend.errorFiles().get(status)));
    if (file.isEmpty()) {
      return new Outcome.Responds(status, name, body);
    }
    if (file.get().status().isEmpty()) {
      return new Outcome.Drops(name);
    }
    return new Outcome.Responds(
        file.get().status().getAsInt(), name, file.get().digest().map(digest -> "file:" + digest));
  }

  private Next redirect(Action.Redirect redirect) {
    Value to = templates.encoded(redirect.to());
    if (to instanceof Value.Unknown unknown) {
      return new Next.End(new Outcome.Undecided(unknown.why()));
    }
    String text = Casts.text(to).orElse("");
    return switch (redirect.kind()) {
      case LOCATION ->
          text.isEmpty() && redirect.ignoreEmpty()
              ? new Next.Rule()
              : new Next.End(new Outcome.Redirects(redirect.status(), text));
      case PREFIX -> withPath(redirect, redirect.to().text().equals("/") ? "" : text);
      case SCHEME -> {
        Message.Lookup hosts = message.lines("host");
        if (hosts.unknown().isPresent()) {
          yield new Next.End(new Outcome.Undecided(hosts.unknown().get()));
        }
        String host = hosts.lines().isEmpty() ? "" : Lines.commaValues(hosts.lines()).getFirst();
        yield withPath(redirect, text + "://" + host);
      }
    };
  }

  private Next withPath(Action.Redirect redirect, String start) {
    if (message.target() instanceof Value.Unknown unknown) {
      return new Next.End(new Outcome.Undecided(unknown.why()));
    }
    String path = Message.pathAndQuery(Casts.text(message.target()).orElse("")).orElse("/");
    String location = start + (redirect.dropQuery() ? Message.beforeQuery(path) : path);
    boolean slash = redirect.appendSlash() && !location.isEmpty() && !location.endsWith("/");
    return new Next.End(new Outcome.Redirects(redirect.status(), location + (slash ? "/" : "")));
  }
}
