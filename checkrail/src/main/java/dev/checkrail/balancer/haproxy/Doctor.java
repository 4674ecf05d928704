package dev.checkrail.balancer.haproxy;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.BalancerException.Kind;
import dev.checkrail.balancer.Deviation;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.change.ConfigurationSet.Item;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Mode;
import dev.checkrail.model.Setting;
import dev.checkrail.read.ReadReport;
import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.Edits;
import dev.checkrail.read.haproxy.Line;
import dev.checkrail.read.haproxy.Section;
import dev.checkrail.read.haproxy.SectionKind;
import dev.checkrail.read.haproxy.Word;
import dev.checkrail.source.Severity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Says what a HAProxy lacks to be watched, changed and rolled back safely, each with a patch that
 * can be pasted. Looks only; changes nothing.
 */
public final class Doctor {
  private static final Pattern SAYS_END = Pattern.compile("%(\\{[^}]*\\})?tsc?\\b");
  private static final Pattern SAYS_SERVER = Pattern.compile("%(\\{[^}]*\\})?s\\b");

  /** What {@code option httplog} writes [8.2.3]. */
  private static final String HTTPLOG =
      "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc"
          + " %sq/%bq %hr %hs %{+Q}r";

  private static final Set<String> LOG_FORMATS =
      Set.of("log-format", "option httplog", "option httpslog", "option tcplog");

  private final Installation installation;
  private final Wanted wanted;
  private final HaproxyFiles files;
  private final List<Lack> lacks = new ArrayList<>();

  private Doctor(Installation installation, Wanted wanted) {
    this.installation = installation;
    this.wanted = wanted;
    this.files = new HaproxyFiles(installation);
  }

  /**
   * Where things shall be.
   *
   * @param masterSocket for {@code -S}
   * @param marker the file by which a worker says its version
   * @param stateFile where servers' states survive a reload
   * @param logTarget for {@code log}, if there is none: {@code 127.0.0.1:5514}
   * @param log what frontends in HTTP mode shall log
   */
  public record Wanted(
      Path masterSocket, Path marker, Path stateFile, String logTarget, WantedLog log) {

    /** As Debian's HAProxy has its folders, with HAProxy's own format for HTTP. */
    public static Wanted debian12() {
      return new Wanted(
          Path.of("/run/haproxy/master.sock"),
          Path.of("/etc/haproxy/checkrail-marker.cfg"),
          Path.of("/var/lib/haproxy/server-state"),
          "127.0.0.1:5514",
          new WantedLog(HTTPLOG, "", List.of(), ""));
    }

    /** The same with another log. */
    public Wanted with(WantedLog other) {
      return new Wanted(masterSocket, marker, stateFile, logTarget, other);
    }
  }

  /**
   * A log that says enough.
   *
   * @param format for {@code log-format}, without quotes around it
   * @param uniqueId the line that gives each request an id, for frontends that have none; may be
   *     empty
   * @param first lines that note what the format says, to stand before all other rules
   * @param mark with which the format begins if it says more than HAProxy's own does; empty if that
   *     is enough
   */
  public record WantedLog(String format, String uniqueId, List<String> first, String mark) {
    public WantedLog {
      first = List.copyOf(first);
    }
  }

  /**
   * One thing that is missing.
   *
   * @param id {@code doctor/no-master-socket}; stable
   * @param severity ERROR: can't be rolled out; WARNING: can't be seen, or users feel it; NOTICE:
   *     good to have
   * @param text what is missing and what follows from it
   * @param where what the patch is for: a path, or {@code arguments}, or empty if there is none
   * @param patch to be pasted: a unified diff for {@code patch -p0}, or arguments, or a file
   */
  public record Lack(String id, Severity severity, String text, String where, String patch) {}

  /**
   * What was found.
   *
   * @param patched the configuration with all patches of files applied; as it is if there are none
   * @param patch all patches of files as one unified diff for {@code patch -p0 -d /}
   * @param arguments what HAProxy has to be started with besides; empty if nothing is missing
   * @param marker what the marker file has to hold before HAProxy is started with it
   */
  public record Report(
      List<Lack> lacks,
      ConfigurationSet patched,
      String patch,
      List<String> arguments,
      String marker) {
    public Report {
      lacks = List.copyOf(lacks);
      arguments = List.copyOf(arguments);
    }
  }

