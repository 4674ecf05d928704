package dev.checkrail.explain;

import dev.checkrail.model.Condition;
import dev.checkrail.model.Converter;
import dev.checkrail.model.Fetch;
import dev.checkrail.model.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether a condition holds for the message as it stands, and why. */
final class Conditions {
  private final Fetches fetches;
  private final Converters converters;
  private final Matches matches;
  private final Message message;
  private final Choices choices;

  Conditions(Fetches fetches, Regexes regexes, Message message, Choices choices) {
    this.fetches = fetches;
    this.converters = new Converters(regexes);
    this.matches = new Matches(regexes);
    this.message = message;
    this.choices = choices;
  }

  /** The answer and what people are told of it. */
  record Answer(boolean holds, String why) {}

  Answer holds(Condition condition) {
    return switch (condition) {
      case Condition.Always always -> new Answer(true, "always");
      case Condition.All all -> all(all);
      case Condition.Any any -> any(any);
      case Condition.Not not -> {
        Answer inner = holds(not.part());
        yield new Answer(!inner.holds(), inner.why());
      }
      case Condition.Named named -> {
        Answer inner = holds(named.definition());
        yield new Answer(inner.holds(), named.name() + ": " + inner.why());
      }
      case Condition.Test test -> test(test);
      case Condition.Unknown unknown ->
          ask(unknown.why().text(), unknown.why().text() + ": " + unknown.why().reason());
    };
  }

  private Answer all(Condition.All all) {
    List<String> reasons = new ArrayList<>();
    for (Condition part : all.parts()) {
      Answer answer = holds(part);
      if (!answer.holds()) {
        return answer;
      }
      reasons.add(answer.why());
    }
    return new Answer(true, join(reasons, "always"));
  }

  private Answer any(Condition.Any any) {
    List<String> reasons = new ArrayList<>();
    for (Condition part : any.parts()) {
      Answer answer = holds(part);
      if (answer.holds()) {
        return answer;
      }
      reasons.add(answer.why());
    }
    return new Answer(false, join(reasons, "it has no alternatives"));
  }

  private static String join(List<String> reasons, String none) {
    if (reasons.isEmpty()) {
      return none;
    }
    String some = String.join("; ", reasons.subList(0, Math.min(3, reasons.size())));
    return reasons.size() > 3 ? some + "; and " + (reasons.size() - 3) + " more" : some;
  }

  /** Both answers are possible; the same question at the same point gets the same one. */
  private Answer ask(String question, String why) {
    boolean holds = choices.unknown(message.generation() + " " + question, why);
    return new Answer(holds, "not known, and it makes no difference (" + why + ")");
  }

  /**
   * Tries value by value. A converter without result ends the test, also for the values that
   * follow; only the cast of the match itself goes on with the next value.
   */
  private Answer test(Condition.Test test) {
    Sample sample = test.sample();
    String label = Wording.label(sample);
    List<Value> values = fetches.all(sample.fetch());
    if (values.isEmpty()) {
      return new Answer(false, label + " has no value");
    }
    Optional<String> unknown = Optional.empty();
    List<String> seen = new ArrayList<>();
    for (Value value : values) {
      Optional<Value> converted = convert(sample, value);
      if (converted.isEmpty()) {
        if (goesOn(sample, value)) {
          continue;
        }
        break;
      }
      switch (converted.get()) {
        case Value.Unknown u -> unknown = Optional.of(u.why());
        case Value.Chance chance -> {
          return chance(test, chance);
        }
        case Value known -> {
          switch (matches.match(test.match(), known)) {
            case Matches.Verdict.Yes yes -> {
              return new Answer(true, Wording.matched(test, label, known, yes.pattern()));
            }
            case Matches.Verdict.No no -> Casts.text(known).ifPresent(seen::add);
            case Matches.Verdict.Unknown u -> unknown = Optional.of(u.why());
          }
        }
      }
      // Without knowing this value, nobody knows whether the next ones are tried.
      if (unknown.isPresent()) {
        break;
      }
    }
    return unknown
        .map(why -> ask(question(test), why))
        .orElseGet(() -> new Answer(false, Wording.failed(test, label, seen)));
  }

  /** What the test asks, however it is named or written. */
  private static String question(Condition.Test test) {
    return test.sample().text() + " " + test.sample().converters() + " " + test.match();
  }

  private Optional<Value> convert(Sample sample, Value value) {
    return converters.apply(sample.converters(), value);
  }

  /** Whether the conversion fails only in the last step, a cast that belongs to the match. */
  private boolean goesOn(Sample sample, Value value) {
    List<Converter> all = sample.converters();
    if (all.isEmpty()) {
      return true;
    }
    if (all.getFirst() instanceof Converter.ToAddress cast
        && cast.withPort()
        && converters.apply(cast, value).isEmpty()) {
      return true;
    }
    boolean cast =
        all.getLast() instanceof Converter.ToNumber
            || all.getLast() instanceof Converter.ToAddress
            || all.getLast() instanceof Converter.ToText;
    return cast && converters.apply(all.subList(0, all.size() - 1), value).isPresent();
  }

  private Answer chance(Condition.Test test, Value.Chance chance) {
    boolean[] unsure = new boolean[1];
    Choices.Decision decision =
        choices.decide(
            chance.draw(),
            drawn -> {
              Optional<Value> value = converters.apply(chance.then(), new Value.Number(drawn));
              if (value.isEmpty()) {
                return false;
              }
              if (value.get() instanceof Value.Unknown) {
                unsure[0] = true;
                return false;
              }
              return matches.match(test.match(), value.get()) instanceof Matches.Verdict.Yes;
            });
    if (unsure[0]) {
      return ask(question(test), "a random value behind something that is not modelled");
    }
    String odds =
        decision
            .share()
            .map(share -> "chance: it holds for " + Wording.percent(share) + " of requests")
            .orElse("the random value was drawn before");
    return new Answer(decision.holds(), odds);
  }

  // --- values for templates and variables

  /** A sample's one value; draws stay draws. */
  Optional<Value> value(Sample sample) {
    Fetch fetch = sample.fetch();
    return fetches.one(fetch).flatMap(value -> converters.apply(sample.converters(), value));
  }

  /** A draw as the number that it comes to. */
  Optional<Value> settled(Value value) {
    if (!(value instanceof Value.Chance chance)) {
      return Optional.of(value);
    }
    if (choices.left(chance.draw()).size() > 128) {
      return Optional.of(new Value.Unknown("a random value of very many"));
    }
    return converters.apply(chance.then(), new Value.Number(choices.settle(chance.draw())));
  }
}
