package dev.checkrail.prove;

import dev.checkrail.model.Listener;
import dev.checkrail.model.Server;
import dev.checkrail.model.Setting;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * TLS parameters as they act: those of the line, else those of {@code ssl-default-…} in {@code
 * global}. Flags of both add up; versions of the line win [3.1 ssl-default-bind-options, 5.1].
 */
final class EffectiveTls {
  private static final String MINIMUM = "ssl-min-ver";
  private static final String MAXIMUM = "ssl-max-ver";

  /** Taken from {@code global} if the line does not say. */
  private static final List<String> WITH_DEFAULT =
      List.of("ciphers", "ciphersuites", "curves", "sigalgs", "client-sigalgs");

  private static final Set<String> FLAGS =
      Set.of(
          "no-sslv3",
          "no-tlsv10",
          "no-tlsv11",
          "no-tlsv12",
          "no-tlsv13",
          "force-sslv3",
          "force-tlsv10",
          "force-tlsv11",
          "force-tlsv12",
          "force-tlsv13",
          "no-tls-tickets",
          "prefer-client-ciphers");

  private static final Set<String> OF_LINE =
      Set.of(
          MINIMUM,
          MAXIMUM,
          "alpn",
          "npn",
          "proto",
          "ca-file",
          "ca-verify-file",
          "crl-file",
          "ca-ignore-err",
          "crt-ignore-err",
          "ca-sign-file",
          "generate-certificates",
          "ecdhe",
          "strict-sni",
          "tls-ticket-keys",
          "verify",
          "verifyhost",
          "sni",
          "crt",
          "allow-0rtt",
          "no-ca-names",
          "no-ssl-reuse");

  private EffectiveTls() {}

  static Map<String, String> ofListener(Listener listener, List<Setting> process) {
    Map<String, String> all = of(listener.options(), process, "ssl-default-bind-");
    all.put("certificates, the default one first", String.join(" ", listener.certificates()));
    all.put("crt-list", String.join(" ", listener.certificateLists()));
    all.putIfAbsent(MINIMUM, "TLSv1.2");
    all.putIfAbsent("verify", "none");
    all.values().removeIf(String::isEmpty);
    return all;
  }

  static Map<String, String> ofServer(Server server, List<Setting> process) {
    Map<String, String> all = of(server.options(), process, "ssl-default-server-");
    String verify = SettingChanges.value(SettingChanges.byName(process), "ssl-server-verify");
    // Servers are verified unless the process or the line says otherwise [3.1 ssl-server-verify].
    all.putIfAbsent("verify", verify.equals("none") ? "none" : "required");
    return all;
  }

  private static Map<String, String> of(
      List<Setting> line, List<Setting> process, String defaults) {
    Map<String, String> all = new TreeMap<>();
    Map<String, Setting> own = SettingChanges.byName(line);
    Map<String, Setting> global = SettingChanges.byName(process);
    for (String name : WITH_DEFAULT) {
      Setting setting = own.getOrDefault(name, global.get(defaults + name));
      if (setting != null) {
        all.put(name, setting.value());
      }
    }
    process.stream()
        .filter(setting -> setting.name().equals(defaults + "options"))
        .forEach(setting -> words(setting.value(), all));
    for (Setting setting : line) {
      if (FLAGS.contains(setting.name()) || OF_LINE.contains(setting.name())) {
        all.put(setting.name(), setting.value().isEmpty() ? "on" : setting.value());
      }
    }
    return all;
  }

  private static void words(String options, Map<String, String> all) {
    String[] words = options.split(" ", -1);
    for (int i = 0; i < words.length; i++) {
      boolean version = words[i].equals(MINIMUM) || words[i].equals(MAXIMUM);
      if (version && i + 1 < words.length) {
        all.put(words[i], words[i + 1]);
        i++;
      } else if (FLAGS.contains(words[i])) {
        all.put(words[i], "on");
      }
    }
  }
}
