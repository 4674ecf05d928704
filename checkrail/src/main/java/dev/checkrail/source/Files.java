package dev.checkrail.source;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The input files of one configuration, by path. Remembers what was asked for: the list of all
 * files asked for, present or not, is what the digest of a configuration covers, and what a sandbox
 * has to hold. Each path is loaded once. Confined to one thread.
 */
public final class Files {
  /** What became of asking for a path. */
  public sealed interface Lookup {
    /** The file is there. */
    record Found(SourceFile file) implements Lookup {}

    /** There is no such file. */
    record Absent(String path) implements Lookup {}

    /** It is there but can't be read, or is not a regular file, or is too large. */
    record Unreadable(String path, String why) implements Lookup {}
  }

  /** Supplies a file's bytes; written by the edge of the program. */
  @FunctionalInterface
  public interface Loader {
    /** Looks a path up; never throws for what is wrong with the file. */
    Lookup load(String path);
  }

  private final Loader loader;
  private final Map<String, Lookup> asked = new LinkedHashMap<>();

  /** Files behind a loader. */
  public Files(Loader loader) {
    this.loader = loader;
  }

  /** Files held in memory (path to UTF-8 text); all others are absent. */
  public static Files of(Map<String, String> texts) {
    Map<String, String> copy = Map.copyOf(texts);
    return new Files(path -> {
      String text = copy.get(path);
      return text == null ? new Lookup.Absent(path) : new Lookup.Found(SourceFile.of(path, text));
    });
  }

  /** Looks a path up, from the loader the first time and from memory afterwards. */
  public Lookup read(String path) {
    return asked.computeIfAbsent(path, loader::load);
  }

  /** All that was asked for so far, in order of asking. */
  public List<Lookup> asked() {
    return List.copyOf(new ArrayList<>(asked.values()));
  }
}
