package dev.checkrail.prove;

import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The table of all formulas of one proof; equal ones are one object. */
final class Formulas {
  final Formula none = new Formula.Constant(0, false);
  final Formula all = new Formula.Constant(1, true);
  private final Map<Object, Formula> table = new HashMap<>();
  private int next = 2;

  private record TestKey(Field field, Object values) {}

  private record UnknownKey(String key, int arrivals) {}

  private record ListKey(boolean and, List<Integer> parts) {
    ListKey {
      parts = List.copyOf(parts);
    }
  }

  private record NotKey(int part) {}

  private record Identity(Object object) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Identity identity && identity.object == object;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(object);
    }
  }

  int size() {
    return next;
  }

  Formula constant(boolean value) {
    return value ? all : none;
  }

  Formula test(Field field, Values values) {
    TestKey key = new TestKey(field, new Identity(values));
    Formula known = table.get(key);
    if (known == null) {
      known = new Formula.Test(next++, field, values);
      table.put(key, known);
    }
    return known;
  }

  Formula present(Field field) {
    return test(field, Values.Any.PRESENT);
  }

  Formula unknown(String key, Optional<Formula> arrivals, Span span, String text, String reason) {
    UnknownKey at = new UnknownKey(key, arrivals.map(Formula::id).orElse(-1));
    Formula known = table.get(at);
    if (known == null) {
      known = new Formula.Unknown(next++, key, arrivals, span, text, reason);
      table.put(at, known);
    }
    return known;
  }

  Formula not(Formula part) {
    if (part == all) {
      return none;
    }
    if (part == none) {
      return all;
    }
    if (part instanceof Formula.Not not) {
      return not.part();
    }
    NotKey key = new NotKey(part.id());
    Formula known = table.get(key);
    if (known == null) {
      known = new Formula.Not(next++, part);
      table.put(key, known);
    }
    return known;
  }

  Formula and(Formula... parts) {
    return combine(true, List.of(parts));
  }

  Formula or(Formula... parts) {
    return combine(false, List.of(parts));
  }

  Formula and(Collection<Formula> parts) {
    return combine(true, parts);
  }

  Formula or(Collection<Formula> parts) {
    return combine(false, parts);
  }

  Formula minus(Formula from, Formula what) {
    return and(from, not(what));
  }

  /** Sorted by id, so that the order in which people write things does not matter. */
  private Formula combine(boolean and, Collection<Formula> given) {
    Formula neutral = constant(and);
    Formula decisive = constant(!and);
    TreeMap<Integer, Formula> parts = new TreeMap<>();
    for (Formula part : given) {
      if (part == decisive) {
        return decisive;
      }
      if (part == neutral) {
        continue;
      }
      if (and && part instanceof Formula.And nested && nested.parts().size() <= 16) {
        nested.parts().forEach(p -> parts.put(p.id(), p));
      } else if (!and && part instanceof Formula.Or nested && nested.parts().size() <= 16) {
        nested.parts().forEach(p -> parts.put(p.id(), p));
      } else {
        parts.put(part.id(), part);
      }
    }
    for (Formula part : parts.values()) {
      if (part instanceof Formula.Not not && parts.containsKey(not.part().id())) {
        return decisive;
      }
    }
    if (parts.isEmpty()) {
      return neutral;
    }
    if (parts.size() == 1) {
      return parts.firstEntry().getValue();
    }
    ListKey key = new ListKey(and, List.copyOf(parts.keySet()));
    Formula known = table.get(key);
    if (known == null) {
      List<Formula> list = new ArrayList<>(parts.values());
      known = and ? new Formula.And(next++, list) : new Formula.Or(next++, list);
      table.put(key, known);
    }
    return known;
  }
}
