package dev.checkrail.agreement;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes a configuration of what the model claims to cover: frontends with ACLs, rules, rewrites,
 * variables, maps, redirects, pools with rules, weights, backups, use-server and persistence; now
 * and then a TCP frontend with server-name rules. The same seed writes the same text.
 */
final class GenerateConfiguration {
  private final Draw draw;
  private final List<String> lines = new ArrayList<>();
  private final Map<String, String> files = new LinkedHashMap<>();
  private final List<String> pools = new ArrayList<>();
  private final List<String> tcpPools = new ArrayList<>();
  private Set<String> acls = new LinkedHashSet<>();
  private Map<String, String> servers = new LinkedHashMap<>();

  private GenerateConfiguration(long seed) {
    this.draw = new Draw(seed);
  }

  static Scenario of(long seed) {
    GenerateConfiguration one = new GenerateConfiguration(seed);
    one.write();
    return new Scenario(seed, one.lines, one.files);
  }

  private void write() {
    boolean tcp = draw.chance(0.1);
    for (int i = draw.between(2, 4); i > 0; i--) {
      pools.add(draw.of("be_", "pool-", "b.") + i);
    }
    line("global");
    line("    maxconn 200");
    if (draw.chance(0.3)) {
      line("    default-path config");
    }
    line("userlist staff");
    line("    group admin users alice");
    line("    group users users alice,bob");
    line("    user alice insecure-password wonder");
    line("    user bob insecure-password builder");
    line("defaults");
    line("    mode http");
    line("    timeout connect 1s");
    line("    timeout client 3s");
    line("    timeout server 3s");
    line("    timeout tarpit 10ms");
    line("    timeout queue 1s");
    if (draw.chance(0.15)) {
      line("    errorfile 503 " + errorFile());
    }
    if (draw.chance(0.1)) {
      line("    errorfile 403 " + errorFile());
    }
    boolean listen = draw.chance(0.15);
    httpFrontend(1, listen);
    if (draw.chance(0.25)) {
      if (draw.chance(0.4)) {
        otherDefaults();
      }
      httpFrontend(2, false);
    }
    for (int i = 0; i < pools.size(); i++) {
      pool(pools.get(i), i + 1);
    }
    if (tcp) {
      tcpPart();
    }
  }

  /** Everything that follows inherits from these. */
  private void otherDefaults() {
    line("defaults " + draw.of("other", "d2"));
    line("    mode http");
    line("    timeout connect 1s");
    line("    timeout client 3s");
    line("    timeout server 3s");
    line("    timeout tarpit 10ms");
    if (draw.chance(0.4)) {
      line("    errorfile 503 " + errorFile());
    }
    if (draw.chance(0.3)) {
      line("    balance " + draw.of("leastconn", "source"));
    }
    if (draw.chance(0.3)) {
      line("    monitor-uri /v1");
    }
  }

  private void line(String text) {
    lines.add(text);
  }

  private String file(String kind, String text) {
    String name = kind + files.size() + (kind.equals("map") ? ".map" : ".lst");
    files.put(name, text);
    return name;
  }

  private String errorFile() {
    String name = "error" + files.size() + ".http";
    int status = draw.of(503, 502, 404, 403, 200);
    files.put(
        name,
        "HTTP/1.0 " + status + " Replaced\r\nContent-Length: 5\r\nConnection: close\r\n\r\nsorry");
    return name;
  }

  // --- frontends

  private void httpFrontend(int number, boolean listen) {
    acls = new LinkedHashSet<>();
    line((listen ? "listen" : "frontend") + " fe" + number);
    line("    bind 10.200.0." + number + ":" + (8080 + number));
    if (draw.chance(0.1)) {
      line("    bind 10.200.1." + number + ":80");
    }
    if (draw.chance(0.1)) {
      line("    monitor-uri " + draw.of("/v1", "/api", "/monitor"));
    }
    if (draw.chance(0.08)) {
      line("    monitor fail if " + term());
      line("    monitor-uri " + draw.of("/", "/v1"));
    }
    if (draw.chance(0.08)) {
      line(
          "    tcp-request connection "
              + draw.of("reject", "accept")
              + " if { src "
              + list(Words.NETWORKS)
              + " }");
    }
    if (draw.chance(0.08)) {
      line("    tcp-request content " + draw.of("reject", "accept") + condition(0.9));
    }
    if (draw.chance(0.08)) {
      line("    stats enable");
      line("    stats uri " + draw.of("/v1/p", "/api", "/admin"));
    }
    masked();
    acls(draw.between(0, 6));
    httpRules(draw.between(0, 5), true);
    if (draw.chance(0.25)) {
      line("    redirect " + redirect(false) + condition(1));
    }
    for (int i = draw.between(0, 4); i > 0; i--) {
      line("    use_backend " + target() + condition(0.95));
    }
    if (draw.chance(listen ? 0.3 : 0.85)) {
      line("    default_backend " + draw.of(pools));
    }
    if (listen) {
      servers(9);
    }
  }

