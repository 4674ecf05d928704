package dev.checkrail.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.checkrail.balancer.Progress.Step;
import dev.checkrail.change.JournalEntry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was ordered has an outcome in the journal, whatever became of HAProxy and of us. */
class OutcomeTest {
  private static final String TO_B =
      Setting.CONFIG.replace("default_backend be_a", "default_backend be_b");

  @TempDir Path temp;
  private Setting lb;
  private String first;
  private String second;

  @BeforeEach
  void start() throws Exception {
    lb = new Setting(temp);
    first = lb.apply.adopt("ada", "it runs today");
    second = lb.approved(TO_B);
    assertThat(lb.apply(second).serves()).isTrue();
  }

  @AfterEach
  void end() throws Exception {
    lb.close();
  }

  /** Ends an act as {@code kill -9} would, for all that is caught by kind. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  private static Progress killedAt(Step at) {
    return (step, text) -> {
      if (step == at) {
        throw new Killed();
      }
    };
  }

  private JournalEntry last() {
    return lb.journal.head().orElseThrow().entry();
  }

  private static Rollback.Order back(String digest) {
    return Rollback.Order.of(digest, "otto", "payments fail");
  }

  @Test
  void aRollbackThatCanNotBeginIsStoppedAndSaysWhy() throws Exception {
    lb.haproxy.close();

    assertThatThrownBy(() -> lb.rollback.back(back(first), Progress.NONE))
        .isInstanceOf(BalancerException.class)
        .hasMessageContaining("nobody listens on it");

    assertThat(lb.journal.kinds()).endsWith("rollback.ordered", "rollback.stopped");
    assertThat(last().actor()).isEqualTo("otto");
    assertThat(last().details()).containsEntry("digest", first).containsEntry("outcome", "gone");
    assertThat(last().details().get("why")).contains("HAProxy does not run");
    assertThat(Ordered.read(lb.versions)).isEmpty();
  }

  @Test
  void anApplyThatCanNotBeginIsStoppedAndSaysWhy() throws Exception {
    lb.haproxy.close();

    assertThatThrownBy(() -> lb.apply(first)).isInstanceOf(BalancerException.class);

    assertThat(lb.journal.kinds()).endsWith("apply.stopped");
    assertThat(last().details()).containsEntry("outcome", "gone");
  }

  @Test
  void oneThatWasKilledBeforeAFileMovedIsEndedAtTheNextStart() throws Exception {
    assertThatThrownBy(() -> lb.rollback.back(back(first), killedAt(Step.KEPT)))
        .isInstanceOf(Killed.class);
    assertThat(lb.journal.kinds()).endsWith("rollback.ordered");
    assertThat(Intent.read(lb.versions)).isEmpty();

    assertThat(lb.apply.recover(Progress.NONE).outcome()).isEqualTo(Applied.Outcome.NOTHING);

    assertThat(lb.journal.kinds()).endsWith("rollback.ordered", "rollback.stopped");
    assertThat(last().details())
        .containsEntry("outcome", "interrupted")
        .containsEntry("ordered_by", "otto");
    lb.apply.recover(Progress.NONE);
    assertThat(lb.journal.kinds()).as("once").endsWith("rollback.ordered", "rollback.stopped");
    assertThat(lb.get("/")).isEqualTo("200 b");
  }

  @Test
  void oneThatWasKilledWithinTheSwitchGetsTheOutcomeOfItsRecovery() throws Exception {
    for (Step step : List.of(Step.INTENDED, Step.FILE_SWITCHED, Step.RELOAD_ORDERED)) {
      assertThatThrownBy(() -> lb.rollback.back(back(first), killedAt(step)))
          .isInstanceOf(Killed.class);

      Applied ended = lb.apply.recover(Progress.NONE);

      assertThat(lb.journal.kinds())
          .as(step.name())
          .endsWith("rollback.ordered", ended.serves() ? "recover.serves" : "recover.stopped");
      assertThat(last().details().get("why")).startsWith("an interrupted rollback was ended");
      assertThat(Ordered.read(lb.versions)).isEmpty();
    }
  }

  /** All is done and recorded, only the journal's last entry is missing. */
  @Test
  void oneThatWasKilledBehindTheSwitchServesAndThatIsSaid() throws Exception {
    assertThatThrownBy(() ->
            lb.apply.apply(new Apply.Order(first, "ada", Map.of(), false), killedAt(Step.DONE)))
        .isInstanceOf(Killed.class);

    lb.apply.recover(Progress.NONE);

    assertThat(lb.journal.kinds()).endsWith("apply.began", "apply.serves");
    assertThat(last().details()).containsEntry("ordered_by", "ada");
    assertThat(lb.get("/")).isEqualTo("200 a");
  }

  @Test
  void aRollbackOverAnInterruptedActEndsThatInTheJournalFirst() throws Exception {
    assertThatThrownBy(() ->
            lb.apply.apply(
                new Apply.Order(first, "ada", Map.of(), false), killedAt(Step.FILE_SWITCHED)))
        .isInstanceOf(Killed.class);

    assertThat(lb.rollback.back(back(first), Progress.NONE).applied().serves()).isTrue();

    assertThat(lb.journal.kinds())
        .endsWith("apply.began", "apply.stopped", "rollback.ordered", "rollback.serves");
  }
}
