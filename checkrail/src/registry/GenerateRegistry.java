import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes the table of HAProxy's words from an installed binary. Run from the project's root:
 *
 * <pre>
 * java checkrail/src/registry/GenerateRegistry.java \
 *   > checkrail/src/main/resources/dev/checkrail/read/haproxy/haproxy-2.6.tsv
 * </pre>
 *
 * Words with a type (fetches, converters, actions, bind and server parameters …) come from {@code
 * haproxy -dKall}. That listing does not say which section takes which keyword, and leaves the oldest
 * keywords out, so each candidate is put, alone, into each kind of section and the binary is asked
 * with {@code haproxy -c} what it thinks of it. Takes about two minutes.
 */
public final class GenerateRegistry {
  /** Keywords of sections that {@code -dKcfg} does not list; a word too many does no harm. */
  private static final String CANDIDATES =
      """
      acl appsession backlog balance bind bind-process block busy-polling capture chroot cluster-secret
      cookie cpu-map daemon default-server default_backend description disabled dispatch dynamic-cookie-key
      email-alert enabled error-log-format expose-experimental-directives external-check fd-hard-limit
      force-persist fullconn gid group hash-balance-factor hash-type http-after-response http-request
      http-response http-reuse http-send-name-header id ignore-persist insecure-fork-wanted
      insecure-setuid-wanted load-server-state-from-file localpeer log log-format log-format-sd
      log-send-hostname log-tag master-worker max-session-srv-conns max-spread-checks maxcompcpuusage
      maxcomprate maxconn maxconnrate maxpipes maxsessrate maxsslrate maxzlibmem mode monitor monitor-net
      monitor-uri nbproc nbthread node noepoll noevports nogetaddrinfo nokqueue nopoll noreuseport nosplice
      numa-cpu-mapping option persist pidfile presetenv quiet redirect reqadd reqdel reqrep resetenv retries
      rspadd server server-state-base server-state-file server-state-file-name server-template
      set-dumpable setenv source spread-checks ssl-server-verify stats stick stick-table strict-limits
      transparent tune.buffers.limit tune.buffers.reserve tune.bufsize tune.comp.maxlevel
      tune.h2.max-frame-size tune.http.cookielen tune.http.logurilen tune.http.maxhdr tune.idletimer
      tune.maxaccept tune.maxpollevents tune.maxrewrite tune.pattern.cache-size tune.pipesize
      tune.rcvbuf.client tune.rcvbuf.server tune.recv_enough tune.runqueue-depth tune.sndbuf.client
      tune.sndbuf.server uid ulimit-n unique-id-format unique-id-header unix-bind unsetenv use-server
      use_backend user usesrc zero-warning
      nameserver parse-resolv-conf hold accepted_payload_size resolution_pool_size resolve_retries timeout
      default-bind peer table total-max-size max-age max-object-size process-vary max-secondary-entries
      errorfile size backing-file format maxlen command mailer docroot path-info index set-param
      unset-param pass-header log-stderr dgram-bind namespace
      """;

  private static final String OPTIONS =
      """
      external-check forceclose forwardfor http-keep-alive http-server-close http-tunnel http-use-htx
      httpchk httpclose httplog httpslog ldap-check mysql-check originalto pgsql-check redis-check
      redispatch smtpchk spop-check ssl-hello-chk tcp-check tcpka tcplog http-restrict-req-hdr-names
      """;

  /** Actions that the rule parsers know themselves; a star marks a prefix. */
  private static final String ACTIONS =
      """
      tcp-request connection: accept reject expect-proxy expect-netscaler-cip track-sc*
      tcp-request session: accept reject track-sc*
      tcp-request content: accept reject capture track-sc*
      tcp-response content: accept reject close
      """;

  /** Second words of keywords that have a closed set of them. */
  private static final String SECOND_WORDS =
      """
      timeout: client server connect check queue http-keep-alive http-request tunnel tarpit client-fin server-fin
      stats: admin auth enable hide-version http-request realm refresh scope show-desc show-legends show-modules show-node uri
      http-check: comment connect disable-on-404 expect send send-state set-var set-var-fmt unset-var
      tcp-check: comment connect expect send send-binary send-binary-lf send-lf set-var set-var-fmt unset-var
      tcp-request: connection content inspect-delay session
      tcp-response: content inspect-delay
      capture: cookie request response
      email-alert: from level mailers myhostname to
      stick: match on store-request store-response
      compression: algo offload type
      """;

  private static final Map<String, String> SECTIONS = new TreeMap<>();

