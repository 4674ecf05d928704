package dev.checkrail.rehearse;

import dev.checkrail.read.haproxy.ConfigFile;
import dev.checkrail.read.haproxy.CriterionText;
import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.Edits;
import dev.checkrail.read.haproxy.HaproxyTree;
import dev.checkrail.read.haproxy.Line;
import dev.checkrail.read.haproxy.Parameter;
import dev.checkrail.read.haproxy.Section;
import dev.checkrail.read.haproxy.SectionKind;
import dev.checkrail.read.haproxy.Word;
import dev.checkrail.rehearse.agent.Endpoint;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes out of a copy what would execute something, speak to somebody, need the machine that the
 * file is meant for, or take minutes. Each line keeps its number; each change is noted.
 *
 * <p>A copy that HAProxy only checks keeps as much as possible, so that HAProxy's judgement is
 * about the file as it is. A copy that is run is shorter: conditional blocks are resolved as they
 * were read, for a line that the reader took for masked must not come alive.
 */
final class Neutralise {
  /** What a copy is for. */
  enum Purpose {
    /** {@code haproxy -c}. */
    CHECK,
    /** HAProxy runs it, and requests are sent. */
    RUN
  }

  /** A change that can matter to what is rehearsed. */
  record Change(String place, String text, String why) {}

