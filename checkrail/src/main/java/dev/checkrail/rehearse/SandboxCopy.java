package dev.checkrail.rehearse;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Listener;
import dev.checkrail.model.Mode;
import dev.checkrail.model.Pool;
import dev.checkrail.model.ReferencedFile;
import dev.checkrail.model.Server;
import dev.checkrail.read.haproxy.ConfigFile;
import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.HaproxyTree;
import dev.checkrail.read.haproxy.Parameter;
import dev.checkrail.read.haproxy.SectionKind;
import dev.checkrail.rehearse.Neutralise.Purpose;
import dev.checkrail.rehearse.agent.Endpoint;
import dev.checkrail.rehearse.agent.Stub;
import dev.checkrail.source.SourceFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A configuration's copy in a folder of the sandbox. The folder mirrors where the files lie, so
 * that relative names mean the same; absolute names are led into it. Servers have their own
 * addresses; those that cannot be played there (names, sockets, the configuration's own listeners)
 * get an address of the range for tests (RFC 2544).
 *
 * <p>On the machine's loopback device every listener and every server gets a free port of
 * 127.0.0.1, and the copy is looked at once more ({@link Confine}): nothing in it may speak to
 * anybody else.
 */
final class SandboxCopy {
  /** Beyond this HAProxy can't make its admin socket: addresses of sockets hold 108 bytes. */
  private static final int LONGEST_FOLDER = 70;

  private static final int MOST_NAMES = 200;

  /** The agent may have 8,192 open files; each server that is played is one. */
  private static final int MOST_PLAYED = 4_000;

  /** On loopback each has a port of the machine for as long as the rehearsal takes. */
  private static final int MOST_PLAYED_ON_LOOPBACK = 1_500;

  private static final int MOST_DOORS = 500;

  private final Path root;
  private final Path folder;
  private final List<String> arguments;
  private final Map<String, String> environment;
  private final Map<String, Endpoint> played;
  private final List<Stub> stubs;
  private final List<String> left;
  private final Map<String, String> originals;
  private final Optional<Map<Listener, Endpoint>> doors;

  private SandboxCopy(
      Path root,
      Path folder,
      List<String> arguments,
      Map<String, String> environment,
      Map<String, Endpoint> played,
      List<Stub> stubs,
      List<String> left,
      Map<String, String> originals,
      Optional<Map<Listener, Endpoint>> doors) {
    this.root = root;
    this.folder = folder;
    this.arguments = List.copyOf(arguments);
    this.environment = environment;
    this.played = played;
    this.stubs = List.copyOf(stubs);
    this.left = List.copyOf(left);
    this.originals = originals;
    this.doors = doors;
  }

  /** Whether listeners are behind doors on the machine's loopback device. */
  boolean onLoopback() {
    return doors.isPresent();
  }

  /** Where a listener is, on loopback; empty if it has no place there. */
  Optional<Endpoint> door(Listener listener) {
    return doors.map(all -> all.get(listener));
  }

  /** Where it lies, to be discarded when it is of no use any more. */
  Path root() {
    return root;
  }

  /** HAProxy's working directory. */
  Path folder() {
    return folder;
  }

  /** What is given to {@code -f}, in order. */
  List<String> arguments() {
    return arguments;
  }

  /** All that HAProxy sees of an environment. */
  Map<String, String> environment() {
    return environment;
  }

  /** The servers to play, all answering at once. */
  List<Stub> stubs() {
    return stubs;
  }

  /** What differs from the original or is not here, each with its place and reason. */
  List<String> left() {
    return left;
  }

  /** The address at which a server is played. */
  Optional<Endpoint> played(String pool, String server) {
    return Optional.ofNullable(played.get(name(pool, server)));
  }

  /** Text of HAProxy with the sandbox's paths turned back into the original ones. */
  String original(String text) {
    String back = text.replace(root + "/abs", "");
    for (Map.Entry<String, String> file : originals.entrySet()) {
      back = back.replace("[" + file.getKey() + ":", "[" + file.getValue() + ":");
      back = back.replace(" " + file.getKey(), " " + file.getValue());
    }
    return back.replace(root + "/tree/", "").replace(root.toString(), "");
  }

  private static String name(String pool, String server) {
    return pool + "/" + server;
  }

  /**
   * Makes a copy.
   *
   * @param names host names that clients ask for; a certificate that is not here is made for them,
   *     too
   * @throws SandboxException also if the sandbox is the machine's loopback device and the copy
   *     could speak to somebody else, with all places and reasons
   */
  static SandboxCopy make(
      Sandbox sandbox, Original original, Purpose purpose, Collection<String> names, Instant now)
      throws SandboxException {
    Path root = sandbox.newFolder();
    try {
      return new Maker(sandbox, root, original, purpose, names, now).make();
    } catch (SandboxException e) {
      sandbox.discard(root);
      throw e;
    } catch (IOException e) {
      throw new SandboxException(
          SandboxException.Kind.FOLDER, "cannot write the sandbox's copy: " + e.getMessage());
    }
  }

  private static final class Maker {
    private final Sandbox sandbox;
    private final Path root;
    private final Original original;
    private final HaproxyTree tree;
    private final Configuration configuration;
    private final Purpose purpose;
    private final Collection<String> names;
    private final Instant now;
    private final Path workingDirectory;
    private final List<String> left = new ArrayList<>();
    private final Map<String, Map<String, String>> certificates = new HashMap<>();
    private final boolean loopback;
    private final Deque<Integer> ports = new ArrayDeque<>();
    private final Map<Listener, Endpoint> doors = new HashMap<>();
    private int certificateFiles;

    Maker(
        Sandbox sandbox,
        Path root,
        Original original,
        Purpose purpose,
        Collection<String> names,
        Instant now) {
      this.sandbox = sandbox;
      this.root = root;
      this.original = original;
      this.tree = original.read().tree();
      this.configuration = original.read().configuration();
      this.purpose = purpose;
      this.names = names;
      this.now = now;
      this.loopback = sandbox.mode() == Sandbox.Mode.LOOPBACK;
      String first = tree.files().isEmpty() ? "" : tree.files().getFirst().source().path();
      this.workingDirectory =
          original
              .target()
              .workingDirectory()
              .map(Maker::whole)
              .orElseGet(() -> parent(whole(first)));
    }

    private static Path whole(String path) {
      return Path.of(path).toAbsolutePath().normalize();
    }

    private static Path parent(Path path) {
      Path parent = path.getParent();
      return parent == null ? Path.of("/") : parent;
    }

    SandboxCopy make() throws IOException {
      Set<String> absolute = new HashSet<>();
      Map<String, String> paths = new LinkedHashMap<>();
      Set<String> lines = new HashSet<>();
      for (ReferencedFile file : configuration.files()) {
        if (file.path().startsWith("/")) {
          absolute.add(file.path());
          original.target().root().ifPresent(top -> absolute.add(top + file.path()));
          paths.put(file.path(), root + "/abs" + Path.of(file.path()).normalize());
          lines.add(file.span().file() + ":" + file.span().line());
        }
      }
      paths.put("", root + "/abs");
      Map<Path, SourceFile> near = new LinkedHashMap<>();
      for (dev.checkrail.source.Files.Lookup lookup : original.files().asked()) {
        if (lookup instanceof dev.checkrail.source.Files.Lookup.Found found) {
          String path = found.file().path();
          if (!isKey(found.file())) {
            if (path.startsWith("/")) {
              write(root.resolve("abs" + Path.of(inside(path)).normalize()), found.file().bytes());
            }
            if (!absolute.contains(path)) {
              near.put(whole(path), found.file());
            }
          }
        }
      }
      for (ConfigFile file : tree.files()) {
        near.put(whole(file.source().path()), file.source());
      }
      Path top = ancestor(near.keySet());
      Path folder = Files.createDirectories(place(top, workingDirectory));
      if (root.relativize(folder).toString().length() > LONGEST_FOLDER) {
        throw new SandboxException(
            SandboxException.Kind.FOLDER,
            "the paths of the configuration are too far apart to be copied: "
                + top.relativize(workingDirectory));
      }
      for (Map.Entry<Path, SourceFile> file : near.entrySet()) {
        write(place(top, file.getKey()), file.getValue().bytes());
      }
      certificates();
      boolean moved = loopback && purpose == Purpose.RUN;
      Optional<Map<String, List<Endpoint>>> openings =
          moved ? Optional.of(doors()) : Optional.empty();
      Servers servers = moved ? movedServers() : servers();
      Neutralise neutralise =
          new Neutralise(purpose, tree, servers.standIns, paths, lines, certificates, openings);
      Map<String, String> texts = neutralise.print();
      if (loopback) {
        confine(texts, servers);
      }
      Map<String, String> originals = new LinkedHashMap<>();
      List<String> arguments = new ArrayList<>();
      for (Map.Entry<String, String> text : texts.entrySet()) {
        Path place = place(top, whole(text.getKey()));
        write(place, text.getValue().getBytes(StandardCharsets.ISO_8859_1));
        String argument = folder.relativize(place).toString();
        arguments.add(argument);
        originals.put(argument, text.getKey());
      }
      for (Neutralise.Change change : neutralise.changes()) {
        left.add(change.place() + " " + change.text() + ": " + change.why());
      }
      return new SandboxCopy(
          root,
          folder,
          arguments,
          tree.target().environment(),
          servers.played,
          List.copyOf(servers.stubs.values()),
          left,
          originals,
          moved ? Optional.of(doors) : Optional.empty());
    }

    private void confine(Map<String, String> texts, Servers servers) throws SandboxException {
      Set<Endpoint> ours = new HashSet<>(servers.standIns.values());
      ours.addAll(doors.values());
      List<String> open = Confine.open(original, texts, purpose, ours);
      if (!open.isEmpty()) {
        throw new SandboxException(
            SandboxException.Kind.CANNOT_CONFINE,
            "this machine allows no network namespace, and on its loopback device HAProxy could"
                + " speak to somebody else: "
                + String.join("; ", open)
                + "; run as root or allow user namespaces");
      }
    }

    /** Where a file of {@code --root} would lie on the machine. */
    private String inside(String path) {
      return original
          .target()
          .root()
          .filter(top -> path.startsWith(top + "/"))
          .map(top -> path.substring(top.length()))
          .orElse(path);
    }

    private Path ancestor(Collection<Path> files) {
      Path top = workingDirectory;
      for (Path file : files) {
        while (!file.startsWith(top)) {
          top = parent(top);
        }
      }
      return top;
    }

    private Path place(Path top, Path path) {
      return root.resolve("tree").resolve(top.relativize(path).toString()).normalize();
    }

    private static void write(Path path, byte[] bytes) throws IOException {
      Files.createDirectories(parent(path));
      Files.write(path, bytes);
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    }

    // --- certificates

    /** Files with private keys are copied only where a listener shows them. */
    private static boolean isKey(SourceFile file) {
      return file.text().contains("PRIVATE KEY-----");
    }

    private void certificates() throws IOException {
      Optional<String> base =
          tree.sections(SectionKind.GLOBAL)
              .flatMap(section -> section.activeDirectives())
              .filter(directive -> directive.is("crt-base"))
              .reduce((first, second) -> second)
              .map(directive -> directive.arg(0));
      List<Directive> binds =
          tree.sections()
              .filter(section -> section.kind().isProxy())
              .flatMap(section -> section.activeDirectives())
              .filter(directive -> directive.is("bind"))
              .toList();
      for (Directive bind : binds) {
        boolean first = true;
        Map<String, String> shown = new HashMap<>();
        for (Parameter parameter : Parameter.ofBind(bind)) {
          String value = parameter.value();
          if (parameter.is("crt") && !value.isEmpty()) {
            shown.put(value, certificate(bind, under(base, value), List.of(), first).toString());
            first = false;
          } else if (parameter.is("crt-list") && !value.isEmpty()) {
            Optional<SourceFile> list = found(bind, value);
            if (list.isPresent()) {
              shown.put(value, list(bind, base, list.get(), first).toString());
              first = false;
            }
          }
        }
        certificates.put(Neutralise.place(bind.line()), shown);
      }
    }

    private static String under(Optional<String> base, String path) {
      return base.isEmpty() || path.startsWith("/") ? path : base.get() + "/" + path;
    }

    private Optional<SourceFile> found(Directive from, String path) {
      List<String> candidates = new ArrayList<>();
      if (path.startsWith("/")) {
        original.target().root().ifPresent(top -> candidates.add(top + path));
        candidates.add(path);
      } else {
        String file = from.line().file();
        int slash = file.lastIndexOf('/');
        String beside = slash < 0 ? path : file.substring(0, slash + 1) + path;
        String working =
            original
                .target()
                .workingDirectory()
                .filter(folder -> !folder.isEmpty())
                .map(folder -> folder + "/" + path)
                .orElse(beside);
        boolean byFile =
            tree.sections(SectionKind.GLOBAL)
                .flatMap(section -> section.activeDirectives())
                .anyMatch(d -> d.is("default-path") && d.arg(0).equals("config"));
        candidates.add(byFile ? beside : working);
      }
      return candidates.stream()
          .map(original.files()::read)
          .flatMap(lookup ->
              lookup instanceof dev.checkrail.source.Files.Lookup.Found found
                  ? Stream.of(found.file())
                  : Stream.empty())
          .findFirst();
    }

    /** A certificate in the copy: the configuration's own if it is here, with its key. */
    private Path certificate(Directive bind, String path, List<String> filters, boolean standard)
        throws IOException {
      Path place = root.resolve("certs").resolve(++certificateFiles + ".pem");
      Optional<SourceFile> file = found(bind, path);
      boolean whole =
          file.isPresent()
              && file.get().text().contains("-----BEGIN CERTIFICATE-----")
              && isKey(file.get())
              && !file.get().text().contains("ENCRYPTED");
      if (whole) {
        write(place, file.get().bytes());
        return place;
      }
      List<String> wanted = new ArrayList<>();
      file.ifPresent(one -> wanted.addAll(ThrowAwayCertificate.namesIn(one.text())));
      if (wanted.isEmpty()) {
        filters.stream().filter(name -> !name.startsWith("!")).forEach(wanted::add);
      }
      if (wanted.isEmpty()) {
        String base = path.substring(path.lastIndexOf('/') + 1);
        wanted.add(base.replaceFirst("\\.(pem|crt|cer)$", ""));
        if (standard) {
          names.stream().limit(MOST_NAMES).forEach(wanted::add);
        }
      }
      ThrowAwayCertificate maker = sandbox.certificates(now);
      write(place, maker.pem(wanted).getBytes(StandardCharsets.ISO_8859_1));
      left.add(
          Neutralise.place(bind.line())
              + " crt "
              + path
              + ": "
              + (file.isPresent() ? "without a key that can be used" : "not here")
              + "; a throw-away certificate is shown instead");
      return place;
    }

    private Path list(Directive bind, Optional<String> base, SourceFile list, boolean standard)
        throws IOException {
      StringBuilder text = new StringBuilder();
      boolean first = standard;
      for (String line : list.text().split("\n", -1)) {
        String entry = line.strip();
        if (!entry.isEmpty() && !entry.startsWith("#")) {
          String options = "";
          int open = entry.indexOf('[');
          int close = entry.indexOf(']');
          String rest = entry;
          if (open >= 0 && close > open) {
            options = entry.substring(open + 1, close);
            rest = entry.substring(0, open) + " " + entry.substring(close + 1);
          }
          List<String> words = List.of(rest.strip().split("\\s+"));
          List<String> filters = words.subList(1, words.size());
          Path place = certificate(bind, under(base, words.getFirst()), filters, first);
          first = false;
          options =
              options.replaceAll("\\b(ca-file|ca-verify-file|crl-file|verify)\\s+\\S+", "").strip();
          text.append(place)
              .append(options.isEmpty() ? "" : " [" + options + "]")
              .append(filters.isEmpty() ? "" : " " + String.join(" ", filters));
        }
        text.append('\n');
      }
      Path place = root.resolve("certs").resolve(++certificateFiles + ".list");
      write(place, text.toString().getBytes(StandardCharsets.ISO_8859_1));
      return place;
    }

    // --- places on the machine's loopback device

    /** Ports for all listeners and servers; {@code bind} lines to where they listen. */
    private Map<String, List<Endpoint>> doors() throws SandboxException {
      List<Listener> listeners =
          configuration.frontends().stream()
              .flatMap(frontend -> frontend.listeners().stream())
              .filter(this::hasDoor)
              .toList();
      int all = configuration.pools().stream().mapToInt(pool -> pool.servers().size()).sum();
      int opened = Math.min(MOST_DOORS, listeners.size());
      ports.addAll(sandbox.freePorts(opened + Math.min(MOST_PLAYED_ON_LOOPBACK, all) + 1));
      if (opened < listeners.size()) {
        left.add(
            (listeners.size() - opened)
                + " listeners: more than "
                + MOST_DOORS
                + " have no place on the loopback device");
      }
      Map<String, List<Endpoint>> openings = new HashMap<>();
      for (Listener listener : listeners.subList(0, opened)) {
        Endpoint door = port();
        doors.put(listener, door);
        openings
            .computeIfAbsent(
                listener.span().file() + ":" + listener.span().line(), line -> new ArrayList<>())
            .add(door);
      }
      return openings;
    }

    private Endpoint port() {
      return new Endpoint("127.0.0.1", ports.remove());
    }

    /** Whether it is reached over TCP at an address that is known. */
    private boolean hasDoor(Listener listener) {
      boolean datagrams =
          listener.options().stream()
                  .anyMatch(o -> o.name().equals("proto") && o.written().equals("quic"))
              || written(listener).matches("(quic|udp)[46]?@.*");
      return listener.port() > 0
          && !datagrams
          && (listener.address().equals("*") || Neutralise.isLiteral(listener.address()));
    }

    private String written(Listener listener) {
      return tree.files().stream()
          .filter(file -> file.source().path().equals(listener.span().file()))
          .map(file -> file.source().line(listener.span().line()))
          .map(line -> line.substring(Math.min(line.length(), listener.span().column() - 1)))
          .findFirst()
          .orElse("");
    }

    /**
     * Each address, with what is spoken there, is one port; what has no address of its own, too.
     */
    private Servers movedServers() {
      Servers servers = new Servers();
      Endpoint nobody = port();
      Map<String, Endpoint> places = new HashMap<>();
      for (Pool pool : configuration.pools()) {
        for (Server server : pool.servers()) {
          String line = server.span().file() + ":" + server.span().line();
          Optional<String> why = whyNot(server, pool);
          String place = why.isPresent() ? line : pool.mode() + " " + server.key();
          if (!places.containsKey(place) && places.size() >= MOST_PLAYED_ON_LOOPBACK) {
            servers.standIns.put(line, nobody);
            servers.unplayed++;
            continue;
          }
          if (why.isPresent() && !places.containsKey(place)) {
            left.add(elsewhere(line, pool, server, why.get()));
          }
          Endpoint at = places.computeIfAbsent(place, it -> port());
          servers.standIns.put(line, at);
          servers.played.put(name(pool.name(), server.name()), at);
          servers.stubs.putIfAbsent(at, stub(pool, at));
        }
      }
      unplayed(servers, MOST_PLAYED_ON_LOOPBACK);
      return servers;
    }

    private void unplayed(Servers servers, int most) {
      if (servers.unplayed > 0) {
        left.add(servers.unplayed + " servers: more than " + most + " are not played at once");
      }
    }

    private static Stub stub(Pool pool, Endpoint at) {
      return pool.mode() == Mode.TCP
          ? Stub.tcp(at.address(), at.port())
          : Stub.http(at.address(), at.port());
    }

    private static String elsewhere(String line, Pool pool, Server server, String why) {
      return line
          + " server "
          + pool.name()
          + "/"
          + server.name()
          + ": "
          + why
          + ", so it is played at another address";
    }

    // --- servers

    private static final class Servers {
      final Map<String, Endpoint> standIns = new HashMap<>();
      final Map<String, Endpoint> played = new HashMap<>();
      final Map<Endpoint, Stub> stubs = new LinkedHashMap<>();
      int unplayed;
    }

    private Servers servers() {
      Servers servers = new Servers();
      int standIns = 0;
      for (Pool pool : configuration.pools()) {
        for (Server server : pool.servers()) {
          String line = server.span().file() + ":" + server.span().line();
          Optional<String> why =
              whyNot(server, pool).or(() -> otherProtocol(server, pool, servers));
          Endpoint at;
          if (servers.standIns.containsKey(line)) {
            at = servers.standIns.get(line);
          } else if (why.isEmpty()) {
            at = new Endpoint(server.address(), server.port());
          } else if (purpose == Purpose.CHECK && !server.byName()) {
            continue;
          } else {
            standIns++;
            // The range for tests of network devices: nobody's servers are there.
            at = new Endpoint("198.18." + (standIns >> 8 & 0xFF) + "." + (standIns & 0xFF), 80);
            servers.standIns.put(line, at);
            left.add(elsewhere(line, pool, server, why.get()));
          }
          if (servers.stubs.size() >= MOST_PLAYED && !servers.stubs.containsKey(at)) {
            servers.unplayed++;
            continue;
          }
          servers.played.put(name(pool.name(), server.name()), at);
          servers.stubs.putIfAbsent(at, stub(pool, at));
        }
      }
      unplayed(servers, MOST_PLAYED);
      return servers;
    }

    private Optional<String> whyNot(Server server, Pool pool) {
      if (server.byName()) {
        return Optional.of("its name is not resolved");
      }
      if (!Neutralise.isLiteral(server.address())) {
        return Optional.of("it is not reached over TCP");
      }
      if (server.portOffset() || server.port() <= 0 || server.port() > 65_535) {
        return Optional.of("its port depends on the client's");
      }
      Endpoint at = new Endpoint(server.address(), server.port());
      if (at.address().equals("0.0.0.0") || at.address().matches("[0:]+")) {
        return Optional.of("its address depends on the client's");
      }
      for (Frontend frontend : configuration.frontends()) {
        for (Listener listener : frontend.listeners()) {
          boolean same =
              listener.port() == server.port()
                  && (listener.address().matches("\\*|0\\.0\\.0\\.0|::")
                      || listener.address().equals(server.address()));
          if (same) {
            return Optional.of("the configuration itself listens there");
          }
        }
      }
      return Optional.empty();
    }

    private static Optional<String> otherProtocol(Server server, Pool pool, Servers servers) {
      Stub other = servers.stubs.get(new Endpoint(server.address(), server.port()));
      Stub.Protocol protocol = pool.mode() == Mode.TCP ? Stub.Protocol.TCP : Stub.Protocol.HTTP;
      return other != null && other.protocol() != protocol
          ? Optional.of("another pool speaks another protocol with its address")
          : Optional.empty();
    }
  }

  /** Names of certificates and hosts that requests ask for, for certificates that are not here. */
  static Set<String> names(Collection<Rehearsed> requests) {
    Set<String> names = new LinkedHashSet<>();
    for (Rehearsed one : requests) {
      one.request().sni().ifPresent(names::add);
    }
    return names;
  }
}
