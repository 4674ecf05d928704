package dev.checkrail.policy;

import dev.checkrail.model.Match.Network;
import dev.checkrail.policy.RequestSet.Clause;
import dev.checkrail.policy.RequestSet.HeaderTest;
import dev.checkrail.policy.RequestSet.Named;
import dev.checkrail.policy.RequestSet.Part;
import dev.checkrail.policy.RequestSet.Sources;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Reads sets of requests: a service's name, a mapping of conditions, or a list of these. */
final class RequestSetReader {
  private static final List<String> KEYS =
      List.of("path", "hosts", "methods", "headers", "from", "listener", "except", "irregular");
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE");
  private static final String TOKEN_BYTES = "!#$%&'*+-.^_`|~";

  private final Fields fields;
  private final Set<String> services;

  RequestSetReader(Fields fields, Set<String> services) {
    this.fields = fields;
    this.services = services;
  }

  RequestSet read(Node node, String what) {
    List<Part> parts = new ArrayList<>();
    List<Node> items = fields.items(node);
    if (items.isEmpty()) {
      fields.error("wrong-type", node, what + " is an empty list and would hold no request");
    }
    for (Node item : items) {
      if (item instanceof MappingNode) {
        parts.add(clause(item));
      } else {
        service(item, what).ifPresent(parts::add);
      }
    }
    return new RequestSet(parts, fields.span(node));
  }

  /** The name of a service that the policy defines. */
  Optional<Named> service(Node node, String what) {
    Optional<String> name = fields.text(node, what);
    if (name.isPresent() && !services.contains(name.get())) {
      fields.unknown("unknown-service", node, "the service", name.get(), services);
      return Optional.empty();
    }
    return name.map(known -> new Named(known, fields.span(node)));
  }

  private Clause clause(Node node) {
    Map<String, Node> values = fields.mapping(node, "a set of requests", KEYS);
    List<PathGlob> paths = new ArrayList<>();
    List<HostPattern> hosts = new ArrayList<>();
    List<String> methods = new ArrayList<>();
    List<Named> except = new ArrayList<>();
    for (Node item : given(values, "path")) {
      fields.text(item, "path").flatMap(text -> path(item, text)).ifPresent(paths::add);
    }
    for (Node item : given(values, "hosts")) {
      fields.text(item, "a host").flatMap(text -> host(item, text)).ifPresent(hosts::add);
    }
    for (Node item : given(values, "methods")) {
      fields.text(item, "a method").flatMap(text -> method(item, text)).ifPresent(methods::add);
    }
    for (Node item : given(values, "except")) {
      service(item, "except").ifPresent(except::add);
    }
    List<String> listeners = new ArrayList<>();
    for (Node item : given(values, "listener")) {
      fields.text(item, "listener").ifPresent(listeners::add);
    }
    return new Clause(
        paths,
        hosts,
        methods,
        fields.optional(values, "headers").map(this::headers).orElse(List.of()),
        sources(given(values, "from")),
        listeners,
        except,
        fields
            .optional(values, "irregular")
            .flatMap(flag -> fields.flag(flag, "irregular"))
            .orElse(false),
        fields.span(node));
  }

  /**
   * The items of a key that asks for something; an empty list would ask for nothing by accident.
   */
  private List<Node> given(Map<String, Node> values, String key) {
    Node node = values.get(key);
    if (node == null) {
      return List.of();
    }
    List<Node> items = fields.items(node);
    if (items.isEmpty() && !key.equals("except")) {
      fields.error(
          "wrong-type", node, key + " is an empty list", "leave the key out if any will do");
    }
    return items;
  }

