package dev.checkrail.read.haproxy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The one table that says what each line means for the model: whether it is modelled, has no effect
 * on what the model speaks of, concerns the response only, or is not modelled. What is not in the
 * table is not modelled.
 *
 * @param treatment which class
 * @param reason one sentence: why
 */
public record Classification(Treatment treatment, String reason) {
  /** The four classes of lines. */
  public enum Treatment {
    /** The model holds its effect. */
    MODELLED,
    /** Can't change which server gets which bytes nor what the client is answered. */
    NO_EFFECT,
    /** Changes the response only: listed, compared as text, not proved. */
    RESPONSE,
    /** May matter, and the model does not hold it. */
    UNMODELLED
  }

  private static final Classification UNKNOWN =
      new Classification(Treatment.UNMODELLED, "The model does not know this keyword.");

  private static final Map<String, Classification> SECTIONS = new HashMap<>();
  private static final Map<String, Classification> GLOBAL = new HashMap<>();
  private static final Map<String, Classification> PROXY = new HashMap<>();
  private static final Map<String, Classification> OPTIONS = new HashMap<>();
  private static final Map<String, Classification> TIMEOUTS = new HashMap<>();
  private static final Map<String, Classification> STATS = new HashMap<>();
  private static final Map<String, Classification> HTTP_CHECKS = new HashMap<>();
  private static final Map<String, Classification> HTTP_REQUEST = new HashMap<>();
  private static final Map<String, Classification> TCP_CONTENT = new HashMap<>();
  private static final Map<String, Classification> TCP_EARLY = new HashMap<>();
  private static final Map<String, Classification> SERVER = new HashMap<>();
  private static final Map<String, Classification> BIND = new HashMap<>();

  static {
    sections();
    global();
    proxy();
    options();
    timeoutsStatsChecks();
    httpRequest();
    tcpRules();
    server();
    bind();
  }

  /** The class of a directive in a section of a kind, all of its parameters taken together. */
  public static Classification of(SectionKind section, Directive directive) {
    String keyword = directive.keyword().value();
    if (section == SectionKind.GLOBAL) {
      if (keyword.equals("stats")) {
        return noEffect("The statistics socket serves operators, not clients.");
      }
      return GLOBAL.getOrDefault(keyword, tuning(keyword));
    }
    if (!section.isProxy()) {
      return SECTIONS.getOrDefault(section.word(), UNKNOWN);
    }
    return switch (keyword) {
      case "option" -> option(directive.arg(0));
      case "timeout" -> TIMEOUTS.getOrDefault(directive.arg(0), UNKNOWN);
      case "stats" -> STATS.getOrDefault(directive.arg(0), UNKNOWN);
      case "http-check" -> HTTP_CHECKS.getOrDefault(name(directive.arg(0)), UNKNOWN);
      case "http-request" -> action("http-request", directive.arg(0));
      case "http-response", "http-after-response" -> action(keyword, directive.arg(0));
      case "tcp-request", "tcp-response" -> {
        String rule = keyword + " " + directive.arg(0);
        yield rule.endsWith("inspect-delay")
            ? modelled("How long content rules wait for bytes.")
            : action(rule, directive.arg(1));
      }
      case "bind" -> parameters(Parameter.ofBind(directive), true);
      case "server", "server-template", "default-server" ->
          parameters(Parameter.ofServer(directive), false);
      default -> PROXY.getOrDefault(keyword, UNKNOWN);
    };
  }

  /** The class of {@code option NAME}. */
  public static Classification option(String name) {
    return OPTIONS.getOrDefault(name, UNKNOWN);
  }

