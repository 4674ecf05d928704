package dev.checkrail.balancer.haproxy;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.BalancerException.Kind;
import dev.checkrail.balancer.Candidate;
import dev.checkrail.balancer.Deviation;
import dev.checkrail.balancer.Disk;
import dev.checkrail.balancer.Driver;
import dev.checkrail.balancer.NativeAnswer;
import dev.checkrail.balancer.Processes;
import dev.checkrail.balancer.Pulse;
import dev.checkrail.balancer.RunningState;
import dev.checkrail.balancer.RunningState.Admin;
import dev.checkrail.balancer.RunningState.Certificate;
import dev.checkrail.balancer.RunningState.Entry;
import dev.checkrail.balancer.RunningState.Statistics;
import dev.checkrail.balancer.RunningState.Table;
import dev.checkrail.balancer.RunningState.Value;
import dev.checkrail.balancer.ServerName;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.model.Configuration;
import dev.checkrail.source.Redaction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * HAProxy 2.6 over the master CLI ({@code -S}); what only concerns the current worker also over its
 * stats socket if there is no master's. Without a master socket there is no reload and no truth
 * about old workers: {@code Kind.UNSUPPORTED}.
 *
 * <p>What was seen on 2.6.12: the master answers {@code reload} by closing the connection, for a
 * good file and a bad one; for some milliseconds nobody listens then. {@code show proc} counts the
 * failed reloads since the last good one. A worker that was replaced answers {@code show info} but
 * refuses {@code set server} ("Proxy is disabled."). The last {@code description} of all files is
 * the one that counts.
 */
public final class HaproxyDriver implements Driver {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  /** The version of the format alone; one that is missing or empty makes HAProxy warn. */
  private static final String NO_STATE = "1\n";

  private static final String MARK = "checkrail-";
  private static final Pattern DESCRIPTION = Pattern.compile(MARK + "([0-9a-f]{64})");

  /** Answers that refuse nothing. */
  private static final List<String> DONE =
      List.of("IP changed", "no need", "server ssl setting updated", "changed its FQDN from");

  /** Of so many old workers the counters are read; each costs as much as the current one. */
  private static final int OLD_ASKED = 4;

  /** After so many pulses an old worker that did not answer is asked again. */
  private static final int ASK_AGAIN = 10;

  private final HaproxyFiles files;
  private final Optional<Cli> master;
  private final Optional<Cli> worker;
  private final WorkerReads reads;
  private final Map<Long, Integer> unanswered = new HashMap<>();
  private Optional<MasterWords> words = Optional.empty();

  /** A driver with time-outs of five seconds. */
  public HaproxyDriver(Installation installation) {
    this(installation, TIMEOUT);
  }

  /** With a time-out for each command. */
  public HaproxyDriver(Installation installation, Duration timeout) {
    this.files = new HaproxyFiles(installation);
    this.master = installation.masterSocket().map(socket -> Cli.master(socket, timeout));
    this.worker = installation.statsSocket().map(socket -> Cli.worker(socket, timeout));
    this.reads = new WorkerReads(master, worker);
  }

  // --- files

  @Override
  public ConfigurationSet onDisk() throws BalancerException {
    return files.onDisk();
  }

  @Override
  public boolean sameOnDisk() {
    return files.sameOnDisk();
  }

  @Override
  public List<String> unseen() {
    return files.unseen();
  }

  @Override
  public ConfigurationSet placed(Candidate candidate) throws BalancerException {
    return files.placed(candidate);
  }

  @Override
  public Configuration meaning(ConfigurationSet set) {
    return files.read(set).configuration();
  }

  @Override
  public Optional<Path> marker() {
    return files.installation().marker();
  }

  @Override
  public String markerText(String digest) {
    return markerOf(digest);
  }

  static String markerOf(String digest) {
    return "# Written by Checkrail at each change; says which version a worker was started with.\n"
        + "global\n    description "
        + MARK
        + digest
        + "\n";
  }

  @Override
  public NativeAnswer check(ConfigurationSet set, Path scratch)
      throws BalancerException, InterruptedException {
    return files.check(set, scratch);
  }