  static {
    for (String kind :
        List.of(
            "frontend", "backend", "listen", "resolvers", "peers", "cache", "userlist",
            "http-errors", "ring", "program", "mailers", "fcgi-app", "log-forward")) {
      SECTIONS.put(kind, kind + " x");
    }
    SECTIONS.put("global", "global");
    SECTIONS.put("defaults", "defaults x");
    SECTIONS.put("anonymous-defaults", "defaults");
  }

  private enum Verdict {
    TAKEN,
    IGNORED,
    REFUSED,
    REMOVED,
    UNKNOWN
  }

  private static final Pattern UNKNOWN =
      Pattern.compile("unknown (keyword|statement|option|stats parameter)");
  private static final Pattern REMOVED =
      Pattern.compile("not supported any ?more|doesn't exist any ?more|no longer supported|was removed");
  private static final Pattern REFUSED =
      Pattern.compile(
          "not allowed (in|because)|is not supported in|only allowed in|only available in"
              + "|not allowed .* 'defaults'|cannot be used in");
  private static final Pattern IGNORED = Pattern.compile("ignored because .* has no \\w+ capability");

  private final String binary;
  private final Path folder;
  private final List<String> rows = new ArrayList<>();

  private GenerateRegistry(String binary, Path folder) {
    this.binary = binary;
    this.folder = folder;
  }

  public static void main(String[] args) throws Exception {
    Path folder = Files.createTempDirectory("registry");
    try {
      GenerateRegistry generate =
          new GenerateRegistry(args.length > 0 ? args[0] : "haproxy", folder);
      generate.run();
    } finally {
      Files.deleteIfExists(folder.resolve("probe.cfg"));
      Files.deleteIfExists(folder.resolve("empty.cfg"));
      Files.deleteIfExists(folder);
    }
  }

  private void run() throws Exception {
    Files.writeString(folder.resolve("empty.cfg"), "global\n");
    String listing = run("-dKall", "-q", "-c", "-f", folder.resolve("empty.cfg").toString());
    TreeSet<String> keywords = new TreeSet<>(List.of(CANDIDATES.strip().split("\\s+")));
    TreeSet<String> options = new TreeSet<>(List.of(OPTIONS.strip().split("\\s+")));
    read(listing, keywords, options);
    curated("action", ACTIONS);
    curated("second", SECOND_WORDS);
    keywords.add("option");
    for (String keyword : keywords) {
      probe("keyword", keyword, keyword, SECTIONS);
    }
    Map<String, String> proxies = new TreeMap<>(SECTIONS);
    proxies.keySet().retainAll(List.of("frontend", "backend", "listen", "defaults", "anonymous-defaults"));
    for (String option : options) {
      probe("option", option, "option " + option, proxies);
    }
    for (String rule :
        List.of(
            "tcp-request connection", "tcp-request session", "tcp-request content",
            "tcp-request inspect-delay", "tcp-response content", "tcp-response inspect-delay")) {
      probe("rule", rule, rule, proxies);
    }
    rows.add("keyword\tnamespace\tnamespace_list\t\t\t");
    System.out.println("# Words of HAProxy 2.6, written by checkrail/src/registry/GenerateRegistry.java.");
    System.out.println("# keyword, option, rule: name, sections that take it, that ignore it, that refuse it, that had it once");
    System.out.println("# action: rule set, name (* = prefix); second: keyword, word; bind, server: parameter, number of values");
    System.out.println("# fetch: name, type, arguments, where it has a value; converter: name, input, output, arguments; acl: name, fetch, match");
    rows.stream().sorted().distinct().forEach(System.out::println);
  }

  private void curated(String kind, String text) {
    for (String line : text.strip().split("\n")) {
      String[] halves = line.split(": ");
      for (String word : halves[1].strip().split(" ")) {
        rows.add(kind + "\t" + halves[0].strip() + "\t" + word);
      }
    }
  }

