package dev.checkrail.read;

import dev.checkrail.model.Configuration;
import dev.checkrail.read.haproxy.HaproxyTree;
import dev.checkrail.source.Problem;
import java.util.List;

/**
 * What reading found.
 *
 * @param tree the configuration as written, at the first start
 * @param configuration its meaning; there also if there are errors, then with unknown parts
 * @param problems everything wrong, in order of files and lines; an error means that HAProxy would
 *     not start, or would do something else after a reload
 */
public record ReadReport(HaproxyTree tree, Configuration configuration, List<Problem> problems) {
  public ReadReport {
    problems = List.copyOf(problems);
  }
}