  private String target() {
    if (draw.chance(0.8)) {
      return draw.of(pools);
    }
    return draw.way(
        () ->
            "%[req.hdr(host),lower,"
                + map(draw.of("map", "map_str", "map_dom", "map_end"), Words.HOSTS, pools)
                + "]",
        () ->
            "%[path," + map(draw.of("map_beg", "map", "map_dir", "map_reg"), paths(), pools) + "]",
        () -> "%[var(txn.v1)]",
        () -> "be_%[req.hdr(x-n)]",
        () -> "%[req.cook(s)," + map("map", Words.ATOMS, pools) + "]");
  }

  private List<String> paths() {
    return Words.PATHS.stream().filter(path -> !path.contains("//")).toList();
  }

  private String map(String kind, List<String> keys, List<String> values) {
    StringBuilder text = new StringBuilder("# a map\n");
    for (String key : draw.some(0, 5, kind.endsWith("reg") ? Words.REGEXES : keys)) {
      text.append(key).append(draw.of(" ", "\t", "   ")).append(draw.of(values)).append('\n');
    }
    String file = file("map", text.toString());
    return kind + "(" + file + (draw.chance(0.5) ? "," + draw.of(values) : "") + ")";
  }

  /** A block that the environment switches. */
  private void masked() {
    if (draw.chance(0.1)) {
      line(
          "    .if "
              + draw.of(
                  "defined(PAY_PORT)",
                  "!defined(PAY_PORT)",
                  "streq(\"$PAY_MODE\",live)",
                  "version_atleast(2.6)",
                  "feature(OPENSSL) && defined(NONE)"));
      line("    http-request deny deny_status 410" + condition(0.9));
      if (draw.chance(0.5)) {
        line("    .else");
        line("    http-request deny deny_status 429" + condition(0.9));
      }
      line("    .endif");
    }
    if (draw.chance(0.1)) {
      line(
          "    use_backend "
              + draw.of(pools)
              + " if { path_beg \"/${PAY_MODE}/\" } or { dst_port \"${PAY_PORT-80}\" }");
    }
  }

  // --- ACLs and conditions

  private void acls(int count) {
    for (int i = 0; i < count; i++) {
      String name = draw.of("is_a", "is_b", "is_c", "pay", "host_ok", "x1");
      acls.add(name);
      line("    acl " + name + " " + criterion());
    }
  }

  private String condition(double chance) {
    if (!draw.chance(chance)) {
      return "";
    }
    StringBuilder text = new StringBuilder(draw.chance(0.8) ? " if" : " unless");
    int terms = draw.of(1, 1, 1, 2, 2, 3);
    for (int i = 0; i < terms; i++) {
      if (i > 0 && draw.chance(0.3)) {
        text.append(draw.of(" ||", " or"));
      }
      text.append(' ').append(draw.chance(0.25) ? "!" : "").append(term());
    }
    return text.toString();
  }

  private String term() {
    if (!acls.isEmpty() && draw.chance(0.6)) {
      return draw.of(List.copyOf(acls));
    }
    if (draw.chance(0.1)) {
      return draw.of(
          "METH_GET", "METH_POST", "HTTP_1.1", "TRUE", "FALSE", "HTTP_URL_SLASH", "HTTP_CONTENT");
    }
    return "{ " + criterion() + " }";
  }

  private String fold() {
    return draw.chance(0.25) ? "-i " : "";
  }

  private String list(List<String> words) {
    if (draw.chance(0.08)) {
      StringBuilder text = new StringBuilder("# a list\n");
      draw.some(0, 4, words).forEach(word -> text.append(word).append('\n'));
      return "-f " + file("list", text.toString());
    }
    return String.join(" ", draw.some(1, 3, words).stream().map(Quote::word).toList());
  }

