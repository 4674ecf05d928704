package dev.checkrail.policy;

import dev.checkrail.policy.Policy.Floor;
import dev.checkrail.policy.Policy.Invariant;
import dev.checkrail.policy.Policy.InventoryEntry;
import dev.checkrail.policy.Policy.Probing;
import dev.checkrail.policy.Policy.Retrying;
import dev.checkrail.policy.Policy.Review;
import dev.checkrail.policy.Policy.Service;
import dev.checkrail.policy.Policy.ServicePending;
import dev.checkrail.policy.Policy.ServiceProbe;
import dev.checkrail.policy.Policy.ServiceRetry;
import dev.checkrail.policy.Policy.Signal;
import dev.checkrail.policy.Policy.Target;
import dev.checkrail.policy.Severities.Level;
import dev.checkrail.policy.Severities.Preset;
import dev.checkrail.source.Problem;
import dev.checkrail.source.Severity;
import dev.checkrail.source.SourceFile;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Reads {@code checkrail.yaml}. Every unknown key, name or word, every value of the wrong type and
 * every name that occurs twice is a problem with its place and, where there is one, the nearest
 * known word; all of them are told at once.
 */
public final class PolicyReader {
  /** Roles that a reviewer of a change of high risk may have to have. */
  private static final Map<String, String> REVIEWERS =
      Map.of("approver", "approver", "operator", "operator", "admin", "admin");

  private static final List<String> KEYS =
      List.of(
          "version",
          "target",
          "services",
          "inventory",
          "retry",
          "invariants",
          "floors",
          "tests",
          "owners",
          "rules",
          "probe",
          "pending",
          "signals",
          "review",
          "suppressions");
  private static final Map<String, Level> LEVELS =
      ordered(
          "off", Level.OFF, "notice", Level.NOTICE, "warning", Level.WARNING, "error", Level.ERROR);
  private static final Map<String, Preset> PRESETS =
      ordered(
          "critical-only", Preset.CRITICAL_ONLY,
          "recommended", Preset.RECOMMENDED,
          "strict", Preset.STRICT);
  private static final Map<String, Retrying> RETRYING =
      ordered("never", Retrying.NEVER, "safe-by-key", Retrying.SAFE_BY_KEY);
  private static final Map<String, Probing> PROBING =
      ordered("safe", Probing.SAFE, "none", Probing.NONE);

  private final Fields fields;
  private final Collection<String> rules;
  private final Map<String, String> given;

  private PolicyReader(Fields fields, Map<String, String> given, Collection<String> rules) {
    this.fields = fields;
    this.given = given;
    this.rules = rules;
  }

  /**
   * A policy and what is wrong with its file.
   *
   * @param policy {@link Policy#none()} if there is an error among the problems: half of a policy
   *     would be taken for all of it
   * @param problems in order of place
   */
  public record Reading(Policy policy, List<Problem> problems) {
    public Reading {
      problems = List.copyOf(problems);
    }

    /** Whether the policy is what the file says. */
    public boolean ok() {
      return problems.stream().noneMatch(problem -> problem.severity() == Severity.ERROR);
    }
  }

  /**
   * Reads a policy file.
   *
   * @param environment variables of the command line; they win over those of {@code target}
   * @param knownRules ids of all rules
   */
  public static Reading read(
      SourceFile file, Map<String, String> environment, Collection<String> knownRules) {
    List<Problem> problems = new ArrayList<>();
    Yaml.Composed composed = Yaml.compose(file, "policy", problems::add);
    Fields fields = new Fields(composed.yaml(), problems);
    Policy policy = Policy.none();
    if (composed.root().isPresent()) {
      policy =
          new PolicyReader(fields, environment, new LinkedHashSet<>(knownRules))
              .policy(composed.root().get());
    } else if (problems.isEmpty()) {
      problems.add(
          Problem.error(
              "policy/missing-key",
              composed.yaml().start(),
              "the policy is empty",
              "it begins with \"version: 1\""));
    }
    problems.sort((a, b) -> a.span().compareTo(b.span()));
    boolean ok = problems.stream().noneMatch(problem -> problem.severity() == Severity.ERROR);
    return new Reading(ok ? policy : Policy.none(), problems);
  }

