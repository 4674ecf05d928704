package dev.checkrail.scenarios.textbook;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is watched; all of it on loopback.
 *
 * @param exporter port of HAProxy's own exporter
 * @param gateways ports of the gateway's instances, by their names
 * @param probed hosts whose payments address is asked for from outside
 * @param http port at which users come
 * @param blackbox port of the blackbox exporter
 */
record Targets(
    int exporter, Map<String, Integer> gateways, List<String> probed, int http, int blackbox) {
  Targets {
    gateways = Collections.unmodifiableMap(new LinkedHashMap<>(gateways));
    probed = List.copyOf(probed);
  }
}
