package dev.checkrail.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Writes a large configuration as a company with many teams has it: hosts by path prefixes, some
 * regular expressions, methods, headers and addresses, a map, lists of names, pools with checked
 * servers. The same arguments give the same bytes. HAProxy 2.6 accepts it.
 *
 * <pre>BigConfiguration FOLDER RULES [--candidate]</pre>
 *
 * {@code --candidate} is the same configuration with four changes: a rule leads elsewhere, a prefix
 * is longer, there is one rule more and one server more.
 */
final class BigConfiguration {
  static final String FILE = "haproxy.cfg";

  static final String MAP = "hosts.map";
  private static final long SEED = 20240818;

  private final int rules;
  private final boolean candidate;
  private final Random random = new Random(SEED);
  private final List<String> hosts = new ArrayList<>();
  private final List<String> paths = new ArrayList<>();
  private final StringBuilder acls = new StringBuilder();
  private final StringBuilder requestRules = new StringBuilder();
  private final StringBuilder useBackend = new StringBuilder();

  private BigConfiguration(int rules, boolean candidate) {
    this.rules = rules;
    this.candidate = candidate;
  }

  /** The configuration and its map, by file name. */
  static Map<String, String> texts(int rules, boolean candidate) {
    BigConfiguration big = new BigConfiguration(rules, candidate);
    return Map.of(FILE, big.text(), MAP, big.map());
  }

  /** The hosts that its rules name. */
  static List<String> hosts(int rules) {
    BigConfiguration big = new BigConfiguration(rules, false);
    big.text();
    return List.copyOf(big.hosts);
  }

  /** The paths that its rules name. */
  static List<String> paths(int rules) {
    BigConfiguration big = new BigConfiguration(rules, false);
    big.text();
    return List.copyOf(big.paths);
  }

  /** Writes both files below a folder, which is made if needed. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    boolean candidate = arguments.length > 2 && arguments[2].equals("--candidate");
    Files.createDirectories(folder);
    for (Map.Entry<String, String> file :
        texts(Integer.parseInt(arguments[1]), candidate).entrySet()) {
      Files.writeString(folder.resolve(file.getKey()), file.getValue());
    }
  }

  private int pools() {
    return Math.max(2, rules / 2);
  }

  private String text() {
    for (int i = 0; i < Math.max(2, rules / 4); i++) {
      hosts.add(
          "svc-%d.%s.example.com"
              .formatted(i, List.of("pay", "shop", "data", "id", "ops").get(i % 5)));
      acls.append("    acl host_%d hdr(host),field(1,:) -i %s\n".formatted(i, hosts.getLast()));
    }
    for (int i = 0; i < rules; i++) {
      rule(i);
    }
    if (candidate) {
      acls.append("    acl path_new path_beg /brand/new\n");
      useBackend.append("    use_backend be_0 if host_0 path_new\n");
    }
    return """
    global
        maxconn 20000
        log 127.0.0.1:514 local0
        default-path config

    defaults
        mode http
        log global
        option httplog
        option redispatch
        retries 3
        timeout connect 2s
        timeout client 30s
        timeout server 30s
        timeout queue 5s
        timeout http-request 10s
        timeout check 2s
        default-server inter 2s fall 3 rise 2

    frontend fe_public
        bind 127.0.0.1:8080
        option forwardfor
    %s
        http-request set-header X-Forwarded-Proto http
        http-request set-var(txn.pool) req.hdr(host),field(1,:),lower,map(hosts.map,be_1)
        http-request deny deny_status 405 if { method TRACE CONNECT }
    %s
    %s    use_backend %%[var(txn.pool)]

    %s\
    """
        .stripIndent()
        .formatted(acls, requestRules, useBackend, pools(pools()))
        .replace("\n\n\n", "\n\n");
  }

  /** Of 100 rules 2 deny, 3 redirect, the others choose a pool. */
  private void rule(int i) {
    int host = random.nextInt(hosts.size());
    int drawn = random.nextInt(pools());
    int pool = candidate && i == rules / 2 ? 1 : drawn;
    String path = path(i);
    paths.add(path);
    switch (i % 100) {
      case 7, 57 -> {
        acls.append("    acl deny_%d path_beg %s/admin\n".formatted(i, path));
        requestRules.append(
            "    http-request deny if host_%d deny_%d !{ src 10.%d.0.0/16 }\n"
                .formatted(host, i, i % 250));
      }
      case 13, 43, 73 -> {
        acls.append("    acl old_%d path %s/old\n".formatted(i, path));
        requestRules.append(
            "    http-request redirect location %s/new code 301 if host_%d old_%d\n"
                .formatted(path, host, i));
      }
      default -> {
        String condition =
            switch (i % 20) {
              case 1 -> "host_%d { path_reg ^%s/[0-9]+/items$ }".formatted(host, path);
              case 2 -> "host_%d { method POST PUT } { path_beg %s/ }".formatted(host, path);
              case 3 -> "host_%d { req.hdr(x-tenant) -i tenant-%d }".formatted(host, i % 50);
              case 4 -> "{ hdr(host),field(1,:) -m end -i .team%d.example.net }".formatted(i);
              case 5 -> "host_%d { src 192.168.%d.0/24 }".formatted(host, i % 250);
              case 6 -> "host_%d { path_end .v%d.js } !{ method POST }".formatted(host, i % 40);
              case 8 -> "{ hdr(host),field(1,:) -i own-%d.example.org }".formatted(i);
              default -> {
                acls.append(
                    "    acl path_%d path_beg %s/%s\n"
                        .formatted(i, path, candidate && i == rules / 2 + 9 ? "more/" : ""));
                yield "host_%d path_%d".formatted(host, i);
              }
            };
        useBackend.append("    use_backend be_%d if %s\n".formatted(pool, condition));
      }
    }
  }

  private String path(int i) {
    return "/%s/v%d/%s-%d"
        .formatted(
            List.of("api", "app", "static", "internal").get(random.nextInt(4)),
            1 + random.nextInt(3),
            List.of("orders", "users", "carts", "files", "reports").get(random.nextInt(5)),
            i);
  }

  private String pools(int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append("backend be_%d\n    balance roundrobin\n".formatted(i));
      text.append("    option httpchk\n    http-check send meth GET uri /ready\n");
      for (int s = 0; s < 2 + (candidate && i == 1 ? 1 : 0); s++) {
        text.append(
            "    server s%d-%d 10.%d.%d.%d:8080 weight 100 maxconn 200 check\n"
                .formatted(i, s, s, i / 250, 1 + i % 250));
      }
      text.append("\n");
    }
    return text.toString();
  }

  private String map() {
    StringBuilder text = new StringBuilder("# host pool\n");
    for (int i = 0; i < Math.max(10, rules / 10); i++) {
      text.append("shop-%d.example.org be_%d\n".formatted(i, i % pools()));
    }
    return text.toString();
  }
}