  @Override
  public NativeAnswer checkInPlace() throws BalancerException, InterruptedException {
    Installation at = files.installation();
    NativeAnswer answer =
        Binary.check(at.binary(), at.configuration(), at.workingDirectory(), at.environment());
    return new NativeAnswer(answer.accepted(), Redaction.of(answer.text()));
  }

  // --- processes

  @Override
  public Processes processes() throws BalancerException {
    if (master.isEmpty()) {
      Map<String, String> info = Text.fields(current("show info"));
      return new Processes(
          Optional.empty(), List.of(worker(Long.parseLong(info.getOrDefault("Pid", "0")), info)));
    }
    ShowProc shown = ShowProc.parse(WorkerReads.allowed(master.get().ask("show proc")));
    List<Processes.Worker> workers = new ArrayList<>();
    for (ShowProc.Worker one : shown.workers()) {
      workers.add(worker(master.get(), one));
    }
    workers.sort(java.util.Comparator.comparing(Processes.Worker::old));
    return new Processes(
        Optional.of(new Processes.Master(shown.master(), shown.reloads(), shown.failed())),
        workers);
  }

  @Override
  public Optional<String> startedElsewhere() {
    try {
      Optional<Long> pid =
          master.isPresent()
              ? Optional.of(
                  ShowProc.parse(WorkerReads.allowed(master.get().ask("show proc"))).master())
              : Optional.empty();
      return Adopt.startedElsewhere(
          files.installation(), current("show env HAPROXY_CFGFILES"), pid);
    } catch (BalancerException e) {
      return Optional.empty();
    }
  }

  private static Processes.Worker worker(Cli master, ShowProc.Worker one) throws BalancerException {
    Map<String, String> info;
    try {
      info = Text.fields(WorkerReads.allowed(master.ask("@!" + one.pid() + " show info")));
    } catch (BalancerException e) {
      if (e.kind() == Kind.LEVEL || e.kind() == Kind.NO_RIGHTS) {
        throw e;
      }
      info = Map.of(); // it went while we asked, or it is stuck
    }
    boolean answers = String.valueOf(one.pid()).equals(info.get("Pid"));
    return answers
        ? new Processes.Worker(one.pid(), one.old(), true, marker(info), connections(info))
        : new Processes.Worker(one.pid(), one.old(), false, Optional.empty(), OptionalInt.empty());
  }

  private static Processes.Worker worker(long pid, Map<String, String> info) {
    return new Processes.Worker(
        pid, "1".equals(info.get("Stopping")), true, marker(info), connections(info));
  }

  private static Optional<String> marker(Map<String, String> info) {
    Matcher found = DESCRIPTION.matcher(info.getOrDefault("description", ""));
    return found.matches() ? Optional.of(found.group(1)) : Optional.empty();
  }

  private static OptionalInt connections(Map<String, String> info) {
    try {
      return OptionalInt.of(Integer.parseInt(info.getOrDefault("CurrConns", "")));
    } catch (NumberFormatException e) {
      return OptionalInt.empty();
    }
  }

  @Override
  public void reload() throws BalancerException {
    if (master.isEmpty()) {
      throw new BalancerException(
          Kind.UNSUPPORTED,
          "this HAProxy has no master socket, so nobody can tell whether a reload succeeded:"
              + " start it with -W -S (see 'lb doctor')");
    }
    words =
        MasterWords.from(
            ShowProc.parse(WorkerReads.allowed(master.get().ask("show proc"))).master());
    master.get().tell("reload");
  }

  @Override
  public String whyNotLoaded(ConfigurationSet before, ConfigurationSet after) {
    String said = words.map(MasterWords::alerts).orElse("");
    if (!said.isEmpty()) {
      return "HAProxy says: " + said;
    }
    List<String> tried = Unbindable.of(meaning(before), meaning(after));
    return tried.isEmpty()
        ? "why is in its log or its standard error (journalctl, if systemd started it)"
        : String.join("; ", tried);
  }

  // --- what the current worker holds

