package dev.checkrail.scenarios.textbook;

import dev.checkrail.scenarios.textbook.Monitoring.Seen;
import dev.checkrail.scenarios.textbook.Pager.Told;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What one set of settings made of the incident.
 *
 * @param noise alerts that had been told before anything was done to the load balancer
 * @param alerts of the incident, the first told first; those that were never told last
 */
record Outcome(Settings settings, List<String> noise, List<Alert> alerts) {
  Outcome {
    noise = List.copyOf(noise);
    alerts = List.copyOf(alerts);
  }

  /**
   * One alert.
   *
   * @param place what its labels name: a pool, a server, an instance, a host; empty if nothing
   * @param pending first evaluation that saw it
   * @param told when the pager got it
   */
  record Alert(
      String name,
      String severity,
      String place,
      String summary,
      Optional<Instant> pending,
      Optional<Instant> firing,
      Optional<Instant> told) {
    boolean wakes() {
      return severity.equals("critical");
    }
  }

  /** The first notification of the incident that wakes somebody. */
  Optional<Alert> firstPage() {
    return alerts.stream().filter(it -> it.wakes() && it.told().isPresent()).findFirst();
  }

  /** The first notification of the incident, be it one that wakes nobody. */
  Optional<Alert> firstTold() {
    return alerts.stream().filter(it -> it.told().isPresent()).findFirst();
  }

  /** The first that wakes somebody and names this server. */
  Optional<Alert> firstPageNaming(String server) {
    return alerts.stream()
        .filter(it -> it.wakes() && it.told().isPresent())
        .filter(it -> List.of(it.place().split("/")).contains(server))
        .findFirst();
  }

  /** An alert by its name, as far as it was told. */
  Optional<Alert> told(String name) {
    return alerts.stream()
        .filter(it -> it.name().equals(name) && it.told().isPresent())
        .findFirst();
  }

  static Outcome of(
      Settings settings, Collection<Seen> seen, Collection<Told> told, Instant begun) {
    Map<String, Map<String, String>> labels = new LinkedHashMap<>();
    Map<String, Instant> pending = new HashMap<>();
    Map<String, Instant> firing = new HashMap<>();
    for (Seen one : seen.stream().sorted(Comparator.comparing(Seen::at)).toList()) {
      String key = key(one.alert(), one.labels());
      labels.putIfAbsent(key, one.labels());
      (one.firing() ? firing : pending).putIfAbsent(key, one.at());
    }
    Map<String, Instant> arrived = new HashMap<>();
    Map<String, String> summaries = new HashMap<>();
    Set<String> earlier = new HashSet<>();
    List<String> noise = new ArrayList<>();
    for (Told one : told.stream().sorted(Comparator.comparing(Told::received)).toList()) {
      Map<String, String> own = new TreeMap<>(one.labels());
      own.remove("monitor"); // Prometheus adds it when it sends
      String key = key(one.alert(), own);
      if (one.by().equals(settings.name()) && one.firing()) {
        if (one.received().isBefore(begun)) {
          if (earlier.add(key)) {
            noise.add(one.alert() + " " + place(own));
          }
        } else {
          labels.putIfAbsent(key, own);
          arrived.putIfAbsent(key, one.received());
          summaries.putIfAbsent(key, one.summary());
        }
      }
    }
    List<Alert> alerts = new ArrayList<>();
    for (Map.Entry<String, Map<String, String>> one : labels.entrySet()) {
      String key = one.getKey();
      // What had been firing all the time says nothing about the incident.
      if (earlier.contains(key)) {
        continue;
      }
      alerts.add(
          new Alert(
              key.substring(0, key.indexOf(' ')),
              one.getValue().getOrDefault("severity", ""),
              place(one.getValue()),
              summaries.getOrDefault(key, ""),
              Optional.ofNullable(pending.get(key)).or(() -> Optional.ofNullable(firing.get(key))),
              Optional.ofNullable(firing.get(key)),
              Optional.ofNullable(arrived.get(key))));
    }
    Instant never = Instant.MAX;
    alerts.sort(
        Comparator.comparing((Alert it) -> it.told().orElse(never))
            .thenComparing(it -> it.firing().orElse(never))
            .thenComparing(it -> it.pending().orElse(never))
            .thenComparing(Alert::name)
            .thenComparing(Alert::place));
    return new Outcome(settings, noise, alerts);
  }

  private static String key(String alert, Map<String, String> labels) {
    return alert + " " + new TreeMap<>(labels);
  }

  private static String place(Map<String, String> labels) {
    List<String> parts = new ArrayList<>();
    for (String label : List.of("proxy", "server", "instance")) {
      String value = labels.getOrDefault(label, "");
      // "edge" is the load balancer as a whole: every alert of HAProxy has it.
      if (!value.isEmpty() && !value.equals("edge")) {
        parts.add(value);
      }
    }
    return String.join("/", parts);
  }
}
