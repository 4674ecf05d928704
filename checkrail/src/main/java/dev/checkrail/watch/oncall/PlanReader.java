package dev.checkrail.watch.oncall;

import dev.checkrail.policy.Fields;
import dev.checkrail.policy.Yaml;
import dev.checkrail.source.Problem;
import dev.checkrail.source.Severity;
import dev.checkrail.source.SourceFile;
import dev.checkrail.watch.oncall.Plan.Alertmanager;
import dev.checkrail.watch.oncall.Plan.Chain;
import dev.checkrail.watch.oncall.Plan.Notifier;
import dev.checkrail.watch.oncall.Plan.Step;
import dev.checkrail.watch.oncall.Plan.Watchdog;
import dev.checkrail.watch.oncall.Plan.Webhook;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Reads the on-call file. Every unknown key and name and every value that can't be is a problem
 * with its place; all of them are told at once.
 *
 * <pre>
 * version: 1
 * address: https://checkrail.example.com          # optional: base of the links in pages
 * notifiers:
 *   pager: { webhook: "https://pager.example.com/in", secret_file: pager.secret }
 *   am:    { alertmanager: "http://127.0.0.1:9093" }
 * chains:
 *   team-payments:                                # an owner of the policy
 *     - { notify: [pager], for: 5m }
 *     - { notify: [boss], for: 10m }              # the last step is repeated
 *   default:                                      # everybody else
 *     - { notify: [pager], for: 10m }
 * tickets: [am]                                   # optional
 * watchdog: { notify: [pager], every: 60s }       # optional
 * </pre>
 */
