package dev.checkrail.logs;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Names of the headers that a load balancer captures, by frontend. Lines have their values only, in
 * the order in which the configuration declares them ({@code capture request header}, Configuration
 * Manual 2.6).
 */
public record CapturedHeaders(Map<String, Slots> frontends) {
  /** Nobody has named them. */
  public static final CapturedHeaders UNKNOWN = new CapturedHeaders(Map.of());

  public CapturedHeaders {
    frontends = Map.copyOf(frontends);
  }

  /**
   * What the slots of one frontend hold; what is not named here is redacted by what it looks like.
   */
  public record Slots(List<String> request, List<String> response) {
    static final Slots NONE = new Slots(List.of(), List.of());

    public Slots {
      request = List.copyOf(request);
      response = List.copyOf(response);
    }
  }

  /** The slots of a frontend. */
  public Slots of(String frontend) {
    return frontends.getOrDefault(frontend, Slots.NONE);
  }

  /** Those frontends that have the same slots in both. */
  public CapturedHeaders agreedBy(CapturedHeaders other) {
    Map<String, Slots> same = new HashMap<>(frontends);
    same.entrySet().removeIf(one -> !one.getValue().equals(other.of(one.getKey())));
    return new CapturedHeaders(same);
  }
}
