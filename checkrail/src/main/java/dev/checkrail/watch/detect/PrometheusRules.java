package dev.checkrail.watch.detect;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Alert rules for people who have a Prometheus that reads {@code /metrics}: for those detections of
 * which there are figures. Thresholds over a minute stand for what the detectors test each second:
 * they are later, and know neither routes nor what is usual. A second pair of eyes, also for us.
 */
public final class PrometheusRules {
  private static final String BY_SERVER = "(balancer, pool, server)";
  private static final String FAILED =
      "(sum by "
          + BY_SERVER
          + " (rate(checkrail_server_responses_total{class=\"5xx\"}[1m])) + sum by "
          + BY_SERVER
          + " (rate(checkrail_server_response_errors_total[1m])))";
  private static final String TRIED =
      "(sum by "
          + BY_SERVER
          + " (rate(checkrail_server_completed_total[1m])) + sum by "
          + BY_SERVER
          + " (rate(checkrail_server_response_errors_total[1m])))";

  private static final List<Rule> RULES =
      List.of(
          new Rule(
              Detection.BLIND,
              "CheckrailIsSilent",
              "absent(checkrail_balancer_seen)",
              "1m",
              "Checkrail gives no figures: it does not run, or owns no load balancer."),
          new Rule(
              Detection.BLIND,
              "CheckrailBlindSocket",
              "checkrail_balancer_blind_seconds >= " + Blindness.PATIENCE,
              "",
              "{{ $labels.balancer }} has not been seen for {{ $value }} s."),
          new Rule(
              Detection.BLIND,
              "CheckrailBlindLog",
              "checkrail_balancer_log_observed == 1 and on (balancer) sum by (balancer)"
                  + " (rate(checkrail_log_lines_total{result=\"parsed\"}[1m])) < 0.2 * sum by"
                  + " (balancer) (rate(checkrail_server_completed_total[1m]))",
              "1m",
              "{{ $labels.balancer }} answers requests, and its log does not come."),
          new Rule(
              Detection.SERVER_ERRORS,
              "CheckrailServerErrors",
              FAILED + " / " + TRIED + " > 0.02 and on " + BY_SERVER + " " + FAILED + " > 0.1",
              "15s",
              "{{ $value | humanizePercentage }} of the requests at {{ $labels.pool }}/{{"
                  + " $labels.server }} fail."),
          new Rule(
              Detection.CHECK_DISAGREES,
              "CheckrailCheckDisagrees",
              "checkrail_server_up == 1 and on "
                  + BY_SERVER
                  + " "
                  + FAILED
                  + " / "
                  + TRIED
                  + " > 0.5",
              "15s",
              "{{ $labels.pool }}/{{ $labels.server }} is taken for up, and most of its requests"
                  + " fail."),
          new Rule(
              Detection.UNFINISHED,
              "CheckrailUnfinished",
              "checkrail_server_current_sessions > 20 and on "
                  + BY_SERVER
                  + " deriv(checkrail_server_current_sessions[1m]) > 1 and on "
                  + BY_SERVER
                  + " rate(checkrail_server_sessions_total[1m]) > 1.5 *"
                  + " rate(checkrail_server_completed_total[1m])",
              "",
              "{{ $value }} sessions at {{ $labels.pool }}/{{ $labels.server }}, and growing."),
          new Rule(
              Detection.SERVER_SHARE,
              "CheckrailServerShare",
              "rate(checkrail_server_sessions_total[5m]) / on (balancer, pool) group_left sum by"
                  + " (balancer, pool) (rate(checkrail_server_sessions_total[5m])) > 1.5 *"
                  + " (checkrail_server_weight / on (balancer, pool) group_left sum by (balancer,"
                  + " pool) (checkrail_server_weight * checkrail_server_up)) and on (balancer,"
                  + " pool) sum by (balancer, pool) (rate(checkrail_server_sessions_total[5m])) >"
                  + " 1",
              "5m",
              "{{ $labels.pool }}/{{ $labels.server }} gets {{ $value | humanizePercentage }} of"
                  + " its pool."),
          new Rule(
              Detection.FLOOR,
              "CheckrailPoolEmpty",
              "checkrail_pool_up == 0",
              "5s",
              "No server of {{ $labels.pool }} is usable."),
          new Rule(
              Detection.SATURATED,
              "CheckrailQueue",
              "checkrail_pool_queued_requests > 0 or sum by (balancer, pool)"
                  + " (checkrail_server_queued_requests) > 0",
              "15s",
              "{{ $value }} requests wait for a server of {{ $labels.pool }}."),
          new Rule(
              Detection.RETRIES,
              "CheckrailRetries",
              "(rate(checkrail_pool_retries_total[1m]) +"
                  + " rate(checkrail_pool_redispatches_total[1m])) /"
                  + " rate(checkrail_pool_sessions_total[1m]) > 0.1",
              "1m",
              "{{ $value | humanizePercentage }} of the attempts to connect to {{ $labels.pool }}"
                  + " are retries."),
          new Rule(
              Detection.HANDSHAKES,
              "CheckrailHandshakes",
              "sum by (balancer) (rate(checkrail_log_lines_total{result=\"refused connection"
                  + " error\"}[2m])) / sum by (balancer)"
                  + " (rate(checkrail_frontend_sessions_total[2m])) > 0.02",
              "1m",
              "{{ $value | humanizePercentage }} of new connections of {{ $labels.balancer }} end"
                  + " before a request."),
          new Rule(
              Detection.OLD_WORKERS,
              "CheckrailOldWorkers",
              "checkrail_balancer_connections{generation=\"old\"} > 0",
              "1m",
              "Old workers of {{ $labels.balancer }} still hold {{ $value }} connections."),
          new Rule(
              Detection.OUTSIDE_PROBE,
              "CheckrailOutsideProbe",
              "checkrail_probe_good{kind=\"outside\"} == 0",
              "3s",
              "A safe request of {{ $labels.service }} through {{ $labels.subject }} fails."));

  private PrometheusRules() {}

  /** A rule; the time for which it has to hold may be empty. */
  private record Rule(
      Detection detection, String name, String expression, String lasting, String summary) {}

  /** Detections that Prometheus cannot make, because {@code /metrics} has no figures of them. */
  public static Set<Detection> missing() {
    Set<Detection> missing = EnumSet.allOf(Detection.class);
    RULES.forEach(rule -> missing.remove(rule.detection()));
    return missing;
  }

  /** The rules as a file for {@code rule_files}. */
  public static String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        "# Generated from the detectors of dev.checkrail.watch.detect (PrometheusRules).\n");
    text.append("# Not here, because /metrics has no figures of it:\n");
    missing().forEach(one -> text.append("#   ").append(one.id()).append('\n'));
    text.append("groups:\n  - name: checkrail\n    rules:\n");
    for (Rule rule : RULES) {
      text.append("      - alert: ").append(rule.name()).append('\n');
      text.append("        expr: ").append(quoted(rule.expression())).append('\n');
      if (!rule.lasting().isEmpty()) {
        text.append("        for: ").append(rule.lasting()).append('\n');
      }
      text.append("        labels:\n          severity: ")
          .append(rule.detection().highest() == Detection.Level.PAGE ? "page" : "ticket")
          .append("\n          detection: ")
          .append(rule.detection().id())
          .append('\n');
      text.append("        annotations:\n          title: ")
          .append(quoted(rule.detection().title()))
          .append("\n          summary: ")
          .append(quoted(rule.summary()))
          .append("\n          runbook: ")
          .append(rule.detection().runbook())
          .append('\n');
    }
    return text.toString();
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