  /** A request is at most 1024 bytes of a line, whatever its length is; the rest has room. */
  private static final int LOG_LENGTH = 2048;

  private record Edit(Line line, String text, boolean instead) {}

  /** Looks at what runs and at what is on the disk. */
  public static Report look(Installation installation, Wanted wanted) throws BalancerException {
    return new Doctor(installation, wanted).look();
  }

  private Report look() throws BalancerException {
    ConfigurationSet set = files.onDisk();
    ReadReport read = files.read(set);
    List<String> arguments = new ArrayList<>();
    socket(arguments);
    marker(set, arguments);
    running(set);
    List<Edit> edits = new ArrayList<>();
    global(read, edits);
    state(set, read, edits);
    frontends(read, edits);
    files
        .unseen()
        .forEach(path ->
            lack(
                "doctor/unseen-file",
                Severity.WARNING,
                path + " can't be read by this user: it is neither kept, compared nor switched",
                "",
                ""));
    ConfigurationSet patched = with(set, print(read, edits));
    return new Report(
        lacks, patched, diff(set, patched), arguments, HaproxyDriver.markerOf(set.digest()));
  }

  private void lack(String id, Severity severity, String text, String where, String patch) {
    lacks.add(new Lack(id, severity, text, where, patch));
  }

  // --- how it is started

  private void socket(List<String> arguments) {
    String socket = wanted.masterSocket() + ",level,admin,mode,600";
    if (installation.masterSocket().isEmpty()) {
      arguments.addAll(List.of("-W", "-S", socket));
      lack(
          "doctor/no-master-socket",
          Severity.ERROR,
          "there is no master socket: nobody can tell whether a reload succeeded, and old workers"
              + " can't be seen. Needs one restart by its owner",
          "arguments",
          "-W -S " + socket);
      return;
    }
    try (Cli cli = Cli.master(installation.masterSocket().get(), Duration.ofSeconds(5))) {
      String level = cli.ask("show cli level").strip();
      if (!level.equals("admin")) {
        lack(
            "doctor/master-socket-level",
            Severity.ERROR,
            "the master socket has the level '"
                + Text.shown(level)
                + "': servers can't be taken out of service. Needs one restart by its owner",
            "arguments",
            "-S " + installation.masterSocket().get() + ",level,admin,mode,600");
      }
    } catch (BalancerException e) {
      lack("doctor/master-socket-silent", Severity.ERROR, String.valueOf(e.getMessage()), "", "");
    }
  }

  private void marker(ConfigurationSet set, List<String> arguments) {
    if (installation.marker().isPresent()) {
      return;
    }
    List<Path> given = installation.configuration();
    boolean folder = Files.isDirectory(given.getLast());
    Path place = folder ? given.getLast().resolve("zz-checkrail.cfg") : wanted.marker();
    if (!folder) {
      arguments.addAll(List.of("-f", place.toString()));
    }
    lack(
        "doctor/no-marker",
        Severity.WARNING,
        "no worker says which version it was started with: the truth is told by processes and files"
            + " alone. "
            + (folder
                ? "This file in the last folder is loaded at the next reload"
                : "Write this file, then start HAProxy with it as its last -f"),
        folder ? place.toString() : "arguments",
        (folder ? "" : "-f " + place + "\n")
            + "# "
            + place
            + "\n"
            + HaproxyDriver.markerOf(set.digest()));
  }

