package dev.checkrail.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.source.Span;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ActionTest {
  private static final Action DENY =
      new Action.Respond(Action.Respond.Kind.DENY, 403, Optional.empty(), true);
  private static final Action RETRY_ONCE = new Action.DisableRetry();
  private static final Action LUA =
      new Action.Unknown(
          new Unmodelled(Span.startOf("a.cfg"), "http-request lua.x", "Lua is not modelled"),
          Set.of(Action.Effect.values()));

  @Test
  void anAnswerAndAChoiceOfThePoolDecide() {
    assertThat(DENY.decides()).isTrue();
    assertThat(new Action.Route("be").decides()).isTrue();
    assertThat(RETRY_ONCE.decides()).isFalse();
  }

  @Test
  void allowEndsItsRuleSetAndDecidesNothing() {
    assertThat(new Action.Allow().next()).containsExactly(Action.Next.NEXT_SET);
    assertThat(new Action.Allow().decides()).isFalse();
  }

  @Test
  void whatIsNotModelledIsNoDecisionButUnknown() {
    assertThat(LUA.next()).containsExactly(Action.Next.UNKNOWN);
    assertThat(LUA.decides()).isFalse();
  }

  @Test
  void aSequenceMayEndAsAnyOfItsPartsDoes() {
    assertThat(new Action.Sequence(List.of(LUA, RETRY_ONCE, DENY)).next())
        .containsExactlyInAnyOrder(
            Action.Next.UNKNOWN, Action.Next.NEXT_RULE, Action.Next.ANSWERED);
  }
}