  private Optional<PathGlob> path(Node at, String text) {
    String wrong = null;
    if (!text.startsWith("/")) {
      wrong = "a path begins with /";
    } else if (text.chars().anyMatch(c -> c <= ' ' || c == 0x7F || c == '?' || c == '#')) {
      wrong = "a path has no blank, ? or #";
    } else {
      for (String segment : text.substring(1).split("/", -1)) {
        if (segment.indexOf('*') >= 0 && !segment.equals("*") && !segment.equals("**")) {
          wrong = "* and ** stand for whole segments only";
        }
      }
    }
    if (wrong != null) {
      fields.error("bad-path", at, wrong + ": \"" + Fields.shown(text) + "\"");
      return Optional.empty();
    }
    return Optional.of(PathGlob.of(text));
  }

  private Optional<HostPattern> host(Node at, String text) {
    boolean under = text.startsWith("*.");
    String name = HostPattern.plain(under ? text.substring(2) : text);
    boolean address = name.startsWith("[") && name.endsWith("]");
    boolean good =
        !name.isEmpty()
            && (address
                ? !under && Networks.isAddress(name.substring(1, name.length() - 1))
                : name.chars().noneMatch(c -> c <= ' ' || c >= 0x7F || "*/,:@[]".indexOf(c) >= 0));
    if (!good) {
      fields.error(
          "bad-host",
          at,
          "\"" + Fields.shown(text) + "\" is neither a host name nor *.name",
          text.equals("*") ? "leave \"hosts\" out: then any host will do" : "write name or *.name");
      return Optional.empty();
    }
    return Optional.of(new HostPattern(name, under));
  }

  private Optional<String> method(Node at, String text) {
    String upper = text.toUpperCase(Locale.ROOT);
    if (!text.equals(upper) && METHODS.contains(upper)) {
      fields.error("bad-method", at, "methods are case-sensitive", "write " + upper);
      return Optional.empty();
    }
    if (!isToken(text)) {
      fields.error("bad-method", at, "\"" + Fields.shown(text) + "\" can't be a method");
      return Optional.empty();
    }
    return Optional.of(text);
  }

  static boolean isToken(String text) {
    return !text.isEmpty()
        && text.chars()
            .allMatch(c ->
                (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || TOKEN_BYTES.indexOf(c) >= 0);
  }

  private List<HeaderTest> headers(Node node) {
    List<HeaderTest> tests = new ArrayList<>();
    for (Fields.Entry entry : fields.entries(node, "headers")) {
      String name = entry.name().toLowerCase(Locale.ROOT);
      if (!isToken(name)) {
        fields.error("bad-header", entry.key(), "this can't be the name of a header");
      } else if (entry.value() instanceof ScalarNode scalar && scalar.getTag().equals(Tag.BOOL)) {
        fields
            .flag(scalar, "a header")
            .map(there ->
                there ? new RequestSet.HeaderPresent(name) : new RequestSet.HeaderAbsent(name))
            .ifPresent(tests::add);
      } else {
        List<String> values =
            fields.texts(entry.value(), "a header's value").stream().map(String::strip).toList();
        if (values.isEmpty() && fields.items(entry.value()).isEmpty()) {
          fields.error("bad-header", entry.value(), "no value would do", "true: any value");
        }
        tests.add(new RequestSet.HeaderIs(name, values));
      }
    }
    return tests;
  }

  private Sources sources(List<Node> items) {
    List<Network> in = new ArrayList<>();
    List<Network> out = new ArrayList<>();
    for (Node item : items) {
      Optional<String> text = fields.text(item, "from");
      if (text.isEmpty()) {
        continue;
      }
      boolean not = text.get().startsWith("!");
      Optional<Network> network = Networks.read(not ? text.get().substring(1).strip() : text.get());
      if (network.isEmpty()) {
        fields.error(
            "bad-network",
            item,
            "\"" + Fields.shown(text.get()) + "\" is no address or network",
            "write it like 10.0.0.0/8, 192.0.2.7, 2001:db8::/32 or \"!10.0.0.0/8\"");
      }
      network.ifPresent((not ? out : in)::add);
    }
    return new Sources(in, out);
  }
}
