package dev.checkrail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.Schemas;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BadInputTest {
  @TempDir Path folder;
  Run.In in;

  @BeforeEach
  void files() throws Exception {
    in = new Run.In(folder);
    in.file("good.cfg", CommandsTest.APPROVED)
        .file("checkrail.yaml", CommandsTest.POLICY)
        .file("typo.yaml", "version: 1\nservises: {}\n")
        .file("no-tests.yaml", "version: 1\n")
        .file("junk.yaml", "\tversion: [")
        .file("two.cfg", CommandsTest.APPROVED + "frontend other\n    bind 127.0.0.1:8081\n")
        .file("empty/readme.txt", "nothing here");
    Files.createSymbolicLink(folder.resolve("dangling.cfg"), Path.of("nowhere"));
  }

  @Test
  void aTokenOfTwoLinesIsNotSent() {
    for (String token : List.of("ckr_a\r\nX-Other: b", "ckr_a b", "\u201cckr_a\u201d")) {
      Run run =
          in.run(
              Map.of("CHECKRAIL_TOKEN", token, "CHECKRAIL_SERVER", "http://127.0.0.1:9"),
              "",
              "lb",
              "list");
      assertThat(run.status()).isEqualTo(2);
      assertThat(run.err()).contains("the token for http://127.0.0.1:9 holds");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          check none.cfg                                           | there is no file or folder none.cfg
          check empty                                              | has no *.cfg file
          check dangling.cfg                                       | a link to a file that is not there
          check good.cfg --policy none.yaml                        | the policy none.yaml is missing
          check good.cfg --policy typo.yaml                        | services
          check good.cfg --policy junk.yaml                        | junk.yaml:1
          check good.cfg --polizy x                                | --polizy
          check good.cfg --env 1A=b                                | name of a variable
          check good.cfg --format xml                              | --format
          check good.cfg --root nowhere                            | there is no folder nowhere
          check good.cfg --cwd nowhere                             | there is no folder nowhere
          explain good.cfg http://a/ --cwd nowhere                 | there is no folder nowhere
          test good.cfg --policy no-tests.yaml                     | has no tests
          check                                                    | CONFIG
          frobnicate                                               | frobnicate
          gate good.cfg                                            | NEW
          gate good.cfg none.cfg                                   | none.cfg
          gate good.cfg good.cfg --moves paym                      | no service "paym"
          gate good.cfg good.cfg --accept contract/unknown-server  | no rule on changed settings
          gate good.cfg good.cfg --haproxy ./none                  | install it
          rehearse good.cfg --haproxy ./none                       | install it
          gate good.cfg good.cfg --evidence empty                  | holds something already
          explain good.cfg                                         | needs a request
          explain good.cfg nonsense                                | is no request
          explain two.cfg http://a:1/                              | name one with --listener
          explain good.cfg --requests none.jsonl                   | can't be read
          test good.cfg --policy none                              | there is no policy
          """)
  void whatCannotBeDoneIsSaidInOneLineAndStatusTwo(String arguments, String expected) {
    Run run = in.run(arguments.split(" +"));

    assertThat(run.status()).as(run.all()).isEqualTo(2);
    assertThat(run.err()).contains(expected);
    assertThat(run.err().lines()).singleElement().asString().startsWith("checkrail: ");
    assertThat(run.all()).doesNotContain("Exception").doesNotContain("\tat ");
  }

  @Test
  void ofSeveralThingsThatAreWrongStandardErrorNamesTheFirst() {
    in.file("two.yaml", "version: 1\nservises: {}\nruls: {}\n");

    Run run = in.run("check", "good.cfg", "--policy", "two.yaml");

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err().lines()).singleElement().asString().contains("two.yaml:2", "services");
    assertThat(run.out()).contains("two.yaml:2").contains("two.yaml:3");
  }

  @Test
  void statusTwoHasItsJson() {
    for (List<String> arguments :
        List.of(
            List.of("check", "none.cfg", "--format", "json"),
            List.of("check", "--format=json"),
            List.of("check", "good.cfg", "--format", "Json", "--cwd", "nowhere"),
            List.of("test", "good.cfg", "--policy", "none", "--format", "json"),
            List.of("check", "good.cfg", "--policy", "typo.yaml", "--format", "json"),
            List.of("gate", "good.cfg", "good.cfg", "--moves", "x", "--format", "json"))) {
      Run run = in.run(arguments.toArray(new String[0]));

      assertThat(run.status()).as(run.all()).isEqualTo(2);
      assertThat(Schemas.complaints("error", run.out())).as(run.out()).isEmpty();
      assertThat(run.out()).startsWith("{\"verdict\":\"error\",\"exit\":2,\"problems\":[{");
    }
  }

  @Test
  void withoutTheBinaryCheckSaysSoAndGoesOn() {
    Run run = in.run("check", "good.cfg", "--haproxy", "./none", "--policy", "none");

    assertThat(run.status()).as(run.all()).isEqualTo(0);
    assertThat(run.out().lines().toList().getLast()).contains("PASS").contains("native skipped");
  }

  @Test
  void withoutTheBinaryTheGateWorksIfAsked() {
    Run run = in.run("gate", "good.cfg", "good.cfg", "--haproxy", "./none", "--without-rehearsal");

    assertThat(run.status()).as(run.all()).isEqualTo(0);
  }

  @Test
  void onlyFilesAreRead() throws Exception {
    Process pipe = new ProcessBuilder("mkfifo", folder.resolve("pipe.cfg").toString()).start();
    assertThat(pipe.waitFor()).isEqualTo(0);

    Run run = in.run("check", "pipe.cfg");

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("pipe, socket or device");
  }

  @Test
  void largeFilesAreRefusedBeforeTheyFillTheMemory() {
    DiskFiles files = new DiskFiles(folder, 1 << 20);
    in.file("large.map", new byte[(1 << 20) + 1]);

    assertThat(files.load("large.map").toString()).contains("larger than 1 MiB");
  }

  @Test
  void binaryJunkIsRefusedWithPlaces() {
    byte[] junk = new byte[20_000];
    new Random(7).nextBytes(junk);
    in.file("junk.cfg", junk);

    Run run = in.run("check", "junk.cfg");

    assertThat(run.status()).as(run.err()).isEqualTo(1);
    assertThat(run.out()).contains("junk.cfg:");
    assertThat(run.all()).doesNotContain("Exception").doesNotContain("internal error");
    assertThat(run.out().chars().filter(c -> c < ' ' && c != '\n')).isEmpty();
  }

  @Test
  void aLineOfTenMegabytesIsNoProblemOfOurs() {
    in.file("long.cfg", CommandsTest.APPROVED + "    # " + "x".repeat(10 << 20) + "\n");
    in.file("long-word.cfg", CommandsTest.APPROVED + "    server " + "x".repeat(10 << 20) + "\n");

    assertThat(in.run("check", "long.cfg").all()).doesNotContain("internal error");
    Run word = in.run("check", "long-word.cfg");
    assertThat(word.status()).isEqualTo(1);
    assertThat(word.all().length()).isLessThan(20_000);
    assertThat(in.run("check", "long-word.cfg", "--format", "json").all().length())
        .isLessThan(20_000);
  }

  @Test
  void secretsAreShownNowhere() throws Exception {
    in.file(
        "secret.cfg",
        """
        userlist users
            user admin insecure-password s3cretpass1

        defaults
            mode http
            timeout connect 1s
            timeout client 3s
            timeout server 3s

        frontend fe
            bind 127.0.0.1:8080
            stats enable
            stats auth admin:s3cretpass2
            http-request set-header Authorization "Bearer s3cretpass3"
            http-request set-header X-Api-Key s3cretpass4
            http-request deny if { req.hdr(X-Token) s3cretpass5 }
            http-request deny if { path /card/4111111111111111 }
            use_backend be if { req.hdr(Authorization) -m str s3cretpass6 }
            default_backend be

        backend be
            option httpchk
            http-check send hdr Authorization s3cretpass7
            server a 127.0.0.1:9001 check
        """);
    in.file(
        "after.cfg",
        Files.readString(folder.resolve("secret.cfg"))
            .replace("pass3", "pass8")
            .replace("127.0.0.1:9001", "127.0.0.1:9002"));
    StringBuilder all = new StringBuilder();
    for (String format : List.of("text", "json")) {
      for (String command :
          List.of(
              "check secret.cfg --verbose",
              "gate secret.cfg after.cfg --verbose --evidence evidence-" + format,
              "diff secret.cfg after.cfg",
              "rehearse secret.cfg --verbose",
              "explain secret.cfg http://a/card/4111111111111111",
              "explain secret.cfg http://joe:s3cretpass8@a/ -H Authorization:s3cretpass9")) {
        Run run = in.run((command + " --format " + format).split(" "));
        assertThat(run.status()).as(run.all()).isNotEqualTo(2);
        all.append(run.all());
      }
      for (String piece : List.of("verdict.json", "diff.json", "rehearse.json", "manifest.json")) {
        all.append(Files.readString(folder.resolve("evidence-" + format + "/" + piece)));
      }
    }
    assertThat(all.toString())
        .doesNotContain("s3cretpass")
        .doesNotContain("4111111111111111")
        .contains("[redacted]");
  }

  @Test
  void whatLuaIsToldIsShownNowhere() {
    in.file(
        "lua.cfg",
        CommandsTest.APPROVED.replace(
            "    acl is_pay",
            """
                http-request deny if { req.hdr(Authorization),lua.open(s3cretpass1) -m found }
                http-request lua.check s3cretpass2 if { path /lua }
                acl is_pay\
            """));
    for (String command :
        List.of(
            "check lua.cfg --verbose",
            "check lua.cfg --format json",
            "explain lua.cfg http://a/",
            "explain lua.cfg http://a/ --format json",
            "diff good.cfg lua.cfg")) {
      assertThat(in.run(command.split(" ")).all())
          .doesNotContain("s3cretpass")
          .contains("[redacted]");
    }
  }

  @Test
  void aChangedSecretIsAChange() {
    String old =
        CommandsTest.APPROVED.replace(
            "    acl is_pay", "    http-request lua.check s3cretpass1\n    acl is_pay");
    in.file("a.cfg", old).file("b.cfg", old.replace("s3cretpass1", "s3cretpass2"));

    assertThat(in.run("diff", "a.cfg", "a.cfg").status()).isEqualTo(0);
    Run run = in.run("diff", "a.cfg", "b.cfg");
    assertThat(run.status()).as(run.all()).isEqualTo(3);
    assertThat(run.all()).doesNotContain("s3cretpass").contains("lua.check [redacted]");
  }

  @Test
  void ownEnvironmentIsNotThatOfTheConfiguration() {
    in.file("env.cfg", CommandsTest.APPROVED.replace("127.0.0.1:9101", "\"127.0.0.1:${PORT}\""));

    Run run = in.run(Map.of("PORT", "9101"), "", "check", "env.cfg", "--policy", "none");

    assertThat(run.out()).contains("PORT").contains("env.cfg");
    assertThat(run.out()).contains("neither a value nor a default");
  }

  @Test
  void colourIsForTerminalsOnlyAndOnlyIfWanted() {
    assertThat(in.run("check", "good.cfg").out()).doesNotContain("\u001B");
    assertThat(in.run("check", "good.cfg", "--color", "always").out()).contains("\u001B[");
  }
}