  /** Whether what runs is what is on the disk, as far as that can be told. */
  private void running(ConfigurationSet set) {
    try (HaproxyDriver driver = new HaproxyDriver(installation)) {
      String started = Text.fields(driver.raw("show info")).getOrDefault("Start_time_sec", "");
      Optional<Item> newer = newer(set, started);
      newer.ifPresent(item ->
          lack(
              "doctor/disk-newer-than-worker",
              Severity.WARNING,
              item.path()
                  + " was changed after the worker was started: what runs may be something else"
                  + " than what is taken over. Reload once, then add it",
              "",
              ""));
      for (Deviation one : Deviation.between(driver.expected(set), driver.running())) {
        lack("doctor/state-in-memory", Severity.WARNING, one.text(), "", "");
      }
    } catch (BalancerException e) {
      if (e.kind() == Kind.GONE || e.kind() == Kind.UNSUPPORTED) {
        lack(
            "doctor/not-running",
            Severity.ERROR,
            "what runs could not be asked: " + e.getMessage(),
            "",
            "");
      } else {
        lack("doctor/can-not-ask", Severity.ERROR, String.valueOf(e.getMessage()), "", "");
      }
    }
  }

  private static Optional<Item> newer(ConfigurationSet set, String started) {
    if (!started.matches("\\d{1,15}")) {
      return Optional.empty();
    }
    // The worker's clock has whole seconds.
    Instant start = Instant.ofEpochSecond(Long.parseLong(started) + 1);
    return set.items().stream()
        .filter(item -> {
          try {
            return Files.getLastModifiedTime(Path.of(item.path())).toInstant().isAfter(start);
          } catch (IOException e) {
            return false;
          }
        })
        .findFirst();
  }

  // --- what the files say

  private void global(ReadReport read, List<Edit> edits) {
    List<Directive> lines =
        read.tree().sections(SectionKind.GLOBAL).flatMap(Section::activeDirectives).toList();
    if (lines.stream().noneMatch(line -> line.is("hard-stop-after"))) {
      propose(
          read,
          edits,
          "doctor/no-hard-stop",
          Severity.WARNING,
          "an old worker with a connection that never ends lives for ever, and its rules with it",
          inGlobal(read, "hard-stop-after 30s"));
    }
    List<Directive> sockets =
        lines.stream().filter(line -> line.is("stats") && line.arg(0).equals("socket")).toList();
    if (sockets.stream().anyMatch(Doctor::isAdmin)) {
      return;
    }
    List<Edit> socket = new ArrayList<>();
    if (sockets.isEmpty()) {
      Path place = wanted.masterSocket().resolveSibling("admin.sock");
      socket.addAll(
          inGlobal(read, "stats socket " + place + " mode 600 level admin expose-fd listeners"));
    } else {
      Directive line = sockets.getFirst();
      String without = line.text().replaceFirst("\\s+level\\s+(user|operator|admin)\\b", "");
      socket.add(new Edit(line.line(), "    " + without + " level admin", true));
    }
    propose(
        read,
        edits,
        "doctor/stats-socket",
        installation.masterSocket().isPresent() ? Severity.WARNING : Severity.ERROR,
        "there is no stats socket of level admin, by which a worker can be asked and told: if the"
            + " master's socket is not there, and for all that is long, because a master of 2.6 gets"
            + " stuck on long answers, and after ten times answers nobody until its next reload",
        socket);
  }

  private static boolean isAdmin(Directive socket) {
    List<Word> args = socket.args();
    for (int i = 0; i + 1 < args.size(); i++) {
      if (args.get(i).is("level") && args.get(i + 1).is("admin")) {
        return true;
      }
    }
    return false;
  }

  private void state(ConfigurationSet set, ReadReport read, List<Edit> edits) {
    if (files.stateFile(set).isPresent()) {
      return;
    }
    List<Edit> state = new ArrayList<>();
    boolean named =
        read.tree()
            .sections(SectionKind.GLOBAL)
            .flatMap(Section::activeDirectives)
            .anyMatch(line -> line.is("server-state-file"));
    if (!named) {
      state.addAll(inGlobal(read, "server-state-file " + wanted.stateFile()));
    }
    List<Section> proxies =
        read.tree()
            .sections()
            .filter(section ->
                section.kind() == SectionKind.BACKEND || section.kind() == SectionKind.LISTEN)
            .filter(section -> section.activeDirectives().anyMatch(line -> line.is("server")))
            .toList();
    state.addAll(inProxies(read, proxies, "load-server-state-from-file global"));
    propose(
        read,
        edits,
        "doctor/no-state-file",
        Severity.NOTICE,
        "servers' states don't survive a reload: what is to be kept is said to the new worker over"
            + " the socket, some milliseconds late",
        state);
  }

