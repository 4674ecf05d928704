package dev.checkrail.scenarios.textbook;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** The configuration of one Prometheus and its Alertmanager, in a folder of its own. */
record MonitoringFiles(Path folder) {
  Path prometheus() {
    return folder.resolve("prometheus.yml");
  }

  Path alertmanager() {
    return folder.resolve("alertmanager.yml");
  }

  /** Prometheus's own data. */
  Path data() {
    return folder.resolve("data");
  }

  /** What the blackbox exporter asks for: the payments address, which answers 401 without a key. */
  static final String BLACKBOX =
      """
      modules:
        payments:
          prober: http
          timeout: 5s
          http:
            method: GET
            valid_status_codes: [401]
            follow_redirects: false
      """;

  /**
   * Writes them.
   *
   * @param pager address that Alertmanager calls
   */
  void write(Settings settings, Targets targets, int alertmanagerPort, String pager)
      throws IOException {
    Files.createDirectories(data());
    Files.writeString(folder.resolve("rules.yml"), settings.rules(shipped("rules.yml")));
    Files.writeString(folder.resolve("slo.yml"), shipped("slo.yml"));
    Files.writeString(prometheus(), prometheusText(settings, targets, alertmanagerPort));
    Files.writeString(alertmanager(), alertmanagerText(settings, pager));
  }

  /** Rules as they are shipped, which is the textbook's way. */
  static String shipped(String name) throws IOException {
    try (InputStream in = MonitoringFiles.class.getResourceAsStream("/textbook/" + name)) {
      if (in == null) {
        throw new IOException("no /textbook/" + name + " in this copy");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String prometheusText(Settings settings, Targets targets, int alertmanagerPort) {
    String gateways =
        targets.gateways().entrySet().stream()
            .map(it ->
                """
                      - targets: ["127.0.0.1:%d"]
                        labels: { instance: %s }
                """
                    .formatted(it.getValue(), it.getKey()))
            .collect(Collectors.joining());
    String probed = targets.probed().stream().collect(Collectors.joining("\", \"", "[\"", "\"]"));
    return """
    global:
      scrape_interval: {interval}s
      evaluation_interval: {interval}s
      external_labels:
        monitor: {name}

    alerting:
      alertmanagers:
        - static_configs:
            - targets: ["127.0.0.1:{alertmanager}"]

    rule_files: [rules.yml, slo.yml]

    scrape_configs:
      - job_name: haproxy
        static_configs:
          - targets: ["127.0.0.1:{exporter}"]
            labels: { instance: edge }
      - job_name: gateway
        static_configs:
    {gateways}  - job_name: blackbox
        metrics_path: /probe
        params:
          module: [payments]
          target: ["http://127.0.0.1:{http}/v1/payments"]
        static_configs:
          - targets: {probed}
        relabel_configs:
          - source_labels: [__address__]
            target_label: __param_hostname
          - source_labels: [__address__]
            target_label: instance
          - target_label: __address__
            replacement: "127.0.0.1:{blackbox}"
    """
        .replace("{interval}", "" + settings.scrape().toSeconds())
        .replace("{name}", settings.name())
        .replace("{alertmanager}", "" + alertmanagerPort)
        .replace("{exporter}", "" + targets.exporter())
        .replace("{gateways}", gateways)
        .replace("{http}", "" + targets.http())
        .replace("{probed}", probed)
        .replace("{blackbox}", "" + targets.blackbox());
  }

  /** Debian's grouping, waiting and inhibition; one receiver. */
  private static String alertmanagerText(Settings settings, String pager) {
    return """
    route:
      group_by: [alertname, cluster, service]
      group_wait: {wait}s
      group_interval: {interval}s
      repeat_interval: 3h
      receiver: pager

    inhibit_rules:
      - source_match: { severity: critical }
        target_match: { severity: warning }
        equal: [alertname, cluster, service]

    receivers:
      - name: pager
        webhook_configs:
          - url: "{pager}"
            send_resolved: true
    """
        .replace("{wait}", "" + settings.groupWait().toSeconds())
        .replace("{interval}", "" + settings.groupInterval().toSeconds())
        .replace("{pager}", pager);
  }
}