  /**
   * The class of an action as written, in {@code http-request}, {@code http-response}, {@code
   * http-after-response}, {@code tcp-request connection|session|content} or {@code tcp-response
   * content}.
   */
  public static Classification action(String ruleSet, String word) {
    String name = Registry.haproxy26().action(ruleSet, word).orElse(word);
    return switch (ruleSet) {
      case "http-request" -> HTTP_REQUEST.getOrDefault(name, UNKNOWN);
      case "tcp-request content" -> TCP_CONTENT.getOrDefault(name, UNKNOWN);
      case "tcp-request connection", "tcp-request session" -> TCP_EARLY.getOrDefault(name, UNKNOWN);
      case "http-response", "http-after-response", "tcp-response content" ->
          changesTables(name)
              ? unmodelled(
                  "A response changes a table, a map or a variable that requests may look at.")
              : response("Acts on the response, after the server was chosen.");
      default -> UNKNOWN;
    };
  }

  /** Rules on responses with a memory that later requests see. */
  private static boolean changesTables(String action) {
    return action.startsWith("sc-")
        || action.startsWith("track-sc")
        || action.endsWith("-acl")
        || action.endsWith("-map")
        || action.startsWith("lua.");
  }

  /**
   * The class of a parameter of {@code server}, {@code default-server} or {@code server-template}.
   */
  public static Classification serverParameter(String name) {
    return SERVER.getOrDefault(name, UNKNOWN);
  }

  /** The class of a parameter of {@code bind}. */
  public static Classification bindParameter(String name) {
    return BIND.getOrDefault(name, UNKNOWN);
  }

  private static Classification parameters(List<Parameter> parameters, boolean bind) {
    for (Parameter parameter : parameters) {
      String name = parameter.name().value();
      Classification one = bind ? bindParameter(name) : serverParameter(name);
      if (one.treatment() == Treatment.UNMODELLED) {
        return unmodelled("'" + FileReading.shown(name) + "': " + one.reason());
      }
    }
    return modelled(
        bind ? "Where requests come in." : "A server, its weight, its limits and its checks.");
  }

  private static String name(String word) {
    int paren = word.indexOf('(');
    return paren < 0 ? word : word.substring(0, paren);
  }

  private static Classification tuning(String keyword) {
    if (keyword.startsWith("tune.lua.") || keyword.startsWith("httpclient.")) {
      return noEffect("Concerns scripts and HAProxy's own requests only.");
    }
    if (keyword.startsWith("tune.")) {
      return noEffect("Tunes the process; ordinary requests are routed the same.");
    }
    if (keyword.startsWith("ssl-") || keyword.startsWith("issuers-")) {
      return noEffect("Decides how TLS is spoken, not where requests go.");
    }
    return UNKNOWN;
  }

  private static Classification modelled(String reason) {
    return new Classification(Treatment.MODELLED, reason);
  }

  private static Classification noEffect(String reason) {
    return new Classification(Treatment.NO_EFFECT, reason);
  }

  private static Classification response(String reason) {
    return new Classification(Treatment.RESPONSE, reason);
  }

  private static Classification unmodelled(String reason) {
    return new Classification(Treatment.UNMODELLED, reason);
  }

  private static void put(
      Map<String, Classification> table, Classification classification, String... words) {
    for (String word : words) {
      if (table.put(word, classification) != null) {
        throw new IllegalStateException("twice in the table: " + word);
      }
    }
  }

  // ---- the table

  private static void sections() {
    put(
        SECTIONS,
        noEffect("Mail and log recipients see neither requests nor answers change."),
        "mailers",
        "ring",
        "log-forward");
    put(SECTIONS, modelled("Users and groups that http_auth looks at."), "userlist");
    put(SECTIONS, modelled("Answers of HAProxy itself, by status."), "http-errors");
    put(
        SECTIONS,
        unmodelled("Servers found by name at run time have addresses that the file does not say."),
        "resolvers");
    put(SECTIONS, unmodelled("Entries of stick tables may come from other machines."), "peers");
    put(SECTIONS, unmodelled("Answers may come from the cache instead of a server."), "cache");
    put(SECTIONS, noEffect("A program runs beside HAProxy."), "program");
    put(SECTIONS, unmodelled("FastCGI servers are not modelled."), "fcgi-app");
    put(SECTIONS, unmodelled("Network namespaces are not modelled."), "namespace_list");
  }