  private String criterion() {
    return draw.way(
        () -> "path " + fold() + list(Words.PATHS),
        () -> draw.of("path_beg ", "path -m beg ") + fold() + list(Words.PATHS),
        () -> "path_end " + fold() + list(Words.PATH_PIECES),
        () -> "path_sub " + fold() + list(Words.PATH_PIECES),
        () -> "path_dir " + fold() + list(Words.PATH_PIECES),
        () -> "path_dom " + fold() + list(Words.PATH_PIECES),
        () -> "path_reg " + fold() + list(Words.REGEXES),
        () -> "path_len " + range(),
        () -> "path," + textConverter() + " " + textMatch(Words.PATH_PIECES),
        () -> draw.of("hdr(host) ", "req.hdr(host) -m str ") + fold() + list(Words.HOSTS),
        () -> "hdr(host),host_only " + fold() + list(Words.HOSTS),
        () -> "hdr_beg(host) " + fold() + list(Words.HOST_PIECES),
        () -> "hdr_end(host) " + fold() + list(Words.HOST_PIECES),
        () -> "hdr_dom(host) " + fold() + list(Words.HOST_PIECES),
        () -> "hdr_sub(host) " + fold() + list(Words.HOST_PIECES),
        () -> "hdr(host)," + textConverter() + " " + textMatch(Words.HOST_PIECES),
        () -> "base " + textMatch(bases()),
        () -> "url " + textMatch(Words.PATH_PIECES),
        () -> "pathq " + textMatch(Words.PATH_PIECES),
        () -> "query " + textMatch(List.of("a=1", "a", "id=", "q=x&a", "&")),
        () -> "method " + fold() + list(Words.METHODS),
        () -> draw.of("url_param", "urlp") + "(" + parameter() + ") " + textMatch(Words.ATOMS),
        () -> "url_param(" + parameter() + ") -m found",
        () -> "url_param(" + parameter() + ") -m int " + range(),
        () ->
            draw.of("hdr", "req.hdr", "req.fhdr")
                + "("
                + header()
                + occurrence()
                + ") "
                + textMatch(Words.ATOMS),
        () -> "req.hdr(" + header() + ") -m found",
        () -> draw.of("req.hdr_cnt", "hdr_cnt", "req.fhdr_cnt") + "(" + header() + ") " + range(),
        () -> draw.of("req.hdr_val", "hdr_val") + "(x-n) " + range(),
        () -> "req.hdr_ip(x-forwarded-for) " + list(Words.NETWORKS),
        () -> "req.hdr(" + header() + ")," + textConverter() + " " + textMatch(Words.ATOMS),
        () ->
            draw.of("cook", "req.cook")
                + "("
                + draw.of(Words.COOKIES)
                + ") "
                + textMatch(Words.ATOMS),
        () -> "req.cook(" + draw.of(Words.COOKIES) + ") -m found",
        () -> "req.cook_cnt(" + draw.of(Words.COOKIES) + ") " + range(),
        () -> "src " + list(Words.NETWORKS),
        () -> "dst_port " + draw.of("8081", "8082", "80", "ge 8081"),
        () ->
            "var(txn.v1) "
                + draw.of("-m found", "-m str " + draw.of(pools), "-m str " + draw.of(Words.ATOMS)),
        () ->
            draw.of(
                "http_auth(staff)",
                "http_auth_group(staff) admin",
                "http_auth_group(staff) users admin"),
        () -> "req.ver " + draw.of("1.0", "1.1"),
        () ->
            draw.of("always_true", "always_false", "bool(true)", "int(5) 5", "str(a) a", "ssl_fc"),
        () -> "rand(100) lt " + draw.of("30", "50"),
        () -> "nbsrv(" + draw.of(pools) + ") " + range());
  }

  private List<String> bases() {
    return List.of("pay.example.com/v1", "example.com/", "a.test/a", "com/v1/pay", "/v1");
  }

  private String header() {
    return draw.of(Words.HEADERS);
  }

  private String parameter() {
    return draw.of(Words.PARAMETERS);
  }

  private String occurrence() {
    return draw.of("", "", "", ",1", ",2", ",-1", ",-2");
  }

  private String range() {
    String n = draw.of("0", "1", "2", "3", "5", "8", "42");
    return draw.of("", "eq ", "ge ", "gt ", "le ", "lt ") + n;
  }

  private String textMatch(List<String> words) {
    return draw.way(
        () -> "-m str " + fold() + list(words),
        () -> "-m beg " + fold() + list(words),
        () -> "-m end " + fold() + list(words),
        () -> "-m sub " + fold() + list(words),
        () -> "-m dir " + fold() + list(words),
        () -> "-m dom " + fold() + list(words),
        () -> "-m reg " + fold() + list(Words.REGEXES),
        () -> "-m len " + range(),
        () -> "-m found");
  }