  private Policy policy(Node root) {
    if (!(root instanceof MappingNode)) {
      fields.expected(root, "the policy", "a mapping (key: value)");
      return Policy.none();
    }
    Map<String, Node> values = fields.mapping(root, "the policy", KEYS);
    fields
        .required(values, "version", root, "the policy")
        .ifPresent(node -> {
          if (!(node instanceof ScalarNode scalar)
              || !scalar.getTag().equals(Tag.INT)
              || !scalar.getValue().equals("1")) {
            fields.expected(node, "version", "1");
          }
        });
    Target target = target(fields.optional(values, "target"));
    List<Fields.Entry> serviceEntries =
        fields
            .optional(values, "services")
            .map(node -> fields.entries(node, "services"))
            .orElse(List.of());
    Set<String> names = new LinkedHashSet<>();
    serviceEntries.forEach(entry -> names.add(entry.name()));
    RequestSetReader sets = new RequestSetReader(fields, names);
    MustReader musts = new MustReader(fields, sets);

    List<Service> services = new ArrayList<>();
    for (Fields.Entry entry : serviceEntries) {
      services.add(
          new Service(
              entry.name(),
              sets.read(entry.value(), "the service " + Fields.shown(entry.name())),
              fields.span(entry.key())));
    }
    circles(services, serviceEntries);
    return new Policy(
        target,
        services,
        each(values, "inventory", node -> entry(node, target, sets), this::twins),
        perService(
            values,
            "retry",
            sets,
            (service, node) ->
                fields
                    .word(node, "retry", RETRYING)
                    .map(word -> new ServiceRetry(service, word, fields.span(node)))),
        each(values, "invariants", node -> invariant(node, sets, musts), all -> {}),
        perService(values, "floors", sets, this::floor),
        each(values, "tests", node -> test(node, musts), all -> {}),
        owners(values),
        severities(fields.optional(values, "rules")),
        perService(
            values,
            "probe",
            sets,
            (service, node) ->
                fields
                    .word(node, "probe", PROBING)
                    .map(word -> new ServiceProbe(service, word, fields.span(node)))),
        perService(values, "pending", sets, this::pending),
        signals(values, target),
        review(fields.optional(values, "review")),
        each(values, "suppressions", node -> suppression(node, sets), all -> {}));
  }

  // --- target

  private Target target(Optional<Node> node) {
    Map<String, String> environment = new LinkedHashMap<>();
    Optional<String> version = Optional.empty();
    List<String> features = new ArrayList<>();
    if (node.isPresent()) {
      Map<String, Node> values =
          fields.mapping(node.get(), "target", List.of("version", "features", "environment"));
      version = fields.optional(values, "version").flatMap(it -> fields.text(it, "version"));
      fields
          .optional(values, "features")
          .ifPresent(it -> features.addAll(fields.texts(it, "a feature")));
      if (values.containsKey("environment")) {
        for (Fields.Entry entry : fields.entries(values.get("environment"), "environment")) {
          if (!Variables.isName(entry.name())) {
            fields.error(
                "bad-variable",
                entry.key(),
                "this can't be the name of a variable",
                "letters, digits, _");
          }
          value(entry.value()).ifPresent(text -> environment.put(entry.name(), text));
        }
      }
    }
    environment.putAll(given);
    return new Target(version, features, environment);
  }

  /** A variable's value may be empty; it may be a secret, so no message repeats it. */
  private Optional<String> value(Node node) {
    if (node instanceof ScalarNode scalar && scalar.getValue().isEmpty()) {
      return Optional.of("");
    }
    if (!(node instanceof ScalarNode)) {
      fields.error("wrong-type", node, "a variable's value has to be a text");
      return Optional.empty();
    }
    return fields.text(node, "a variable's value");
  }

