package dev.checkrail.gateway.acquiring;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which acquirer gets which payment: by currency, else in the order given; the others of the list
 * follow where no charge can exist at the one before.
 *
 * @param all by name, in the order given
 * @param byCurrency names in the order of preference
 */
public record Routing(Map<String, AcquirerClient> all, Map<String, List<String>> byCurrency) {

  public Routing {
    all = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(all));
    byCurrency = Map.copyOf(byCurrency);
    for (List<String> names : byCurrency.values()) {
      for (String name : names) {
        if (!all.containsKey(name)) {
          throw new IllegalArgumentException("a route names an acquirer that is none: " + name);
        }
      }
    }
  }

  /** Whom to ask, first to last. */
  public List<AcquirerClient> route(String currency) {
    List<String> names = byCurrency.getOrDefault(currency, List.copyOf(all.keySet()));
    return names.stream().flatMap(name -> Optional.ofNullable(all.get(name)).stream()).toList();
  }

  /** The acquirer of this name, if this instance still has it. */
  public Optional<AcquirerClient> named(String name) {
    return Optional.ofNullable(all.get(name));
  }
}