  private void frontends(ReadReport read, List<Edit> edits) {
    List<Section> closing = new ArrayList<>();
    List<Section> silent = new ArrayList<>();
    List<Section> brief = new ArrayList<>();
    List<Section> unread = new ArrayList<>();
    List<Section> hostless = new ArrayList<>();
    for (Frontend frontend : read.configuration().frontends()) {
      Optional<Section> section = section(read, frontend);
      if (section.isEmpty() || frontend.listeners().isEmpty()) {
        continue;
      }
      boolean http = frontend.mode() == Mode.HTTP;
      if (http
          && !on(frontend.settings(), "option idle-close-on-response")
          && !on(frontend.settings(), "option httpclose")) {
        closing.add(section.get());
      }
      if (!logs(read, frontend)) {
        silent.add(section.get());
      }
      if (http) {
        switch (log(frontend)) {
          case BRIEF -> brief.add(section.get());
          case UNREAD -> unread.add(section.get());
          case HOSTLESS -> hostless.add(section.get());
          case ENOUGH -> {}
        }
      }
    }
    if (!closing.isEmpty()) {
      propose(
          read,
          edits,
          "doctor/idle-close",
          Severity.WARNING,
          "at a reload idle connections of clients are closed at once, and requests that are just"
              + " being sent on them are lost",
          inProxies(read, closing, "option idle-close-on-response"));
    }
    if (!silent.isEmpty()) {
      String names = names(silent);
      List<Edit> log = new ArrayList<>();
      if (globalLogs(read).isEmpty()) {
        log.addAll(inGlobal(read, "log " + wanted.logTarget() + " len " + LOG_LENGTH + " local0"));
      }
      log.addAll(inProxies(read, silent, "log global"));
      propose(
          read,
          edits,
          "doctor/no-log",
          Severity.WARNING,
          names + " log nothing: no routes, users or client failures can be seen",
          log);
    }
    lengths(read, edits);
    if (!brief.isEmpty()) {
      propose(
          read,
          edits,
          "doctor/log-format",
          Severity.WARNING,
          "the log does not say which server a request went to, or how it ended",
          logging(read, brief));
    }
    if (!unread.isEmpty()) {
      propose(
          read,
          edits,
          "doctor/log-unread",
          Severity.WARNING,
          names(unread) + " log in a format of their own, which is not read here",
          logging(read, unread));
    }
    if (!hostless.isEmpty()) {
      propose(
          read,
          edits,
          "doctor/log-host",
          Severity.NOTICE,
          "the log of "
              + names(hostless)
              + " says neither the Host of a request nor whose it was: routes by Host can't be told"
              + " apart, and users not be counted",
          logging(read, hostless));
    }
  }

  /** What the wanted format says may be longer than what {@code log} sends unless it is told. */
  private void lengths(ReadReport read, List<Edit> edits) {
    boolean http =
        read.configuration().frontends().stream()
            .anyMatch(it -> it.mode() == Mode.HTTP && !it.listeners().isEmpty());
    if (!http || wanted.log().mark().isEmpty()) {
      return;
    }
    List<Directive> cutting =
        read.tree()
            .sections()
            .filter(section -> section.kind() != SectionKind.BACKEND)
            .flatMap(Section::activeDirectives)
            .filter(line -> line.is("log") && cuts(line))
            .toList();
    if (cutting.isEmpty()) {
      return;
    }
    propose(
        read,
        edits,
        "doctor/log-length",
        Severity.NOTICE,
        "log lines are cut at 1024 bytes (or what 'len' says); a request and captured headers alone"
            + " may be as long, and what is cut off is not seen",
        cutting.stream()
            .map(line -> new Edit(line.line(), "    " + longer(line.text()), true))
            .toList());
  }