  private static void global() {
    put(
        GLOBAL,
        noEffect("Concerns the process and its rights, not requests."),
        "daemon",
        "master-worker",
        "mworker-max-reloads",
        "chroot",
        "user",
        "group",
        "uid",
        "gid",
        "pidfile",
        "node",
        "description",
        "set-dumpable",
        "insecure-fork-wanted",
        "insecure-setuid-wanted",
        "unix-bind",
        "ulimit-n",
        "fd-hard-limit",
        "strict-limits",
        "quiet",
        "zero-warning",
        "expose-experimental-directives",
        "localpeer",
        "grace",
        "hard-stop-after",
        "close-spread-time",
        "no-memory-trimming",
        "cluster-secret");
    put(
        GLOBAL,
        noEffect("Spreads the work over processors or picks a polling system."),
        "nbthread",
        "thread-groups",
        "thread-group",
        "cpu-map",
        "numa-cpu-mapping",
        "busy-polling",
        "noepoll",
        "nokqueue",
        "noevports",
        "nopoll",
        "nosplice",
        "nogetaddrinfo",
        "noreuseport",
        "profiling.tasks",
        "profiling.memory");
    put(
        GLOBAL,
        noEffect("Logs tell of requests and do not change them."),
        "log",
        "log-tag",
        "log-send-hostname");
    put(
        GLOBAL,
        modelled("Variables are resolved while the file is read."),
        "setenv",
        "presetenv",
        "unsetenv",
        "resetenv");
    put(GLOBAL, modelled("Limits how many connections are served at once."), "maxconn");
    put(
        GLOBAL,
        noEffect("Slows down under extreme load only."),
        "maxconnrate",
        "maxsessrate",
        "maxsslrate",
        "maxsslconn",
        "maxcomprate",
        "maxcompcpuusage",
        "maxpipes",
        "maxzlibmem");
    put(GLOBAL, noEffect("Spreads health checks over time."), "spread-checks", "max-spread-checks");
    put(
        GLOBAL,
        modelled("Says where files of the configuration are looked for."),
        "ca-base",
        "crt-base",
        "default-path");
    put(
        GLOBAL,
        unmodelled("A file of a former process may bring states and weights of servers with it."),
        "server-state-file",
        "server-state-base");
    put(
        GLOBAL,
        unmodelled("Sets a variable of the process at the start."),
        "set-var",
        "set-var-fmt");
    put(
        GLOBAL,
        unmodelled("Lua scripts may do anything to a request."),
        "lua-load",
        "lua-load-per-thread");
    put(GLOBAL, noEffect("Says where Lua looks for modules."), "lua-prepend-path");
    put(
        GLOBAL,
        unmodelled("Changes which requests and header names are accepted or sent on."),
        "h1-accept-payload-with-any-method",
        "h1-case-adjust",
        "h1-case-adjust-file");
    put(
        GLOBAL,
        noEffect("Decides whether external checks may run; they are not modelled themselves."),
        "external-check");
    put(
        GLOBAL,
        noEffect("Concerns PROXY protocol headers of HAProxy's own checks."),
        "pp2-never-send-local");
    put(GLOBAL, noEffect("Default of TLS verification towards servers."), "ssl-server-verify");
  }