public final class PlanReader {
  private static final String WHAT = "the on-call file";
  private static final List<String> KEYS =
      List.of("version", "address", "notifiers", "chains", "tickets", "watchdog");
  private static final List<String> WEBHOOK = List.of("webhook", "secret_file");
  private static final List<String> ALERTMANAGER = List.of("alertmanager");
  private static final List<String> NOTIFIER = List.of("webhook", "secret_file", "alertmanager");
  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9._-]{0,63}");
  private static final Pattern TIME = Pattern.compile("([1-9][0-9]{0,6})(s|m|h)");
  private static final Duration LEAST_STEP = Duration.ofSeconds(1);
  private static final Duration MOST_STEP = Duration.ofDays(1);
  private static final int MOST = 1000;

  private final Fields fields;

  private PlanReader(Fields fields) {
    this.fields = fields;
  }

  /**
   * A plan and what is wrong with its file.
   *
   * @param plan {@link Plan#NOBODY} if there is an error among the problems
   * @param problems in order of place
   */
  public record Reading(Plan plan, List<Problem> problems) {
    public Reading {
      problems = List.copyOf(problems);
    }

    /** Whether the plan is what the file says. */
    public boolean ok() {
      return problems.stream().noneMatch(problem -> problem.severity() == Severity.ERROR);
    }
  }

  /** Reads a file. */
  public static Reading read(SourceFile file) {
    List<Problem> problems = new ArrayList<>();
    Yaml.Composed composed = Yaml.compose(file, "on-call file", problems::add);
    Plan plan = Plan.NOBODY;
    if (composed.root().isPresent()) {
      plan = new PlanReader(new Fields(composed.yaml(), problems)).plan(composed.root().get());
    } else if (problems.isEmpty()) {
      problems.add(
          Problem.error(
              "on-call/missing-key",
              composed.yaml().start(),
              WHAT + " is empty",
              "it begins with \"version: 1\""));
    }
    problems.sort((a, b) -> a.span().compareTo(b.span()));
    boolean ok = problems.stream().noneMatch(problem -> problem.severity() == Severity.ERROR);
    return new Reading(ok ? plan : Plan.NOBODY, problems);
  }

  private Plan plan(Node root) {
    Map<String, Node> values = fields.mapping(root, WHAT, KEYS);
    fields
        .required(values, "version", root, WHAT)
        .ifPresent(node -> {
          var unused = fields.integer(node, "version", 1, 1);
        });
    Map<String, Notifier> notifiers = new LinkedHashMap<>();
    fields
        .required(values, "notifiers", root, WHAT)
        .ifPresent(node -> notifiers.putAll(notifiers(node)));
    // A notifier that is wrong has its problem already; that it is named is none.
    Collection<String> known =
        fields.optional(values, "notifiers").stream()
            .flatMap(node -> names(node).stream())
            .toList();
    Map<String, Chain> chains = new LinkedHashMap<>();
    fields
        .required(values, "chains", root, WHAT)
        .ifPresent(node -> {
          chains.putAll(chains(node, known));
          if (names(node).stream().noneMatch(Plan.DEFAULT::equals)) {
            fields.error(
                "missing-key",
                node,
                "chains need \"default\": whom to tell of what has no chain of its own");
          }
        });
    List<String> tickets =
        fields
            .optional(values, "tickets")
            .map(node -> named(node, "tickets", known))
            .orElse(List.of());
    Optional<Watchdog> watchdog =
        fields.optional(values, "watchdog").flatMap(node -> watchdog(node, known));
    Optional<URI> address =
        fields.optional(values, "address").flatMap(node -> url(node, "address"));
    return new Plan(notifiers, chains, tickets, watchdog, address);
  }

  /** The names of a mapping, as far as it is one; what it is not is told elsewhere. */
  private static List<String> names(Node node) {
    return node instanceof org.snakeyaml.engine.v2.nodes.MappingNode mapping
        ? mapping.getValue().stream()
            .map(tuple -> tuple.getKeyNode())
            .filter(org.snakeyaml.engine.v2.nodes.ScalarNode.class::isInstance)
            .map(key -> ((org.snakeyaml.engine.v2.nodes.ScalarNode) key).getValue())
            .toList()
        : List.of();
  }

  private Map<String, Notifier> notifiers(Node node) {
    Map<String, Notifier> all = new LinkedHashMap<>();
    List<Fields.Entry> entries = fields.entries(node, "notifiers");
    for (Fields.Entry entry : entries) {
      if (!NAME.matcher(entry.name()).matches()) {
        fields.error(
            "wrong-type",
            entry.key(),
            "a notifier's name is a letter, then letters, digits and . _ - (at most 64)");
        continue;
      }
      notifier(entry).ifPresent(one -> all.put(entry.name(), one));
    }
    return all;
  }

  private Optional<Notifier> notifier(Fields.Entry entry) {
    String what = "the notifier " + entry.name();
    List<String> given = names(entry.value());
    boolean webhook = given.contains("webhook");
    boolean alertmanager = given.contains("alertmanager");
    if (webhook == alertmanager) {
      Map<String, Node> unused = fields.mapping(entry.value(), what, NOTIFIER);
      fields.error(
          "missing-key", entry.key(), what + " has either \"webhook\" or \"alertmanager\"");
      return Optional.empty();
    }
    Map<String, Node> values =
        fields.mapping(entry.value(), what, webhook ? WEBHOOK : ALERTMANAGER);
    if (alertmanager) {
      return fields
          .required(values, "alertmanager", entry.value(), what)
          .flatMap(node -> url(node, "alertmanager"))
          .map(Alertmanager::new);
    }
    Optional<URI> url =
        fields
            .required(values, "webhook", entry.value(), what)
            .flatMap(node -> url(node, "webhook"));
    Optional<Node> secret = fields.required(values, "secret_file", entry.value(), what);
    Optional<String> file = secret.flatMap(node -> fields.text(node, "secret_file"));
    return url.isEmpty() || file.isEmpty()
        ? Optional.empty()
        : Optional.of(new Webhook(url.get(), file.get(), fields.span(secret.get())));
  }

  /** An address without anything that would be a secret or would not be sent. */
  private Optional<URI> url(Node node, String what) {
    Optional<String> text = fields.text(node, what);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      URI url = new URI(text.get());
      String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
      if (url.getUserInfo() != null) {
        fields.error("wrong-type", node, what + " must hold no name and no password");
      } else if (!(scheme.equals("http") || scheme.equals("https"))
          || url.getHost() == null
          || url.getFragment() != null) {
        fields.expected(node, what, "an address such as https://pager.example.com/in");
      } else {
        return Optional.of(url);
      }
    } catch (URISyntaxException e) {
      fields.expected(node, what, "an address such as https://pager.example.com/in");
    }
    return Optional.empty();
  }

  private Map<String, Chain> chains(Node node, Collection<String> known) {
    Map<String, Chain> all = new LinkedHashMap<>();
    for (Fields.Entry entry : fields.entries(node, "chains")) {
      String what = "the chain " + Fields.shown(entry.name());
      List<Step> steps = new ArrayList<>();
      List<Node> items = fields.list(entry.value(), what);
      for (Node item : items.subList(0, Math.min(MOST, items.size()))) {
        step(item, known).ifPresent(steps::add);
      }
      if (!steps.isEmpty()) {
        all.put(entry.name(), new Chain(steps));
      } else if (entry.value() instanceof org.snakeyaml.engine.v2.nodes.SequenceNode sequence
          && sequence.getValue().isEmpty()) {
        fields.error("missing-key", entry.value(), what + " needs a step");
      }
    }
    return all;
  }

  private Optional<Step> step(Node node, Collection<String> known) {
    Map<String, Node> values = fields.mapping(node, "a step", List.of("notify", "for"));
    List<String> notify =
        fields
            .required(values, "notify", node, "a step")
            .map(list -> named(list, "notify", known))
            .orElse(List.of());
    Optional<Duration> lasting =
        fields.required(values, "for", node, "a step").flatMap(it -> time(it, "for"));
    return lasting.isEmpty() || notify.isEmpty()
        ? Optional.empty()
        : Optional.of(new Step(notify, lasting.get()));
  }

  private Optional<Watchdog> watchdog(Node node, Collection<String> known) {
    Map<String, Node> values = fields.mapping(node, "the watchdog", List.of("notify", "every"));
    List<String> notify =
        fields
            .required(values, "notify", node, "the watchdog")
            .map(list -> named(list, "notify", known))
            .orElse(List.of());
    Optional<Duration> every =
        fields.required(values, "every", node, "the watchdog").flatMap(it -> time(it, "every"));
    return every.isEmpty() || notify.isEmpty()
        ? Optional.empty()
        : Optional.of(new Watchdog(notify, every.get()));
  }

  /** Names of notifiers, at least one. */
  private List<String> named(Node node, String what, Collection<String> known) {
    List<String> names = new ArrayList<>();
    List<Node> items = fields.items(node);
    if (items.isEmpty()) {
      fields.error("missing-key", node, what + " needs the name of a notifier");
    }
    for (Node item : items) {
      Optional<String> name = fields.text(item, what);
      if (name.isPresent() && !known.contains(name.get())) {
        fields.unknown("unknown-word", item, "the notifier", name.get(), known);
      } else if (name.isPresent() && !names.contains(name.get())) {
        names.add(name.get());
      }
    }
    return names;
  }

  private Optional<Duration> time(Node node, String what) {
    Optional<String> text = fields.text(node, what);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Matcher matcher = TIME.matcher(text.get());
    if (matcher.matches()) {
      long number = Long.parseLong(matcher.group(1));
      Duration time =
          switch (matcher.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
          };
      if (time.compareTo(LEAST_STEP) >= 0 && time.compareTo(MOST_STEP) <= 0) {
        return Optional.of(time);
      }
    }
    fields.expected(node, what, "a time from 1s to 24h, such as 60s or 5m");
    return Optional.empty();
  }
}
