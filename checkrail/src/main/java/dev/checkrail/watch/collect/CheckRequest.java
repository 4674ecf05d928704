package dev.checkrail.watch.collect;

import dev.checkrail.model.Pool.HealthCheck;
import dev.checkrail.model.Setting;
import dev.checkrail.source.Redaction;
import dev.checkrail.watch.collect.ProbeTarget.Ask;
import dev.checkrail.watch.collect.ProbeTarget.Statuses;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The request of a pool's HTTP check [4.2 option httpchk, http-check send, http-check expect], as
 * far as it may be sent by us: without a body, without credentials, by a method that only reads.
 *
 * @param ask empty if it is not sent
 * @param why it is not; else empty
 */
record CheckRequest(Optional<Ask> ask, List<Statuses> good, String why) {
  private static final List<Statuses> USUAL = List.of(new Statuses(200, 399));

  CheckRequest {
    good = List.copyOf(good);
  }

  private static CheckRequest none(String why) {
    return new CheckRequest(Optional.empty(), List.of(), why);
  }

  /**
   * Of a pool's check.
   *
   * @param key the server's address, its Host if the check names none
   */
  static CheckRequest of(HealthCheck check, String key) {
    String method = "OPTIONS";
    String host = key;
    Map<String, String> headers = new LinkedHashMap<>();
    List<Statuses> good = USUAL;
    int sends = 0;
    for (Setting step : check.steps()) {
      String[] words = step.value().strip().split(" +");
      switch (step.name()) {
        case "option httpchk" -> {
          if (words.length > 1 && words[0].matches("[A-Z]+")) {
            method = words[0];
          }
          if (words.length > 2 && step.value().contains("\\")) {
            return none("its check has headers in the old form");
          }
        }
        case "http-check send" -> {
          if (++sends > 1) {
            return none("its check has several steps");
          }
          if (step.value().contains("\"") || step.value().contains("\\")) {
            return none("its check is written with quotes");
          }
          for (int i = 0; i + 1 < words.length; i++) {
            switch (words[i]) {
              case "meth" -> method = words[++i];
              case "hdr" -> {
                String name = words[++i];
                String value = i + 1 < words.length ? words[++i] : "";
                if (Redaction.soundsSecret(name) || value.contains(Redaction.MARK)) {
                  return none("its check carries a credential");
                }
                if (value.contains("%")) {
                  return none("its check has a computed header");
                }
                if (name.equalsIgnoreCase("host")) {
                  host = value;
                } else {
                  headers.put(name, value);
                }
              }
              case "body", "body-lf" -> {
                return none("its check has a body");
              }
              case "uri-lf" -> {
                return none("its check has a computed path");
              }
              case String other -> {}
            }
          }
        }
        case "http-check expect" -> {
          Optional<List<Statuses>> told = expected(words);
          if (told.isEmpty()) {
            return none("its check looks at more than the status");
          }
          good = told.get();
        }
        case "http-check connect", "http-check set-var", "http-check set-var-fmt" -> {
          return none("its check has several steps");
        }
        case String other -> {}
      }
    }
    if (!List.of("GET", "HEAD", "OPTIONS").contains(method)) {
      return none("its check is a " + method);
    }
    Ask ask = new Ask(method, check.path().orElse("/"), host, headers);
    return SafeRequest.sendable(ask)
        ? new CheckRequest(Optional.of(ask), good, "")
        : none("its check can't be sent as it is written");
  }

  /** {@code status 200-399,404}; empty for everything else. */
  private static Optional<List<Statuses>> expected(String[] words) {
    if (words.length != 2 || !words[0].equals("status")) {
      return Optional.empty();
    }
    List<Statuses> good = new ArrayList<>();
    for (String range : words[1].split(",")) {
      if (!range.matches("\\d{3}(-\\d{3})?")) {
        return Optional.empty();
      }
      int from = Integer.parseInt(range.substring(0, 3));
      good.add(
          new Statuses(from, range.length() > 3 ? Integer.parseInt(range.substring(4)) : from));
    }
    return Optional.of(good);
  }
}
