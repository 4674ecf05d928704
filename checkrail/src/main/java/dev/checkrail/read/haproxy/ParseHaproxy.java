package dev.checkrail.read.haproxy;

import dev.checkrail.source.Problem;
import dev.checkrail.source.SourceFile;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a configuration's files into lines, words and sections as HAProxy 2.6 does (manual 2.1 to
 * 2.4), resolves environment variables and conditional blocks, and checks every keyword against the
 * {@link Registry}.
 *
 * <p>Nothing is left out: the tree prints back byte for byte, which is checked each time. Work is
 * linear in the size of the files and of what variables expand to, which is bounded.
 */
public final class ParseHaproxy {
  private ParseHaproxy() {}

  /**
   * Parses files for a target.
   *
   * @param files in load order (of a folder: its {@code *.cfg} by name)
   * @param target what they are evaluated for; pass {@link Target#afterReload} of a first reading
   *     to see what a reload makes of the same files
   */
  public static Reading parse(List<SourceFile> files, Target target) {
    Variables variables = new Variables(target);
    List<Problem> problems = new ArrayList<>();
    List<ConfigFile> read = new ArrayList<>();
    boolean aborted = false;
    for (SourceFile source : files) {
      FileReading reading = new FileReading(source, target, variables, problems, aborted);
      ConfigFile file = reading.run();
      if (!file.print().equals(source.text())) {
        throw new IllegalStateException("reading " + source.path() + " lost some of it");
      }
      read.add(file);
      aborted |= reading.aborted();
    }
    HaproxyTree tree = new HaproxyTree(target, read, variables.snapshot());
    SectionCheck.check(tree, problems);
    problems.sort(ParseHaproxy::byPlaceInLoadOrder);
    return new Reading(tree, inLoadOrder(problems, files));
  }

  private static int byPlaceInLoadOrder(Problem a, Problem b) {
    Span left = a.span();
    Span right = b.span();
    int byLine = Integer.compare(left.line(), right.line());
    return byLine != 0 ? byLine : Integer.compare(left.column(), right.column());
  }

  private static List<Problem> inLoadOrder(List<Problem> sorted, List<SourceFile> files) {
    if (files.size() == 1) {
      return sorted;
    }
    List<String> paths = files.stream().map(SourceFile::path).toList();
    List<Problem> ordered = new ArrayList<>(sorted);
    ordered.sort(java.util.Comparator.comparingInt(p -> paths.indexOf(p.span().file())));
    return ordered;
  }
}
