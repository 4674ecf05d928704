package dev.checkrail.serve;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The members of a request's body, one after the other; what nobody asked for is an error. */
final class Body {
  private final ObjectNode object;

  /**
   * Reads a body.
   *
   * @param known the members that it may have
   */
  Body(ObjectNode object, String... known) {
    this.object = object;
    Set<String> names = Set.of(known);
    for (String name : object.propertyNames()) {
      if (!names.contains(name)) {
        throw Problem.bad(
            "the body has an unknown member \""
                + (name.length() > 40 ? name.substring(0, 40) + "…" : name)
                + "\"; it may have "
                + String.join(", ", known));
      }
    }
  }

  String text(String name) {
    return maybe(name).orElseThrow(() -> Problem.bad("the body lacks the member \"" + name + "\""));
  }

  Optional<String> maybe(String name) {
    return present(name)
        .map(node -> {
          if (!node.isString()) {
            throw Problem.bad("\"" + name + "\" has to be a string");
          }
          return plain(name, node.stringValue());
        });
  }

  Optional<Boolean> flag(String name) {
    return present(name)
        .map(node -> {
          if (!node.isBoolean()) {
            throw Problem.bad("\"" + name + "\" has to be true or false");
          }
          return node.booleanValue();
        });
  }

  Optional<Integer> number(String name, int least, int most) {
    return present(name)
        .map(node -> {
          if (!node.isInt() || node.intValue() < least || node.intValue() > most) {
            throw Problem.bad(
                "\"%s\" has to be a whole number from %d to %d".formatted(name, least, most));
          }
          return node.intValue();
        });
  }

  /** Empty if it is not there. */
  Optional<List<String>> texts(String name) {
    return present(name)
        .map(node -> {
          List<String> values = new ArrayList<>();
          for (JsonNode value : node) {
            if (!value.isString()) {
              throw Problem.bad("\"" + name + "\" has to be a list of strings");
            }
            values.add(plain(name, value.stringValue()));
          }
          if (!node.isArray()) {
            throw Problem.bad("\"" + name + "\" has to be a list of strings");
          }
          return values;
        });
  }

  /** Names and texts; empty if it is not there. */
  Map<String, String> map(String name) {
    Map<String, String> values = new LinkedHashMap<>();
    present(name)
        .ifPresent(node -> {
          if (!node.isObject()) {
            throw Problem.bad("\"" + name + "\" has to be an object");
          }
          node.properties()
              .forEach(property -> {
                if (!property.getValue().isString()) {
                  throw Problem.bad("the members of \"" + name + "\" have to be strings");
                }
                values.put(
                    plain(name, property.getKey()), plain(name, property.getValue().stringValue()));
              });
        });
    return values;
  }

  /** No path, no row and no command can hold a NUL. */
  static String plain(String name, String value) {
    if (value.indexOf('\0') >= 0) {
      throw Problem.bad("\"" + name + "\" holds a NUL character");
    }
    return value;
  }

  private Optional<JsonNode> present(String name) {
    return Optional.ofNullable(object.get(name)).filter(node -> !node.isNull());
  }
}
