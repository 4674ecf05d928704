package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.Action;
import dev.checkrail.model.Action.Effect;
import dev.checkrail.model.Condition;
import dev.checkrail.model.ErrorFile;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Listener;
import dev.checkrail.model.Mode;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Rule;
import dev.checkrail.model.RuleSet;
import dev.checkrail.model.RuleSet.Phase;
import dev.checkrail.model.Server;
import dev.checkrail.model.Template;
import dev.checkrail.model.Unmodelled;
import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.KeptText;
import dev.checkrail.read.haproxy.Section;
import dev.checkrail.read.haproxy.SectionKind;
import dev.checkrail.read.haproxy.Word;
import dev.checkrail.report.RuleId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One {@code frontend}, {@code backend} or {@code listen}: walks through what it inherits and its
 * own lines in order, and sorts them into rule sets, settings, listeners and servers. What HAProxy
 * resolves after all files are parsed waits for {@link #finish}.
 */
final class LowerProxy {
  private static final Set<Phase> OF_FRONTEND = EnumSet.complementOf(EnumSet.of(Phase.SERVER));
  private static final Set<Phase> OF_POOL =
      EnumSet.of(Phase.CONTENT, Phase.REQUEST, Phase.STATISTICS, Phase.REDIRECT, Phase.SERVER);

  private final Section section;
  private final Surroundings around;
  private final Notes notes;
  private final boolean http;
  private final boolean disabled;
  private final List<Directive> inherited;
  private final List<Directive> own;
  private final Optional<AclScope> defaultScope;
  private final AclScope scope;
  private final Map<String, Integer> ordinals = new HashMap<>();
  private final RuleSets rules = new RuleSets();
  private final OwnPages pages = new OwnPages();
  private final PoolSettings settings;
  private final LowerServer servers;
  private final LowerHealthCheck checks = new LowerHealthCheck();
  private final Map<Integer, ErrorFile> errorFiles = new HashMap<>();
  private final List<Listener> listeners = new ArrayList<>();
  private final List<Unmodelled> unmodelled = new ArrayList<>();
  private final List<Runnable> late = new ArrayList<>();
  private final String defaultsLabel;
  private String label;
  private Optional<Directive> defaultBackend = Optional.empty();
  private Optional<Directive> restriction = Optional.empty();
  private Optional<Rule> elsewhere = Optional.empty();

  LowerProxy(Section section, Inheritance.Inherited from, Surroundings around) {
    this.section = section;
    this.label = section.label();
    this.defaultsLabel = from.defaults().map(Section::label).orElse("defaults");
    this.around = around;
    this.notes = around.notes();
    this.servers = new LowerServer(notes);
    this.settings = new PoolSettings(section.span(), around);
    this.own = section.activeDirectives().toList();
    List<Directive> all = Inheritance.merge(from.directives(), own);
    this.inherited = all.subList(0, all.size() - own.size());
    this.http = last(all, "mode").map(directive -> directive.arg(0).equals("http")).orElse(false);
    this.disabled = disabled(all);
    this.defaultScope =
        from.defaults().map(defaults -> around.defaultScope(defaults, this::setup, http));
    this.scope =
        new AclScope(
            own.stream().filter(d -> d.is("acl")).toList(), notes, d -> setup(d, section.label()));
  }

  private static Optional<Directive> last(List<Directive> all, String keyword) {
    return all.stream().filter(d -> d.is(keyword)).reduce((first, second) -> second);
  }

  private static boolean disabled(List<Directive> all) {
    return all.stream()
        .filter(d -> d.is("disabled") || d.is("enabled"))
        .reduce((first, second) -> second)
        .map(d -> d.is("disabled"))
        .orElse(false);
  }

  private Setup setup(Directive directive, String use) {
    return new Setup(
        notes,
        around.files(),
        directive,
        use,
        section.title(),
        http,
        false,
        around.pools(),
        around.environment(),
        around.errorSections());
  }

  boolean isFrontend() {
    return section.kind() != SectionKind.BACKEND;
  }

  boolean isPool() {
    return section.kind() != SectionKind.FRONTEND;
  }

  /** The first walk, in file order. */
  void walk() {
    label = defaultsLabel;
    for (Directive directive : inherited) {
      directive(directive, defaultScope.orElse(scope));
    }
    label = section.label();
    for (Directive directive : own) {
      directive(directive, scope);
    }
    scope.finish();
    if (http) {
      pages.rules(rules);
      restriction.ifPresent(this::restriction);
    }
  }

  /** What is resolved after all files are parsed. */
  void finish() {
    late.forEach(Runnable::run);
    elsewhere.ifPresent(rule -> rules.add(Phase.SERVER, rule));
    if (isFrontend()) {
      defaultRoute();
    }
  }

  private void directive(Directive directive, AclScope acls) {
    String keyword = directive.keyword().value();
    switch (keyword) {
      case "acl" -> acls.passed(directive);
      case "bind" -> {
        if (isFrontend()) {
          listeners.addAll(LowerBind.listeners(place(directive), around.certificateBase()));
        }
      }
      case "server" -> whenPool(directive, () -> servers.server(directive));
      case "server-template" -> whenPool(directive, () -> servers.template(directive));
      case "default-server" -> whenPool(directive, () -> servers.defaultServer(directive));
      case "http-request" -> whenHttp(directive, () -> http(directive, acls));
      case "tcp-request" -> tcp(directive, acls);
      case "redirect" -> whenHttp(directive, () -> redirect(directive, acls));
      case "use_backend" -> useBackend(directive, acls);
      case "use-server" -> whenPool(directive, () -> useServer(directive, acls));
      case "default_backend" -> defaultBackend = Optional.of(directive);
      case "monitor-uri" -> pages.monitorUri(directive);
      case "monitor" -> monitorFail(directive, acls);
      case "stats" -> stats(directive, acls);
      case "errorfile", "errorfiles", "errorloc", "errorloc302", "errorloc303", "http-error" ->
          LowerErrorFiles.apply(directive, place(directive), around.errorSections(), errorFiles);
      case "http-response", "http-after-response", "tcp-response" -> settings.response(directive);
      case "http-check", "tcp-check", "external-check" -> {
        checks.step(directive);
      }
      case "option" -> option(directive);
      case "filter" -> filter(directive);
      case "dispatch", "transparent", "use-fcgi-app" -> {
        settings.add(directive);
        elsewhere(directive, "another way to servers than 'server' lines");
      }
      case "force-persist", "ignore-persist" -> {
        Args args = new Args(directive, 0);
        acls.guard(args.guard(), place(directive));
        settings.add(directive);
      }
      case String other -> settings.add(directive);
    }
  }

  /** The surroundings of a rule: {@code frontend fe / use_backend #2}. */
  private Setup place(Directive directive) {
    String keyword = directive.keyword().value();
    int ordinal = ordinals.merge(label + keyword, 1, Integer::sum);
    String use = label + " / " + keyword + (ordinal == 1 ? "" : " #" + ordinal);
    return setup(directive, use);
  }

  private void whenHttp(Directive directive, Runnable action) {
    if (http) {
      action.run();
    } else {
      notes.ignored(directive);
    }
  }

  private void whenPool(Directive directive, Runnable action) {
    if (isPool()) {
      action.run();
    } else {
      notes.ignored(directive);
    }
  }

  private void add(Phase phase, Condition when, Action then, Directive directive) {
    rules.add(phase, new Rule(when, then, directive.span(), KeptText.text(directive)));
    notes.lowered(directive, then);
  }

  private void http(Directive directive, AclScope acls) {
    Setup setup = place(directive);
    Args args = new Args(directive, 0);
    Action action = new LowerRule(args, setup).http();
    add(Phase.REQUEST, acls.guard(args.guard(), setup), action, directive);
  }

  private void tcp(Directive directive, AclScope acls) {
    Optional<Phase> phase =
        switch (directive.arg(0)) {
          case "connection" -> Optional.of(Phase.CONNECTION);
          case "session" -> Optional.of(Phase.SESSION);
          case "content" -> Optional.of(Phase.CONTENT);
          case String other -> Optional.empty();
        };
    if (phase.isEmpty()) {
      settings.add(directive);
      return;
    }
    Setup setup = place(directive);
    Args args = new Args(directive, 1);
    Action action = new LowerRule(args, setup).tcp();
    add(phase.get(), acls.guard(args.guard(), setup), action, directive);
  }

  private void redirect(Directive directive, AclScope acls) {
    Setup setup = place(directive);
    Args args = new Args(directive, 0);
    Action action = LowerRedirect.action(args, false, setup);
    add(Phase.REDIRECT, acls.guard(args.guard(), setup), action, directive);
  }

  private void monitorFail(Directive directive, AclScope acls) {
    if (directive.arg(0).equals("fail")) {
      pages.monitorFail(directive, acls.guard(new Args(directive, 1).guard(), place(directive)));
    }
  }

  private void stats(Directive directive, AclScope acls) {
    settings.add(directive);
    if (!http) {
      notes.ignored(directive);
    } else if (directive.arg(0).equals("http-request")) {
      Setup setup = place(directive);
      Args args = new Args(directive, 1);
      Action action = new LowerRule(args, setup).http();
      pages.statsRule(directive, acls.guard(args.guard(), setup), action);
    } else {
      if (directive.arg(0).equals("admin")) {
        acls.guard(new Args(directive, 1).guard(), place(directive));
      }
      pages.stats(directive);
    }
  }

  private void option(Directive directive) {
    String name = directive.arg(0);
    if (LowerHealthCheck.isOption(name)) {
      checks.option(directive);
      return;
    }
    settings.add(directive);
    if (directive.prefix() != Directive.Prefix.NONE) {
      return;
    }
    switch (name) {
      case "transparent", "http_proxy" ->
          elsewhere(directive, "it connects to the address that the client asked for");
      case "http-restrict-req-hdr-names" -> restriction = Optional.of(directive);
      case String other -> {
        // a setting
      }
    }
  }

  /** Names of headers other than letters, digits and dashes [4.2], seen to after http-request. */
  private void restriction(Directive directive) {
    switch (directive.arg(1)) {
      case "delete" -> {
        Action action = new Action.DeleteHeaderRegex("[^A-Za-z0-9-]");
        rules.addFirst(
            Phase.STATISTICS,
            new Rule(new Condition.Always(), action, directive.span(), KeptText.text(directive)));
        notes.lowered(directive, action);
      }
      case "reject" ->
          rules.addFirst(
              Phase.STATISTICS,
              new Rule(
                  new Condition.Always(),
                  new Action.Unknown(
                      notes.unmodelled(
                          directive, "names of headers with unusual characters are not modelled"),
                      EnumSet.of(Effect.ANSWER)),
                  directive.span(),
                  KeptText.text(directive)));
      case String other -> {
        // preserve: as they are
      }
    }
  }

  private void filter(Directive directive) {
    settings.add(directive);
    switch (directive.arg(0)) {
      case "trace", "compression", "cache", "fcgi-app", "opentracing" -> {
        // acts on responses, or only where a rule says so
      }
      case String other -> {
        String reason = "what the filter " + Text.shown(other) + " does is not modelled";
        Unmodelled why = notes.unmodelled(directive, reason);
        EnumSet<Effect> effects =
            other.equals("spoe")
                ? EnumSet.of(Effect.REWRITE)
                : EnumSet.of(Effect.REWRITE, Effect.ANSWER);
        for (Phase phase : http ? List.of(Phase.CONTENT, Phase.REQUEST) : List.of(Phase.CONTENT)) {
          rules.addFirst(
              phase,
              new Rule(
                  new Condition.Always(),
                  new Action.Unknown(why, effects),
                  directive.span(),
                  KeptText.text(directive)));
        }
      }
    }
  }

  /** A way to servers that are not the pool's: whoever is left for the balancing may go there. */
  private void elsewhere(Directive directive, String reason) {
    Unmodelled why = notes.unmodelled(directive, reason);
    unmodelled.add(why);
    if (isPool()) {
      elsewhere =
          Optional.of(
              new Rule(
                  new Condition.Always(),
                  new Action.Unknown(why, EnumSet.of(Effect.ROUTE)),
                  directive.span(),
                  KeptText.text(directive)));
    }
  }

  // ---- routing

  private void useBackend(Directive directive, AclScope acls) {
    Setup setup = place(directive);
    if (!isFrontend()) {
      notes.ignored(directive);
      acls.guard(new Args(directive, 1).guard(), setup);
      return;
    }
    Optional<Word> name = directive.word(0);
    if (name.isEmpty()) {
      notes.refused(directive.span(), "use_backend needs the name of a backend");
      return;
    }
    Condition when = acls.guard(directive.from(1), setup);
    Word target = name.get();
    late.add(() -> {
      Optional<Template> template = computed(target, setup);
      Action action =
          template.isPresent()
              ? new Action.RouteByName(template.get())
              : route(target.value().replace("%%", "%"), target, directive);
      add(Phase.SWITCH, when, action, directive);
    });
  }

  private static Optional<Template> computed(Word word, Setup setup) {
    if (word.value().indexOf('%') < 0) {
      return Optional.empty();
    }
    Template template = LowerTemplate.template(word, setup.later());
    boolean constant =
        template.parts().stream().allMatch(part -> part instanceof Template.Part.Literal);
    return constant ? Optional.empty() : Optional.of(template);
  }

  private Action route(String pool, Word word, Directive directive) {
    Optional<Mode> mode = around.mode(pool);
    if (mode.isEmpty()) {
      notes.error(
          RuleId.ROUTE_UNKNOWN_POOL,
          word.span(),
          "there is no backend '" + Text.shown(pool) + "'; HAProxy refuses to start");
      return new Action.Unknown(
          notes.unmodelled(directive, "the pool does not exist"),
          EnumSet.of(Effect.ROUTE, Effect.ANSWER));
    }
    if (http && mode.get() == Mode.TCP) {
      notes.refused(
          word.span(),
          "the backend '" + Text.shown(pool) + "' is in TCP mode, this section in HTTP mode");
    }
    return pool.equals(section.title()) && section.kind() == SectionKind.LISTEN
        ? new Action.RouteHere(pool)
        : new Action.Route(pool);
  }

  private void useServer(Directive directive, AclScope acls) {
    Setup setup = place(directive);
    Optional<Word> name = directive.word(0);
    if (name.isEmpty()) {
      notes.refused(directive.span(), "use-server needs the name of a server");
      return;
    }
    Condition when = acls.guard(directive.from(1), setup);
    Word target = name.get();
    late.add(() -> {
      Optional<Template> template = computed(target, setup);
      String server = target.value();
      if (template.isEmpty()
          && servers.servers().stream().noneMatch(s -> s.name().equals(server))) {
        notes.refused(
            target.span(), "there is no server '" + Text.shown(server) + "' in this section");
      }
      add(
          Phase.SERVER,
          when,
          new Action.UseServer(template.orElse(Template.of(server))),
          directive);
    });
  }

  private void defaultRoute() {
    if (defaultBackend.isPresent()) {
      Directive directive = defaultBackend.get();
      Optional<Word> word = directive.word(0);
      if (word.isPresent()) {
        add(
            Phase.DEFAULT,
            new Condition.Always(),
            route(word.get().value(), word.get(), directive),
            directive);
        return;
      }
    }
    if (section.kind() == SectionKind.LISTEN) {
      rules.add(
          Phase.DEFAULT,
          new Rule(
              new Condition.Always(),
              new Action.RouteHere(section.title()),
              section.span(),
              section.header().content().strip()));
    }
  }

  // ---- results

  private Mode mode() {
    return http ? Mode.HTTP : Mode.TCP;
  }

  /** The listening half; empty if the section is disabled. */
  Optional<Frontend> frontend() {
    if (!isFrontend() || disabled) {
      return Optional.empty();
    }
    return Optional.of(
        new Frontend(
            section.title(),
            mode(),
            listeners,
            rules.sets(OF_FRONTEND),
            errorFiles,
            settings.forFrontend(),
            settings.responses(),
            section.span()));
  }

  /** The serving half. A disabled one has no server that is in service. */
  Optional<Pool> pool() {
    if (!isPool()) {
      return Optional.empty();
    }
    unmodelled.addAll(servers.unmodelled());
    List<RuleSet> sets = rules.sets(OF_POOL);
    return Optional.of(
        new Pool(
            section.title(),
            mode(),
            sets,
            settings.balance(),
            disabled
                ? servers.servers().stream().map(LowerProxy::outOfService).toList()
                : servers.servers(),
            settings.allBackups(),
            settings.persistence(http),
            checks.lower(section.span()),
            settings.retry(),
            errorFiles,
            settings.forPool(),
            settings.responses(),
            unmodelled,
            section.span()));
  }

  private static Server outOfService(Server s) {
    return new Server(
        s.name(),
        s.address(),
        s.port(),
        s.portOffset(),
        s.byName(),
        s.resolvedAtStart(),
        s.weight(),
        s.backup(),
        true,
        s.maxConnections(),
        s.tls(),
        s.check(),
        s.track(),
        s.cookie(),
        s.options(),
        s.span());
  }
}
