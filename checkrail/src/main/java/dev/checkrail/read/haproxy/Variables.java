package dev.checkrail.read.haproxy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The environment while a configuration is read: {@code setenv} and its kin change it in order of
 * reading (manual 2.3, 3.1). Confined to one reading.
 */
final class Variables {
  private final Map<String, String> values = new LinkedHashMap<>();
  private boolean localPeerAssumed;

  Variables(Target target) {
    values.putAll(target.environment());
    values.putIfAbsent("HAPROXY_STARTUP_VERSION", target.version());
    // HAProxy always sets it, to the machine's host name, which is not ours to ask for.
    localPeerAssumed = values.putIfAbsent("HAPROXY_LOCALPEER", "localhost") == null;
  }

  /** The value, or null if it is not set. */
  @Nullable String value(String name) {
    return values.get(name);
  }

  /** True if the value stands in for one that only the machine knows. */
  boolean assumed(String name) {
    return (localPeerAssumed && name.equals("HAPROXY_LOCALPEER"))
        || Target.UNKNOWN.equals(values.get(name));
  }

  Map<String, String> snapshot() {
    return Map.copyOf(values);
  }

  /** {@code setenv}. */
  void set(String name, String value) {
    values.put(name, value);
    if (name.equals("HAPROXY_LOCALPEER")) {
      localPeerAssumed = false;
    }
  }

  /** {@code presetenv}. */
  void preset(String name, String value) {
    if (!values.containsKey(name)) {
      set(name, value);
    }
  }

  /** {@code unsetenv}. */
  void unset(String name) {
    values.remove(name);
  }

  /** {@code resetenv}: all go but these. */
  void keepOnly(java.util.Set<String> names) {
    values.keySet().retainAll(names);
  }
}
