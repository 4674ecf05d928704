package dev.checkrail.prove;

import dev.checkrail.model.Listener;
import dev.checkrail.report.Request;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** One concrete request, field by field, as {@link Field} defines them. */
final class Arrival {
  private final Request request;
  private final boolean tls;
  private final Map<Field, Optional<Value>> known = new HashMap<>();

  Arrival(Request request, Listener listener) {
    this.request = request;
    this.tls = listener.tls();
  }

  /** The value; empty if the request does not say it, as for a source address that is not given. */
  Optional<Value> value(Field field) {
    return known.computeIfAbsent(field, this::read);
  }

  private Optional<Value> read(Field field) {
    String target = request.sentTarget();
    int mark = target.indexOf('?');
    return switch (field.kind()) {
      case METHOD -> text(request.method());
      case PATH -> {
        String path = pathOf(mark < 0 ? target : target.substring(0, mark));
        yield text(path.startsWith("/") ? path : Field.ABSENT);
      }
      case QUERY -> text(mark < 0 ? Field.ABSENT : target.substring(mark + 1));
      case HOST, HEADER -> {
        List<String> lines = lines(field.name());
        if (lines.isEmpty()) {
          yield text(Field.ABSENT);
        }
        String joined = String.join("\n", lines);
        yield text(Axis.Words.plain(field.name()).contains(joined) ? joined : Field.LISTED);
      }
      case HEADER_LIST -> text(String.join("\n", lines(field.name())));
      case SOURCE -> request.from().flatMap(Addresses::parse).map(Value.Address::new);
      case DESTINATION -> Optional.empty();
      case SOURCE_PORT -> Optional.empty();
      case SERVER_NAME -> text(tls ? request.sni().orElse(Field.ABSENT) : Field.ABSENT);
      case GREETING -> text(request.sni().map(name -> "\u0001" + name).orElse(Field.ABSENT));
      case VERSION -> text(request.httpVersion());
      case CHANCE -> Optional.empty();
    };
  }

  /** The names of all headers that the request has, in lower case. */
  Set<String> headerNames() {
    Set<String> names = new TreeSet<>();
    request.headers().keySet().forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
    if (!request.hostLines().isEmpty()) {
      names.add("host");
    }
    return names;
  }

  private static Optional<Value> text(String text) {
    return Optional.of(new Value.Text(text));
  }

  private static String pathOf(String target) {
    int authority = target.indexOf("://");
    if (target.startsWith("/") || authority <= 0) {
      return target;
    }
    int slash = target.indexOf('/', authority + 3);
    return slash < 0 ? "" : target.substring(slash);
  }

  private List<String> lines(String name) {
    List<String> trimmed = new ArrayList<>();
    for (String line : request.lines(name)) {
      trimmed.add(trim(line));
    }
    if (name.equals("host") && trimmed.size() > 1) {
      // Equal Host lines are merged into one by the proxy.
      String first = trimmed.getFirst().toLowerCase(Locale.ROOT);
      if (trimmed.stream().allMatch(line -> line.toLowerCase(Locale.ROOT).equals(first))) {
        return trimmed.subList(0, 1);
      }
    }
    return trimmed;
  }

  private static String trim(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && (text.charAt(from) == ' ' || text.charAt(from) == '\t')) {
      from++;
    }
    while (to > from && (text.charAt(to - 1) == ' ' || text.charAt(to - 1) == '\t')) {
      to--;
    }
    return text.substring(from, to);
  }

  // Terms and formulas at this request.

  /** What a term is at one request. */
  sealed interface At {
    /** It has this value. */
    record Known(Value value) implements At {}

    /** It has none. */
    enum Nothing implements At {
      HERE
    }

    /** Nobody can tell. */
    enum Unknown implements At {
      HERE
    }
  }

  At term(Term term) {
    return switch (term) {
      case Term.Nothing nothing -> At.Nothing.HERE;
      case Term.Constant constant -> new At.Known(constant.value());
      case Term.Original original -> original(original.field());
      case Term.Joined joined -> {
        StringBuilder text = new StringBuilder();
        for (Term part : joined.parts()) {
          switch (term(part)) {
            case At.Known known -> text.append(known.value().asText());
            case At.Nothing nothing -> {
              yield nothing;
            }
            case At.Unknown unknown -> {
              yield unknown;
            }
          }
        }
        yield new At.Known(new Value.Text(text.toString()));
      }
      case Term.OrEmpty orEmpty -> {
        At part = term(orEmpty.part());
        yield part == At.Nothing.HERE ? new At.Known(new Value.Text("")) : part;
      }
      case Term.Choice choice ->
          formula(choice.when())
              .map(when -> term(when ? choice.then() : choice.otherwise()))
              .orElse(At.Unknown.HERE);
      case Term.Stepped stepped ->
          switch (term(stepped.input())) {
            case At.Known known -> {
              Step.Result result = stepped.step().apply(known.value());
              yield !result.known()
                  ? At.Unknown.HERE
                  : result.value().<At>map(At.Known::new).orElse(At.Nothing.HERE);
            }
            case At.Nothing nothing -> nothing;
            case At.Unknown unknown -> unknown;
          };
      case Term.Unknown unknown -> At.Unknown.HERE;
    };
  }

  At original(Field field) {
    Optional<Value> value = value(field);
    if (value.isEmpty()) {
      return At.Unknown.HERE;
    }
    if (value.get() instanceof Value.Text text) {
      if (text.text().equals(Field.ABSENT)) {
        return At.Nothing.HERE;
      }
      if (field.isHeader() && text.text().equals(Field.LISTED)) {
        return original(field.listed());
      }
    }
    return new At.Known(value.get());
  }

  /** Whether the request is in the formula's set; empty if nobody can tell. */
  Optional<Boolean> formula(Formula formula) {
    return switch (formula) {
      case Formula.Constant constant -> Optional.of(constant.value());
      case Formula.Test test -> test(test);
      case Formula.Unknown unknown -> Optional.empty();
      case Formula.And and -> all(and.parts(), true);
      case Formula.Or or -> all(or.parts(), false);
      case Formula.Not not -> formula(not.part()).map(part -> !part);
    };
  }

  private Optional<Boolean> all(List<Formula> parts, boolean and) {
    boolean open = false;
    for (Formula part : parts) {
      Optional<Boolean> one = formula(part);
      if (one.isEmpty()) {
        open = true;
      } else if (one.get() != and) {
        return Optional.of(!and);
      }
    }
    return open ? Optional.empty() : Optional.of(and);
  }

  private Optional<Boolean> test(Formula.Test test) {
    Optional<Value> value = value(test.field());
    if (value.isEmpty()) {
      return Optional.empty();
    }
    boolean absent = value.get().equals(new Value.Text(Field.ABSENT));
    boolean listed = test.field().isHeader() && value.get().equals(new Value.Text(Field.LISTED));
    if (test.values() == Values.Any.LISTED) {
      return Optional.of(listed);
    }
    if (test.values() == Values.Any.PRESENT) {
      return Optional.of(!absent);
    }
    return Optional.of(!absent && !listed && test.values().contains(value.get()));
  }
}
