package dev.checkrail.balancer.haproxy;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.BalancerException.Kind;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.Read;
import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.HaproxyTree;
import dev.checkrail.read.haproxy.Line;
import dev.checkrail.read.haproxy.SectionKind;
import dev.checkrail.read.haproxy.Target;
import dev.checkrail.read.haproxy.Word;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/**
 * Finds out what a running HAProxy is made of: from its process where that can be seen ({@code
 * /proc}), from its master socket, and from what a person says where neither tells.
 */
public final class Adopt {
  private static final String MARKED = "checkrail";

  private Adopt() {}

  /**
   * What a person knows. At least one of the first three.
   *
   * @param master the pid of the master process
   * @param masterSocket {@code -S}
   * @param configuration the {@code -f} arguments
   * @param environment variables, over those of the process
   */
  public record Known(
      Optional<Long> master,
      Optional<Path> masterSocket,
      List<Path> configuration,
      Map<String, String> environment) {
    public Known {
      configuration = List.copyOf(configuration);
      environment = Map.copyOf(environment);
    }

    /** Found by its master socket. */
    public static Known socket(Path masterSocket) {
      return new Known(Optional.empty(), Optional.of(masterSocket), List.of(), Map.of());
    }

    /** Found by its process. */
    public static Known process(long master) {
      return new Known(Optional.of(master), Optional.empty(), List.of(), Map.of());
    }
  }

  /**
   * What was found.
   *
   * @param arguments the process's arguments as it was started, for people; empty if unseen
   * @param notes what could not be seen and was assumed, a sentence each
   */
  public record Found(Installation installation, List<String> arguments, List<String> notes) {
    public Found {
      arguments = List.copyOf(arguments);
      notes = List.copyOf(notes);
    }
  }

  /** Finds out. */
  public static Found find(Known known) throws BalancerException {
    List<String> notes = new ArrayList<>();
    Optional<Long> pid = known.master().isPresent() ? known.master() : master(known);
    List<String> arguments = pid.isPresent() ? arguments(pid.get(), notes) : List.of();
    Optional<Path> seen = pid.flatMap(one -> link(one, "cwd"));
    Path directory = seen.orElse(Path.of("").toAbsolutePath());
    if (seen.isEmpty()) {
      notes.add(
          "HAProxy's working directory can't be seen: relative paths are taken from " + directory);
    }
    Path binary = pid.flatMap(one -> link(one, "exe")).orElse(Path.of("/usr/sbin/haproxy"));
    if (Files.notExists(binary)) {
      // It was upgraded while it runs: the link says "(deleted)".
      binary = Path.of(binary.toString().replace(" (deleted)", ""));
    }

    List<Path> files = files(known, arguments, directory);
    Optional<Path> socket =
        known.masterSocket().or(() -> masterSocket(arguments).map(directory::resolve));
    if (files.isEmpty() && socket.isPresent()) {
      files = filesBySocket(socket.get(), directory, notes);
    }
    if (files.isEmpty()) {
      throw new BalancerException(
          Kind.UNSUPPORTED,
          "nobody says which configuration files this HAProxy was started with: name them (-f)");
    }
    Map<String, String> all =
        pid.flatMap(Adopt::environment)
            .orElseGet(() -> {
              if (pid.isPresent()) {
                notes.add("the environment of HAProxy can't be read: variables have to be given");
              }
              return Map.of();
            });
    Map<String, String> everything = new TreeMap<>(all);
    everything.putAll(known.environment());

    Optional<Path> marker = marker(files);
    Installation first =
        new Installation(binary, files, marker, directory, socket, Optional.empty(), everything);
    HaproxyTree tree = tree(first);
    // Only what the configuration uses is remembered: the rest is none of our business.
    Map<String, String> used = new TreeMap<>(known.environment());
    for (String name : variables(tree)) {
      String value = everything.get(name);
      if (value != null) {
        used.put(name, value);
      }
    }
    return new Found(
        new Installation(
            binary, files, marker, directory, socket, statsSocket(tree, directory), used),
        arguments,
        notes);
  }

