package dev.checkrail.balancer.haproxy;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.BalancerException.Kind;
import dev.checkrail.balancer.Candidate;
import dev.checkrail.balancer.Disk;
import dev.checkrail.balancer.NativeAnswer;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.change.ConfigurationSet.Item;
import dev.checkrail.model.Pool;
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.Read;
import dev.checkrail.read.ReadReport;
import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.SectionKind;
import dev.checkrail.read.haproxy.Target;
import dev.checkrail.source.Files;
import dev.checkrail.source.Files.Lookup;
import dev.checkrail.source.Redaction;
import dev.checkrail.source.SourceFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The files of one HAProxy: which they are, where they lie, what HAProxy says of them. */
final class HaproxyFiles {
  private final Installation installation;
  private List<String> unseen = List.of();
  private final Looks looks = new Looks();
  private @Nullable String lastDigest;
  private @Nullable ReadReport last;

  HaproxyFiles(Installation installation) {
    this.installation = installation;
  }

  Installation installation() {
    return installation;
  }

  List<String> unseen() {
    return unseen;
  }

  ReadReport read(ConfigurationSet set) {
    String digest = set.digest();
    ReadReport known = last;
    if (known != null && digest.equals(lastDigest)) {
      return known;
    }
    ReadReport read = Read.haproxy(set.files(), set.mainPaths(), target());
    last = read;
    lastDigest = digest;
    return read;
  }

  private HaproxyTarget target() {
    return new HaproxyTarget(
        Target.debian12(installation.environment()),
        Optional.empty(),
        Optional.of(installation.workingDirectory().toString()));
  }

  // --- what is in place

  ConfigurationSet onDisk() throws BalancerException {
    looks.forget();
    for (Path argument : installation.configuration()) {
      looks.note(argument.toString()); // a folder's look changes with the names in it
    }
    Files.Loader disk = new DiskLoader();
    try {
      Gathered there =
          gather(
              path -> {
                looks.note(path); // before its bytes are read: what is written later is noticed
                return disk.load(path);
              },
              mainPaths());
      unseen = there.unseen();
      return there.set();
    } catch (InvalidPathException e) {
      looks.forget();
      throw new BalancerException(Kind.FILES, impossible(e), e);
    } catch (BalancerException e) {
      looks.forget();
      throw e;
    }
  }

  private static String impossible(InvalidPathException e) {
    return "the configuration names a path that can't be on this machine: " + e.getReason();
  }

  boolean sameOnDisk() {
    return looks.same();
  }

  /** The configuration files as HAProxy would load them now, without the marker. */
  List<String> mainPaths() throws BalancerException {
    List<String> paths = new ArrayList<>();
    for (Path argument : installation.configuration()) {
      if (java.nio.file.Files.isDirectory(argument)) {
        inFolder(argument).forEach(paths::add);
      } else {
        paths.add(argument.toString());
      }
    }
    installation.marker().ifPresent(marker -> paths.remove(marker.toString()));
    return paths;
  }