  // --- services

  /** Reports services that are minus themselves, one problem per circle. */
  private void circles(List<Service> services, List<Fields.Entry> entries) {
    Map<String, Set<String>> minus = new LinkedHashMap<>();
    for (Service service : services) {
      Set<String> used = new LinkedHashSet<>();
      for (RequestSet.Part part : service.requests().parts()) {
        switch (part) {
          case RequestSet.Named named -> used.add(named.service());
          case RequestSet.Clause clause ->
              clause.except().forEach(named -> used.add(named.service()));
        }
      }
      minus.put(service.name(), used);
    }
    Map<String, Integer> state = new HashMap<>();
    for (Fields.Entry entry : entries) {
      List<String> way = walk(entry.name(), minus, state);
      if (!way.isEmpty()) {
        fields.error(
            "circle",
            entry.key(),
            "the service is defined by itself: "
                + String.join(" -> ", way.stream().map(Fields::shown).toList()));
      }
    }
  }

  /** Depth-first with a stack of its own: a chain of services may be long. Returns a circle met. */
  private static List<String> walk(
      String first, Map<String, Set<String>> minus, Map<String, Integer> state) {
    List<String> way = new ArrayList<>();
    List<List<String>> open = new ArrayList<>();
    List<String> circle = List.of();
    if (state.containsKey(first)) {
      return circle;
    }
    state.put(first, 1);
    way.add(first);
    open.add(new ArrayList<>(minus.getOrDefault(first, Set.of())));
    while (!way.isEmpty()) {
      List<String> rest = open.getLast();
      if (rest.isEmpty()) {
        state.put(way.removeLast(), 2);
        open.removeLast();
        continue;
      }
      String next = rest.removeLast();
      Integer known = state.get(next);
      if (known == null) {
        state.put(next, 1);
        way.add(next);
        open.add(new ArrayList<>(minus.getOrDefault(next, Set.of())));
      } else if (known == 1 && circle.isEmpty()) {
        circle = new ArrayList<>(way.subList(way.indexOf(next), way.size()));
        circle.add(next);
      }
    }
    return circle;
  }

  // --- inventory

  private Optional<InventoryEntry> entry(Node node, Target target, RequestSetReader sets) {
    String what = "a server of the inventory";
    Map<String, Node> values =
        fields.mapping(node, what, List.of("name", "address", "serves", "capabilities"));
    Optional<String> name =
        fields.required(values, "name", node, what).flatMap(it -> fields.text(it, "name"));
    Optional<String> address =
        fields
            .required(values, "address", node, what)
            .flatMap(it -> expanded(it, "address", target).flatMap(text -> address(it, text)));
    List<String> serves = new ArrayList<>();
    Optional<Node> served = fields.required(values, "serves", node, what);
    for (Node one : served.map(fields::items).orElse(List.of())) {
      sets.service(one, "serves").ifPresent(service -> serves.add(service.service()));
    }
    Optional<String> capabilities =
        fields
            .optional(values, "capabilities")
            .flatMap(it -> expanded(it, "capabilities", target).flatMap(text -> url(it, text)));
    return name.flatMap(known ->
        address.map(at -> new InventoryEntry(known, at, serves, capabilities, fields.span(node))));
  }

  private Optional<String> expanded(Node node, String what, Target target) {
    Optional<String> text = fields.text(node, what);
    if (text.isEmpty()) {
      return text;
    }
    Variables.Expanded expanded = new Variables(target.environment()).expand(text.get());
    for (String fault : expanded.faults()) {
      fields.error(
          "bad-variable",
          node,
          fault,
          "define it under target: { environment: … }, with --env, or write ${NAME-default}");
    }
    return expanded.faults().isEmpty() ? Optional.of(expanded.text()) : Optional.empty();
  }

