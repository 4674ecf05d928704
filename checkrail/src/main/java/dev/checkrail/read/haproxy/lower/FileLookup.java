package dev.checkrail.read.haproxy.lower;

import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.HaproxyTree;
import dev.checkrail.read.haproxy.Section;
import dev.checkrail.read.haproxy.SectionKind;
import dev.checkrail.source.Files;
import dev.checkrail.source.SourceFile;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the files that a configuration names. Relative paths start at {@code default-path} [3.1],
 * or at the working directory. What only {@code use_backend %[…]} and {@code use-server %[…]} name
 * is loaded after all files are parsed, hence always from the working directory, unless an earlier
 * directive loaded the same path: a map or list is known by its path as written and loaded once.
 * Absolute paths are looked up under the root first.
 */
final class FileLookup {
  /** A path as it was looked up. */
  record Located(String path, Files.Lookup lookup) {
    Optional<SourceFile> file() {
      return lookup instanceof Files.Lookup.Found found
          ? Optional.of(found.file())
          : Optional.empty();
    }
  }

  private static final Set<String> CHANGES = Set.of("set-map", "del-map", "add-acl", "del-acl");

  private final Files files;
  private final Optional<String> root;
  private final String workingDirectory;
  private final Optional<Directive> defaultPath;
  private final Map<String, Located> patternFiles = new HashMap<>();
  private final Map<String, String> digests = new HashMap<>();
  private final Set<String> changing;
  private final Set<String> variables;

  FileLookup(HaproxyTree tree, Files files, Optional<String> root, String workingDirectory) {
    this.files = files;
    this.root = root;
    this.workingDirectory = workingDirectory;
    this.changing = changing(tree);
    this.variables = variables(tree);
    this.defaultPath =
        tree.sections(SectionKind.GLOBAL)
            .flatMap(section -> section.activeDirectives())
            .filter(directive -> directive.is("default-path"))
            .reduce((first, second) -> second);
  }

  /** Whether rules change the entries of this map or list while HAProxy runs. */
  boolean changesAtRunTime(String written) {
    return changing.contains(written);
  }

  private static Set<String> changing(HaproxyTree tree) {
    Set<String> paths = new HashSet<>();
    tree.sections()
        .filter(section -> section.kind().isProxy())
        .flatMap(Section::activeDirectives)
        .filter(d -> d.is("http-request") || d.is("http-response"))
        .forEach(directive -> {
          String word = directive.arg(0);
          int open = word.indexOf('(');
          if (open > 0 && word.endsWith(")") && CHANGES.contains(word.substring(0, open))) {
            paths.add(word.substring(open + 1, word.length() - 1));
          }
        });
    return paths;
  }

  /** Whether a variable is set by a converter, by a rule on responses or by a check. */
  boolean setElsewhere(String variable) {
    return variables.contains(variable);
  }

  private static Set<String> variables(HaproxyTree tree) {
    Set<String> names = new HashSet<>();
    tree.sections()
        .filter(section -> section.kind().isProxy())
        .flatMap(Section::activeDirectives)
        .forEach(directive -> {
          int rule = directive.is("http-request") ? 0 : directive.is("tcp-request") ? 1 : -1;
          for (int i = 0; i < directive.args().size(); i++) {
            if (i != rule) {
              variables(directive.arg(i), names);
            }
          }
        });
    return names;
  }

  private static void variables(String word, Set<String> names) {
    for (int at = word.indexOf("set-var"); at >= 0; at = word.indexOf("set-var", at + 1)) {
      int open = word.indexOf('(', at);
      int end = open < 0 ? -1 : word.indexOf(')', open);
      if (end > 0) {
        String inside = word.substring(open + 1, end);
        int comma = inside.indexOf(',');
        names.add((comma < 0 ? inside : inside.substring(0, comma)).strip());
      }
    }
  }

  /** A map or list, shared by all places that name the same path. */
  Located patternFile(String written, Directive from, boolean late) {
    Located known = patternFiles.get(written);
    if (known == null) {
      known = locate(written, from, late);
      patternFiles.put(written, known);
    }
    return known;
  }

  /** Any other file. */
  Located locate(String written, Directive from, boolean late) {
    if (written.startsWith("/")) {
      if (root.isPresent()) {
        String under = root.get() + written;
        Files.Lookup lookup = files.read(under);
        if (!(lookup instanceof Files.Lookup.Absent)) {
          return new Located(under, lookup);
        }
      }
      return new Located(written, files.read(written));
    }
    String path = join(late ? workingDirectory : base(from), written);
    return new Located(path, files.read(path));
  }

  /** SHA-256 of a file, in hexadecimal; empty if it is not there. */
  Optional<String> digest(Located located) {
    return located
        .file()
        .map(file -> digests.computeIfAbsent(located.path(), path -> sha256(file.bytes())));
  }

  private String base(Directive from) {
    if (defaultPath.isEmpty()) {
      return workingDirectory;
    }
    Directive setting = defaultPath.get();
    return switch (setting.arg(0)) {
      case "config" -> parent(from.line().file());
      case "parent" -> join(parent(from.line().file()), "..");
      case "origin" -> join(workingDirectory, setting.arg(1));
      case String other -> workingDirectory;
    };
  }

  static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : slash == 0 ? "/" : path.substring(0, slash);
  }

  private static String join(String folder, String path) {
    if (folder.isEmpty() || folder.equals(".") || path.startsWith("/")) {
      return path;
    }
    return folder.endsWith("/") ? folder + path : folder + "/" + path;
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  static String sha256(String latin1) {
    return sha256(latin1.getBytes(StandardCharsets.ISO_8859_1));
  }
}
