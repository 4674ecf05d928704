package dev.checkrail.watch.oncall;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.source.Problem;
import dev.checkrail.source.SourceFile;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The file that says whom to tell. */
class PlanReaderTest {
  private static PlanReader.Reading read(String text) {
    return PlanReader.read(SourceFile.of("on-call.yaml", text));
  }

  /** What is wrong, as {@code line:column message; fix}. */
  private static List<String> problems(String text) {
    PlanReader.Reading reading = read(text);
    assertThat(reading.ok()).isFalse();
    assertThat(reading.plan()).isEqualTo(Plan.NOBODY);
    return reading.problems().stream().map(PlanReaderTest::told).toList();
  }

  private static String told(Problem problem) {
    return problem.span().line()
        + ":"
        + problem.span().column()
        + " "
        + problem.message()
        + problem.fix().map(it -> "; " + it).orElse("");
  }

  @Test
  void aFileIsRead() {
    PlanReader.Reading reading =
        read(
            """
            version: 1
            address: https://checkrail.example.com
            notifiers:
              pager: { webhook: "https://pager.example.com/in", secret_file: pager.secret }
              am: { alertmanager: "http://127.0.0.1:9093/prefix" }
            chains:
              team-payments:
                - { notify: [pager], for: 5m }
                - { notify: [pager, am], for: 90s }
              default:
                - { notify: am, for: 1h }
            tickets: [am]
            watchdog: { notify: [pager], every: 60s }
            """);
    assertThat(reading.problems()).isEmpty();
    Plan plan = reading.plan();
    assertThat(plan.address()).contains(URI.create("https://checkrail.example.com"));
    assertThat(plan.notifiers().get("am"))
        .isEqualTo(new Plan.Alertmanager(URI.create("http://127.0.0.1:9093/prefix")));
    assertThat(plan.notifiers().get("pager"))
        .isInstanceOfSatisfying(
            Plan.Webhook.class, it -> assertThat(it.secretFile()).isEqualTo("pager.secret"));
    assertThat(plan.steps("team-payments"))
        .containsExactly(
            new Plan.Step(List.of("pager"), Duration.ofMinutes(5)),
            new Plan.Step(List.of("pager", "am"), Duration.ofSeconds(90)));
    assertThat(plan.chainOf("somebody else")).isEqualTo("default");
    assertThat(plan.tickets()).containsExactly("am");
    assertThat(plan.watchdog().orElseThrow().every()).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void allThatIsWrongIsToldWithItsPlaceAndTheNearestWord() {
    assertThat(
            problems(
                """
                version: 2
                notifier: {}
                notifiers:
                  pager: { webhok: "https://pager.example.com/in", secret_file: s }
                  am: { alertmanager: "ftp://127.0.0.1:9093" }
                  me: { webhook: "https://ada:word@example.com/in", secret_file: s }
                chains:
                  default:
                    - { notify: [pagr], for: 5m }
                    - { notify: [me], for: soon }
                watchdog: { notify: [], every: 2d }
                """))
        .containsExactly(
            "1:10 version has to be a whole number from 1 to 1, not \"2\"",
            "2:1 the key \"notifier\" is not known; did you mean \"notifiers\"?",
            "4:3 the notifier pager has either \"webhook\" or \"alertmanager\"",
            "4:12 the key \"webhok\" is not known; did you mean \"webhook\"?",
            "5:23 alertmanager has to be an address such as https://pager.example.com/in, not"
                + " \"ftp://127.0.0.1:9093\"",
            "6:18 webhook must hold no name and no password",
            "9:18 the notifier \"pagr\" is not known; did you mean \"pager\"?",
            "10:28 for has to be a time from 1s to 24h, such as 60s or 5m, not \"soon\"",
            "11:21 notify needs the name of a notifier",
            "11:32 every has to be a time from 1s to 24h, such as 60s or 5m, not \"2d\"");
  }

  @Test
  void whatHasToBeThereIsMissed() {
    assertThat(problems(""))
        .containsExactly("1:1 the on-call file is empty; it begins with \"version: 1\"");
    assertThat(problems("version: 1\n"))
        .containsExactly(
            "1:1 the on-call file needs \"notifiers\"", "1:1 the on-call file needs \"chains\"");
    assertThat(
            problems(
                """
                version: 1
                notifiers: { am: { alertmanager: "http://127.0.0.1:9093" } }
                chains: { team: [] }
                """))
        .containsExactly(
            "3:9 chains need \"default\": whom to tell of what has no chain of its own",
            "3:17 the chain team needs a step");
  }

  @Test
  void whatIsNoYamlIsToldAndNothingElse() {
    assertThat(problems("version: [1\n").getFirst()).contains("not valid YAML");
    assertThat(problems("- 1\n").getFirst()).contains("has to be a mapping");
    assertThat(problems("a: ".repeat(50)).getFirst()).isNotEmpty();
  }
}
