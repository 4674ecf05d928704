package dev.checkrail.watch.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.prove.DiffReport;
import dev.checkrail.prove.SettingChange;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import dev.checkrail.report.RuleId;
import dev.checkrail.watch.diagnose.Scope.Part;
import dev.checkrail.watch.diagnose.Scope.Touch;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ScopesTest {
  private static final Request WITNESS = Request.of("GET", "http://pay.example.com/");

  private static Outcome reaches(String pool, Outcome.Share... shares) {
    return new Outcome.Reaches(pool, List.of(shares), false, Optional.empty(), Map.of());
  }

  private static Outcome.Share share(String name, String address, double share) {
    return new Outcome.Share(name, address, share);
  }

  private static Scope scope(Outcome from, Outcome to) {
    return Scopes.of(
        new DiffReport(
            false,
            List.of(new DiffReport.Region("fe", "some", from, to, WITNESS, false)),
            List.of(),
            List.of(),
            List.of()));
  }

  private static Scope setting(RuleId rule, String subject, String what, String from, String to) {
    return Scopes.of(
        new DiffReport(
            false,
            List.of(),
            List.of(new SettingChange(rule, subject, what, from, to, Optional.empty())),
            List.of(),
            List.of()));
  }

  @Test
  void requestsThatGoToAnotherPoolAreARoute() {
    Outcome pay = reaches("be_pay", share("pay-1", "127.0.0.1:1", 1));
    Outcome reports = reaches("be_reports", share("rep-1", "127.0.0.1:2", 1));

    assertThat(scope(pay, reports).parts())
        .containsExactly(new Part(Touch.ROUTE, "", "be_reports", "", "be_pay", "be_reports"));
  }

  @Test
  void serverMoreInTheSamePoolIsAdded() {
    Outcome one = reaches("be_pay", share("pay-1", "127.0.0.1:1", 1));
    Outcome two =
        reaches("be_pay", share("pay-1", "127.0.0.1:1", 0.5), share("rep-1", "127.0.0.1:2", 0.5));

    assertThat(scope(one, two).parts())
        .containsExactly(new Part(Touch.SERVER_ADDED, "", "be_pay", "rep-1", "", "50.0 %"));
  }

  @Test
  void settingsOfPoolsAndServersAreKnownByTheirSubject() {
    assertThat(
            setting(RuleId.DIFF_TIMEOUT_CHANGED, "backend be_pay", "timeout server", "5s", "30ms")
                .parts())
        .containsExactly(new Part(Touch.TIMEOUT_SERVER, "", "be_pay", "", "5s", "30ms"));
    assertThat(
            setting(
                    RuleId.DIFF_LIMIT_LOWERED,
                    "backend be_pay / server pay-1",
                    "maxconn",
                    "64",
                    "2")
                .parts())
        .containsExactly(new Part(Touch.LIMIT, "", "be_pay", "pay-1", "64", "2"));
  }

  @Test
  void timesAreReadAsTheConfigurationWritesThem() {
    assertThat(Places.millis("5s")).isEqualTo(5_000);
    assertThat(Places.millis("30ms")).isEqualTo(30);
    assertThat(Places.millis("30")).isEqualTo(30);
    assertThat(Places.millis("")).isZero();
  }
}
