package dev.checkrail.balancer.haproxy;

import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.HaproxyTree;
import dev.checkrail.read.haproxy.Section;
import dev.checkrail.read.haproxy.SectionKind;
import dev.checkrail.read.haproxy.Word;
import dev.checkrail.source.Files.Loader;
import dev.checkrail.source.Files.Lookup;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Files that a reload loads and the model does not look at: authorities, revocation lists, servers'
 * own certificates, what a {@code crt-list} names, what lies beside a certificate, Lua, SPOE. They
 * are kept, compared and switched with all others; what they mean is not known here.
 */
final class AlsoNamed {
  /** Followed by a path, on {@code bind}, {@code server} and {@code default-server} [5.1, 5.2]. */
  private static final Set<String> AUTHORITIES =
      Set.of("ca-file", "ca-verify-file", "ca-sign-file", "crl-file");

  private static final Set<String> IN_GLOBAL =
      Set.of("lua-load", "lua-load-per-thread", "ssl-dh-param-file");

  /** {@code ssl-load-extra-files} [3.1]: loaded if they are there. */
  private static final List<String> BESIDE =
      List.of(".key", ".ocsp", ".sctl", ".issuer", ".rsa", ".ecdsa", ".dsa");

  private final HaproxyTree tree;
  private final String workingDirectory;
  private final Loader loader;
  private final Set<String> paths = new LinkedHashSet<>();

  private AlsoNamed(HaproxyTree tree, String workingDirectory, Loader loader) {
    this.tree = tree;
    this.workingDirectory = workingDirectory;
    this.loader = loader;
  }

  /**
   * The paths, absolute, in the order of the files.
   *
   * @param loader for what names others itself, and for what is only loaded if it is there
   */
  static Set<String> paths(HaproxyTree tree, String workingDirectory, Loader loader) {
    AlsoNamed named = new AlsoNamed(tree, workingDirectory, loader);
    tree.sections().forEach(named::section);
    return named.paths;
  }

  /** The certificate beside which a file of this name is loaded if it is there. */
  static Optional<String> besides(String path) {
    return BESIDE.stream()
        .filter(path::endsWith)
        .map(ending -> path.substring(0, path.length() - ending.length()))
        .findFirst();
  }

  private void section(Section section) {
    section
        .activeDirectives()
        .forEach(line -> {
          if (section.kind() == SectionKind.GLOBAL && IN_GLOBAL.contains(line.keyword().value())) {
            add(line, line.arg(0), "");
          }
          if (section.kind() == SectionKind.GLOBAL && line.is("issuers-chain-path")) {
            add(line, line.arg(0), "");
          }
          if (line.is("filter") && line.arg(0).equals("spoe")) {
            after(line, "config").ifPresent(path -> add(line, path, ""));
          }
          if (line.is("bind") || line.is("server") || line.is("default-server")) {
            transport(line);
          }
        });
  }

  private void transport(Directive line) {
    List<Word> args = line.args();
    for (int i = 0; i + 1 < args.size(); i++) {
      String word = args.get(i).value();
      String path = args.get(i + 1).value();
      if (AUTHORITIES.contains(word) && !path.startsWith("@")) {
        add(line, path, global("ca-base"));
      } else if (word.equals("crt")) {
        certificate(line, path);
      } else if (word.equals("crt-list")) {
        list(line, path);
      }
    }
  }

  private void certificate(Directive line, String written) {
    String path = resolve(line, written, global("crt-base"));
    // A bind's own certificate was looked up by the reader; a server's was not.
    paths.add(path);
    BESIDE.stream()
        .map(ending -> path + ending)
        .filter(beside -> loader.load(beside) instanceof Lookup.Found)
        .forEach(paths::add);
  }

  /** A line's first word is a certificate; options and names follow. */
  private void list(Directive line, String written) {
    if (loader.load(resolve(line, written, "")) instanceof Lookup.Found found) {
      found
          .file()
          .text()
          .lines()
          .map(String::strip)
          .filter(text -> !text.isEmpty() && !text.startsWith("#"))
          .map(text -> text.split("[\\s\\[]", 2)[0])
          .filter(path -> !path.isEmpty())
          .forEach(path -> certificate(line, path));
    }
  }

  private void add(Directive line, String written, String base) {
    if (!written.isEmpty()) {
      paths.add(resolve(line, written, base));
    }
  }

  private String resolve(Directive line, String written, String base) {
    String based =
        written.startsWith("/") || base.isEmpty()
            ? written
            : base + (base.endsWith("/") ? "" : "/") + written;
    return based.startsWith("/") ? based : Path.of(folder(line)).resolve(based).toString();
  }

  /** Where a relative path begins: {@code default-path} [3.1]. */
  private String folder(Directive line) {
    Optional<Directive> setting =
        tree.sections(SectionKind.GLOBAL)
            .flatMap(Section::activeDirectives)
            .filter(one -> one.is("default-path"))
            .reduce((first, second) -> second);
    Path file = Path.of(line.line().file());
    Path parent = file.getParent() == null ? Path.of("/") : file.getParent();
    return switch (setting.map(one -> one.arg(0)).orElse("")) {
      case "config" -> parent.toString();
      case "parent" -> parent + "/..";
      case "origin" -> Path.of(workingDirectory).resolve(setting.get().arg(1)).toString();
      case String other -> workingDirectory;
    };
  }

  private String global(String keyword) {
    return tree.sections(SectionKind.GLOBAL)
        .flatMap(Section::activeDirectives)
        .filter(line -> line.is(keyword))
        .map(line -> line.arg(0))
        .reduce((first, second) -> second)
        .orElse("");
  }

  private static Optional<String> after(Directive line, String word) {
    List<Word> args = line.args();
    for (int i = 0; i + 1 < args.size(); i++) {
      if (args.get(i).is(word)) {
        return Optional.of(args.get(i + 1).value());
      }
    }
    return Optional.empty();
  }
}
