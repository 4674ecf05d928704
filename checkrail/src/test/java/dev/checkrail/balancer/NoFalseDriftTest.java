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