  private Optional<String> address(Node node, String text) {
    int colon = text.lastIndexOf(':');
    boolean socket = text.startsWith("/") || text.startsWith("unix@");
    boolean good = socket;
    if (!socket && colon > 0) {
      String host = text.substring(0, colon);
      String port = text.substring(colon + 1);
      boolean bracketed = host.startsWith("[") && host.endsWith("]");
      good =
          port.matches("[0-9]{1,5}")
              && Integer.parseInt(port) <= 65535
              && (bracketed
                  ? Networks.isAddress(host.substring(1, host.length() - 1))
                  : host.matches("[A-Za-z0-9._-]+"));
    }
    if (!good) {
      fields.error(
          "bad-address",
          node,
          "a server's address is address:port, [IPv6]:port or the path of a socket, not \""
              + Fields.shown(text)
              + "\"");
      return Optional.empty();
    }
    return Optional.of(text);
  }

  private Optional<String> url(Node node, String text) {
    if (!text.startsWith("http://") && !text.startsWith("https://")) {
      fields.error("bad-url", node, "a URL begins with http:// or https://");
      return Optional.empty();
    }
    return Optional.of(text);
  }

  /** Two entries for one address would leave open what the server serves. */
  private void twins(Map<InventoryEntry, Node> entries) {
    Map<String, InventoryEntry> names = new HashMap<>();
    Map<String, InventoryEntry> addresses = new HashMap<>();
    entries.forEach((entry, node) -> {
      InventoryEntry name = names.putIfAbsent(entry.name(), entry);
      InventoryEntry address = addresses.putIfAbsent(entry.address(), entry);
      if (name != null) {
        twice(node, "the name \"" + Fields.shown(entry.name()) + "\"", name);
      }
      if (address != null) {
        twice(node, "the address " + Fields.shown(entry.address()), address);
      }
    });
  }

  private void twice(Node node, String what, InventoryEntry first) {
    fields.error(
        "duplicate-name",
        node,
        what + " is in the inventory a second time; the first is in line " + first.span().line());
  }

  // --- what is demanded

  private Optional<Invariant> invariant(Node node, RequestSetReader sets, MustReader musts) {
    String what = "an invariant";
    Map<String, Node> values =
        fields.mapping(node, what, List.of("name", "requests", "must", "irregular"));
    Optional<String> name =
        fields.required(values, "name", node, what).flatMap(it -> fields.text(it, "name"));
    Optional<RequestSet> requests =
        fields.required(values, "requests", node, what).map(it -> sets.read(it, "requests"));
    Optional<Must> must =
        fields.required(values, "must", node, what).flatMap(it -> musts.read(it, "must", false));
    if (name.isEmpty() || requests.isEmpty() || must.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Invariant(
            name.get(), requests.get(), must.get(), irregular(values), fields.span(node)));
  }

  private boolean irregular(Map<String, Node> values) {
    return fields
        .optional(values, "irregular")
        .flatMap(it -> fields.flag(it, "irregular"))
        .orElse(false);
  }

  private Optional<Floor> floor(String service, Node node) {
    Map<String, Node> values = fields.mapping(node, "a floor", List.of("servers", "irregular"));
    Optional<Node> servers = fields.required(values, "servers", node, "a floor");
    boolean irregular = irregular(values);
    if (servers.isEmpty()) {
      return Optional.empty();
    }
    OptionalInt count = fields.integer(servers.get(), "servers", 1, 10_000);
    return count.isPresent()
        ? Optional.of(new Floor(service, count.getAsInt(), irregular, fields.span(node)))
        : Optional.empty();
  }

  private Optional<RoutingTest> test(Node node, MustReader musts) {
    String what = "a test";
    Map<String, Node> values = fields.mapping(node, what, List.of("name", "request", "expect"));
    Optional<RoutingTest.Sent> sent =
        fields
            .required(values, "request", node, what)
            .flatMap(it -> new SentReader(fields).read(it));
    Optional<Must> expect =
        fields.required(values, "expect", node, what).flatMap(it -> musts.read(it, "expect", true));
    Optional<String> name = fields.optional(values, "name").flatMap(it -> fields.text(it, "name"));
    return sent.flatMap(request ->
        expect.map(must ->
            new RoutingTest(
                name.orElse(request.method() + " " + request.url()),
                request,
                must,
                fields.span(node))));
  }