  private static void proxy() {
    put(
        PROXY,
        modelled("Part of how a request finds its pool."),
        "mode",
        "acl",
        "use_backend",
        "default_backend",
        "redirect");
    put(
        PROXY,
        modelled("Part of how a pool chooses its server."),
        "balance",
        "use-server",
        "retries",
        "retry-on",
        "cookie",
        "stick",
        "stick-table",
        "fullconn",
        "maxconn",
        "dispatch");
    put(
        PROXY,
        modelled("How a hash is spread over the servers."),
        "hash-type",
        "hash-balance-factor");
    put(PROXY, modelled("Turns the whole section on or off."), "disabled", "enabled");
    put(PROXY, modelled("Answered by HAProxy itself."), "monitor-uri", "errorfile", "errorfiles");
    put(
        PROXY,
        unmodelled("The answer to the monitor address depends on the state of pools."),
        "monitor");
    put(
        PROXY,
        unmodelled("Answers of HAProxy itself become redirects."),
        "errorloc",
        "errorloc302",
        "errorloc303");
    put(PROXY, response("Bodies and headers of HAProxy's own answers."), "http-error");
    put(
        PROXY,
        noEffect("Logs tell of requests and do not change them."),
        "log",
        "log-format",
        "log-format-sd",
        "log-tag",
        "error-log-format",
        "unique-id-format",
        "capture",
        "declare",
        "email-alert");
    put(PROXY, noEffect("A name or number for operators."), "id", "description");
    put(
        PROXY,
        noEffect("Concerns the connection's socket, not the request."),
        "backlog",
        "bind-process",
        "clitcpka-cnt",
        "clitcpka-idle",
        "clitcpka-intvl",
        "srvtcpka-cnt",
        "srvtcpka-idle",
        "srvtcpka-intvl",
        "rate-limit");
    put(
        PROXY,
        unmodelled("Decides from which queue on a kept-alive client changes its server."),
        "max-keep-alive-queue");
    put(
        PROXY,
        noEffect("Decides which idle connection to the same server is used again."),
        "http-reuse",
        "max-session-srv-conns");
    put(PROXY, response("Compresses responses."), "compression");
    put(
        PROXY,
        unmodelled("Adds a header with a generated value to the request."),
        "unique-id-header");
    put(
        PROXY,
        unmodelled("Adds a header with the server's name to the request."),
        "http-send-name-header");
    put(
        PROXY,
        unmodelled("Sends requests to servers that are down, or past their persistence."),
        "force-persist",
        "ignore-persist",
        "persist");
    put(PROXY, unmodelled("Cookies of servers are computed with a key."), "dynamic-cookie-key");
    put(
        PROXY,
        unmodelled("A file of a former process may bring states and weights of servers with it."),
        "load-server-state-from-file",
        "server-state-file-name");
    put(PROXY, unmodelled("A filter may change, answer or delay requests."), "filter");
    put(PROXY, unmodelled("FastCGI servers are not modelled."), "use-fcgi-app");
    put(PROXY, noEffect("The address that connections to servers come from."), "source");
    put(
        PROXY,
        unmodelled("Connects to the address that the client asked for."),
        "transparent",
        "usesrc");
    put(
        PROXY,
        modelled("A health check: whether it is there and what it asks is kept."),
        "tcp-check",
        "external-check");
  }

  private static void options() {
    put(
        OPTIONS,
        modelled("Part of how a pool chooses its server."),
        "allbackups",
        "redispatch",
        "persist",
        "prefer-last-server");
    put(
        OPTIONS,
        modelled("A health check: whether it is there and what it asks is kept."),
        "httpchk",
        "tcp-check",
        "external-check",
        "ssl-hello-chk",
        "smtpchk",
        "ldap-check",
        "mysql-check",
        "pgsql-check",
        "redis-check",
        "spop-check");
    put(
        OPTIONS,
        modelled("Idle clients are told to close when the process is replaced."),
        "idle-close-on-response");
    put(
        OPTIONS,
        noEffect("Logs tell of requests and do not change them."),
        "httplog",
        "httpslog",
        "tcplog",
        "dontlognull",
        "dontlog-normal",
        "logasap",
        "log-health-checks",
        "log-separate-errors",
        "socket-stats",
        "contstats");
    put(
        OPTIONS,
        noEffect("How long a connection is kept, not what is sent over it."),
        "http-keep-alive",
        "http-server-close",
        "httpclose",
        "http-pretend-keepalive",
        "nolinger",
        "tcpka",
        "clitcpka",
        "srvtcpka",
        "tcp-smart-accept",
        "tcp-smart-connect",
        "abortonclose",
        "http-no-delay",
        "independent-streams",
        "splice-auto",
        "splice-request",
        "splice-response",
        "http-ignore-probes");
    put(
        OPTIONS,
        unmodelled("Decides whether HTTP/2 on a plain listener is understood."),
        "disable-h2-upgrade");
    put(
        OPTIONS,
        modelled("Adds a header to the request that is sent on."),
        "forwardfor",
        "originalto");
    put(
        OPTIONS,
        unmodelled("Changes which requests are accepted or how their header names are written."),
        "accept-invalid-http-request",
        "h1-case-adjust-bogus-client",
        "h1-case-adjust-bogus-server",
        "http-restrict-req-hdr-names",
        "http-use-proxy-header");
    put(
        OPTIONS,
        response("Concerns responses of servers only."),
        "accept-invalid-http-response",
        "checkcache");
    put(
        OPTIONS,
        noEffect("Waits for the body before the rules are looked at."),
        "http-buffer-request");
    put(OPTIONS, unmodelled("Connects to the address that the client asked for."), "transparent");
  }