  /**
   * The same one, before files are judged and checked for it: with what its process has for those
   * variables that they use and that nobody asked for until now, and with another value if it was
   * started anew.
   *
   * @throws BalancerException if they use one whose value can't be seen
   */
  public static Installation renewed(Installation at, ConfigurationSet files)
      throws BalancerException {
    HaproxyTree tree = new HaproxyFiles(at).read(files).tree();
    Set<String> used = variables(tree);
    // What HAProxy or the files themselves set.
    used.removeIf(name -> name.startsWith("HAPROXY_"));
    used.removeAll(setByFiles(tree));
    if (used.isEmpty()) {
      return at;
    }
    Optional<Map<String, String>> seen =
        master(new Known(Optional.empty(), at.masterSocket(), List.of(), Map.of()))
            .flatMap(Adopt::environment);
    if (seen.isEmpty()) {
      used.removeAll(at.environment().keySet());
      used.removeAll(variables(tree(at)));
      if (!used.isEmpty()) {
        throw new BalancerException(
            Kind.REFUSED,
            "these files use %s of HAProxy's environment, which can't be read: say what it has"
                    .formatted(String.join(", ", used))
                + " (lb add --again --env NAME=VALUE)");
      }
      return at;
    }
    Map<String, String> now = new TreeMap<>(at.environment());
    for (String name : used) {
      String value = seen.get().get(name);
      if (value != null) {
        now.put(name, value);
      }
    }
    return new Installation(
        at.binary(),
        at.configuration(),
        at.marker(),
        at.workingDirectory(),
        at.masterSocket(),
        at.statsSocket(),
        now);
  }

  private static Set<String> setByFiles(HaproxyTree tree) {
    Set<String> names = new TreeSet<>();
    tree.sections(SectionKind.GLOBAL)
        .flatMap(section -> section.activeDirectives())
        .filter(line -> line.is("setenv") || line.is("presetenv"))
        .forEach(line -> names.add(line.arg(0)));
    return names;
  }

  /**
   * The same one, after other files were loaded: their stats socket, if the one that is remembered
   * was that of the files before.
   */
  public static Installation moved(
      Installation at, ConfigurationSet before, ConfigurationSet after) {
    HaproxyFiles files = new HaproxyFiles(at);
    Path directory = at.workingDirectory();
    boolean own = statsSocket(files.read(before).tree(), directory).equals(at.statsSocket());
    return own
        ? new Installation(
            at.binary(),
            at.configuration(),
            at.marker(),
            directory,
            at.masterSocket(),
            statsSocket(files.read(after).tree(), directory),
            at.environment())
        : at;
  }

  /**
   * The files that a worker was started with, if they are not the owned ones. Of folders only the
   * folder counts. A process that can't be seen may see the same files under other paths: then only
   * their names are compared.
   *
   * @param said what it answers to {@code show env HAPROXY_CFGFILES}
   */
  static Optional<String> startedElsewhere(Installation at, String said, Optional<Long> master) {
    String files = said.strip();
    int sign = files.indexOf('=');
    if (sign < 0) {
      return Optional.empty();
    }
    Optional<Path> cwd = master.flatMap(pid -> link(pid, "cwd"));
    Path directory = cwd.orElse(at.workingDirectory());
    Set<Path> is = new TreeSet<>();
    for (String file : files.substring(sign + 1).split(";", -1)) {
      is.add(named(directory.resolve(file), at, cwd.isPresent()));
    }
    Set<Path> own = new TreeSet<>();
    at.configuration().forEach(path -> own.add(named(path, at, cwd.isPresent())));
    return is.equals(own)
        ? Optional.empty()
        : Optional.of(
            String.join(
                ", ",
                Arrays.stream(files.substring(sign + 1).split(";", -1))
                    .map(file -> directory.resolve(file).normalize().toString())
                    .toList()));
  }

