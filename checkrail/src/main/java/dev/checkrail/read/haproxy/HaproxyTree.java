package dev.checkrail.read.haproxy;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The lossless tree of a configuration: its files in the order in which HAProxy loads them.
 *
 * @param target what it was evaluated for
 * @param files in load order
 * @param environment the variables as they are after the last line was read ({@code setenv} and its
 *     kin applied); a reload of the same process begins with these
 */
public record HaproxyTree(Target target, List<ConfigFile> files, Map<String, String> environment) {
  public HaproxyTree {
    files = List.copyOf(files);
    environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
  }

  /** All sections that no conditional block masks, in load order. */
  public Stream<Section> sections() {
    return files.stream().flatMap(f -> f.sections().stream()).filter(Section::active);
  }

  /** All active sections of a kind, in load order. */
  public Stream<Section> sections(SectionKind kind) {
    return sections().filter(s -> s.kind() == kind);
  }

  /** Each file's exact text, by path, in load order (one {@code char} per byte). */
  public Map<String, String> print() {
    Map<String, String> texts = new LinkedHashMap<>();
    for (ConfigFile file : files) {
      texts.put(file.source().path(), file.print());
    }
    return texts;
  }
}