  private String textConverter() {
    return draw.way(
        () -> "lower",
        () -> "upper",
        () -> "field(" + draw.of("1", "2", "-1", "3") + "," + draw.of("/", ".") + ")",
        () -> "word(" + draw.of("1", "2", "-1") + "," + draw.of("/", ".") + ")",
        () -> "host_only",
        () -> "url_dec",
        () -> "bytes(" + draw.of("0,3", "1,2", "2") + ")",
        () -> "rtrim(" + draw.of("/", ".") + ")",
        () -> "regsub(" + draw.of("/,", "p,q", "^/v1,/v2", "a,b,g") + ")",
        () -> "lower,field(1,.)");
  }

  // --- rules

  private void httpRules(int count, boolean inFrontend) {
    for (int i = 0; i < count; i++) {
      String rule = httpRule();
      if (inFrontend || !rule.startsWith("capture")) {
        line("    http-request " + rule);
      }
    }
  }

  private String httpRule() {
    return draw.way(
        () -> "deny" + draw.of("", " deny_status 429", " deny_status 404") + condition(1),
        () -> draw.of("reject", "silent-drop", "tarpit") + condition(1),
        () -> "return status " + draw.of("200", "404", "503") + condition(1),
        () -> "return status 200 content-type text/plain string \"hello\"" + condition(1),
        () -> "redirect " + redirect(true) + condition(1),
        () -> "allow" + condition(0.9),
        () -> "set-path " + Quote.word(template(draw.of("/", "/new", ""))) + condition(0.7),
        () -> "set-pathq " + Quote.word(template("/pq?x=1&")) + condition(0.7),
        () ->
            "set-query "
                + draw.of("a=1", "%[query]&id=5", "%[query,lower]", "q=%[path]")
                + condition(0.7),
        () -> "set-uri " + draw.of("/uri%[path]", "/v1/payments?a=1") + condition(0.7),
        () -> "set-method " + draw.of("GET", "POST", "PUT") + condition(0.7),
        () -> "replace-path " + replace() + condition(0.7),
        () -> "replace-pathq " + replace() + condition(0.7),
        () -> "replace-uri " + replace() + condition(0.7),
        () -> "set-header " + header() + " " + Quote.word(template("")) + condition(0.7),
        () ->
            "set-header Host "
                + draw.of("pay.example.com", "shop.example.com", "%[req.hdr(host),lower]")
                + condition(0.7),
        () -> "add-header " + header() + " " + Quote.word(template("")) + condition(0.7),
        () ->
            "del-header "
                + draw.of(header(), "x- -m beg", "-a -m end", "^x-[ab]$ -m reg")
                + condition(0.7),
        () ->
            "replace-header "
                + header()
                + " "
                + draw.of("(.*) <\\1>", "a b", "^(.)(.*)$ \\2\\1")
                + condition(0.7),
        () ->
            "replace-value "
                + header()
                + " "
                + draw.of("(.*) <\\1>", "a b", "^b$ a")
                + condition(0.7),
        () -> "set-var(txn.v1) " + expression() + condition(0.7),
        () -> "set-var-fmt(txn.v1) " + Quote.word(template("")) + condition(0.7),
        () -> "unset-var(txn.v1)" + condition(0.9),
        () -> "deny status " + draw.of("400", "403", "429", "503") + condition(1),
        () -> "return status " + draw.of("403", "503") + " default-errorfiles" + condition(1),
        () -> "return status 200 content-type text/plain lf-string \"%[path]\"" + condition(1),
        () -> "auth realm pay" + condition(1),
        () -> "set-log-level silent" + condition(0.5),
        () -> "add-header " + header() + " " + draw.of("%ci", "%HM", "%%x") + condition(0.7),
        () -> "capture req.hdr(x-a) len 10",
        () -> "disable-l7-retry" + condition(0.5));
  }

  private String replace() {
    return draw.of(
        "^/v1/(.*) /\\1",
        "/payments /p",
        "(.*) /x\\1",
        "^/([^/]*)/([^/?]*) /\\2/\\1",
        "\\.png$ .jpg");
  }

  private String expression() {
    return draw.way(
        () -> "str(" + draw.of(pools) + ")",
        () -> "path," + map("map_beg", paths(), pools),
        () -> "req.hdr(host),lower," + map("map", Words.HOSTS, pools),
        () -> "req.hdr(" + header() + ")",
        () -> "path,field(2,/)",
        () -> "req.cook(s)",
        () -> "url_param(id)",
        () -> "src",
        () -> "dst_port");
  }

