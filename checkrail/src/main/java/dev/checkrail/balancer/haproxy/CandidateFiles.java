package dev.checkrail.balancer.haproxy;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.BalancerException.Kind;
import dev.checkrail.balancer.Candidate;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.change.ConfigurationSet.Item;
import dev.checkrail.model.ReferencedFile;
import dev.checkrail.read.ReadReport;
import dev.checkrail.read.haproxy.Section;
import dev.checkrail.read.haproxy.Word;
import dev.checkrail.source.Files.Loader;
import dev.checkrail.source.Files.Lookup;
import dev.checkrail.source.SourceFile;
import dev.checkrail.source.Span;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the files of a candidate come from. It may name any path, and who proposes it need not be
 * allowed to read this machine; so a file is, in this order, what came with the candidate; what the
 * configuration in place names already; what lies below a folder of the configuration. Nothing else
 * is looked at, not even whether it is there.
 *
 * <p>A folder that others share ({@code /etc}, {@code /srv}) is none of the configuration; below
 * one that is, a name with a dot in front and a link that leads out of it are not followed.
 */
final class CandidateFiles implements Loader {
  private static final String PRIVATE_KEY = "PRIVATE KEY-----";

  /** Often named where nothing is wanted. */
  private static final String NOTHING = "/dev/null";

  /**
   * What the configuration in place names.
   *
   * @param files by their paths, also those that are not there
   * @param folders that are loaded as a whole
   * @param homes folders in which files lie that it names
   */
  record InPlace(Set<String> files, Set<Path> folders, Set<Path> homes) {
    InPlace {
      files = Set.copyOf(files);
      folders = Set.copyOf(folders);
      homes = Set.copyOf(homes);
    }

    private static final InPlace NOTHING = new InPlace(Set.of(), Set.of(), Set.of());

    /**
     * Of what lies there.
     *
     * @param unseen files that our user can't read
     * @param folders as they are written: {@code ..} behind a link would lead elsewhere
     */
    static InPlace of(ConfigurationSet set, List<String> unseen, Set<Path> folders) {
      Set<String> files = new HashSet<>(unseen);
      Set<Path> homes = new HashSet<>();
      for (Item item : set.referenced()) {
        files.add(item.path());
        if (item.content().isPresent()) {
          homes.add(folder(Path.of(item.path()).normalize()));
        }
      }
      return new InPlace(files, folders, homes);
    }

    private boolean names(String path) {
      return loads(path)
          || folders.contains(folder(Path.of(path)))
          || AlsoNamed.besides(path).filter(this::loads).isPresent();
    }

    private boolean loads(String path) {
      return files.contains(path) || folders.contains(Path.of(path));
    }
  }

  /** What tells what is in place; asked only if a path is not below a folder of ours. */
  interface Asking {
    InPlace ask() throws BalancerException;
  }

  private final Candidate candidate;
  private final Asking asking;
  private final Loader disk = new DiskLoader();
  private final Map<String, SourceFile> main = new HashMap<>();
  private final Path first;
  private final Set<Path> below = new LinkedHashSet<>();
  private final Set<Path> brought = new LinkedHashSet<>();
  private final Set<String> elsewhere = new LinkedHashSet<>();
  private @Nullable InPlace inPlace;
  private @Nullable BalancerException unknown;

  /**
   * Of one candidate.
   *
   * @param places where its main files go, in order
   */
  CandidateFiles(Candidate candidate, List<String> places, Asking asking) {
    this.candidate = candidate;
    this.asking = asking;
    for (int i = 0; i < places.size(); i++) {
      main.put(places.get(i), candidate.main().get(i));
      below.add(folder(Path.of(places.get(i)).normalize()));
    }
    this.first = folder(Path.of(places.getFirst()));
  }

  private static Path folder(Path file) {
    Path parent = file.getParent();
    return parent == null ? Path.of("/") : parent;
  }

  @Override
  public Lookup load(String path) {
    SourceFile own = main.get(path);
    if (own != null) {
      return new Lookup.Found(SourceFile.of(path, own.bytes()));
    }
    Path absolute = Path.of(path).normalize();
    for (String name : List.of(first.relativize(absolute).toString(), path)) {
      if (candidate.beside().load(name) instanceof Lookup.Found found) {
        brought.add(absolute);
        return new Lookup.Found(SourceFile.of(path, found.file().bytes()));
      }
    }
    if (path.equals(NOTHING) || isBelow(path, absolute) || inPlace().names(path)) {
      return disk.load(path);
    }
    elsewhere.add(path);
    return new Lookup.Absent(path);
  }

