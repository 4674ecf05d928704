package dev.checkrail.scenarios.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where everything is, for the process that injects faults.
 *
 * @param home of the clone
 * @param folder of the run
 * @param load users per second
 * @param ports by what they are of
 * @param server URL of the control plane
 */
record Places(
    String home,
    String folder,
    double load,
    String host,
    String secondHost,
    String shopHost,
    String payPool,
    String reportsPool,
    String shopPool,
    List<String> pays,
    String reportsServer,
    String balancer,
    String server,
    Map<String, Integer> ports) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  Places {
    pays = List.copyOf(pays);
    ports = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(ports));
  }

  String json() {
    return JSON.writeValueAsString(this);
  }

  static Places read(String json) {
    return JSON.readValue(json, Places.class);
  }

  int port(String what) {
    Integer port = ports.get(what);
    if (port == null) {
      throw new IllegalArgumentException("no port of " + what);
    }
    return port;
  }

  /** Name of a payment server, 1 to 3. */
  String pay(int number) {
    return pays.get(number - 1);
  }
}
