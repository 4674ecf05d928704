package dev.checkrail.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.checkrail.change.Change;
import dev.checkrail.change.ChangeMove;
import dev.checkrail.change.ChangeState;
import dev.checkrail.change.Matter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of a change: what is in it, and that the page shows it as it is. */
class StatesTest {

  /** Printed so that a changed table is pasted into the page. */
  private static String table() {
    StringBuilder text =
        new StringBuilder("| move | from | to | who | besides |\n|---|---|---|---|---|\n");
    text.append(
        "| propose | – | proposed | %s | fast lane: an incident is open |\n"
            .formatted(String.join(", ", Who.proposes())));
    for (ChangeMove move : ChangeMove.values()) {
      List<ChangeState> from =
          Arrays.stream(ChangeState.values()).filter(it -> move.from(it).isPresent()).toList();
      text.append(
          "| %s | %s | %s | %s | %s |\n"
              .formatted(
                  move.word(),
                  words(from),
                  words(from.stream().flatMap(it -> move.from(it).stream()).distinct().toList()),
                  String.join(", ", Who.may(move)),
                  Who.besides(move)));
    }
    return text.toString();
  }

  private static String words(List<ChangeState> states) {
    return states.stream().map(ChangeState::word).collect(Collectors.joining(", "));
  }

  @Test
  void thePageShowsTheTable() throws Exception {
    assertThat(Files.readString(Path.of("../docs/change-process.md"))).contains(table());
  }

  @Test
  void everyStateIsReachedAndTheEndsAreEnds() {
    Set<ChangeState> reached = EnumSet.of(ChangeState.PROPOSED);
    Deque<ChangeState> next = new ArrayDeque<>(reached);
    while (!next.isEmpty()) {
      ChangeState state = next.pop();
      for (ChangeMove move : ChangeMove.values()) {
        move.from(state).filter(reached::add).ifPresent(next::push);
      }
    }
    assertThat(reached).containsExactly(ChangeState.values());
    for (ChangeState end :
        List.of(ChangeState.REJECTED, ChangeState.WITHDRAWN, ChangeState.SUPERSEDED)) {
      assertThat(ChangeMove.values()).allMatch(move -> move.from(end).isEmpty());
    }
  }

  @Test
  void nothingIsPutInPlaceButWhatIsApprovedOrByBreakingTheGlass() {
    for (ChangeMove move : ChangeMove.values()) {
      for (ChangeState state : ChangeState.values()) {
        if (move.from(state).equals(java.util.Optional.of(ChangeState.ROLLING_OUT))) {
          assertThat(move == ChangeMove.BREAK_GLASS || state == ChangeState.APPROVED)
              .as(move + " from " + state)
              .isTrue();
        }
      }
    }
  }

  @Test
  void whatIsNotInTheTableCanNotHappen() {
    Change change =
        Change.propose(
            1,
            new Matter(
                Matter.Kind.CONFIGURATION, "edge", "a", "b", "c", List.of(), List.of(), "none"),
            "ada",
            "",
            Instant.EPOCH,
            false);
    assertThatThrownBy(() -> change.after(ChangeMove.GO_LIVE, ""))
        .isInstanceOf(Change.NotInTable.class)
        .hasMessage("a change that is proposed can't go-live");
  }
}