  private String template(String start) {
    return start
        + draw.way(
            () -> draw.of(Words.ATOMS),
            () -> "%[path]",
            () -> "%[req.hdr(host)]",
            () -> draw.of(Words.ATOMS) + "%[req.hdr(x-a)]",
            () -> "%[req.hdr(x-b),lower]-%[method]",
            () -> "%[path,field(2,/)]",
            () -> draw.of(Words.ATOMS) + " %[req.hdr(x-n)]",
            () -> "%[url_param(a)]");
  }

  private String redirect(boolean rule) {
    String code = draw.of("", " code 301", " code 303", " code 307", " code 308");
    return draw.way(
            () ->
                "location "
                    + draw.of("https://www.example.com/", "/moved", rule ? "/m%[path]" : "/m"),
            () -> "prefix " + draw.of("https://www.example.com", "/", "/p"),
            () -> "scheme " + draw.of("https", "http"))
        + code
        + draw.of(
            "", "", " drop-query", " append-slash", " drop-query append-slash", " set-cookie a=1");
  }

  // --- pools

  private void pool(String name, int number) {
    acls = new LinkedHashSet<>();
    line("backend " + name);
    if (draw.chance(0.3)) {
      acls(draw.between(1, 2));
    }
    if (draw.chance(0.4)) {
      httpRules(draw.between(1, 2), false);
    }
    if (draw.chance(0.1)) {
      line("    redirect " + redirect(false) + condition(1));
    }
    if (draw.chance(0.1)) {
      line("    errorfile " + draw.of("503", "403") + " " + errorFile());
    }
    servers(number);
  }

  private void servers(int number) {
    servers = new LinkedHashMap<>();
    if (draw.chance(0.5)) {
      line(
          "    balance "
              + draw.of(
                  "roundrobin",
                  "static-rr",
                  "leastconn",
                  "random",
                  "source",
                  "uri",
                  "first",
                  "hdr(x-a)",
                  "url_param id"));
    }
    if (draw.chance(0.1)) {
      line("    option allbackups");
    }
    boolean cookies = draw.chance(0.15);
    if (cookies) {
      line("    cookie s insert indirect nocache");
    }
    int count = draw.of(1, 1, 2, 2, 3, draw.chance(0.3) ? 0 : 2);
    List<String> made = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      String name = "s" + number + i;
      made.add(name);
      servers.put(name, "10.201." + number + "." + i + ":9000");
    }
    for (String name : made) {
      if (draw.chance(0.15)) {
        line(
            "    use-server "
                + draw.of(draw.of(made), draw.of(made), "%[req.hdr(x-a)]")
                + condition(1));
      }
    }
    servers.forEach((name, address) ->
        line(
            "    server "
                + name
                + " "
                + address
                + draw.of("", "", " weight 100", " weight 0", " weight 3")
                + (draw.chance(0.15) ? " backup" : "")
                + (draw.chance(0.1) ? " disabled" : "")
                + (cookies ? " cookie " + draw.of("a", "b", name) : "")));
  }

  private void tcpPart() {
    tcpPools.add("t1");
    tcpPools.add("t2");
    line("frontend ft");
    line("    mode tcp");
    line("    bind 10.200.0.9:8443");
    line("    tcp-request inspect-delay 500ms");
    acls = new LinkedHashSet<>();
    if (draw.chance(0.3)) {
      line("    tcp-request connection reject if { src " + list(Words.NETWORKS) + " }");
    }
    line(
        "    tcp-request content "
            + draw.of("accept", "reject")
            + " if "
            + draw.of(
                "{ req.ssl_hello_type 1 }",
                "{ req.ssl_sni -m found }",
                "{ req.ssl_sni " + draw.of(Words.HOSTS) + " }"));
    for (String pool : tcpPools) {
      if (draw.chance(0.7)) {
        line(
            "    use_backend "
                + pool
                + " if { req.ssl_sni"
                + draw.of(" ", " -m end ", " -m beg ", " -m dom ")
                + fold()
                + draw.of(Words.HOSTS)
                + " }"
                + (draw.chance(0.3) ? " { src " + draw.of(Words.NETWORKS) + " }" : ""));
      }
    }
    if (draw.chance(0.8)) {
      line("    default_backend t1");
    }
    for (String pool : tcpPools) {
      line("backend " + pool);
      line("    mode tcp");
      line("    server s1 10.202.0." + (pool.equals("t1") ? 1 : 2) + ":9443");
    }
  }
}