  /** {@code log TARGET [len N] …} [4.2 log]: 80 to 65535 bytes, 1024 if nobody says. */
  private static boolean cuts(Directive line) {
    List<String> args = line.args().stream().map(Word::value).toList();
    if (args.size() < 2) {
      return false; // log global
    }
    int len = args.indexOf("len");
    String length = len >= 0 && len + 1 < args.size() ? args.get(len + 1) : "1024";
    return length.matches("\\d{1,5}") && Integer.parseInt(length) < LOG_LENGTH;
  }

  private static String longer(String line) {
    return line.matches(".*\\slen\\s+\\d+\\b.*")
        ? line.replaceFirst("(\\slen\\s+)\\d+", "$1" + LOG_LENGTH)
        : line.replaceFirst("^(\\s*log\\s+\\S+)", "$1 len " + LOG_LENGTH);
  }

  private static String names(List<Section> sections) {
    return String.join(", ", sections.stream().map(Section::label).toList());
  }

  private static Optional<Section> section(ReadReport read, Frontend frontend) {
    return read.tree()
        .sections()
        .filter(section -> section.span().equals(frontend.span()))
        .findFirst();
  }

  private static boolean on(List<Setting> settings, String name) {
    return settings.stream()
        .anyMatch(setting -> setting.name().equals(name) && !setting.value().equals("off"));
  }

  private static boolean logs(ReadReport read, Frontend frontend) {
    List<Setting> logs =
        frontend.settings().stream().filter(setting -> setting.name().equals("log")).toList();
    return logs.stream()
        .anyMatch(log ->
            log.value().equals("global")
                ? !globalLogs(read).isEmpty()
                : !log.value().equals("off"));
  }

  private static List<Directive> globalLogs(ReadReport read) {
    return read.tree()
        .sections(SectionKind.GLOBAL)
        .flatMap(Section::activeDirectives)
        .filter(line -> line.is("log"))
        .toList();
  }

  /** What the log of a frontend in HTTP mode says. */
  private enum Says {
    /** Not the server, or not how a request ended [8.2]. */
    BRIEF,
    /** Something that nobody here reads. */
    UNREAD,
    /** All but Host, client and id. */
    HOSTLESS,
    ENOUGH
  }

  private Says log(Frontend frontend) {
    // Whatever sets the format sets it anew: the last one counts.
    Optional<Setting> format =
        frontend.settings().stream()
            .filter(
                setting -> LOG_FORMATS.contains(setting.name()) && !setting.value().equals("off"))
            .reduce((first, second) -> second);
    boolean more = !wanted.log().mark().isEmpty();
    if (format.isEmpty()) {
      return Says.BRIEF;
    }
    if (!format.get().name().equals("log-format")) {
      return more ? Says.HOSTLESS : Says.ENOUGH;
    }
    String own = format.get().written();
    if (more && own.contains(wanted.log().mark())) {
      return Says.ENOUGH;
    }
    if (!SAYS_END.matcher(own).find() || !SAYS_SERVER.matcher(own).find()) {
      return Says.BRIEF;
    }
    if (more) {
      return own.contains(HTTPLOG) ? Says.HOSTLESS : Says.UNREAD;
    }
    return Says.ENOUGH;
  }

  // --- patches

  private void propose(
      ReadReport read,
      List<Edit> all,
      String id,
      Severity severity,
      String text,
      List<Edit> edits) {
    ConfigurationSet set = asRead(read);
    String patch = diff(set, with(set, print(read, edits)));
    String where = edits.stream().map(edit -> edit.line().file()).findFirst().orElse("");
    lack(id, severity, text, where, patch);
    all.addAll(edits);
  }

  private static List<Edit> inGlobal(ReadReport read, String text) {
    Optional<Section> global = read.tree().sections(SectionKind.GLOBAL).findFirst();
    if (global.isPresent()) {
      return List.of(new Edit(last(global.get()), "    " + text, false));
    }
    List<Edit> edits = new ArrayList<>();
    read.tree().files().stream()
        .flatMap(file -> file.lines().stream())
        .findFirst()
        .ifPresent(line ->
            edits.add(new Edit(line, "global\n    " + text + "\n\n" + line.content(), true)));
    return edits;
  }

