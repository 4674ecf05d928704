package dev.checkrail.balancer.haproxy;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.BalancerException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code show proc} of the master says [management guide 9.4.1].
 *
 * @param failed failed reloads since the last good one
 */
record ShowProc(long master, int reloads, int failed, List<Worker> workers) {
  ShowProc {
    workers = List.copyOf(workers);
  }

  /**
   * A worker.
   *
   * @param reloads reloads that it has seen, failed ones included
   * @param age since it was started, to the second
   */
  record Worker(long pid, boolean old, int reloads, Duration age) {}

  private static final Pattern LINE =
      Pattern.compile("(\\d+)\\s+(master|worker)\\s+(.*?)\\s+(\\d+)d(\\d+)h(\\d+)m(\\d+)s\\b.*");
  private static final Pattern RELOADS = Pattern.compile("(\\d+)(?:\\s+\\[failed:\\s*(\\d+)\\])?");

  static ShowProc parse(String text) throws BalancerException {
    long master = 0;
    int reloads = 0;
    int failed = 0;
    boolean old = false;
    List<Worker> workers = new ArrayList<>();
    for (String line : text.lines().toList()) {
      if (line.startsWith("#")) {
        old = line.startsWith("# old workers") || (old && !line.startsWith("# "));
        continue;
      }
      Matcher process = LINE.matcher(line.strip());
      if (!process.matches()) {
        continue; // programs of a "program" section
      }
      long pid = Long.parseLong(process.group(1));
      Matcher count = RELOADS.matcher(lastNumbers(process.group(3)));
      if (!count.matches()) {
        throw unintelligible(line);
      }
      if (process.group(2).equals("master")) {
        master = pid;
        reloads = Integer.parseInt(count.group(1));
        failed = count.group(2) == null ? 0 : Integer.parseInt(count.group(2));
      } else {
        workers.add(new Worker(pid, old, Integer.parseInt(count.group(1)), age(process)));
      }
    }
    if (master == 0) {
      throw unintelligible(text.lines().findFirst().orElse(""));
    }
    return new ShowProc(master, reloads, failed, workers);
  }

  private static Duration age(Matcher process) {
    return Duration.ofDays(Integer.parseInt(process.group(4)))
        .plusHours(Integer.parseInt(process.group(5)))
        .plusMinutes(Integer.parseInt(process.group(6)))
        .plusSeconds(Integer.parseInt(process.group(7)));
  }

  /** Older versions print a relative pid before the reloads. */
  private static String lastNumbers(String columns) {
    Matcher last = Pattern.compile("\\d+(?:\\s+\\[failed:\\s*\\d+\\])?$").matcher(columns);
    return last.find() ? last.group() : columns;
  }

  private static BalancerException unintelligible(String line) {
    return new BalancerException(
        Kind.UNINTELLIGIBLE,
        "'show proc' of the master is not understood: '" + Text.shown(line) + "'");
  }
}