  /** {@code -f DIR}: its *.cfg in the order of their bytes, hidden ones left out [management 3]. */
  private static List<String> inFolder(Path folder) throws BalancerException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = java.nio.file.Files.newDirectoryStream(folder, "*.cfg")) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        if (!name.startsWith(".") && java.nio.file.Files.isRegularFile(entry)) {
          names.add(name);
        }
      }
    } catch (IOException e) {
      throw new BalancerException(
          Kind.FILES, "the folder " + folder + " can't be listed: " + e.getMessage(), e);
    }
    names.sort(Comparator.naturalOrder());
    return names.stream().map(name -> folder.resolve(name).toString()).toList();
  }

  /**
   * All files of a configuration.
   *
   * @param unseen named files that our user can't read
   * @param folders of certificates, whose files are all loaded
   */
  private record Gathered(
      ReadReport read, ConfigurationSet set, List<String> unseen, Set<Path> folders) {
    Gathered {
      unseen = List.copyOf(unseen);
      folders = Set.copyOf(folders);
    }
  }

  private Gathered gather(Files.Loader loader, List<String> main) throws BalancerException {
    Files files = new Files(loader);
    ReadReport read = Read.haproxy(files, main, target());
    AlsoNamed.paths(read.tree(), installation.workingDirectory().toString(), loader)
        .forEach(files::read);
    List<Item> mainItems = new ArrayList<>();
    Map<String, Item> others = new LinkedHashMap<>();
    List<String> hidden = new ArrayList<>();
    Set<Path> folders = new HashSet<>();
    for (Lookup lookup : files.asked()) {
      switch (lookup) {
        case Lookup.Found found -> {
          Item item = new Item(found.file().path(), Optional.of(found.file()));
          if (main.contains(item.path())) {
            mainItems.add(item);
          } else if (!item.path().startsWith("/dev/")) {
            others.put(item.path(), item);
          }
        }
        case Lookup.Absent absent -> {
          if (main.contains(absent.path())) {
            mainItems.add(Item.absent(absent.path()));
          } else {
            others.put(absent.path(), Item.absent(absent.path()));
          }
        }
        case Lookup.Unreadable unreadable -> {
          if (unreadable(unreadable, loader, others, hidden, main)) {
            folders.add(Path.of(unreadable.path()));
          }
        }
      }
    }
    mainItems.sort(Comparator.comparingInt(item -> main.indexOf(item.path())));
    return new Gathered(
        read, new ConfigurationSet(mainItems, List.copyOf(others.values())), hidden, folders);
  }

  /**
   * A folder of certificates is its files; anything else is what this user may not see. Answers
   * whether it is a folder.
   */
  private static boolean unreadable(
      Lookup.Unreadable unreadable,
      Files.Loader loader,
      Map<String, Item> others,
      List<String> hidden,
      List<String> main)
      throws BalancerException {
    Path path;
    try {
      path = Path.of(unreadable.path());
    } catch (InvalidPathException e) {
      hidden.add(unreadable.path());
      return false;
    }
    if (main.contains(unreadable.path())) {
      throw new BalancerException(
          Kind.NO_RIGHTS, "can't read " + unreadable.path() + ": " + unreadable.why());
    }
    if (!java.nio.file.Files.isDirectory(path)) {
      if (!unreadable.path().startsWith("/dev/")) {
        hidden.add(unreadable.path());
      }
      return false;
    }
    try (DirectoryStream<Path> entries = java.nio.file.Files.newDirectoryStream(path)) {
      List<Path> sorted = new ArrayList<>();
      entries.forEach(sorted::add);
      sorted.sort(Comparator.naturalOrder());
      for (Path entry : sorted) {
        String name = entry.toString();
        if (loader.load(name) instanceof Lookup.Found found) {
          others.put(name, new Item(name, Optional.of(found.file())));
        } else if (!java.nio.file.Files.isDirectory(entry)) {
          hidden.add(name);
        }
      }
    } catch (IOException e) {
      hidden.add(unreadable.path());
    }
    return true;
  }

  // --- a candidate

  ConfigurationSet placed(Candidate candidate) throws BalancerException {
    try {
      return put(candidate);
    } catch (InvalidPathException e) {
      throw new BalancerException(Kind.REFUSED, impossible(e), e);
    }
  }

  private ConfigurationSet put(Candidate candidate) throws BalancerException {
    List<String> places = places(candidate);
    CandidateFiles files = new CandidateFiles(candidate, places, this::inPlace);
    Gathered placed = gather(files, places);
    files.mustBeIts(placed.read(), placed.set());
    unseen = placed.unseen();
    return placed.set();
  }

  private CandidateFiles.InPlace inPlace() throws BalancerException {
    Gathered there = gather(new DiskLoader(), mainPaths());
    return CandidateFiles.InPlace.of(there.set(), there.unseen(), there.folders());
  }

  private List<String> places(Candidate candidate) throws BalancerException {
    List<Path> own =
        installation.configuration().stream()
            .filter(path -> installation.marker().filter(path::equals).isEmpty())
            .toList();
    if (own.size() == 1 && java.nio.file.Files.isDirectory(own.getFirst())) {
      List<String> places = new ArrayList<>();
      for (SourceFile file : candidate.main()) {
        Path name = Path.of(file.path()).getFileName();
        String place = own.getFirst().resolve(String.valueOf(name)).toString();
        if (places.contains(place)
            || installation.marker().filter(Path.of(place)::equals).isPresent()) {
          throw new BalancerException(Kind.REFUSED, place + " can't be one of the files");
        }
        places.add(place);
      }
      return places;
    }
    List<String> places = mainPaths();
    if (places.size() != candidate.main().size()) {
      throw new BalancerException(
          Kind.REFUSED,
          "HAProxy was started with "
              + places.size()
              + " configuration file(s) and the candidate has "
              + candidate.main().size()
              + ": a reload keeps the arguments, so their number can't change without a restart");
    }
    return places;
  }

  private static Path folder(Path file) {
    Path parent = file.getParent();
    return parent == null ? Path.of("/") : parent;
  }

  // --- HAProxy's own check

  /**
   * On a copy of all files below a folder, at their own paths. Absolute paths in the main files are
   * turned into the copy's where they are written out; one that is put together from variables
   * still leads to the file in place.
   */
  NativeAnswer check(ConfigurationSet set, Path scratch)
      throws BalancerException, InterruptedException {
    Map<String, String> moved = new HashMap<>();
    for (Item item : set.items()) {
      moved.put(item.path(), scratch + normal(item.path()));
    }
    Pattern paths =
        Pattern.compile(
            moved.keySet().stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .reduce((a, b) -> a + "|" + b)
                .orElse("(?!)"));
    List<String> main = set.mainPaths();
    for (Item item : set.items()) {
      if (item.content().isPresent()) {
        SourceFile file = item.content().get();
        byte[] bytes =
            main.contains(item.path())
                ? paths
                    .matcher(file.text())
                    .replaceAll(
                        m -> Matcher.quoteReplacement(moved.getOrDefault(m.group(), m.group())))
                    .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)
                : file.bytes();
        Path copy = Path.of(scratch + normal(item.path()));
        Disk.folder(folder(copy));
        Disk.putOurs(copy, bytes);
      }
    }
    Path directory = Disk.folder(Path.of(scratch + installation.workingDirectory().toString()));
    NativeAnswer answer =
        Binary.check(
            installation.binary(),
            main.stream().map(path -> Path.of(scratch + normal(path))).toList(),
            directory,
            installation.environment());
    return new NativeAnswer(
        answer.accepted(), Redaction.of(answer.text().replace(scratch.toString(), "")));
  }

  /** Without {@code ..}, which would lead out of the folder of the copy. */
  private static String normal(String path) {
    return Path.of(path).normalize().toString();
  }

  // --- the state file

  /**
   * Where servers' states survive a reload: {@code server-state-file}, if every pool with servers
   * loads it [3.1, 4.2].
   */
  Optional<Path> stateFile(ConfigurationSet set) {
    ReadReport read = read(set);
    Optional<String> file = global(read, "server-state-file");
    boolean loaded =
        read.configuration().pools().stream()
            .filter(pool -> !pool.servers().isEmpty())
            .allMatch(HaproxyFiles::loadsState);
    if (file.isEmpty() || !loaded) {
      return Optional.empty();
    }
    Path base =
        global(read, "server-state-base").map(Path::of).orElse(installation.workingDirectory());
    return Optional.of(base.resolve(file.get()));
  }

  private static boolean loadsState(Pool pool) {
    return pool.settings().stream()
        .anyMatch(setting ->
            setting.name().equals("load-server-state-from-file")
                && setting.value().equals("global"));
  }

  private static Optional<String> global(ReadReport read, String keyword) {
    return read.tree()
        .sections(SectionKind.GLOBAL)
        .flatMap(section -> section.activeDirectives())
        .filter(directive -> directive.is(keyword))
        .map((Directive directive) -> directive.arg(0))
        .filter(value -> !value.isEmpty())
        .reduce((first, second) -> second);
  }
}
