package dev.checkrail.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker that nobody told anything does not drift, whatever its files look like. */
class NoFalseDriftTest {
  private static final String ODD =
      """
      global
          nbthread 1
          maxconn 200
          crt-base @FOLDER@/certs
          server-state-file @FOLDER@/old-state

      defaults plain
          mode http
          timeout connect 1s
          timeout client 5s
          timeout server 5s
          default-server weight 30 inter 5s

      resolvers local
          nameserver one 127.0.0.1:9
          hold valid 1s

      peers mates
          peer me 127.0.0.1:@PEER@
          peer other 127.0.0.1:9

      ring events
          size 32764
          server r1 127.0.0.1:9

      frontend fe from plain
          bind 127.0.0.1:@PORT@
          bind 127.0.0.1:@TLS@ ssl crt one.pem crt-list @FOLDER@/crt.list
          acl nets src -f @FOLDER@/nets.lst
          acl words hdr(x-word) -i -f @FOLDER@/words.lst
          acl also path_beg -f @FOLDER@/words.lst
          http-request deny if nets words
          http-request set-header X-A %[src,map_ip(@FOLDER@/ip.map,none)]
          http-request set-header X-B %[path,map_reg(@FOLDER@/reg.map)]
          http-request set-map(@FOLDER@/live.map) %[src] %[path] if { path /learn }
          http-request set-header X-C %[src,map_str(@FOLDER@/live.map)]
          use_backend be if { path -f @FOLDER@/words.lst }
          default_backend be

      backend be from plain
          server a 127.0.0.1:9
          server b 127.0.0.1:9 weight 0
          server c [::1]:9 weight 256 backup
          server d unix@/run/no.sock check
          server e 127.0.0.1 weight 5
          server f 127.0.0.1:+1000
          server g localhost:9 check resolvers local init-addr none
          server h 127.0.0.1:9 disabled track other/t1
          server i 127.0.0.1:9 agent-check agent-port 9 check
          server j ipv4@127.0.0.1:9 weight 7 cookie j
          server-template many 3 127.0.0.1:9 weight 11
          server-template named 2 no.example.invalid:80 resolvers local init-addr none

      backend other from plain
          load-server-state-from-file global
          server t1 127.0.0.1:9 check

      listen both from plain
          bind 127.0.0.1:@BOTH@
          default-server weight 40
          server x 127.0.0.1:9
          server y 127.0.0.1:9 disabled

      backend empty from plain
      """;

  /** Patterns in all the ways in which they can stand in a configuration. */
  private static final String ACLS =
      """
      global
          nbthread 1
          maxconn 200
          maxconnrate 71
          maxcomprate 5

      defaults rules
          mode http
          timeout connect 1s
          timeout client 5s
          timeout server 5s
          acl da path /da
          http-request deny if { path /defx } METH_POST da

      defaults plain
          mode http
          timeout connect 1s
          timeout client 5s
          timeout server 5s
          default-server check port 44 ssl verify none maxconn 12

      frontend fe from rules
          maxconn 5000
          bind 127.0.0.1:@PORT@
          acl h hdr(host) -i a.example.com B.example.com
          acl h hdr(host) c.example.com
          acl net src 10.0.0.0/8 192.168.1.1 2001:db8::/32 ::1
          acl re path_reg ^/x "a b" a\\ c
          acl num req.hdr_cnt(x) gt 3
          acl num2 req.hdr_cnt(x) 1:5 7
          acl ops hdr_val(x) ge 3 5 lt 9 8: eq 4 le 2
          acl tls req.ssl_ver gt 3.1
          acl m method GET POST
          acl f path_beg -f @FOLDER@/words.lst /inline -f two
          acl found hdr(x) -m found
          acl env path_beg "${NOTHING-x}"/x
          acl str hdr(x) -m str -- -i -f
          acl len hdr(x) -m len 3 4
          acl ver req.ver 1.1
          acl always always_true
          acl bool ssl_fc
          acl bin hdr(x) -m bin 414243
          acl id1 path -u 77 /u1 /u2
          acl c1 req.hdr(host),lower a.b
          acl c2 path_beg,lower /x lower
          acl c3 hdr(host),lower -m end x y
          acl c4 base_sub x
          acl asmap path -m beg -M -f @FOLDER@/ip.map zz
          acl c9 path,map(@FOLDER@/ip.map) -m str be be2
          acl nothing path "" x
          acl varbool var(txn.x) -m bool 1
          http-request deny if METH_POST { path,lower -m sub x } METH_GET || { always_false }
          http-request deny unless METH_GET !h
          http-request deny if HTTP_CONTENT LOCALHOST { path -i /anon /ANON2 } !{ path_end .x } or h
          http-request return status 200 content-type text/plain lf-string "if { x }" if { path /if }
          http-request track-sc0 src table tracked if { path /tr }
          http-request deny deny_status 400 if { path,map_beg(@FOLDER@/ip.map) -m found }
          monitor-uri /mon
          monitor fail if { nbsrv(be) lt 1 }
          http-response set-header x y if { status 200 201 }
          use_backend %[path] if { path /dyn }
          default_backend be

      backend tracked
          stick-table type ip size 1k store http_req_rate(1s)

      backend be from plain
          force-persist if { path /fp }
          use-server s if { path /us }
          stick-table type ip size 1k
          stick on src if { path /st }
          server s 127.0.0.1:9
          server t 127.0.0.1:9 no-ssl no-check
          server u 127.0.0.1:9 minconn 20
          server v 127.0.0.1:9 agent-check agent-port 7 disabled
          server w 127.0.0.1:9 addr 127.0.0.4 maxconn 0
          server x 127.0.0.1:9 no-check-ssl track be/s no-check
      """;

