package dev.checkrail.read.haproxy;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The HAProxy that a configuration is read for: what conditional blocks (manual 2.4) can ask for.
 * Nothing of it is taken from the process that reads.
 *
 * @param version as {@code haproxy -v} prints it, without the date
 * @param features names with a {@code +} in {@code haproxy -vv}
 * @param tlsLibrary name and version of the TLS library as {@code haproxy -vv} prints it, {@code
 *     OpenSSL 3.0.17 1 Jul 2025}; empty if built without
 * @param environment variables by name
 */
public record Target(
    String version,
    Set<String> features,
    Optional<String> tlsLibrary,
    Map<String, String> environment) {
  private static final Set<String> DEBIAN_12_FEATURES =
      Set.of(
          "ACCEPT4",
          "BACKTRACE",
          "CPU_AFFINITY",
          "CRYPT_H",
          "DL",
          "EPOLL",
          "GETADDRINFO",
          "LIBCRYPT",
          "LINUX_SPLICE",
          "LINUX_TPROXY",
          "LUA",
          "NETFILTER",
          "NS",
          "OPENSSL",
          "OT",
          "PCRE2",
          "PCRE2_JIT",
          "POLL",
          "PRCTL",
          "PROMEX",
          "RT",
          "SLZ",
          "SYSTEMD",
          "TFO",
          "THREAD",
          "THREAD_DUMP",
          "TPROXY");

  public Target {
    features = Set.copyOf(features);
    environment = Collections.unmodifiableMap(new TreeMap<>(environment));
  }

  /** HAProxy 2.6.12 as Debian 12 builds it, first start, with these variables. */
  public static Target debian12(Map<String, String> environment) {
    return new Target(
        "2.6.12-1+deb12u3",
        DEBIAN_12_FEATURES,
        Optional.of("OpenSSL 3.0.17 1 Jul 2025"),
        environment);
  }

  /** Stands in for a value that only the running process knows. */
  static final String UNKNOWN = "known-at-run-time";

  /**
   * What the same files meet after a reload onto themselves in master-worker mode: the master keeps
   * its environment, changed by the first reading, and has added its own variables. Of {@code
   * HAPROXY_PROCESSES} and {@code HAPROXY_CLI} it is only known that they are there; {@code
   * HAPROXY_MASTER_CLI} depends on {@code -S} and is left out.
   */
  public Target afterReload(HaproxyTree first) {
    Map<String, String> after = new LinkedHashMap<>(first.environment());
    after.put("HAPROXY_MWORKER", "1");
    after.put("HAPROXY_MWORKER_REEXEC", "1");
    after.put(
        "HAPROXY_CFGFILES",
        String.join(";", first.files().stream().map(f -> f.source().path()).toList()));
    after.put("HAPROXY_PROCESSES", UNKNOWN);
    after.put("HAPROXY_CLI", UNKNOWN);
    return new Target(version, features, tlsLibrary, after);
  }
}
