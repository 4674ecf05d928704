package dev.checkrail.serve;

import dev.checkrail.serve.access.Caller;
import dev.checkrail.serve.access.Denied;
import dev.checkrail.serve.access.Right;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A request, as an operation sees it.
 *
 * @param id for logs and problems
 * @param from the address of the peer
 * @param known who sent it; empty only where no token is needed
 */
record Call(
    String id,
    String from,
    Optional<Caller> known,
    Map<String, String> path,
    Map<String, String> query,
    Supplier<byte[]> content) {
  Call {
    path = Map.copyOf(path);
    query = Map.copyOf(query);
  }

  Caller caller() {
    return known.orElseThrow(() -> new IllegalStateException("no caller"));
  }

  /** The caller, if it may do this to this load balancer. */
  Caller may(Right right, String balancer) {
    Caller caller = caller();
    if (!caller.may(right)) {
      throw new Denied(Denied.Kind.NO_RIGHT, "this needs the right " + right.word());
    }
    if (!caller.reaches(balancer)) {
      throw new Denied(Denied.Kind.NO_RIGHT, "your token does not reach this load balancer");
    }
    return caller;
  }

  String parameter(String name) {
    return Body.plain(name, Optional.ofNullable(path.get(name)).orElseThrow());
  }

  Optional<String> asked(String name) {
    return Optional.ofNullable(query.get(name)).map(value -> Body.plain(name, value));
  }

  /** A whole number of the query. */
  long number(String name, long usual, long least, long most) {
    return asked(name)
        .map(text -> {
          if (!text.matches("[0-9]{1,18}")
              || Long.parseLong(text) < least
              || Long.parseLong(text) > most) {
            throw Problem.bad(
                "%s has to be a whole number from %d to %d".formatted(name, least, most));
          }
          return Long.parseLong(text);
        })
        .orElse(usual);
  }

  /** The body, which may have these members and no others. */
  Body body(String... known) {
    return new Body(Wire.read(content.get()), known);
  }

  /** The body, which may be left out. */
  Body maybeBody(String... known) {
    byte[] bytes = content.get();
    return new Body(bytes.length == 0 ? Wire.object() : Wire.read(bytes), known);
  }

  /** The fields of a form, each once. */
  Map<String, String> form() {
    Map<String, String> fields = new LinkedHashMap<>();
    String text = new String(content.get(), StandardCharsets.UTF_8);
    for (String pair : text.split("&", 100)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        try {
          String name = URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8);
          String value = URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8);
          fields.putIfAbsent(name, Body.plain("the form", value));
        } catch (IllegalArgumentException e) {
          throw Problem.bad("the form can't be read");
        }
      }
    }
    return fields;
  }
}