  private static Path named(Path file, Installation at, boolean seen) {
    Path path = file;
    for (Path folder : at.configuration()) {
      if (Files.isDirectory(folder) && real(file).startsWith(real(folder))) {
        path = folder;
      }
    }
    Path name = path.getFileName();
    return seen || name == null ? real(path) : name;
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path.toAbsolutePath().normalize();
    }
  }

  private static Optional<Long> master(Known known) throws BalancerException {
    if (known.masterSocket().isEmpty()) {
      return Optional.empty();
    }
    try (Cli cli = Cli.master(known.masterSocket().get(), Duration.ofSeconds(5))) {
      return Optional.of(ShowProc.parse(cli.ask("show proc")).master());
    }
  }

  // --- what /proc says

  private static List<String> arguments(long pid, List<String> notes) throws BalancerException {
    Path place = Path.of("/proc/" + pid + "/cmdline");
    try {
      String line = new String(Files.readAllBytes(place), StandardCharsets.UTF_8);
      // A master executes itself anew after it started a worker; for a moment it has no arguments.
      for (int i = 0; i < 100 && line.isEmpty(); i++) {
        LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        line = new String(Files.readAllBytes(place), StandardCharsets.UTF_8);
      }
      if (line.isEmpty()) {
        throw new BalancerException(Kind.GONE, "process " + pid + " has ended");
      }
      return List.of(line.split("\0"));
    } catch (IOException e) {
      if (Files.notExists(place.getParent())) {
        notes.add("process " + pid + " can't be seen from here; its arguments were not read");
        return List.of();
      }
      notes.add(place + " can't be read: the arguments are taken from the master socket");
      return List.of();
    }
  }

  private static Optional<Path> link(long pid, String name) {
    try {
      return Optional.of(Files.readSymbolicLink(Path.of("/proc/" + pid + "/" + name)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Empty if it can't be read. */
  private static Optional<Map<String, String>> environment(long pid) {
    Map<String, String> variables = new LinkedHashMap<>();
    try {
      Path environ = Path.of("/proc/" + pid + "/environ");
      byte[] bytes = Files.readAllBytes(environ);
      // A master that has just started its worker begins itself anew, and has none meanwhile.
      for (int i = 0; i < 50 && bytes.length == 0; i++) {
        LockSupport.parkNanos(10_000_000);
        bytes = Files.readAllBytes(environ);
      }
      for (String one : new String(bytes, StandardCharsets.UTF_8).split("\0", -1)) {
        int sign = one.indexOf('=');
        if (sign > 0) {
          variables.put(one.substring(0, sign), one.substring(sign + 1));
        }
      }
      return Optional.of(variables);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Arguments as they were given; what a reload has put before them is skipped. */
  private static List<Path> files(Known known, List<String> arguments, Path directory) {
    if (!known.configuration().isEmpty()) {
      return known.configuration().stream().map(directory::resolve).toList();
    }
    List<Path> files = new ArrayList<>();
    for (int i = 1; i < arguments.size(); i++) {
      String word = arguments.get(i);
      if (word.equals("-f") && i + 1 < arguments.size()) {
        // One -f may be followed by several files.
        while (i + 1 < arguments.size() && !arguments.get(i + 1).startsWith("-")) {
          files.add(directory.resolve(arguments.get(++i)));
        }
      } else if (word.equals("--")) {
        arguments.subList(i + 1, arguments.size()).forEach(f -> files.add(directory.resolve(f)));
        break;
      }
    }
    return files;
  }

  private static Optional<String> masterSocket(List<String> arguments) {
    int at = arguments.indexOf("-S");
    return at > 0 && at + 1 < arguments.size()
        ? Optional.of(arguments.get(at + 1).split(",", -1)[0].replaceFirst("^unix@", ""))
            .filter(path -> path.startsWith("/") || !path.contains(":"))
        : Optional.empty();
  }

  private static List<Path> filesBySocket(Path socket, Path directory, List<String> notes)
      throws BalancerException {
    try (Cli cli = Cli.master(socket, Duration.ofSeconds(5))) {
      String said = cli.ask("@1 show env HAPROXY_CFGFILES").strip();
      int sign = said.indexOf('=');
      if (sign < 0) {
        return List.of();
      }
      notes.add("a folder given to -f shows as its files: new files in it are not seen");
      List<Path> files = new ArrayList<>();
      for (String file : said.substring(sign + 1).split(";", -1)) {
        files.add(directory.resolve(file));
      }
      return files;
    }
  }

  // --- what the files say

  private static HaproxyTree tree(Installation installation) throws BalancerException {
    List<String> paths = new HaproxyFiles(installation).mainPaths();
    return Read.haproxy(
            new dev.checkrail.source.Files(new DiskLoader()),
            paths,
            new HaproxyTarget(
                Target.debian12(installation.environment()),
                Optional.empty(),
                Optional.of(installation.workingDirectory().toString())))
        .tree();
  }

  private static Set<String> variables(HaproxyTree tree) {
    Set<String> names = new TreeSet<>();
    tree.files()
        .forEach(file ->
            file.lines().stream()
                .map(Line::words)
                .flatMap(List::stream)
                .map(Word::variables)
                .forEach(names::addAll));
    return names;
  }

  /** The last file, if it is ours: it says nothing but the version. */
  private static Optional<Path> marker(List<Path> files) {
    Path last = files.getLast();
    try {
      if (Files.isDirectory(last)) {
        Path inside = last.resolve("zz-checkrail.cfg");
        return Files.exists(inside) ? Optional.of(inside) : Optional.empty();
      }
      boolean ours =
          Files.size(last) < 1000
              && String.valueOf(last.getFileName()).contains(MARKED)
              && Files.readString(last).contains("description checkrail-");
      return ours && files.size() > 1 ? Optional.of(last) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  static Optional<Path> statsSocket(HaproxyTree tree, Path directory) {
    return tree.sections(SectionKind.GLOBAL)
        .flatMap(section -> section.activeDirectives())
        .filter(line -> line.is("stats") && line.arg(0).equals("socket"))
        .map((Directive line) -> line.arg(1).replaceFirst("^unix@", ""))
        .filter(path -> path.startsWith("/"))
        .map(directory::resolve)
        .findFirst();
  }
}