  private static void timeoutsStatsChecks() {
    put(
        TIMEOUTS,
        modelled("A timeout of the pool or the listener."),
        "client",
        "server",
        "connect",
        "check",
        "queue",
        "http-keep-alive",
        "http-request",
        "tunnel",
        "tarpit",
        "client-fin",
        "server-fin");
    put(
        STATS,
        modelled("The statistics page answers its address instead of a server."),
        "enable",
        "uri");
    put(STATS, modelled("Who may see the statistics page."), "auth", "realm");
    put(
        STATS,
        response("What the statistics page shows and permits."),
        "scope",
        "http-request",
        "admin");
    put(
        STATS,
        noEffect("How the statistics page looks."),
        "hide-version",
        "refresh",
        "show-desc",
        "show-legends",
        "show-modules",
        "show-node");
    put(
        HTTP_CHECKS,
        modelled("A health check: whether it is there and what it asks is kept."),
        "comment",
        "connect",
        "disable-on-404",
        "expect",
        "send",
        "send-state",
        "set-var",
        "set-var-fmt",
        "unset-var");
  }

  private static void httpRequest() {
    put(
        HTTP_REQUEST,
        modelled("Ends the request or lets it pass."),
        "allow",
        "deny",
        "tarpit",
        "reject",
        "redirect",
        "return",
        "auth");
    put(
        HTTP_REQUEST,
        modelled("Changes what later rules see and what is sent on."),
        "set-path",
        "set-pathq",
        "set-query",
        "set-uri",
        "set-method",
        "replace-path",
        "replace-uri",
        "set-header",
        "add-header",
        "del-header",
        "replace-header",
        "set-var");
    put(HTTP_REQUEST, modelled("A request is not sent again at this level."), "disable-l7-retry");
    put(HTTP_REQUEST, noEffect("Keeps a value for the log."), "capture");
    put(
        HTTP_REQUEST,
        noEffect("Changes marks of packets, logs or priorities, not the request."),
        "set-log-level",
        "set-mark",
        "set-tos",
        "set-nice");
    put(
        HTTP_REQUEST,
        unmodelled("Decides whether a rewriting that fails ends the request."),
        "strict-mode");
    put(
        HTTP_REQUEST,
        noEffect("Order in the queue, not the choice of server."),
        "set-priority-class",
        "set-priority-offset");
    put(HTTP_REQUEST, modelled("Counts in a table; tests of counters are opaque."), "track-sc");
    put(
        HTTP_REQUEST,
        unmodelled("Rewriting with this action is not modelled."),
        "replace-pathq",
        "replace-value",
        "normalize-uri",
        "set-var-fmt",
        "unset-var");
    put(
        HTTP_REQUEST,
        unmodelled("Changes the addresses that later rules see or that is connected to."),
        "set-src",
        "set-src-port",
        "set-dst",
        "set-dst-port",
        "do-resolve");
    put(
        HTTP_REQUEST,
        unmodelled("Changes lists or maps that later requests look at."),
        "add-acl",
        "del-acl",
        "set-map",
        "del-map");
    put(
        HTTP_REQUEST,
        unmodelled("Changes counters that later requests look at."),
        "sc-inc-gpc",
        "sc-inc-gpc0",
        "sc-inc-gpc1",
        "sc-set-gpt",
        "sc-set-gpt0");
    put(HTTP_REQUEST, unmodelled("May answer from the cache."), "cache-use");
    put(
        HTTP_REQUEST,
        unmodelled("A service or an agent outside of the file decides."),
        "use-service",
        "send-spoe-group",
        "ot-group");
    put(HTTP_REQUEST, unmodelled("Drops the connection without an answer."), "silent-drop");
    put(HTTP_REQUEST, unmodelled("A timeout that depends on the request."), "set-timeout");
    put(
        HTTP_REQUEST,
        unmodelled("Waits for the body or the handshake before it goes on."),
        "wait-for-body",
        "wait-for-handshake");
    put(HTTP_REQUEST, response("Sends an interim answer before the final one."), "early-hint");
  }