  // --- people and rules

  private Map<String, String> owners(Map<String, Node> values) {
    Map<String, String> owners = new LinkedHashMap<>();
    for (Fields.Entry entry : entries(values, "owners")) {
      fields.text(entry.value(), "an owner").ifPresent(it -> owners.put(entry.name(), it));
    }
    return owners;
  }

  private Severities severities(Optional<Node> node) {
    if (node.isEmpty()) {
      return Severities.recommended();
    }
    Preset preset = Preset.RECOMMENDED;
    Map<String, Level> levels = new LinkedHashMap<>();
    for (Fields.Entry entry : fields.entries(node.get(), "rules")) {
      if (entry.name().equals("preset")) {
        preset = fields.word(entry.value(), "preset", PRESETS).orElse(preset);
      } else if (isRule(entry.key(), entry.name())) {
        fields
            .word(entry.value(), "the severity", LEVELS)
            .ifPresent(level -> levels.put(entry.name(), level));
      }
    }
    return new Severities(preset, levels);
  }

  private boolean isRule(Node at, String id) {
    if (!rules.contains(id)) {
      fields.unknown("unknown-rule", at, "the rule", id, rules);
      return false;
    }
    return true;
  }

  private Optional<ServicePending> pending(String service, Node node) {
    Set<Integer> statuses = new LinkedHashSet<>();
    for (Node one : fields.items(node)) {
      fields
          .integer(one, "a status that says \"not known yet\"", 200, 299)
          .ifPresent(statuses::add);
    }
    return Optional.of(new ServicePending(service, statuses, fields.span(node)));
  }

  private List<Signal> signals(Map<String, Node> values, Target target) {
    List<Signal> signals = new ArrayList<>();
    for (Fields.Entry entry : entries(values, "signals")) {
      String what = "a signal";
      Node node = entry.value();
      Map<String, Node> parts = fields.mapping(node, what, List.of("url", "query", "above"));
      Optional<String> url =
          fields
              .required(parts, "url", node, what)
              .flatMap(it -> expanded(it, "url", target).flatMap(text -> url(it, text)));
      Optional<String> query =
          fields.required(parts, "query", node, what).flatMap(it -> fields.text(it, "query"));
      OptionalDouble above =
          fields
              .required(parts, "above", node, what)
              .map(it -> fields.number(it, "above"))
              .orElse(OptionalDouble.empty());
      if (url.isPresent() && query.isPresent() && above.isPresent()) {
        signals.add(
            new Signal(
                entry.name(), url.get(), query.get(), above.getAsDouble(), fields.span(node)));
      }
    }
    return signals;
  }

  private Review review(Optional<Node> node) {
    if (node.isEmpty()) {
      return Policy.none().review();
    }
    Map<String, Node> values =
        fields.mapping(node.get(), "review", List.of("approvers", "high_risk", "freeze"));
    int approvers = Policy.none().review().approvers();
    if (values.containsKey("approvers")) {
      approvers = fields.integer(values.get("approvers"), "approvers", 0, 100).orElse(approvers);
    }
    Map<String, Node> high =
        fields
            .optional(values, "high_risk")
            .map(it -> fields.mapping(it, "high_risk", List.of("approvers", "roles")))
            .orElse(Map.of());
    OptionalInt highRisk = OptionalInt.empty();
    if (high.containsKey("approvers")) {
      highRisk = fields.integer(high.get("approvers"), "approvers", 0, 100);
    }
    List<String> roles = new ArrayList<>();
    for (Node one :
        fields.optional(high, "roles").map(it -> fields.list(it, "roles")).orElse(List.of())) {
      fields.word(one, "a role", REVIEWERS).ifPresent(roles::add);
    }
    List<FreezeWindow> freeze = new ArrayList<>();
    for (Node one :
        fields.optional(values, "freeze").map(it -> fields.list(it, "freeze")).orElse(List.of())) {
      Optional<String> text = fields.text(one, "a freeze window");
      Optional<FreezeWindow> window = text.flatMap(FreezeWindow::read);
      window.ifPresent(freeze::add);
      if (text.isPresent() && window.isEmpty()) {
        fields.error(
            "wrong-value",
            one,
            "\"" + text.get() + "\" is no freeze window",
            "write it as " + FreezeWindow.FORMS);
      }
    }
    return new Review(approvers, highRisk, roles, freeze);
  }

