package dev.checkrail.read;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Pool;
import dev.checkrail.read.haproxy.ParseHaproxy;
import dev.checkrail.read.haproxy.Reading;
import dev.checkrail.read.haproxy.Target;
import dev.checkrail.read.haproxy.lower.LowerHaproxy;
import dev.checkrail.read.haproxy.lower.Lowered;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Files;
import dev.checkrail.source.Problem;
import dev.checkrail.source.SourceFile;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The stage that reads. */
public final class Read {
  private Read() {}

  /**
   * Reads a HAProxy configuration, as at the first start and as after a reload onto itself; a
   * difference between the two is a problem.
   *
   * @param files where files come from
   * @param paths configuration files in load order (of a folder: its {@code *.cfg} by name)
   * @param target what it is meant for
   */
  public static ReadReport haproxy(Files files, List<String> paths, HaproxyTarget target) {
    List<Problem> problems = new ArrayList<>();
    List<SourceFile> sources = new ArrayList<>();
    for (String path : paths) {
      switch (files.read(path)) {
        case Files.Lookup.Found found -> sources.add(found.file());
        case Files.Lookup.Absent absent ->
            problems.add(missing(path, "the configuration file " + path + " is missing"));
        case Files.Lookup.Unreadable unreadable ->
            problems.add(
                missing(
                    path,
                    "the configuration file " + path + " can't be read: " + unreadable.why()));
      }
    }
    String folder = paths.isEmpty() ? "" : parent(paths.getFirst());
    String workingDirectory = target.workingDirectory().orElse(folder);
    Reading reading = ParseHaproxy.parse(sources, target.binary());
    Lowered lowered = LowerHaproxy.lower(reading.tree(), files, target.root(), workingDirectory);
    Set<Problem> all = new LinkedHashSet<>(problems);
    all.addAll(reading.problems());
    all.addAll(lowered.problems());
    Target reloaded = target.binary().afterReload(reading.tree());
    if (asksForEnvironment(sources)) {
      Reading again = ParseHaproxy.parse(sources, reloaded);
      Lowered after = LowerHaproxy.lower(again.tree(), files, target.root(), workingDirectory);
      difference(lowered.configuration(), after.configuration()).ifPresent(all::add);
    }
    return new ReadReport(reading.tree(), lowered.configuration(), sorted(all, paths));
  }

  /** Only conditions and variables can see what a reload changes. */
  private static boolean asksForEnvironment(List<SourceFile> sources) {
    return sources.stream()
        .map(SourceFile::text)
        .anyMatch(text ->
            text.contains(".if")
                || text.indexOf('$') >= 0
                || text.contains("env")
                || text.contains("HAPROXY_"));
  }

  private static Problem missing(String path, String message) {
    return Problem.error(RuleId.FILE_MISSING.id(), Span.startOf(path), message);
  }

  private static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : slash == 0 ? "/" : path.substring(0, slash);
  }

  private static List<Problem> sorted(Set<Problem> problems, List<String> paths) {
    Map<String, Integer> order = new HashMap<>();
    paths.forEach(path -> order.putIfAbsent(path, order.size()));
    List<Problem> sorted = new ArrayList<>(problems);
    sorted.sort(
        Comparator.<Problem>comparingInt(
                problem -> order.getOrDefault(problem.span().file(), order.size()))
            .thenComparing(Problem::span));
    return sorted;
  }

  /** The first place at which the two differ. */
  private static Optional<Problem> difference(Configuration first, Configuration after) {
    if (first.equals(after)) {
      return Optional.empty();
    }
    Span place = place(first, after).orElse(Span.startOf("configuration"));
    return Optional.of(
        Problem.error(
            RuleId.READ_DIFFERS_AFTER_RELOAD.id(),
            place,
            "after a reload of the same files HAProxy does something else than at its first start",
            "don't let .if or variables depend on HAPROXY_MWORKER or on what setenv left behind"));
  }

  private static Optional<Span> place(Configuration first, Configuration after) {
    for (Frontend frontend : first.frontends()) {
      if (!after.frontends().contains(frontend)) {
        return Optional.of(frontend.span());
      }
    }
    for (Pool pool : first.pools()) {
      if (!after.pools().contains(pool)) {
        return Optional.of(pool.span());
      }
    }
    return after.frontends().stream()
        .filter(frontend -> !first.frontends().contains(frontend))
        .map(Frontend::span)
        .findFirst()
        .or(() ->
            after.pools().stream()
                .filter(pool -> !first.pools().contains(pool))
                .map(Pool::span)
                .findFirst())
        .or(() -> first.settings().stream().map(s -> s.span()).findFirst());
  }
}