  /**
   * The wanted log, in each section: what notes something comes first, so that it is noted also of
   * requests that a later rule denies; the format last, for the last one counts. Not into defaults:
   * those without a name hold no rules, and frontends in TCP mode could inherit the format.
   */
  private List<Edit> logging(ReadReport read, List<Section> sections) {
    List<Edit> edits = new ArrayList<>();
    for (Section section : sections) {
      boolean id =
          section.activeDirectives().anyMatch(line -> line.is("unique-id-format"))
              || read.tree()
                  .sections(SectionKind.DEFAULTS)
                  .flatMap(Section::activeDirectives)
                  .anyMatch(line -> line.is("unique-id-format"));
      List<String> first = new ArrayList<>(wanted.log().first());
      if (!id && !wanted.log().uniqueId().isEmpty()) {
        first.addFirst(wanted.log().uniqueId());
      }
      first.forEach(line -> edits.add(new Edit(section.header(), "    " + line, false)));
      String format = "    log-format " + Edits.quote(wanted.log().format());
      Optional<Directive> own =
          section.activeDirectives().filter(line -> line.is("log-format")).findFirst();
      edits.add(
          own.map(line -> new Edit(line.line(), format, true))
              .orElseGet(() -> new Edit(last(section), format, false)));
    }
    return edits;
  }

  /** Into the only defaults if all inherit from it, else into each section. */
  private static List<Edit> inProxies(ReadReport read, List<Section> sections, String text) {
    List<Section> defaults = read.tree().sections(SectionKind.DEFAULTS).toList();
    boolean inherited =
        defaults.size() == 1
            && sections.stream()
                .allMatch(section ->
                    section.parent().isEmpty()
                        && after(read, section, defaults.getFirst())
                        && section.activeDirectives().noneMatch(line -> sets(line, text)));
    List<Edit> edits = new ArrayList<>();
    for (Section section : inherited ? defaults : sections) {
      edits.add(new Edit(last(section), "    " + text, false));
    }
    return edits;
  }

  /** Whether a line of the section itself sets the same thing, so that it would win. */
  private static boolean sets(Directive line, String text) {
    String[] words = text.split(" ", -1);
    return line.is(words[0]) && (!words[0].equals("option") || line.arg(0).equals(words[1]));
  }

  private static boolean after(ReadReport read, Section section, Section defaults) {
    List<Section> order = read.tree().sections().toList();
    return order.indexOf(section) > order.indexOf(defaults);
  }

  private static Line last(Section section) {
    return section.directives().isEmpty()
        ? section.header()
        : section.directives().getLast().line();
  }

  private static Map<String, String> print(ReadReport read, List<Edit> all) {
    Edits edits = new Edits(read.tree());
    Map<Line, String> replaced = new HashMap<>();
    for (Edit edit : all) {
      if (edit.instead()) {
        replaced.merge(edit.line(), edit.text(), (a, b) -> b);
      }
    }
    replaced.forEach(edits::replace);
    Consumer<Edit> insert = edit -> edits.insertAfter(edit.line(), edit.text());
    all.stream().filter(edit -> !edit.instead()).forEach(insert);
    return edits.print();
  }

  private static ConfigurationSet asRead(ReadReport read) {
    return new ConfigurationSet(
        read.tree().files().stream()
            .map(file -> new Item(file.source().path(), Optional.of(file.source())))
            .toList(),
        List.of());
  }

  private static ConfigurationSet with(ConfigurationSet set, Map<String, String> texts) {
    return new ConfigurationSet(
        set.main().stream()
            .map(item -> {
              String text = texts.get(item.path());
              return text == null
                  ? item
                  : Item.of(item.path(), text.getBytes(StandardCharsets.ISO_8859_1));
            })
            .toList(),
        set.referenced());
  }

  private static String diff(ConfigurationSet before, ConfigurationSet after) {
    StringBuilder text = new StringBuilder();
    for (Item item : before.main()) {
      after
          .item(item.path())
          .flatMap(Item::content)
          .ifPresent(file ->
              text.append(
                  UnifiedDiff.of(
                      item.path(), item.content().map(one -> one.text()).orElse(""), file.text())));
    }
    return text.toString();
  }
}
