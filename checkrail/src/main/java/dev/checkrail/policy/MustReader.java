package dev.checkrail.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads {@code must:} and {@code expect:}. */
final class MustReader {
  private static final List<String> KEYS =
      List.of("reach", "serving", "respond", "redirect", "always", "not");

  private final Fields fields;
  private final RequestSetReader sets;

  MustReader(Fields fields, RequestSetReader sets) {
    this.fields = fields;
    this.sets = sets;
  }

  /**
   * What a mapping demands.
   *
   * @param sentOn whether {@code reach} and {@code serving} also say that the request is sent on
   */
  Optional<Must> read(Node node, String what, boolean sentOn) {
    return read(node, what, sentOn, 0);
  }

  private Optional<Must> read(Node node, String what, boolean sentOn, int depth) {
    if (depth > Yaml.DEEPEST) {
      // An alias to a mapping around itself.
      fields.error("wrong-type", node, what + " contains itself");
      return Optional.empty();
    }
    Map<String, Node> values = fields.mapping(node, what, KEYS);
    List<Must> all = new ArrayList<>();
    for (Map.Entry<String, Node> entry : values.entrySet()) {
      one(entry.getKey(), entry.getValue(), sentOn, depth).ifPresent(all::add);
    }
    if (all.isEmpty()) {
      if (values.isEmpty()) {
        fields.error("wrong-type", node, what + " demands nothing", "one of " + KEYS);
      }
      return Optional.empty();
    }
    return Optional.of(all.size() == 1 ? all.getFirst() : new Must.All(all));
  }

  private Optional<Must> one(String key, Node value, boolean sentOn, int depth) {
    return switch (key) {
      case "reach" -> reach(value).map(must -> sentOn(must, sentOn));
      case "serving" ->
          sets.service(value, "serving")
              .map(service -> sentOn(new Must.Serving(service.service()), sentOn));
      case "respond" -> respond(value);
      case "redirect" ->
          fields
              .flag(value, key)
              .map(yes -> yes ? new Must.Redirect() : new Must.Not(new Must.Redirect()));
      case "always" -> always(value);
      // Of "not", only the choice of the server is negated: see Must.Not.
      case "not" -> read(value, "not", false, depth + 1).map(Must.Not::new);
      default -> Optional.empty();
    };
  }

  private static Must sentOn(Must must, boolean sentOn) {
    return sentOn ? new Must.All(List.of(new Must.Always(), must)) : must;
  }

  private Optional<Must> reach(Node value) {
    List<Must.Name> pools = new ArrayList<>();
    for (Node item : fields.items(value)) {
      fields
          .text(item, "reach")
          .ifPresent(name -> pools.add(new Must.Name(name, fields.span(item))));
    }
    if (fields.items(value).isEmpty()) {
      fields.error(
          "wrong-type",
          value,
          "reach names no pool",
          "to forbid that it is sent on, say not: { always: true }");
    }
    return pools.isEmpty() ? Optional.empty() : Optional.of(new Must.Reach(pools));
  }

  private Optional<Must> respond(Node value) {
    List<Integer> statuses = new ArrayList<>();
    for (Node item : fields.items(value)) {
      fields.integer(item, "respond", 100, 599).ifPresent(statuses::add);
    }
    if (fields.items(value).isEmpty()) {
      fields.error("wrong-type", value, "respond names no status");
    }
    return statuses.isEmpty() ? Optional.empty() : Optional.of(new Must.Respond(statuses));
  }

  private Optional<Must> always(Node value) {
    Optional<Boolean> flag = fields.flag(value, "always");
    if (flag.isPresent() && !flag.get()) {
      fields.error(
          "wrong-type", value, "always has to be true", "leave it out, or not: { always: true }");
      return Optional.empty();
    }
    return flag.map(yes -> new Must.Always());
  }
}