  @Override
  public RunningState running() throws BalancerException {
    Optional<String> worker = pid(Text.fields(current("show info")));
    List<Table> tables = new ArrayList<>();
    tables.addAll(tables("map", Table.Kind.MAP));
    tables.addAll(tables("acl", Table.Kind.LIST));
    String servers = current("show servers state");
    List<Statistics> rows = statistics();
    List<Value> values = new ArrayList<>(ServersState.values(servers));
    List<Certificate> certificates = certificates();
    Map<String, String> info = Text.fields(current("show info"));
    // Tables have numbers, which mean others in another worker.
    if (!pid(info).equals(worker)) {
      throw new BalancerException(Kind.GONE, "HAProxy was reloaded while it was asked");
    }
    values.addAll(Limits.shown(info, rows));
    return new RunningState(
        ServersState.parse(servers), tables, certificates, closed(rows), values);
  }

  private static Optional<String> pid(Map<String, String> info) {
    return Optional.ofNullable(info.get("Pid"));
  }

  @Override
  public RunningState expected(ConfigurationSet set) {
    return Expected.of(files.read(set), set);
  }

  @Override
  public Optional<ConfigurationSet> carried(ConfigurationSet set, Deviation deviation) {
    return Carry.into(files.read(set), set, deviation);
  }

  private List<Table> tables(String word, Table.Kind kind) throws BalancerException {
    List<Table> tables = new ArrayList<>();
    for (Tables.Listed listed : listed(word)) {
      // Most ACLs have no patterns, and each question takes its time.
      List<Entry> entries =
          listed.empty()
              ? List.of()
              : Tables.printed(current("show " + word + " #" + listed.id()), kind);
      Table.Kind own = listed.place().isPresent() ? Table.Kind.PATTERNS : kind;
      String path = listed.path().or(listed::place).orElse("");
      tables.add(new Table(own, path, listed.place(), entries));
    }
    return tables;
  }

  private List<Tables.Listed> listed(String word) throws BalancerException {
    return Tables.listed(current("show " + word), files.installation().workingDirectory());
  }

  private List<Certificate> certificates() throws BalancerException {
    List<Certificate> certificates = new ArrayList<>();
    for (String line : current("show ssl cert").lines().toList()) {
      // A star marks one that is being changed and is not served yet.
      if (!line.isBlank() && !line.startsWith("#") && !line.startsWith("*")) {
        String shown = current("show ssl cert " + Text.word(line));
        String print = Text.fields(shown).getOrDefault("SHA1 FingerPrint", "");
        certificates.add(new Certificate(line, print.toLowerCase(Locale.ROOT)));
      }
    }
    return certificates;
  }

  private static List<String> closed(List<Statistics> rows) {
    return rows.stream()
        .filter(row -> row.service().equals("FRONTEND"))
        .filter(row -> !row.values().getOrDefault("status", "OPEN").equals("OPEN"))
        .map(Statistics::proxy)
        .toList();
  }

  @Override
  public List<Statistics> statistics() throws BalancerException {
    return statistics(current("show stat"));
  }