  private void read(String listing, TreeSet<String> keywords, TreeSet<String> options) {
    Pattern fetch = Pattern.compile("\\[ ((?:[Y.] )+)\\] ([^:(]+(?:\\+[a-z]+)?)(?:\\((.*)\\))?: (\\w+)");
    Pattern converter = Pattern.compile("([^(:]+)(?:\\((.*)\\))?: (\\w+) => (\\w+)");
    Pattern acl = Pattern.compile("(\\S+) = (\\S+) -m (\\w+)");
    Pattern rule =
        Pattern.compile(
            "(tcp-request \\w+|tcp-response \\w+|http-request|http-response|http-after-response) (\\S+)");
    String part = "";
    String section = "";
    for (String line : listing.split("\n")) {
      if (line.startsWith("# List of registered ")) {
        part = line.substring("# List of registered ".length());
      } else if (line.startsWith("#") || line.isBlank()) {
        continue;
      } else if (part.startsWith("ACL")) {
        Matcher m = matcher(acl, line);
        rows.add("acl\t" + m.group(1) + "\t" + m.group(2) + "\t" + m.group(3));
      } else if (part.startsWith("sample fetch")) {
        Matcher m = matcher(fetch, line);
        String phases = m.group(1).replace(" ", "");
        rows.add("fetch\t" + m.group(2) + "\t" + m.group(4) + "\t" + text(m.group(3)) + "\t" + phases);
      } else if (part.startsWith("sample converter")) {
        Matcher m = matcher(converter, line);
        // The listing gives "output => input".
        rows.add("converter\t" + m.group(1) + "\t" + m.group(4) + "\t" + m.group(3) + "\t" + text(m.group(2)));
      } else if (part.startsWith("filter")) {
        rows.add("filter\t" + line.replaceAll("^\\[.*\\] ", ""));
      } else if (part.startsWith("service")) {
        rows.add("service\t" + line.strip());
      } else if (part.startsWith("configuration")) {
        String word = line.strip();
        if (!line.startsWith("\t")) {
          section = word;
        } else if (word.startsWith("bind <addr> ")) {
          parameter("bind", word.substring("bind <addr> ".length()).replaceFirst("^ssl ", ""));
        } else if (word.startsWith("server <name> <addr> ")) {
          parameter("server", word.substring("server <name> <addr> ".length()));
        } else if (section.equals("crt-list")) {
          parameter("crt-list", word);
        } else if (word.startsWith("option ")) {
          options.add(word.split(" ")[1]);
        } else if (rule.matcher(word).matches()) {
          Matcher m = matcher(rule, word);
          rows.add("action\t" + m.group(1) + "\t" + m.group(2));
        } else {
          keywords.add(word.split(" ")[0]);
        }
      }
    }
    rows.add("bind\tssl\t0"); // listed only as the prefix of the others
  }

  private void parameter(String kind, String word) {
    String[] parts = word.split(" ");
    String values = parts.length > 1 ? parts[1].replace("+", "") : "0";
    rows.add(kind + "\t" + parts[0] + "\t" + values);
  }

  private static Matcher matcher(Pattern pattern, String line) {
    Matcher m = pattern.matcher(line.strip());
    if (!m.matches()) {
      throw new IllegalStateException("not understood: " + line);
    }
    return m;
  }

  private static String text(String group) {
    return group == null ? "" : group;
  }

  private void probe(String kind, String name, String line, Map<String, String> sections)
      throws Exception {
    Map<Verdict, List<String>> verdicts = new TreeMap<>();
    for (Map.Entry<String, String> section : sections.entrySet()) {
      Verdict verdict = ask(section.getValue(), line);
      if (verdict == Verdict.UNKNOWN && name.equals("timeout")) {
        verdict = ask(section.getValue(), "timeout client"); // log-forward looks at both words
      }
      verdicts.computeIfAbsent(verdict, v -> new ArrayList<>()).add(section.getKey());
    }
    if (verdicts.keySet().equals(java.util.Set.of(Verdict.UNKNOWN))) {
      return;
    }
    StringBuilder row = new StringBuilder(kind + "\t" + name);
    for (Verdict verdict :
        List.of(Verdict.TAKEN, Verdict.IGNORED, Verdict.REFUSED, Verdict.REMOVED)) {
      row.append('\t').append(String.join(",", verdicts.getOrDefault(verdict, List.of())));
    }
    rows.add(row.toString());
  }

  private Verdict ask(String section, String line) throws Exception {
    Path file = folder.resolve("probe.cfg");
    Files.writeString(file, section + "\n\t" + line + "\n");
    return verdict(run("-c", "-f", file.toString()));
  }

  private static Verdict verdict(String answer) {
    StringBuilder ofLine = new StringBuilder();
    for (String line : answer.split("\n")) {
      if (line.contains("probe.cfg:2]")) {
        ofLine.append(line.replaceAll("did you mean.*", "")).append('\n');
      }
    }
    String said = ofLine.toString();
    return UNKNOWN.matcher(said).find()
        ? Verdict.UNKNOWN
        : REMOVED.matcher(said).find()
            ? Verdict.REMOVED
            : REFUSED.matcher(said).find()
                ? Verdict.REFUSED
                : IGNORED.matcher(said).find() ? Verdict.IGNORED : Verdict.TAKEN;
  }

  private String run(String... args) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(binary));
    command.addAll(List.of(args));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return answer;
  }
}