  private static void tcpRules() {
    put(TCP_CONTENT, modelled("Ends the inspection of content."), "accept", "reject");
    put(TCP_CONTENT, noEffect("Keeps a value for the log."), "capture");
    put(TCP_CONTENT, modelled("Counts in a table; tests of counters are opaque."), "track-sc");
    put(TCP_CONTENT, modelled("Changes what later rules see."), "set-var");
    put(
        TCP_CONTENT,
        noEffect("Changes marks of packets, logs or priorities, not the request."),
        "set-log-level",
        "set-mark",
        "set-tos",
        "set-nice",
        "set-priority-class",
        "set-priority-offset");
    put(
        TCP_CONTENT,
        unmodelled("This action is not modelled in TCP rules."),
        "unset-var",
        "set-var-fmt",
        "switch-mode",
        "silent-drop",
        "use-service",
        "send-spoe-group",
        "ot-group",
        "do-resolve",
        "set-src",
        "set-src-port",
        "set-dst",
        "set-dst-port",
        "sc-inc-gpc",
        "sc-inc-gpc0",
        "sc-inc-gpc1",
        "sc-set-gpt",
        "sc-set-gpt0");
    put(TCP_EARLY, modelled("Accepts or drops the connection."), "accept", "reject");
    put(TCP_EARLY, modelled("Counts in a table; tests of counters are opaque."), "track-sc");
    put(TCP_EARLY, noEffect("Changes marks of packets, not the request."), "set-mark", "set-tos");
    put(
        TCP_EARLY,
        unmodelled("This action is not modelled in rules on connections."),
        "expect-proxy",
        "expect-netscaler-cip",
        "silent-drop",
        "set-src",
        "set-src-port",
        "set-dst",
        "set-dst-port",
        "set-var",
        "set-var-fmt",
        "unset-var",
        "sc-inc-gpc",
        "sc-inc-gpc0",
        "sc-inc-gpc1",
        "sc-set-gpt",
        "sc-set-gpt0");
  }

