package dev.checkrail.scenarios.textbook;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Three days in which nothing was wrong, for a Prometheus that has just been started: an alert on
 * the burn rate of an hour looks at an hour, and would fire much too early, on minutes only,
 * without. It is the load balancer's answers by class, as many a second as were measured before.
 *
 * @param perSecond answers a second by class ({@code 2xx}, …)
 */
record History(Map<String, Double> perSecond) {
  private static final Duration LENGTH = Duration.ofDays(3);
  private static final Duration STEP = Duration.ofMinutes(1);
  private static final Pattern ANSWERS =
      Pattern.compile(
          "(?m)^haproxy_frontend_http_responses_total\\{proxy=\"fe_public\",code=\"([^\"]+)\"}"
              + " (\\S+)$");

  History {
    perSecond = Map.copyOf(perSecond);
  }

  /** From two pages of the exporter. */
  static History measured(String before, String after, Duration between) {
    Map<String, Double> first = answers(before);
    Map<String, Double> perSecond = new TreeMap<>();
    answers(after)
        .forEach((code, count) ->
            perSecond.put(
                code,
                Math.max(0, count - first.getOrDefault(code, 0.0))
                    / (between.toMillis() / 1000.0)));
    return new History(perSecond);
  }

  /** Whether it is of a load balancer that answers, and without errors. */
  boolean isSound() {
    return perSecond.getOrDefault("2xx", 0.0) > 1 && perSecond.getOrDefault("5xx", 0.0) == 0;
  }

  private static Map<String, Double> answers(String page) {
    Map<String, Double> answers = new TreeMap<>();
    Matcher matcher = ANSWERS.matcher(page);
    while (matcher.find()) {
      answers.put(matcher.group(1), Double.parseDouble(matcher.group(2)));
    }
    return answers;
  }

  /** In OpenMetrics, as {@code promtool tsdb create-blocks-from} wants it, until a moment. */
  String text(Instant until) {
    StringBuilder text = new StringBuilder("# TYPE haproxy_frontend_http_responses counter\n");
    long seconds = LENGTH.toSeconds();
    for (Map.Entry<String, Double> code : new TreeMap<>(perSecond).entrySet()) {
      for (long at = 0; at <= seconds; at += STEP.toSeconds()) {
        text.append(
                "haproxy_frontend_http_responses_total{proxy=\"fe_public\",instance=\"edge\",job=\"haproxy\",code=\"")
            .append(code.getKey())
            .append("\"} ")
            .append(Math.round(code.getValue() * at))
            .append(' ')
            .append(until.getEpochSecond() - seconds + at)
            .append('\n');
      }
    }
    return text.append("# EOF\n").toString();
  }

  /** Puts it into the data of a Prometheus that does not run yet. */
  void into(MonitoringFiles files, Instant until) throws IOException, InterruptedException {
    Path text = files.folder().resolve("history.om");
    Files.writeString(text, text(until));
    Process promtool =
        new ProcessBuilder(
                "promtool",
                "tsdb",
                "create-blocks-from",
                "openmetrics",
                text.toString(),
                files.data().toString())
            .redirectErrorStream(true)
            .redirectOutput(files.folder().resolve("history.log").toFile())
            .start();
    if (promtool.waitFor() != 0) {
      throw new IOException(
          "promtool took no history; see " + files.folder().resolve("history.log"));
    }
    Files.delete(text);
  }
}
