package dev.checkrail.prove;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.model.Match;
import dev.checkrail.prove.set.Language;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A step is given twice, forwards and backwards; examples hold the two together. */
final class BothWays {
  private BothWays() {}

  /** What becomes of a text; empty if it has no value. */
  static Optional<String> forwards(Step step, String input) {
    Step.Result result = step.apply(new Value.Text(input));
    assertThat(result.known()).as("what becomes of <%s>", input).isTrue();
    return result.value().map(Value::asText);
  }

  /** Whether a text is among those of which the step makes this one, or may make it. */
  static boolean backwards(Step step, String output, String input) {
    return contains(step.before(new Values.Texts(Language.exact(output))), input);
  }

  /** Each of these texts becomes of itself what the step, asked backwards, says it does. */
  static void agree(Step step, String... inputs) {
    Set<Value> outputs = new LinkedHashSet<>();
    for (String input : inputs) {
      step.apply(new Value.Text(input)).value().ifPresent(outputs::add);
    }
    for (Value output : outputs) {
      Values before = step.before(only(output));
      for (String input : inputs) {
        Step.Result result = step.apply(new Value.Text(input));
        assertThat(result.known()).as("what becomes of <%s>", input).isTrue();
        assertThat(contains(before, input))
            .as("<%s> becomes %s; is it %s?", input, result.value(), output)
            .isEqualTo(result.value().equals(Optional.of(output)));
      }
    }
  }

  private static boolean contains(Values values, String input) {
    return values.contains(new Value.Text(input));
  }

  private static Values only(Value value) {
    return switch (value) {
      case Value.Text text -> new Values.Texts(Language.exact(text.text()));
      case Value.Number number -> new Values.Numbers(Ranges.of(number.number(), number.number()));
      case Value.Flag flag -> new Values.Flags(flag.set(), !flag.set());
      case Value.Address address ->
          Addresses.in(
              List.of(
                  new Match.Network(
                      Addresses.text(address.bytes()), 8 * address.bytes().length())));
    };
  }
}