  private static void server() {
    put(
        SERVER,
        modelled("Part of how a pool chooses its server."),
        "weight",
        "backup",
        "no-backup",
        "disabled",
        "enabled",
        "cookie",
        "track",
        "slowstart",
        "maxconn",
        "minconn",
        "maxqueue",
        "non-stick",
        "stick",
        "id");
    put(
        SERVER,
        modelled("The server's health check."),
        "check",
        "no-check",
        "inter",
        "fastinter",
        "downinter",
        "rise",
        "fall",
        "port",
        "addr",
        "check-ssl",
        "no-check-ssl",
        "check-sni",
        "check-alpn",
        "check-proto",
        "check-send-proxy",
        "no-check-send-proxy",
        "check-via-socks4");
    put(
        SERVER,
        modelled("What becomes of the server and its connections when its state changes."),
        "on-marked-down",
        "on-marked-up",
        "on-error",
        "observe",
        "error-limit");
    put(
        SERVER,
        modelled("Requests go to the server over TLS."),
        "ssl",
        "no-ssl",
        "sni",
        "verify",
        "verifyhost",
        "alpn");
    put(
        SERVER,
        noEffect("How TLS is spoken with the server."),
        "ca-file",
        "crt",
        "crl-file",
        "ciphers",
        "ciphersuites",
        "force-sslv3",
        "force-tlsv10",
        "force-tlsv11",
        "force-tlsv12",
        "force-tlsv13",
        "no-sslv3",
        "no-tlsv10",
        "no-tlsv11",
        "no-tlsv12",
        "no-tlsv13",
        "ssl-min-ver",
        "ssl-max-ver",
        "ssl-reuse",
        "no-ssl-reuse",
        "tls-tickets",
        "no-tls-tickets",
        "npn",
        "allow-0rtt");
    put(
        SERVER,
        noEffect("How connections to the server are kept."),
        "pool-max-conn",
        "pool-low-conn",
        "pool-purge-delay",
        "max-reuse",
        "tcp-ut",
        "tfo",
        "no-tfo",
        "source",
        "log-proto");
    put(
        SERVER,
        noEffect("A header in front of the connection; the request stays the same."),
        "send-proxy",
        "no-send-proxy",
        "send-proxy-v2",
        "no-send-proxy-v2",
        "send-proxy-v2-ssl",
        "no-send-proxy-v2-ssl",
        "send-proxy-v2-ssl-cn",
        "no-send-proxy-v2-ssl-cn",
        "proxy-v2-options");
    put(SERVER, modelled("How the server's name is resolved at the start."), "init-addr");
    put(
        SERVER,
        unmodelled("The server's address is found at run time."),
        "resolvers",
        "resolve-prefer",
        "resolve-net",
        "resolve-opts");
    put(
        SERVER,
        unmodelled("An agent may change the server's weight and state."),
        "agent-check",
        "agent-addr",
        "agent-port",
        "agent-inter",
        "agent-send");
    put(SERVER, noEffect("No agent is asked."), "no-agent-check");
    put(SERVER, unmodelled("Clients are redirected to another address."), "redir");
    put(SERVER, unmodelled("The protocol towards the server is not modelled."), "proto", "ws");
    put(
        SERVER,
        unmodelled("Connections take another way to the server."),
        "namespace",
        "socks4",
        "usesrc");
  }

  private static void bind() {
    put(
        BIND,
        modelled("Requests come in over TLS."),
        "ssl",
        "crt",
        "crt-list",
        "strict-sni",
        "verify",
        "ca-file",
        "alpn",
        "npn");
    put(
        BIND,
        noEffect("How TLS is spoken with clients."),
        "ciphers",
        "ciphersuites",
        "curves",
        "ecdhe",
        "force-sslv3",
        "force-tlsv10",
        "force-tlsv11",
        "force-tlsv12",
        "force-tlsv13",
        "no-sslv3",
        "no-tlsv10",
        "no-tlsv11",
        "no-tlsv12",
        "no-tlsv13",
        "ssl-min-ver",
        "ssl-max-ver",
        "no-tls-tickets",
        "tls-ticket-keys",
        "prefer-client-ciphers",
        "no-ca-names",
        "crl-file",
        "ca-verify-file");
    put(
        BIND,
        noEffect("Concerns the socket or the process, not the request."),
        "backlog",
        "defer-accept",
        "group",
        "gid",
        "user",
        "uid",
        "mode",
        "mss",
        "name",
        "nice",
        "process",
        "thread",
        "shards",
        "tcp-ut",
        "tfo",
        "id",
        "expose-fd",
        "level",
        "severity-output",
        "v6only",
        "v4v6",
        "interface");
    put(BIND, modelled("Limits how many connections are served at once."), "maxconn");
    put(
        BIND,
        modelled("The client's address comes from a header in front of the connection."),
        "accept-proxy");
    put(
        BIND,
        unmodelled("Certificates and errors of clients are treated specially."),
        "ca-ignore-err",
        "crt-ignore-err",
        "ca-sign-file",
        "ca-sign-pass",
        "generate-certificates",
        "allow-0rtt");
    put(
        BIND,
        unmodelled("Not modelled for listeners."),
        "accept-netscaler-cip",
        "namespace",
        "transparent",
        "proto");
  }
}