  private Optional<Suppression> suppression(Node node, RequestSetReader sets) {
    String what = "a suppression";
    Map<String, Node> values =
        fields.mapping(node, what, List.of("rule", "at", "reason", "owner", "until", "requests"));
    Optional<String> rule =
        fields
            .required(values, "rule", node, what)
            .flatMap(it -> fields.text(it, "rule").filter(id -> isRule(it, id)));
    Optional<String> at =
        fields.required(values, "at", node, what).flatMap(it -> fields.text(it, "at"));
    Optional<String> reason =
        fields.required(values, "reason", node, what).flatMap(it -> fields.text(it, "reason"));
    Optional<String> owner =
        fields.required(values, "owner", node, what).flatMap(it -> fields.text(it, "owner"));
    Optional<LocalDate> until = fields.optional(values, "until").flatMap(this::date);
    Optional<RequestSet> requests =
        fields.optional(values, "requests").map(it -> sets.read(it, "requests"));
    boolean needsRequests =
        rule.isPresent() && (rule.get().startsWith("contract/") || rule.get().startsWith("diff/"));
    if (needsRequests && !values.containsKey("requests")) {
      fields.error(
          "missing-key",
          node,
          "a suppression of " + rule.get() + " needs \"requests\"",
          "say for which requests: a service or an inline set");
    }
    if (rule.isEmpty() || at.isEmpty() || reason.isEmpty() || owner.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Suppression(
            rule.get(),
            at.get().strip(),
            reason.get(),
            owner.get(),
            until,
            requests,
            fields.span(node)));
  }

  private Optional<LocalDate> date(Node node) {
    Optional<String> text = fields.text(node, "until");
    if (text.isPresent()) {
      try {
        return Optional.of(LocalDate.parse(text.get()));
      } catch (DateTimeParseException e) {
        fields.error(
            "bad-date",
            node,
            "\"" + Fields.shown(text.get()) + "\" is no date",
            "write it like 2027-01-31; the day is included, in UTC");
      }
    }
    return Optional.empty();
  }

  // --- lists and mappings

  private List<Fields.Entry> entries(Map<String, Node> values, String key) {
    return fields.optional(values, key).map(node -> fields.entries(node, key)).orElse(List.of());
  }

  private interface Reader<T> {
    Optional<T> read(Node node);
  }

  private <T> List<T> each(
      Map<String, Node> values, String key, Reader<T> reader, Consumer<Map<T, Node>> compare) {
    Map<T, Node> all = new LinkedHashMap<>();
    for (Node node :
        fields.optional(values, key).map(it -> fields.list(it, key)).orElse(List.of())) {
      reader.read(node).ifPresent(one -> all.put(one, node));
    }
    compare.accept(all);
    return List.copyOf(all.keySet());
  }

  private interface ServiceReader<T> {
    Optional<T> read(String service, Node node);
  }

  private <T> List<T> perService(
      Map<String, Node> values, String key, RequestSetReader sets, ServiceReader<T> reader) {
    List<T> all = new ArrayList<>();
    for (Fields.Entry entry : entries(values, key)) {
      if (sets.service(entry.key(), key).isPresent()) {
        reader.read(entry.name(), entry.value()).ifPresent(all::add);
      }
    }
    return all;
  }

  @SuppressWarnings("unchecked")
  private static <T> Map<String, T> ordered(Object... pairs) {
    Map<String, T> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put((String) pairs[i], (T) pairs[i + 1]);
    }
    return map;
  }
}
