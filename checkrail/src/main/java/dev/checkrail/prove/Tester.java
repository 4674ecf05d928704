package dev.checkrail.prove;

import dev.checkrail.model.Converter;
import dev.checkrail.prove.set.BudgetExceeded;
import dev.checkrail.prove.set.Language;
import dev.checkrail.prove.set.Language.Factor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * For which requests does the value of a term lie in a set? The answer is pushed back through the
 * term, step by step, as pre-images, until it speaks of what the client sent only. Where a
 * pre-image is not exact, the test becomes an unknown boolean: the same one for the same test on
 * the same term.
 */
final class Tester {
  /** More states than these make no useful factors of a concatenation. */
  private static final int FACTORS = 400;

  /**
   * How much one test may cost by parts that are joined, within each other, too: squared states of
   * what was cut into factors, which is about what cutting takes.
   */
  private static final long JOINED = 300_000;

  private final Formulas formulas;
  private final Terms terms;
  private final Map<Integer, Map<Values, Formula>> memo = new HashMap<>();

  /** Of the outermost test that is being worked on: how deep we are in it, and its costs so far. */
  private int depth;

  private long spent;

  private final Map<Key, Values> images = new HashMap<>();

  /** Values are compared by identity, as they are made once. */
  private record Key(Step step, Values values) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Key key && key.values == values && key.step.equals(step);
    }

    @Override
    public int hashCode() {
      return Objects.hash(step, System.identityHashCode(values));
    }
  }

  Tester(Formulas formulas, Terms terms) {
    this.formulas = formulas;
    this.terms = terms;
  }

  /** The requests for which the term has a value. */
  Formula present(Term term, Blame blame) {
    return test(term, Values.Any.PRESENT, blame);
  }

  /**
   * The requests for which the term has a value that is in the set.
   *
   * @param blame the line that asks
   */
  Formula test(Term term, Values values, Blame blame) {
    return switch (term) {
      case Term.Nothing nothing -> formulas.none;
      case Term.Constant constant -> formulas.constant(values.contains(constant.value()));
      case Term.Original original -> remembered(term, values, blame);
      case Term.Joined joined -> remembered(term, values, blame);
      case Term.OrEmpty orEmpty -> remembered(term, values, blame);
      case Term.Choice choice -> remembered(term, values, blame);
      case Term.Stepped stepped -> remembered(term, values, blame);
      case Term.Unknown unknown -> remembered(term, values, blame);
    };
  }

  private Formula remembered(Term term, Values values, Blame blame) {
    Map<Values, Formula> known = memo.computeIfAbsent(term.id(), id -> new IdentityHashMap<>());
    Formula result = known.get(values);
    if (result == null) {
      result = exactOrUnknown(term, values, blame);
      known.put(values, result);
    }
    return result;
  }

  private Formula exactOrUnknown(Term term, Values values, Blame blame) {
    if (depth == 0) {
      spent = 0;
    }
    depth++;
    try {
      return exact(term, values, blame);
    } catch (Inexact inexact) {
      return unknown(term, values, blame, inexact.reason());
    } catch (BudgetExceeded tooLarge) {
      return unknown(term, values, blame, String.valueOf(tooLarge.getMessage()));
    } finally {
      depth--;
    }
  }

  /**
   * A test that is not followed: an unknown function of the term's value. Tests by the same words
   * on the same term are the same.
   */
  Formula unknown(Term term, Values values, Blame blame, String reason) {
    Formula answer =
        formulas.unknown(
            "test " + blame.text() + " of " + term.id() + "/" + numberOf(values),
            Optional.empty(),
            blame.span(),
            blame.text(),
            reason);
    return answer;
  }

  private final Map<Values, Integer> numbers = new IdentityHashMap<>();

  private int numberOf(Values values) {
    return numbers.computeIfAbsent(values, v -> numbers.size());
  }

  private Formula exact(Term term, Values values, Blame blame) {
    return switch (term) {
      case Term.Nothing nothing -> formulas.none;
      case Term.Constant constant -> formulas.constant(values.contains(constant.value()));
      case Term.Original original -> onOriginal(original.field(), values);
      case Term.Joined joined ->
          values == Values.Any.PRESENT
              ? formulas.and(joined.parts().stream().map(p -> present(p, blame)).toList())
              : joined(joined.parts(), Images.texts(values).language(), blame);
      case Term.OrEmpty orEmpty -> {
        if (!values.contains(new Value.Text(""))) {
          yield test(orEmpty.part(), values, blame);
        }
        yield formulas.or(
            formulas.not(present(orEmpty.part(), blame)), test(orEmpty.part(), values, blame));
      }
      case Term.Choice choice ->
          formulas.or(
              formulas.and(choice.when(), test(choice.then(), values, blame)),
              formulas.and(formulas.not(choice.when()), test(choice.otherwise(), values, blame)));
      case Term.Stepped stepped -> stepped(stepped, values, blame);
      case Term.Unknown unknown ->
          formulas.unknown(
              "value " + unknown.key() + "/" + numberOf(values),
              Optional.empty(),
              unknown.why().span(),
              unknown.why().text(),
              unknown.why().reason());
    };
  }

  private Formula stepped(Term.Stepped stepped, Values values, Blame blame) {
    if (stepped.step() instanceof Pick pick
        && stepped.input() instanceof Term.Original original
        && original.field().isHeader()) {
      return pickedFromHeader(pick, original.field(), values);
    }
    if (stepped.step().equals(TO_ADDRESS) && values instanceof Values.InNetworks) {
      if (stepped.input() instanceof Term.Choice choice) {
        return formulas.or(
            formulas.and(
                choice.when(), test(terms.stepped(TO_ADDRESS, choice.then()), values, blame)),
            formulas.and(
                formulas.not(choice.when()),
                test(terms.stepped(TO_ADDRESS, choice.otherwise()), values, blame)));
      }
      if (stepped.input() instanceof Term.Original original
          && original.field().type() == Value.Type.ADDRESS) {
        return test(stepped.input(), values, blame);
      }
      if (stepped.input() instanceof Term.Stepped before
          && before.step() instanceof Conversion conversion
          && conversion.converter() instanceof Converter.ToAddress) {
        return test(stepped.input(), values, blame);
      }
    }
    Values before = before(stepped.step(), values);
    Formula exact = test(stepped.input(), before, blame);
    if (stepped.step() instanceof Conversion conversion && conversion.mayHaveNoValue()) {
      Optional<Field> header = anyValueOf(stepped.input());
      // A converter without value for one of several values ends the test: later ones are not
      // tried. Which comes first is not followed.
      header.ifPresent(field -> {
        Formula unclear =
            formulas.and(listed(field), test(stepped.input(), withoutResult(conversion), blame));
        testsOf(exact, field.listed())
            .forEach(id -> unclearByTest.merge(id, unclear, formulas::or));
      });
    }
    return exact;
  }

  private final Map<Integer, Formula> unclearByTest = new HashMap<>();
  private final Map<Step, Values> withoutResult = new HashMap<>();

  private Values withoutResult(Conversion conversion) {
    return withoutResult.computeIfAbsent(
        conversion,
        c -> new Values.Texts(Images.texts(before(c, Values.Any.PRESENT)).language().complement()));
  }

  private static List<Integer> testsOf(Formula formula, Field field) {
    return switch (formula) {
      case Formula.Constant constant -> List.of();
      case Formula.Test test -> test.field().equals(field) ? List.of(test.id()) : List.of();
      case Formula.Unknown unknown -> List.of();
      case Formula.And and -> testsOf(and.parts(), field);
      case Formula.Or or -> testsOf(or.parts(), field);
      case Formula.Not not -> testsOf(not.part(), field);
    };
  }

  private static List<Integer> testsOf(List<Formula> parts, Field field) {
    return parts.stream().flatMap(part -> testsOf(part, field).stream()).toList();
  }

  /**
   * Requests for which the answers of these formulas are not known, because the order of a header's
   * values matters.
   */
  Formula unclear(Collection<Formula> asked) {
    List<Formula> found = new ArrayList<>();
    if (!unclearByTest.isEmpty()) {
      Set<Integer> seen = new HashSet<>();
      asked.forEach(formula -> unclear(formula, seen, found));
    }
    return formulas.or(found);
  }

  private void unclear(Formula formula, Set<Integer> seen, List<Formula> found) {
    if (!seen.add(formula.id())) {
      return;
    }
    switch (formula) {
      case Formula.Constant constant -> {}
      case Formula.Test test -> {
        Formula unclear = unclearByTest.get(test.id());
        if (unclear != null) {
          found.add(unclear);
        }
      }
      case Formula.Unknown unknown ->
          unknown.arrivals().ifPresent(arrivals -> unclear(arrivals, seen, found));
      case Formula.And and -> and.parts().forEach(part -> unclear(part, seen, found));
      case Formula.Or or -> or.parts().forEach(part -> unclear(part, seen, found));
      case Formula.Not not -> unclear(not.part(), seen, found);
    }
  }

  /** The header whose values are tried one after another, if that is what goes into these steps. */
  private static Optional<Field> anyValueOf(Term term) {
    Term at = term;
    while (at instanceof Term.Stepped stepped) {
      if (stepped.step() instanceof Pick pick) {
        return pick.which() == 0
                && stepped.input() instanceof Term.Original original
                && original.field().isHeader()
            ? Optional.of(original.field())
            : Optional.empty();
      }
      at = stepped.input();
    }
    return Optional.empty();
  }

  static final Step TO_ADDRESS = new Conversion(new Converter.ToAddress());

  private Values before(Step step, Values values) {
    Key key = new Key(step, values);
    Values known = images.get(key);
    if (known == null) {
      known = step.before(values);
      images.put(key, known);
    }
    return known;
  }

  /** A plain header is its own only value; the others are looked up in the list of lines. */
  private Formula pickedFromHeader(Pick pick, Field field, Values values) {
    boolean only = pick.which() >= -1 && pick.which() <= 1;
    Formula plain =
        switch (pick.from()) {
          case COMMAS, LINES -> only ? onField(field, field.type(), values) : formulas.none;
          case COUNT_COMMAS, COUNT_LINES ->
              values.contains(new Value.Number(1))
                  ? formulas.and(formulas.present(field), formulas.not(listed(field)))
                  : formulas.none;
          case COOKIES, PARAMETERS -> onField(field, field.type(), before(pick, values));
        };
    Key key = new Key(pick, values);
    Values among = images.get(key);
    if (among == null) {
      // Often nobody asks: for many tests the lists are not looked into, see Universe.
      Values.Texts wanted =
          switch (pick.from()) {
            case COMMAS, LINES -> Images.texts(values);
            case COUNT_COMMAS, COUNT_LINES, COOKIES, PARAMETERS -> NONE;
          };
      among =
          wanted == NONE ? pick.before(values) : new Values.Texts(new Values.Among(pick, wanted));
      images.put(key, among);
    }
    return formulas.or(plain, formulas.and(listed(field), formulas.test(field.listed(), among)));
  }

  private static final Values.Texts NONE = new Values.Texts(Language.none());

  private Formula listed(Field field) {
    return formulas.test(field, Values.Any.LISTED);
  }

  private Formula onOriginal(Field field, Values values) {
    if (values == Values.Any.PRESENT) {
      return formulas.present(field);
    }
    if (!field.isHeader()) {
      return onField(field, field.type(), values);
    }
    return formulas.or(
        onField(field, field.type(), values),
        formulas.and(listed(field), onField(field.listed(), Value.Type.TEXT, values)));
  }

  private final Map<Values, Values> cast = new IdentityHashMap<>();

  private Formula onField(Field field, Value.Type type, Values values) {
    if (values == Values.Any.PRESENT && field.isHeader()) {
      return formulas.and(formulas.present(field), formulas.not(listed(field)));
    }
    if (values == Values.Any.PRESENT) {
      return formulas.present(field);
    }
    Values own =
        switch (type) {
          case TEXT -> values instanceof Values.Texts ? values : remember(values, Value.Type.TEXT);
          case NUMBER ->
              values instanceof Values.Numbers ? values : remember(values, Value.Type.NUMBER);
          case ADDRESS ->
              values instanceof Values.InNetworks ? values : remember(values, Value.Type.ADDRESS);
          case FLAG -> remember(values, Value.Type.NUMBER);
        };
    if (own instanceof Values.Texts texts && texts.language().isEmpty()) {
      return formulas.none;
    }
    return formulas.test(field, own);
  }

  private Values remember(Values values, Value.Type type) {
    return cast.computeIfAbsent(
        values,
        v ->
            switch (type) {
              case TEXT -> Images.texts(v);
              case NUMBER, FLAG -> Images.numbers(v);
              case ADDRESS -> Images.addresses(v);
            });
  }

  /** A concatenation is cut into its parts through the states of the automaton. */
  private Formula joined(List<Term> parts, Language language, Blame blame) {
    if (parts.size() == 1) {
      return test(parts.getFirst(), interned(language), blame);
    }
    Term first = parts.getFirst();
    Term last = parts.getLast();
    if (language.isEmpty()) {
      return formulas.none;
    }
    if (first instanceof Term.Constant constant) {
      return joined(
          parts.subList(1, parts.size()), language.afterPrefix(constant.value().asText()), blame);
    }
    if (last instanceof Term.Constant constant) {
      return joined(
          parts.subList(0, parts.size() - 1),
          language.beforeSuffix(constant.value().asText()),
          blame);
    }
    List<Factor> factors = factors(language);
    List<Formula> ways = new ArrayList<>();
    for (Factor factor : factors) {
      ways.add(
          formulas.and(
              test(first, interned(factor.left()), blame),
              joined(parts.subList(1, parts.size()), factor.right(), blame)));
    }
    return formulas.or(ways);
  }

  private List<Factor> factors(Language language) {
    spent += (long) language.states() * language.states();
    if (language.states() > FACTORS || spent > JOINED) {
      throw new Inexact("a test on several joined parts has too many cases");
    }
    return language.factors();
  }

  private final Map<Language, Values> interned = new HashMap<>();

  private Values interned(Language language) {
    return interned.computeIfAbsent(language, Values.Texts::new);
  }

  /** Whether a formula holds for no request, as far as single tests show. */
  boolean isImpossible(Formula formula) {
    return switch (formula) {
      case Formula.Constant constant -> !constant.value();
      case Formula.Test test ->
          test.values() instanceof Values.Texts texts
              && !texts.language().intersects(Axis.Words.universe(test.field()));
      case Formula.And and -> and.parts().stream().anyMatch(this::isImpossible);
      case Formula.Or or -> or.parts().stream().allMatch(this::isImpossible);
      case Formula.Not not -> false;
      case Formula.Unknown unknown -> false;
    };
  }

  Terms terms() {
    return terms;
  }

  Formulas formulas() {
    return formulas;
  }
}