  private static final Pattern LUA = Pattern.compile("(?<![\\w./-])lua\\.[A-Za-z0-9_]");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]+(:[0-9-]+)");
  private static final Pattern TIME = Pattern.compile("(\\d{1,15})(us|ms|s|m|h|d)?");

  /** Global keywords that no copy has, and why. */
  private static final Map<String, String> GLOBAL =
      table(
          "chroot user group uid gid daemon pidfile master-worker mworker-max-reloads ulimit-n"
              + " fd-hard-limit strict-limits unix-bind insecure-fork-wanted insecure-setuid-wanted"
              + " set-dumpable node localpeer quiet zero-warning",
          "concerns the process and its rights; the sandbox has its own",
          "lua-load lua-load-per-thread lua-prepend-path",
          "Lua is never run",
          "external-check",
          "external checks are never run",
          "ssl-engine ssl-provider ssl-provider-path ssl-propquery",
          "would load a program of the machine",
          "ssl-dh-param-file issuers-chain-path wurfl-data-file 51degrees-data-file"
              + " deviceatlas-json-file ca-base",
          "a file of the machine that is not part of the configuration",
          "server-state-file server-state-base",
          "states of a former process are not taken over",
          "stats",
          "the admin socket is the sandbox's own");

  /** Global keywords that a running copy has not, and why. */
  private static final Map<String, String> GLOBAL_RUN =
      table(
          "log log-send-hostname",
          "logs are not sent",
          "cpu-map numa-cpu-mapping busy-polling",
          "processors of the machine");

  /** Proxy keywords. */
  private static final Map<String, String> PROXY =
      table(
          "external-check",
          "external checks are never run",
          "load-server-state-from-file server-state-file-name",
          "states of a former process are not taken over",
          "email-alert",
          "mail is not sent");

  private static final Map<String, String> PROXY_RUN =
      table(
          "source usesrc",
          "connections come from the sandbox's own address",
          "transparent dispatch",
          "connects to an address that no server line names",
          "use-fcgi-app",
          "FastCGI is not played",
          "bind-process",
          "processors of the machine");

  /** Parameters of a server that name somebody else. */
  private static final Set<String> SERVER_PEER = Set.of("addr", "agent-addr", "source", "socks4");

  /** Proxy keywords that name somebody else. */
  private static final Set<String> PEER = Set.of("source", "usesrc", "dispatch");

  /** Sections that are taken out whole. */
  private static final Map<SectionKind, String> SECTIONS =
      Map.of(
          SectionKind.MAILERS, "mail is not sent",
          SectionKind.RESOLVERS, "names are not resolved");

  private static final Map<SectionKind, String> SECTIONS_RUN =
      Map.of(
          SectionKind.PROGRAM, "programs are never run",
          SectionKind.RING, "logs are not sent",
          SectionKind.LOG_FORWARD, "logs are not forwarded");

  private static final Map<String, String> SERVER =
      table(
          "crt crl-file ca-file",
          "a file of the machine that is not part of the configuration",
          "namespace",
          "network namespaces of the machine are not here",
          "resolvers resolve-prefer resolve-net resolve-opts init-addr",
          "names are not resolved");

  private static final Map<String, String> SERVER_RUN =
      table(
          "ssl no-ssl verify verifyhost sni alpn npn ciphers ciphersuites force-sslv3 force-tlsv10"
              + " force-tlsv11 force-tlsv12 force-tlsv13 no-sslv3 no-tlsv10 no-tlsv11 no-tlsv12"
              + " no-tlsv13 ssl-min-ver ssl-max-ver ssl-reuse no-ssl-reuse tls-tickets"
              + " no-tls-tickets allow-0rtt check-ssl no-check-ssl check-sni check-alpn",
          "TLS to servers is not spoken",
          "send-proxy no-send-proxy send-proxy-v2 no-send-proxy-v2 send-proxy-v2-ssl"
              + " no-send-proxy-v2-ssl send-proxy-v2-ssl-cn no-send-proxy-v2-ssl-cn"
              + " proxy-v2-options check-send-proxy no-check-send-proxy",
          "PROXY headers are not sent to servers",
          "proto ws check-proto",
          "servers are played in HTTP/1.1",
          "agent-check no-agent-check agent-addr agent-port agent-inter agent-send",
          "agents are not asked",
          "addr port",
          "checks go to the server itself",
          "source usesrc socks4 check-via-socks4 tfo no-tfo tcp-ut",
          "connections take the direct way",
          "slowstart",
          "servers take their full share at once");

  private static final Map<String, String> BIND =
      table(
          "user group uid gid mode namespace",
          "accounts and namespaces of the machine are not here",
          "ca-file ca-verify-file crl-file verify ca-ignore-err crt-ignore-err ca-sign-file"
              + " ca-sign-pass generate-certificates tls-ticket-keys",
          "certificates of clients are not asked for");

  private static final Map<String, String> BIND_RUN =
      table(
          "interface process thread shards tfo transparent defer-accept nice mss tcp-ut expose-fd",
          "concerns the machine's devices and processors");

  /** Parameters of a {@code bind} line that a door has already, or that speak of its family. */
  private static final Set<String> DOOR = Set.of("accept-proxy", "v4v6", "v6only");

  /** Time-outs that a person would wait for; to how many milliseconds they are shortened. */
  private static final Map<String, Integer> TIMES =
      Map.of("connect", 50, "tarpit", 100, "queue", 300, "server", 500, "tunnel", 1000);

  private static final int INSPECT_DELAY = 500;

  /** Of the range for tests of network devices, and no server's (see {@link SandboxCopy}). */
  private static final String NOBODY = "198.19.255.254";

  private final Purpose purpose;
  private final HaproxyTree tree;
  private final Edits edits;
  private final Map<String, Endpoint> standIns;
  private final Map<String, String> paths;
  private final Set<String> pathLines;
  private final Map<String, Map<String, String>> certificates;
  private final Optional<Map<String, List<Endpoint>>> doors;
  private final List<Change> changes = new ArrayList<>();
  private final List<String> shortened = new ArrayList<>();
  private final boolean lua;

  /**
   * @param standIns {@code file:line} of a server line to the address that is played instead of its
   *     own
   * @param paths absolute paths of files to where they are in the copy
   * @param pathLines {@code file:line} of lines that name such files
   * @param certificates {@code file:line} of a {@code bind} line, to its {@code crt} and {@code
   *     crt-list} values and where they are in the copy
   * @param doors {@code file:line} of a {@code bind} line to where it listens instead, behind a
   *     PROXY header; empty: every listener has its own address
   */
  Neutralise(
      Purpose purpose,
      HaproxyTree tree,
      Map<String, Endpoint> standIns,
      Map<String, String> paths,
      Set<String> pathLines,
      Map<String, Map<String, String>> certificates,
      Optional<Map<String, List<Endpoint>>> doors) {
    this.doors = doors;
    this.purpose = purpose;
    this.tree = tree;
    this.edits = new Edits(tree);
    this.standIns = standIns;
    this.paths = paths;
    this.pathLines = pathLines;
    this.certificates = certificates;
    this.lua =
        tree.files().stream()
            .flatMap(file -> file.lines().stream())
            .anyMatch(line -> first(line).startsWith("lua-load"));
  }

  /** The texts of all files, by path, after all edits. */
  Map<String, String> print() {
    tree.files().stream().flatMap(f -> f.sections().stream()).forEach(this::section);
    for (ConfigFile file : tree.files()) {
      for (Line line : file.lines()) {
        masked(line);
      }
    }
    if (!shortened.isEmpty()) {
      changes.add(
          new Change("times above a second", "are shortened", String.join(", ", shortened)));
    }
    return edits.print();
  }

  /** What was changed, in order of the file; once {@link #print} was called. */
  List<Change> changes() {
    return List.copyOf(changes);
  }

  /** {@code file:line}, the name of a line. */
  static String place(Line line) {
    return line.file() + ":" + line.number();
  }

  private static String first(Line line) {
    return line.words().isEmpty() ? "" : line.words().getFirst().value();
  }

  private void masked(Line line) {
    boolean script = first(line).startsWith("lua-load") || first(line).startsWith("lua-prepend");
    // What the reader gave up on may still be read by HAProxy.
    script |= line.words().isEmpty() && line.text().contains("lua-load");
    boolean block =
        purpose == Purpose.RUN
            && (line.kind() == Line.Kind.CONDITION
                || (!line.active()
                    && line.kind() != Line.Kind.BLANK
                    && line.kind() != Line.Kind.COMMENT));
    if (script || block) {
      edits.comment(line);
    }
  }

  private void section(Section section) {
    if (!section.active()) {
      return;
    }
    Optional<String> whole =
        Optional.ofNullable(SECTIONS.get(section.kind()))
            .or(() ->
                purpose == Purpose.RUN
                    ? Optional.ofNullable(SECTIONS_RUN.get(section.kind()))
                    : Optional.empty());
    if (whole.isPresent()) {
      section.lines().stream()
          .filter(line -> line.kind() == Line.Kind.DIRECTIVE)
          .forEach(edits::comment);
      edits.comment(section.header());
      changes.add(new Change(place(section.header()), section.label(), whole.get()));
      return;
    }
    switch (section.kind()) {
      case GLOBAL -> section.activeDirectives().forEach(this::global);
      case PEERS -> peers(section);
      case NAMESPACE_LIST -> section.activeDirectives().forEach(d -> cut(d, "namespaces"));
      case DEFAULTS, FRONTEND, BACKEND, LISTEN -> proxy(section);
      case CACHE, USERLIST, HTTP_ERRORS ->
          section.activeDirectives().forEach(d -> mapped(d, values(d)));
      case FCGI_APP -> section.activeDirectives().forEach(this::fastCgi);
      case RING, LOG_FORWARD -> section.activeDirectives().forEach(this::logging);
      case RESOLVERS, MAILERS, PROGRAM -> {}
    }
  }

  /** Tables of a {@code peers} section may be used by rules, so they stay. */
  private void peers(Section section) {
    boolean tables = section.activeDirectives().anyMatch(d -> d.is("table"));
    section.activeDirectives().filter(d -> !d.is("table")).forEach(d -> edits.comment(d.line()));
    if (!tables) {
      edits.comment(section.header());
    }
    changes.add(
        new Change(
            place(section.header()), section.label(), "tables of other machines are not asked"));
  }

  private void fastCgi(Directive directive) {
    boolean run = purpose == Purpose.RUN;
    if (directive.is("log-stderr")
        && !directive.arg(0).equals("global")
        && (run || !literal(directive.arg(0)))) {
      cut(directive, "logs are not sent");
    } else {
      mapped(directive, values(directive));
    }
  }

  /** Sections that take logs on; they are there in a copy that is only checked. */
  private void logging(Directive directive) {
    if (directive.is("backing-file")) {
      cut(directive, "the sandbox writes no file of the machine");
      return;
    }
    int at =
        switch (directive.keyword().value()) {
          case "server" -> 1;
          case "bind", "dgram-bind", "log" -> 0;
          default -> -1;
        };
    if (at >= 0 && !directive.arg(at).isEmpty() && !literal(directive.arg(at))) {
      cut(directive, "names are not resolved");
    } else if (directive.is("server")) {
      server(directive);
    }
  }

  private void global(Directive directive) {
    String keyword = directive.keyword().value();
    String why = GLOBAL.get(keyword);
    if (why == null && purpose == Purpose.RUN) {
      why = GLOBAL_RUN.get(keyword);
    }
    if (why == null && keyword.equals("log") && !literal(directive.arg(0))) {
      why = "names are not resolved";
    }
    boolean run = purpose == Purpose.RUN;
    if (why == null && run && keyword.startsWith("tune.lua.")) {
      why = "Lua is never run";
    }
    if (why == null && run && keyword.startsWith("httpclient.")) {
      why = "HAProxy's own requests are not sent";
    }
    if (why != null) {
      cut(directive, why);
      return;
    }
    List<String> values = values(directive);
    if (keyword.equals("crt-base")) {
      cut(directive, "certificates are in the sandbox's own folder");
    } else if (keyword.equals("default-path") && directive.arg(1).startsWith("/")) {
      List<String> changed = new ArrayList<>(values);
      int at = values.size() - 1;
      changed.set(at, paths.getOrDefault("", "") + values.get(at));
      write(directive, changed);
    } else {
      mapped(directive, values);
    }
  }

  private void proxy(Section section) {
    boolean elsewhere =
        section.activeDirectives().anyMatch(d -> isCheck(d) && d.arg(0).equals("connect"));
    section.activeDirectives().forEach(d -> proxy(section, d, elsewhere));
  }

  private static boolean isCheck(Directive directive) {
    return directive.is("http-check") || directive.is("tcp-check");
  }

  private void proxy(Section section, Directive directive, boolean checksElsewhere) {
    String keyword = directive.keyword().value();
    boolean run = purpose == Purpose.RUN;
    String why = PROXY.get(keyword);
    if (why == null && run) {
      why = PROXY_RUN.get(keyword);
    }
    if (why == null
        && PEER.contains(keyword)
        && !(literal(directive.arg(0))
            && after("usesrc", directive).stream().allMatch(Neutralise::known))) {
      why = "names are not resolved";
    }
    if (why == null && lua && values(directive).stream().anyMatch(v -> LUA.matcher(v).find())) {
      if (keyword.equals("acl")) {
        edits.replace(
            directive.line(),
            indent(directive) + "acl " + quote(directive.arg(0)) + " always_false");
        note(directive, "Lua is never run: the condition is false here");
        return;
      }
      why = "Lua is never run";
    }
    switch (keyword) {
      case "log" -> {
        if (!directive.arg(0).equals("global")
            && directive.prefix() == Directive.Prefix.NONE
            && (run || !literal(directive.arg(0)))) {
          why = "logs are not sent";
        }
      }
      case "option" -> {
        if (directive.arg(0).equals("external-check")) {
          why = "external checks are never run";
        } else if (run && directive.arg(0).equals("transparent")) {
          why = "connects to an address that no server line names";
        }
      }
      case "filter" -> {
        if (directive.arg(0).equals("spoe") || directive.arg(0).equals("opentracing")) {
          why = "agents outside of the file are not asked";
        } else if (run && directive.arg(0).equals("fcgi-app")) {
          why = "FastCGI is not played";
        }
      }
      case "http-request", "tcp-request", "http-response", "tcp-response" -> {
        String action =
            directive.arg(directive.is("http-request") || directive.is("http-response") ? 0 : 1);
        if (action.equals("send-spoe-group") || action.equals("ot-group")) {
          why = "agents outside of the file are not asked";
        } else if (action.startsWith("do-resolve")) {
          why = "names are not resolved";
        }
      }
      case "http-check", "tcp-check" -> {
        if (run && checksElsewhere) {
          why = "checks connect to the server itself";
        } else if (directive.arg(0).equals("connect")
            && !literal(after("addr", directive).orElse("global"))) {
          why = "names are not resolved";
        }
      }
      default -> {}
    }
    if (why != null) {
      cut(directive, why);
      return;
    }
    switch (keyword) {
      case "bind" -> bind(directive);
      case "server", "server-template", "default-server" -> server(directive);
      case "stick-table" -> stickTable(directive);
      case "timeout" -> timeout(directive);
      case "tcp-request" -> {
        if (run && directive.arg(0).equals("inspect-delay")) {
          shorten(directive, 1, INSPECT_DELAY);
        } else {
          mapped(directive, values(directive));
        }
      }
      default -> mapped(directive, values(directive));
    }
  }

  private static Optional<String> after(String word, Directive directive) {
    List<String> all = values(directive);
    int at = all.indexOf(word);
    return at >= 0 && at + 1 < all.size() ? Optional.of(all.get(at + 1)) : Optional.empty();
  }

  private void timeout(Directive directive) {
    Integer most = TIMES.get(directive.arg(0));
    if (purpose == Purpose.RUN && most != null) {
      shorten(directive, 1, most);
    }
  }

  private void shorten(Directive directive, int index, int most) {
    Matcher time = TIME.matcher(directive.arg(index));
    if (time.matches() && millis(time) > most) {
      List<String> values = new ArrayList<>(values(directive));
      values.set(values.size() - directive.args().size() + index, most + "ms");
      write(directive, values);
      shortened.add(place(directive.line()) + " " + shown(directive) + " to " + most + "ms");
    }
  }

  private static long millis(Matcher time) {
    long number = Long.parseLong(time.group(1));
    return switch (time.group(2) == null ? "ms" : time.group(2)) {
      case "us" -> number / 1000;
      case "s" -> number * 1000;
      case "m" -> number * 60_000;
      case "h" -> number * 3_600_000;
      case "d" -> number * 86_400_000;
      case String milliseconds -> number;
    };
  }

  private void stickTable(Directive directive) {
    List<String> values = new ArrayList<>(values(directive));
    int at = values.indexOf("peers");
    if (at > 0 && at + 1 < values.size()) {
      values.subList(at, at + 2).clear();
      write(directive, values);
      note(directive, "tables of other machines are not asked");
    }
  }

  private void bind(Directive directive) {
    List<String> open = new ArrayList<>();
    boolean changed = false;
    for (String address : directive.arg(0).split(",", -1)) {
      boolean named = byName(address);
      Matcher name = NAME.matcher(address);
      if (purpose == Purpose.CHECK && named && name.matches()) {
        open.add("127.0.0.1" + name.group(1));
        changed = true;
      } else if (purpose == Purpose.CHECK || (!named && !local(address))) {
        open.add(address);
      } else {
        changed = true;
        note(directive, "no listener in the sandbox: " + address);
      }
    }
    if (doors.isPresent()) {
      open.clear();
      doors.get().getOrDefault(place(directive.line()), List.of()).stream()
          .map(Endpoint::toString)
          .forEach(open::add);
      changed = true;
    }
    if (open.isEmpty()) {
      edits.comment(directive.line());
      return;
    }
    Map<String, String> shown = certificates.getOrDefault(place(directive.line()), Map.of());
    List<String> values = new ArrayList<>(before(directive, 0));
    values.add(String.join(",", open));
    if (doors.isPresent()) {
      values.add("accept-proxy");
    }
    Set<String> reasons = new HashSet<>();
    for (Parameter parameter : Parameter.ofBind(directive)) {
      String name = parameter.name().value();
      Optional<String> why = why(BIND, BIND_RUN, name);
      if (doors.isPresent() && DOOR.contains(name)) {
        continue;
      }
      if (why.isPresent()) {
        changed = true;
        if (reasons.add(why.get())) {
          note(directive, "'" + name + "': " + why.get());
        }
      } else if ((name.equals("crt") || name.equals("crt-list"))
          && shown.containsKey(parameter.value())) {
        values.add(name);
        values.add(shown.get(parameter.value()));
        changed = true;
      } else {
        values.add(name);
        parameter.values().forEach(value -> values.add(value.value()));
      }
    }
    if (changed) {
      write(directive, rest(directive, values, Parameter.ofBind(directive)));
    }
  }

  private void server(Directive directive) {
    int addressAt =
        switch (directive.keyword().value()) {
          case "default-server" -> -1;
          case "server-template" -> 2;
          default -> 1;
        };
    boolean changed = false;
    List<String> values = new ArrayList<>(before(directive, addressAt + 1));
    Endpoint standIn = standIns.get(place(directive.line()));
    if (addressAt >= 0 && standIn != null && directive.args().size() > addressAt) {
      values.set(values.size() - 1, standIn.toString());
      changed = true;
    }
    List<Parameter> parameters = Parameter.ofServer(directive);
    boolean authority = parameters.stream().anyMatch(p -> p.is("ca-file"));
    Set<String> reasons = new HashSet<>();
    for (Parameter parameter : parameters) {
      String name = parameter.name().value();
      Optional<String> why = why(SERVER, SERVER_RUN, name);
      if (why.isEmpty()
          && SERVER_PEER.contains(name)
          && !parameter.value().isEmpty()
          && !literal(parameter.value())) {
        why = Optional.of("names are not resolved");
      }
      if (authority && name.equals("verify")) {
        why = why(SERVER, SERVER_RUN, "ca-file");
      }
      if (why.isPresent()) {
        changed = true;
        if (reasons.add(why.get())) {
          note(directive, "'" + name + "': " + why.get());
        }
        if (purpose == Purpose.CHECK && name.equals("ca-file")) {
          values.add("verify");
          values.add("none");
        }
      } else {
        values.add(name);
        parameter.values().forEach(value -> values.add(value.value()));
      }
    }
    if (changed) {
      List<String> all = rest(directive, values, parameters);
      if (directive.is("default-server") && all.size() == before(directive, 0).size()) {
        edits.comment(directive.line());
      } else {
        write(directive, all);
      }
    }
  }

  private Optional<String> why(Map<String, String> always, Map<String, String> run, String name) {
    String why = always.get(name);
    if (why == null && purpose == Purpose.RUN) {
      why = run.get(name);
    }
    return Optional.ofNullable(why);
  }

  /** Words behind the last parameter that was understood: an unknown one ends the list. */
  private static List<String> rest(
      Directive directive, List<String> values, List<Parameter> parameters) {
    if (!parameters.isEmpty() && !parameters.getLast().known()) {
      int at = directive.args().indexOf(parameters.getLast().name());
      directive.from(at + 1).forEach(word -> values.add(word.value()));
    }
    return values;
  }

  /** Prefix, keyword and the first arguments. */
  private static List<String> before(Directive directive, int arguments) {
    List<String> all = values(directive);
    int head = all.size() - directive.args().size();
    return all.subList(0, Math.min(all.size(), head + arguments));
  }

  private void mapped(Directive directive, List<String> words) {
    List<String> values = unresolved(directive, words);
    if (paths.isEmpty() || !names(directive, values)) {
      if (!values.equals(words)) {
        write(directive, values);
      }
      return;
    }
    UnaryOperator<String> map =
        value -> {
          String mapped = value;
          for (Map.Entry<String, String> path : paths.entrySet()) {
            if (!path.getKey().isEmpty()) {
              mapped =
                  mapped.replaceAll(
                      "(?<![\\w./-])" + Pattern.quote(path.getKey()) + "(?![\\w./-])",
                      Matcher.quoteReplacement(path.getValue()));
            }
          }
          return mapped;
        };
    List<String> changed = values.stream().map(map).toList();
    if (!changed.equals(words)) {
      write(directive, changed);
    }
  }

  /** The words of a line, with an address of nobody for each name that HAProxy would look up. */
  private List<String> unresolved(Directive directive, List<String> words) {
    List<String> values = new ArrayList<>(words);
    for (CriterionText criterion : AddressPatterns.of(directive)) {
      for (Word name : AddressPatterns.names(criterion)) {
        int at = directive.line().words().indexOf(name);
        if (at >= 0) {
          values.set(at, NOBODY);
        }
      }
    }
    if (!values.equals(words)) {
      note(directive, "names are not resolved");
    }
    return values;
  }

  private boolean names(Directive directive, List<String> values) {
    return pathLines.contains(place(directive.line()))
        || values.stream().anyMatch(v -> v.contains("-map(/") || v.contains("-acl(/"));
  }

  private void cut(Directive directive, String why) {
    edits.comment(directive.line());
    note(directive, why);
  }

  private void note(Directive directive, String why) {
    changes.add(new Change(place(directive.line()), shown(directive), why));
  }

  /** Keyword and first word: enough to find it, and no secret stands there. */
  private static String shown(Directive directive) {
    String keyword = directive.keyword().value();
    boolean alone = directive.args().isEmpty() || !directive.arg(0).matches("[\\w.:/*@%()-]{1,60}");
    return alone ? keyword : keyword + " " + directive.arg(0);
  }

  private void write(Directive directive, List<String> values) {
    edits.replace(
        directive.line(),
        indent(directive) + String.join(" ", values.stream().map(Neutralise::quote).toList()));
  }

  private static String quote(String value) {
    return Edits.quote(value);
  }

  private static String indent(Directive directive) {
    return " ".repeat(Math.max(0, directive.span().column() - 1));
  }

  private static List<String> values(Directive directive) {
    return directive.line().words().stream().map(Word::value).toList();
  }

  /** Whether a log's or listener's address needs no look-up. */
  static boolean literal(String address) {
    return address.equals("global") || local(address) || !byName(address);
  }

  static boolean local(String address) {
    return address.startsWith("/")
        || address.startsWith("unix@")
        || address.startsWith("uxst@")
        || address.startsWith("abns@")
        || address.startsWith("fd@")
        || address.startsWith("sockpair@")
        || address.startsWith("ring@")
        || address.equals("stdout")
        || address.equals("stderr");
  }

  /** What {@code usesrc} takes: an address, or a word for the client's. */
  private static boolean known(String source) {
    return source.startsWith("client") || source.startsWith("hdr_ip(") || literal(source);
  }

  private static boolean byName(String address) {
    if (local(address)) {
      return false;
    }
    String rest = address.replaceFirst("^[a-z0-9+]+@", "");
    int colon = rest.lastIndexOf(':');
    String host = colon > rest.lastIndexOf(']') ? rest.substring(0, colon) : rest;
    if (host.isEmpty() || host.equals("*")) {
      return false;
    }
    return !isLiteral(
            host.startsWith("[") && host.endsWith("]")
                ? host.substring(1, host.length() - 1)
                : host)
        && !isLiteral(rest);
  }

  /** Whether it is an IPv4 or IPv6 address as {@link Endpoint} takes it. */
  static boolean isLiteral(String host) {
    try {
      return new Endpoint(host, 0).port() == 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Words separated by blanks, then what is said of them; and so on. */
  private static Map<String, String> table(String... pairs) {
    Map<String, String> table = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      for (String word : pairs[i].split(" ", -1)) {
        table.put(word, pairs[i + 1]);
      }
    }
    return table;
  }
}