  private static List<Statistics> statistics(String text) throws BalancerException {
    List<String> lines = text.lines().toList();
    if (lines.isEmpty() || !lines.getFirst().startsWith("# pxname,svname,")) {
      throw new BalancerException(Kind.UNINTELLIGIBLE, "'show stat' is not understood");
    }
    String[] columns = lines.getFirst().substring(2).split(",", -1);
    List<Statistics> rows = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      List<String> cells = Csv.cells(line);
      if (cells.size() < 2) {
        continue;
      }
      Map<String, String> values = new HashMap<>();
      for (int i = 2; i < columns.length && i < cells.size(); i++) {
        if (!cells.get(i).isEmpty()) {
          values.put(columns[i], cells.get(i));
        }
      }
      rows.add(new Statistics(cells.get(0), cells.get(1), values));
    }
    return rows;
  }

  @Override
  public Pulse pulse() throws BalancerException {
    if (master.isEmpty()) {
      Map<String, String> info = Text.fields(current("show info"));
      List<Statistics> rows = statistics(current("show stat"));
      List<RunningState.Server> servers = ServersState.parse(current("show servers state"));
      long pid = number(info, "Pid").orElse(0);
      if (number(Text.fields(current("show info")), "Pid").orElse(0) != pid) {
        throw new BalancerException(Kind.GONE, "HAProxy was reloaded while it was asked");
      }
      return new Pulse(
          Optional.empty(),
          List.of(pulse(pid, false, age(info), OptionalInt.empty(), info, rows, servers)));
    }
    Cli cli = master.get();
    ShowProc shown = ShowProc.parse(WorkerReads.allowed(cli.ask("show proc")));
    unanswered.keySet().retainAll(shown.workers().stream().map(ShowProc.Worker::pid).toList());
    List<Pulse.Worker> workers = new ArrayList<>();
    for (ShowProc.Worker one : shown.workers()) {
      if (!one.old()) {
        workers.addFirst(currentPulse(cli, one));
      } else if (unanswered.merge(one.pid(), -1, Integer::sum) > 0) {
        workers.add(silent(one));
      } else {
        unanswered.remove(one.pid());
        workers.add(oldPulse(cli, one, workers.size() <= OLD_ASKED));
      }
    }
    if (workers.isEmpty() || workers.getFirst().old()) {
      throw new BalancerException(
          Kind.GONE, "HAProxy's master runs, but no worker serves: see its log for why");
    }
    return new Pulse(
        Optional.of(new Processes.Master(shown.master(), shown.reloads(), shown.failed())),
        workers);
  }

  private Pulse.Worker currentPulse(Cli cli, ShowProc.Worker one) throws BalancerException {
    String to = "@!" + one.pid() + " ";
    Map<String, String> info = Text.fields(WorkerReads.allowed(cli.ask(to + "show info")));
    if (!String.valueOf(one.pid()).equals(info.get("Pid"))) {
      throw new BalancerException(
          Kind.GONE, "worker " + one.pid() + " went while it was asked: HAProxy reloads, or ends");
    }
    return pulse(
        one.pid(),
        false,
        age(info),
        OptionalInt.of(one.reloads()),
        info,
        statistics(reads.of(one.pid(), "show stat")),
        ServersState.parse(reads.of(one.pid(), "show servers state")));
  }

  /** An old worker may be stuck, or gone a moment later: neither is anybody else's trouble. */
  private Pulse.Worker oldPulse(Cli cli, ShowProc.Worker one, boolean rows)
      throws BalancerException {
    String to = "@!" + one.pid() + " ";
    try {
      Map<String, String> info = Text.fields(WorkerReads.allowed(cli.ask(to + "show info")));
      if (!String.valueOf(one.pid()).equals(info.get("Pid"))) {
        return silent(one);
      }
      return pulse(
          one.pid(),
          true,
          one.age(),
          OptionalInt.of(one.reloads()),
          info,
          rows ? statistics(reads.of(one.pid(), "show stat")) : List.of(),
          List.of());
    } catch (BalancerException e) {
      if (e.kind() == Kind.TIMEOUT) {
        unanswered.put(one.pid(), ASK_AGAIN);
      } else if (e.kind() != Kind.GONE && e.kind() != Kind.UNINTELLIGIBLE) {
        throw e;
      }
      return silent(one);
    }
  }

  private static Pulse.Worker silent(ShowProc.Worker one) {
    return new Pulse.Worker(
        one.pid(),
        one.old(),
        false,
        one.age(),
        OptionalInt.of(one.reloads()),
        Optional.empty(),
        OptionalInt.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        List.of(),
        List.of());
  }

  private static Pulse.Worker pulse(
      long pid,
      boolean old,
      Duration age,
      OptionalInt reloads,
      Map<String, String> info,
      List<Statistics> rows,
      List<RunningState.Server> servers) {
    return new Pulse.Worker(
        pid,
        old,
        true,
        age,
        reloads,
        marker(info),
        connections(info),
        number(info, "CumReq"),
        number(info, "DroppedLogs"),
        rows,
        servers);
  }

  private static Duration age(Map<String, String> info) {
    return Duration.ofSeconds(number(info, "Uptime_sec").orElse(0));
  }

  private static OptionalLong number(Map<String, String> info, String name) {
    try {
      return OptionalLong.of(Long.parseLong(info.getOrDefault(name, "")));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  @Override
  public void admin(ServerName server, Admin admin) throws BalancerException {
    change("set server " + name(server) + " state " + admin.word());
  }

  @Override
  public void weight(ServerName server, int weight) throws BalancerException {
    change("set server " + name(server) + " weight " + weight);
  }

  @Override
  public void cut(ServerName server) throws BalancerException {
    change("shutdown sessions server " + name(server));
  }

  @Override
  public void value(Value value) throws BalancerException {
    change(Limits.command(value));
  }

  @Override
  public void entries(Table table) throws BalancerException {
    boolean map = table.kind() == Table.Kind.MAP;
    String word = map ? "map" : "acl";
    String path = table.kind() == Table.Kind.PATTERNS ? "#" + id(table) : Text.word(table.path());
    Map<Entry, Integer> surplus = new LinkedHashMap<>();
    Tables.printed(current("show " + word + " " + path), table.kind())
        .forEach(entry -> surplus.merge(entry, 1, Integer::sum));
    List<Entry> missing = new ArrayList<>();
    for (Entry entry : table.entries()) {
      if (surplus.merge(entry, -1, Integer::sum) < 0) {
        missing.add(entry);
      }
    }
    for (Map.Entry<Entry, Integer> entry : surplus.entrySet()) {
      for (int i = entry.getValue(); i > 0; i--) {
        change("del " + word + " " + path + " " + Text.value(entry.getKey().key()));
      }
    }
    for (Entry entry : missing) {
      String value = entry.value().isPresent() ? " " + Text.value(entry.value().get()) : "";
      change("add " + word + " " + path + " " + Text.value(entry.key()) + value);
    }
  }

  /** The number that patterns have in the worker that serves now. */
  private String id(Table table) throws BalancerException {
    return listed("acl").stream()
        .filter(listed -> listed.place().isPresent() && listed.place().equals(table.place()))
        .map(Tables.Listed::id)
        .findFirst()
        .orElseThrow(() ->
            new BalancerException(
                Kind.REFUSED, "HAProxy has no patterns of " + Text.shown(table.path())));
  }

  @Override
  public String raw(String command) throws BalancerException {
    return current(command);
  }

  // --- over a reload

  @Override
  public boolean keepsState(ConfigurationSet set) {
    return files.stateFile(set).isPresent();
  }

  @Override
  public void saveState(ConfigurationSet set, Set<ServerName> without) throws BalancerException {
    Path file =
        files
            .stateFile(set)
            .orElseThrow(() ->
                new BalancerException(
                    Kind.UNSUPPORTED,
                    "no server-state-file with load-server-state-from-file global is set"));
    String all = current("show servers state");
    ServersState.parse(all);
    StringBuilder state = new StringBuilder();
    for (String line : all.strip().split("\n", -1)) {
      String[] words = line.split(" ", -1);
      boolean left = words.length > 3 && without.contains(new ServerName(words[1], words[3]));
      if (!left) {
        state.append(line).append('\n');
      }
    }
    write(file, state.toString());
  }

  @Override
  public void forgetState(ConfigurationSet set) throws BalancerException {
    Optional<Path> file = files.stateFile(set);
    if (file.isPresent() && java.nio.file.Files.exists(file.get())) {
      write(file.get(), NO_STATE);
    }
  }

  private static void write(Path file, String state) throws BalancerException {
    Disk.put(
        file,
        state.getBytes(StandardCharsets.ISO_8859_1),
        PosixFilePermissions.fromString("rw-r--r--"));
  }

  @Override
  public void close() {
    master.ifPresent(Cli::close);
    worker.ifPresent(Cli::close);
  }

  // --- words of this class

  static String name(ServerName server) throws BalancerException {
    return Text.word(server.pool()) + "/" + Text.word(server.server());
  }

  private void change(String command) throws BalancerException {
    String answer = current(command).strip();
    if (!answer.isEmpty() && DONE.stream().noneMatch(answer::contains)) {
      throw new BalancerException(
          Kind.REFUSED, "HAProxy refuses '" + Text.shown(command) + "': " + Text.shown(answer));
    }
  }

  private String current(String command) throws BalancerException {
    return reads.current(command);
  }
}
