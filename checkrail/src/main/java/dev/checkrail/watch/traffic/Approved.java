package dev.checkrail.watch.traffic;

import dev.checkrail.logs.CapturedHeaders;
import dev.checkrail.model.Configuration;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.model.Setting;
import dev.checkrail.policy.Policy;
import dev.checkrail.prove.Region;
import dev.checkrail.prove.Regions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What requests are judged by: the regions of the approved configuration, and what its servers
 * serve by the policy's inventory. Confined like {@link Regions}.
 */
public final class Approved {
  private static final Pattern REQUEST =
      Pattern.compile("capture request header (\\S+) len (\\d{1,6})");
  private static final Pattern RESPONSE =
      Pattern.compile("capture response header (\\S+) len (\\d{1,6})");

  private record Place(String pool, String server) {}

  private final Regions regions;
  private final boolean inventory;
  private final Map<Place, List<String>> serves = new HashMap<>();
  private final Map<String, List<Capture>> captures = new HashMap<>();

  /**
   * A slot of captured request headers.
   *
   * @param name in lower case
   * @param length what is longer was cut to that
   */
  record Capture(String name, int length) {}

  /**
   * @param regions of this configuration and policy
   */
  public Approved(Regions regions, Configuration configuration, Policy policy) {
    this.regions = regions;
    this.inventory = !policy.inventory().isEmpty();
    for (Pool pool : configuration.pools()) {
      for (Server server : pool.servers()) {
        serves.put(
            new Place(pool.name(), server.name()),
            policy.server(server.key()).map(Policy.InventoryEntry::serves).orElse(List.of()));
      }
    }
    for (Frontend frontend : configuration.frontends()) {
      captures.put(frontend.name(), slots(frontend, REQUEST));
    }
  }

  /**
   * Names of captured headers in a configuration, by which its log lines can be read. Empty for
   * frontends of which the order of slots is not known.
   */
  public static CapturedHeaders captured(Configuration configuration) {
    Map<String, CapturedHeaders.Slots> slots = new HashMap<>();
    for (Frontend frontend : configuration.frontends()) {
      slots.put(
          frontend.name(),
          new CapturedHeaders.Slots(
              slots(frontend, REQUEST).stream().map(Capture::name).toList(),
              slots(frontend, RESPONSE).stream().map(Capture::name).toList()));
    }
    return new CapturedHeaders(slots);
  }

  /**
   * Slots in their order (Configuration Manual 2.6, "capture request header"). Rules that capture
   * and declared captures take slots, too, in between: then it is not known what a slot holds.
   */
  private static List<Capture> slots(Frontend frontend, Pattern declared) {
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
    List<Capture> slots = new ArrayList<>();
    for (Setting setting : frontend.settings()) {
      Matcher header = declared.matcher(setting.name() + " " + setting.value());
      if (header.matches()) {
        slots.add(
            new Capture(
                header.group(1).toLowerCase(Locale.ROOT), Integer.parseInt(header.group(2))));
      }
    }
    return List.copyOf(slots);
  }

  /** What the slots of a frontend hold; empty if that is not known. */
  List<Capture> captures(String frontend) {
    return captures.getOrDefault(frontend, List.of());
  }

  Regions regions() {
    return regions;
  }

  /**
   * Whether it is known that a server does not serve a request: the request belongs to services,
   * there is an inventory, and it has none of them for that server. A server that the approved
   * configuration does not have serves nothing.
   */
  boolean isUnserved(Region region, String pool, Optional<String> server) {
    if (!inventory || server.isEmpty() || region.services().isEmpty()) {
      return false;
    }
    List<String> served = serves.getOrDefault(new Place(pool, server.get()), List.of());
    return region.services().stream().noneMatch(served::contains)
        && region.perhaps().stream().noneMatch(served::contains);
  }
}
