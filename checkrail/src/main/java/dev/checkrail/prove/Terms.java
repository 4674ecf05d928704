package dev.checkrail.prove;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The table of all terms of one proof; equal ones are one object. */
final class Terms {
  private final Map<Object, Term> table = new HashMap<>();
  private int next = 1;
  final Term nothing = new Term.Nothing(0);
  final Term empty = text("");

  private record JoinedKey(List<Integer> parts) {
    JoinedKey {
      parts = List.copyOf(parts);
    }
  }

  private record OrEmptyKey(int part) {}

  private record ChoiceKey(int when, int then, int otherwise) {}

  private record SteppedKey(Step step, int input) {}

  private record UnknownKey(String key) {}

  Term text(String text) {
    return constant(new Value.Text(text));
  }

  Term constant(Value value) {
    return table.computeIfAbsent(value, v -> new Term.Constant(next++, value));
  }

  Term original(Field field) {
    return table.computeIfAbsent(field, f -> new Term.Original(next++, field));
  }

  Term unknown(String key, Blame why) {
    return table.computeIfAbsent(new UnknownKey(key), k -> new Term.Unknown(next++, key, why));
  }

  Term choice(Formula when, Term then, Term otherwise) {
    if (then == otherwise) {
      return then;
    }
    if (when instanceof Formula.Constant constant) {
      return constant.value() ? then : otherwise;
    }
    return table.computeIfAbsent(
        new ChoiceKey(when.id(), then.id(), otherwise.id()),
        k -> new Term.Choice(next++, when, then, otherwise));
  }

  Term orEmpty(Term part) {
    return switch (part) {
      case Term.Nothing nothing -> empty;
      case Term.Constant constant -> part;
      case Term.OrEmpty done -> part;
      case Term.Original original -> orEmptyOf(part);
      case Term.Joined joined -> orEmptyOf(part);
      case Term.Choice choice -> orEmptyOf(part);
      case Term.Stepped stepped -> orEmptyOf(part);
      case Term.Unknown unknown -> orEmptyOf(part);
    };
  }

  private Term orEmptyOf(Term part) {
    return table.computeIfAbsent(new OrEmptyKey(part.id()), k -> new Term.OrEmpty(next++, part));
  }

  Term joined(List<Term> given) {
    List<Term> parts = new ArrayList<>();
    for (Term part : given) {
      if (part == nothing) {
        return nothing;
      }
      if (part instanceof Term.Joined nested) {
        nested.parts().forEach(p -> append(parts, p));
      } else {
        append(parts, part);
      }
    }
    if (parts.isEmpty()) {
      return empty;
    }
    if (parts.size() == 1) {
      return parts.get(0);
    }
    return table.computeIfAbsent(
        new JoinedKey(parts.stream().map(Term::id).toList()), k -> new Term.Joined(next++, parts));
  }

  private void append(List<Term> parts, Term part) {
    if (!(part instanceof Term.Constant constant)) {
      parts.add(part);
      return;
    }
    String text = constant.value().asText();
    if (!parts.isEmpty() && parts.getLast() instanceof Term.Constant last) {
      parts.set(parts.size() - 1, text(last.value().asText() + text));
    } else if (!text.isEmpty()) {
      parts.add(text(text));
    }
  }

  Term stepped(Step step, Term input) {
    if (input == nothing) {
      return nothing;
    }
    if (input instanceof Term.Constant constant) {
      var result = step.apply(constant.value());
      if (result.known()) {
        return result.value().map(this::constant).orElse(nothing);
      }
    }
    return table.computeIfAbsent(
        new SteppedKey(step, input.id()), k -> new Term.Stepped(next++, step, input));
  }
}
