package dev.checkrail.replay;

import dev.checkrail.logs.CapturedHeaders;
import dev.checkrail.model.Configuration;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Listener;
import dev.checkrail.model.Mode;
import dev.checkrail.model.Setting;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a configuration says about its own log: which frontends there are, and which headers their
 * lines hold.
 */
public final class Captures {
  private static final Pattern REQUEST =
      Pattern.compile("capture request header (\\S+) len (\\d{1,6})");
  private static final Pattern RESPONSE =
      Pattern.compile("capture response header (\\S+) len (\\d{1,6})");

  private final Map<String, Of> frontends;

  /**
   * A slot of captured request headers.
   *
   * @param name in lower case
   * @param length what is longer was cut to that
   */
  public record Slot(String name, int length) {}

  /** One frontend. */
  private record Of(boolean http, List<Listener> listeners, List<Slot> request, List<Slot> response) {
    Of {
      listeners = List.copyOf(listeners);
      request = List.copyOf(request);
      response = List.copyOf(response);
    }
  }

  private Captures(Map<String, Of> frontends) {
    this.frontends = Collections.unmodifiableMap(new LinkedHashMap<>(frontends));
  }

  /** Those of a configuration. */
  public static Captures of(Configuration configuration) {
    Map<String, Of> all = new LinkedHashMap<>();
    for (Frontend frontend : configuration.frontends()) {
      all.put(
          frontend.name(),
          new Of(
              frontend.mode() == Mode.HTTP,
              frontend.listeners(),
              slots(frontend, REQUEST),
              slots(frontend, RESPONSE)));
    }
    return new Captures(all);
  }

  /**
   * Names of captured headers, by which log lines are read. Empty for frontends of which the order
   * of slots is not known.
   */
  public CapturedHeaders names() {
    Map<String, CapturedHeaders.Slots> slots = new HashMap<>();
    frontends.forEach((name, one) ->
        slots.put(
            name,
            new CapturedHeaders.Slots(
                one.request().stream().map(Slot::name).toList(),
                one.response().stream().map(Slot::name).toList())));
    return new CapturedHeaders(slots);
  }

  /** What the slots of a frontend's request headers hold; empty if that is not known. */
  public List<Slot> request(String frontend) {
    Of one = frontends.get(frontend);
    return one == null ? List.of() : one.request();
  }

  boolean has(String frontend) {
    return frontends.containsKey(frontend);
  }

  boolean isHttp(String frontend) {
    Of one = frontends.get(frontend);
    return one != null && one.http();
  }

  /** A listener of a frontend, of the one kind or the other if there is one. */
  Optional<Listener> listener(String frontend, boolean tls) {
    Of one = frontends.get(frontend);
    if (one == null) {
      return Optional.empty();
    }
    return one.listeners().stream()
        .filter(listener -> listener.tls() == tls)
        .findFirst()
        .or(() -> one.listeners().stream().findFirst());
  }

  /**
   * Slots in their order (Configuration Manual 2.6, "capture request header"). Rules that capture
   * and declared captures take slots, too, in between: then it is not known what a slot holds.
   */
  private static List<Slot> slots(Frontend frontend, Pattern declared) {
    boolean others =
        frontend.settings().stream().anyMatch(setting -> setting.name().startsWith("declare"))
            || frontend.rules().stream()
                .flatMap(set -> set.rules().stream())
                .anyMatch(rule -> rule.text().contains(" capture "))
            || frontend.responseRules().stream()
                .anyMatch(rule -> (rule.name() + " " + rule.value()).contains(" capture "));
    if (others) {
      return List.of();
    }
    List<Slot> slots = new ArrayList<>();
    for (Setting setting : frontend.settings()) {
      Matcher header = declared.matcher(setting.name() + " " + setting.value());
      if (header.matches()) {
        slots.add(
            new Slot(header.group(1).toLowerCase(Locale.ROOT), Integer.parseInt(header.group(2))));
      }
    }
    return List.copyOf(slots);
  }
}