  @TempDir Path temp;

  @BeforeEach
  void files() throws Exception {
    Files.createDirectories(temp.resolve("lb/certs"));
    write("nets.lst", "# nets\n10.0.0.0/8\n192.168.1.1\n2001:db8::/32\n\n  172.16.0.0/12\n");
    write("words.lst", "Alpha beta\r\n/gamma\n/gamma\nlast");
    write("ip.map", "10.0.0.0/8 ten\n10.1.0.0/16   ten one  \n");
    write("reg.map", "^/a/(.*)$ one\n^/b\ttwo three\n^/empty\n");
    write("live.map", "127.0.0.1 /x\n");
    for (String name : List.of("one", "two")) {
      Process key =
          new ProcessBuilder(
                  "sh",
                  "-c",
                  "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN="
                      + name
                      + " -keyout key -out crt 2>/dev/null && cat crt key > "
                      + name
                      + ".pem")
              .directory(temp.resolve("lb/certs").toFile())
              .start();
      assertThat(key.waitFor()).isZero();
    }
    write("crt.list", temp.resolve("lb/certs/two.pem") + " two.example.com\n");
  }

  private void write(String name, String text) throws Exception {
    Files.writeString(temp.resolve("lb").resolve(name), text);
  }

  @Test
  void patternsHoweverTheyAreWritten() throws Exception {
    try (RunningHaproxy lb = new RunningHaproxy(temp.resolve("lb"), ACLS, Map.of());
        Driver driver = lb.driver()) {
      Versions versions = Versions.in(temp.resolve("state"));
      Apply apply = new Apply("odd", driver, versions, new KeptJournal(), InstantSource.system());
      var unused = apply.adopt("ada", "it runs");
      Drift.Report report = Drift.find(driver, versions, Set.of());
      assertThat(report.found()).isEmpty();
      // Parts of versions are rewritten in a way of their own; all others are looked at.
      assertThat(report.notCompared())
          .singleElement()
          .asString()
          .matches("patterns of 1 ACL.*haproxy.cfg:\\d+ req.ssl_ver");
      assertThat(
              driver.expected(driver.onDisk()).tables().stream()
                  .filter(table -> table.kind() == RunningState.Table.Kind.PATTERNS))
          .hasSizeGreaterThan(45);
    }
  }

  @Test
  void oddServersMapsAndCertificates() throws Exception {
    try (RunningHaproxy lb =
            new RunningHaproxy(
                temp.resolve("lb"),
                ODD,
                Map.of(
                    "PEER", String.valueOf(RunningHaproxy.freePort()),
                    "TLS", String.valueOf(RunningHaproxy.freePort()),
                    "BOTH", String.valueOf(RunningHaproxy.freePort())));
        Driver driver = lb.driver()) {
      Versions versions = Versions.in(temp.resolve("state"));
      Apply apply = new Apply("odd", driver, versions, new KeptJournal(), InstantSource.system());
      String digest = apply.adopt("ada", "it runs");
      assertThat(driver.onDisk().items())
          .extracting(item -> Path.of(item.path()).getFileName().toString())
          .contains("one.pem", "two.pem", "crt.list", "nets.lst", "words.lst", "reg.map");
      assertThat(Drift.find(driver, versions, Set.of()).found()).isEmpty();
      Applied applied = apply.apply(Apply.Order.of(digest, "ada"), Progress.NONE);
      assertThat(applied.outcome()).as(applied.why()).isEqualTo(Applied.Outcome.SERVES);
      assertThat(Drift.find(driver, versions, Set.of()).found()).isEmpty();
    }
  }
}