  /** As written, and as the system follows it: through links, and {@code ..} behind them. */
  private boolean isBelow(String path, Path absolute) {
    if (below.stream().noneMatch(folder -> contains(folder, absolute))) {
      return false;
    }
    try {
      Path real = Path.of(path).toRealPath();
      for (Path folder : below) {
        if (contains(folder.toRealPath(), real)) {
          return true;
        }
      }
      return false;
    } catch (NoSuchFileException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean contains(Path folder, Path path) {
    return folder.getNameCount() > 1
        && path.startsWith(folder)
        && Stream.iterate(path, it -> !it.equals(folder), CandidateFiles::folder)
            .noneMatch(it -> String.valueOf(it.getFileName()).startsWith("."));
  }

  private InPlace inPlace() {
    InPlace known = inPlace;
    if (known == null) {
      try {
        known = asking.ask();
      } catch (BalancerException e) {
        unknown = e;
        known = InPlace.NOTHING;
      }
      inPlace = known;
    }
    return known;
  }

  /**
   * Refuses a candidate that names what it may not.
   *
   * @param read what was read of it
   * @param set its files
   * @throws BalancerException with the place in the configuration and what to do; never with bytes
   *     of a file
   */
  void mustBeIts(ReadReport read, ConfigurationSet set) throws BalancerException {
    mustBeOurs();
    mustShowNoKey(read, set);
    BalancerException trouble = unknown;
    if (trouble != null) {
      throw trouble;
    }
    Optional<String> path =
        elsewhere.stream()
            .filter(it -> AlsoNamed.besides(it).filter(elsewhere::contains).isEmpty())
            .findFirst();
    if (path.isPresent()) {
      throw new BalancerException(
          Kind.REFUSED,
          named(read, path.get())
              + ", which did not come with the configuration, is no file of the configuration in"
              + " place, and is not below its folder ("
              + String.join(", ", below.stream().map(Path::toString).toList())
              + "); no other file of this machine is taken: send it along, to be put below that"
              + " folder");
    }
  }

  /**
   * What comes with a candidate under a path would be written there by us: only below the folders
   * of the configuration, or where files of the configuration in place lie already.
   */
  private void mustBeOurs() throws BalancerException {
    for (Path path : brought) {
      if (below.stream().noneMatch(path::startsWith) && !inPlace().homes().contains(folder(path))) {
        BalancerException trouble = unknown;
        throw trouble != null
            ? trouble
            : new BalancerException(
                Kind.REFUSED,
                path
                    + " comes with the configuration, and is neither below a folder of the"
                    + " configuration nor in one of which the configuration in place names a file;"
                    + " put it there by hand, or choose another place");
      }
    }
  }

  /** Entries of maps and lists are told in findings and evidence, pages are sent to anybody. */
  private static void mustShowNoKey(ReadReport read, ConfigurationSet set)
      throws BalancerException {
    Set<String> keys = new HashSet<>();
    for (Item item : set.referenced()) {
      if (item.content().filter(it -> it.text().contains(PRIVATE_KEY)).isPresent()) {
        item.sha256().ifPresent(keys::add);
      }
    }
    for (ReferencedFile file : read.configuration().files()) {
      if (file.kind() != ReferencedFile.Kind.CERTIFICATE
          && file.digest().filter(keys::contains).isPresent()) {
        throw new BalancerException(
            Kind.REFUSED,
            file.span()
                + ": a file with a private key can only be a certificate: as what it is named for"
                + " here it would be shown; name another file");
      }
    }
  }

  /**
   * Where the path stands: as it is, its name alone, or the folder that is loaded as a whole. It is
   * only told as far as it stands there in so many letters.
   */
  private static String named(ReadReport read, String path) {
    List<Word> words = words(read);
    List<String> written = new ArrayList<>();
    written.add(path);
    written.add(String.valueOf(Path.of(path).getFileName()));
    written.add(folder(Path.of(path)).toString());
    for (String text : written) {
      Pattern whole = Pattern.compile("(?<![\\w.-])" + Pattern.quote(text) + "(?!/?[\\w.-])");
      for (Word word : words) {
        if (whole.matcher(word.value()).find()) {
          String shown = written.stream().filter(word.raw()::contains).findFirst().orElse("a file");
          return place(word.span()) + " names " + shown;
        }
      }
    }
    return IntStream.range(1, words.size())
        .filter(i -> words.get(i - 1).is("crt-list"))
        .mapToObj(i -> place(words.get(i).span()) + " has a list that names a file")
        .findFirst()
        .orElse("it names a file");
  }

  private static String place(Span span) {
    return span.file() + ":" + span.line();
  }

  private static List<Word> words(ReadReport read) {
    return read.tree()
        .sections()
        .flatMap(Section::activeDirectives)
        .flatMap(it -> it.line().words().stream())
        .toList();
  }
}
