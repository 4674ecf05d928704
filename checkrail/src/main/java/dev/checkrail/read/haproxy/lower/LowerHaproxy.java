package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.Coverage;
import dev.checkrail.model.ErrorFile;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Mode;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Setting;
import dev.checkrail.model.Unmodelled;
import dev.checkrail.read.haproxy.Classification;
import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.HaproxyTree;
import dev.checkrail.read.haproxy.Section;
import dev.checkrail.read.haproxy.SectionKind;
import dev.checkrail.source.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Lowers a tree to the model. */
public final class LowerHaproxy {
  private LowerHaproxy() {}

  /**
   * Lowers a tree.
   *
   * @param files maps, lists, error files and certificates are looked up here
   * @param root a folder under which absolute paths are looked up first
   * @param workingDirectory where relative paths start; empty for paths as they are written
   */
  public static Lowered lower(
      HaproxyTree tree, Files files, Optional<String> root, String workingDirectory) {
    Notes notes = new Notes();
    FileLookup lookup = new FileLookup(tree, files, root, workingDirectory);
    Inheritance inheritance = new Inheritance(tree, notes);
    Map<String, String> environment = Map.copyOf(tree.environment());
    List<Section> proxies =
        tree.sections()
            .filter(s -> s.kind().isProxy() && s.kind() != SectionKind.DEFAULTS)
            .toList();
    Surroundings around =
        new Surroundings(
            notes,
            lookup,
            modes(proxies, inheritance),
            environment,
            errorSections(tree, notes, lookup, environment),
            certificateBase(tree));
    List<LowerProxy> lowered = new ArrayList<>();
    for (Section section : proxies) {
      LowerProxy proxy = new LowerProxy(section, inheritance.of(section), around);
      proxy.walk();
      lowered.add(proxy);
    }
    lowered.forEach(LowerProxy::finish);
    List<Frontend> frontends =
        lowered.stream().map(LowerProxy::frontend).flatMap(Optional::stream).toList();
    List<Pool> pools = lowered.stream().map(LowerProxy::pool).flatMap(Optional::stream).toList();
    Coverage coverage = Tally.of(tree, notes);
    Configuration configuration =
        new Configuration(
            "haproxy",
            frontends,
            pools,
            notes.files(),
            global(tree),
            inFileOrder(tree, notes.unmodelled()),
            coverage);
    return new Lowered(configuration, notes.problems());
  }

  private static Map<String, Mode> modes(List<Section> proxies, Inheritance inheritance) {
    Map<String, Mode> modes = new HashMap<>();
    for (Section section : proxies) {
      if (section.kind() != SectionKind.FRONTEND) {
        boolean http =
            java.util.stream.Stream.concat(
                    inheritance.of(section).directives().stream(), section.activeDirectives())
                .filter(d -> d.is("mode"))
                .reduce((first, second) -> second)
                .map(d -> d.arg(0).equals("http"))
                .orElse(false);
        modes.putIfAbsent(section.title(), http ? Mode.HTTP : Mode.TCP);
      }
    }
    return modes;
  }

  private static Map<String, Map<Integer, ErrorFile>> errorSections(
      HaproxyTree tree, Notes notes, FileLookup lookup, Map<String, String> environment) {
    Map<String, Map<Integer, ErrorFile>> sections = new LinkedHashMap<>();
    tree.sections(SectionKind.HTTP_ERRORS)
        .forEach(section ->
            sections.put(
                section.title(),
                LowerErrorFiles.section(
                    section.activeDirectives().toList(),
                    directive ->
                        new Setup(
                            notes,
                            lookup,
                            directive,
                            section.label() + " / " + directive.arg(0),
                            section.title(),
                            true,
                            false,
                            Set.of(),
                            environment,
                            Map.of()))));
    return sections;
  }

  private static String certificateBase(HaproxyTree tree) {
    return tree.sections(SectionKind.GLOBAL)
        .flatMap(Section::activeDirectives)
        .filter(d -> d.is("crt-base"))
        .map(d -> d.arg(0))
        .reduce("", (first, second) -> second);
  }

  private static List<Setting> global(HaproxyTree tree) {
    Map<String, Setting> last = new LinkedHashMap<>();
    List<Setting> lists = new ArrayList<>();
    tree.sections(SectionKind.GLOBAL)
        .flatMap(Section::activeDirectives)
        .forEach(directive -> {
          Setting setting = LowerSetting.setting(directive);
          if (LowerSetting.isList(directive)) {
            lists.add(setting);
          } else {
            last.put(setting.name(), setting);
          }
        });
    List<Setting> all = new ArrayList<>(last.values());
    all.addAll(lists);
    return all;
  }

  private static List<Unmodelled> inFileOrder(HaproxyTree tree, List<Unmodelled> unmodelled) {
    Map<String, Integer> order = new HashMap<>();
    tree.files().forEach(file -> order.putIfAbsent(file.source().path(), order.size()));
    List<Unmodelled> sorted = new ArrayList<>(unmodelled);
    sorted.sort(
        java.util.Comparator.<Unmodelled>comparingInt(u -> order.getOrDefault(u.span().file(), 0))
            .thenComparing(Unmodelled::span));
    return sorted;
  }

  /** Counts every directive once, and completes the list of what is not modelled. */
  private static final class Tally {
    private int modelled;
    private int noEffect;
    private int response;
    private int unmodelled;

    static Coverage of(HaproxyTree tree, Notes notes) {
      Tally tally = new Tally();
      tree.sections()
          .forEach(section ->
              section.activeDirectives().forEach(d -> tally.count(section.kind(), d, notes)));
      return new Coverage(tally.modelled, tally.noEffect, tally.response, tally.unmodelled);
    }

    private void count(SectionKind kind, Directive directive, Notes notes) {
      Classification table = Classification.of(kind, directive);
      Classification.Treatment treatment = notes.treatment(directive).orElse(table.treatment());
      switch (treatment) {
        case MODELLED -> modelled++;
        case NO_EFFECT -> noEffect++;
        case RESPONSE -> response++;
        case UNMODELLED -> {
          unmodelled++;
          if (!notes.isUnmodelled(directive)) {
            notes.unmodelled(directive, table.reason());
          }
        }
      }
    }
  }
}
