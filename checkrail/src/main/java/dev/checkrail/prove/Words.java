package dev.checkrail.prove;

import dev.checkrail.prove.set.AtomSet;
import dev.checkrail.prove.set.Diagrams;
import dev.checkrail.prove.set.FieldEncoding;
import dev.checkrail.prove.set.Language;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Says in words which requests a set holds: at most three conjunctions and "and N more". */
final class Words {
  private static final int SHOWN = 3;
  private static final int COUNTED = 60;

  private final Work work;

  Words(Work work) {
    this.work = work;
  }

  String of(int set) {
    Diagrams.Boxes boxes = work.universe.diagrams.boxes(set, COUNTED);
    Set<String> texts = new LinkedHashSet<>();
    for (List<AtomSet> box : boxes.boxes()) {
      texts.add(conjunction(box));
    }
    if (texts.contains("all requests")) {
      return "all requests";
    }
    List<String> list = new ArrayList<>(texts);
    if (list.size() <= SHOWN && boxes.complete()) {
      return String.join("; ", list);
    }
    List<String> shown = list.subList(0, Math.min(SHOWN, list.size()));
    int more = list.size() - shown.size();
    return String.join("; ", shown)
        + " and "
        + (boxes.complete() ? Integer.toString(more) : "more than " + more)
        + " more";
  }

  private String conjunction(List<AtomSet> box) {
    List<String> parts = new ArrayList<>();
    for (Axis axis : work.universe.axes()) {
      FieldEncoding encoding = axis.encoding();
      AtomSet atoms = box.get(encoding.number());
      if (atoms.size() < encoding.atoms()) {
        describe(axis, atoms).ifPresent(parts::add);
      }
    }
    return parts.isEmpty() ? "all requests" : String.join(", ", parts);
  }

  private Optional<String> describe(Axis axis, AtomSet atoms) {
    String name =
        switch (axis.field().kind()) {
          case HOST -> "host";
          case PATH -> "path";
          case METHOD -> "method";
          case QUERY -> "query";
          case HEADER, HEADER_LIST -> "header " + axis.field().name();
          case SOURCE -> "from";
          case SOURCE_PORT -> "source port";
          case DESTINATION -> "to";
          case SERVER_NAME -> "server name";
          case GREETING -> "greeting";
          case VERSION -> "HTTP version";
          case CHANCE -> "chance";
        };
    if (!(axis instanceof Axis.Words words)) {
      return Optional.of(name + " " + axis.value(atoms.first(), List.of()).asText() + " …");
    }
    AtomSet rest = atoms.complement(axis.encoding().atoms());
    String yes = listed(axis, words, atoms, name);
    String no = listed(axis, words, rest, name);
    // What is said shorter and without "such as" is better.
    boolean negative =
        yes.contains("such as") && !no.contains("such as")
            || (yes.contains("such as") == no.contains("such as") && rest.size() < atoms.size());
    if (negative) {
      return no.equals("without " + name) ? Optional.of("with " + name) : Optional.of("not " + no);
    }
    return Optional.of(yes);
  }

  private String listed(Axis axis, Axis.Words words, AtomSet atoms, String name) {
    List<String> exact = new ArrayList<>();
    boolean absent = false;
    boolean vague = false;
    List<String> dictionary = work.witnesses.dictionary(axis.field());
    int count = 0;
    for (int atom : (Iterable<Integer>) atoms.stream()::iterator) {
      if (++count > 40) {
        vague = true;
        break;
      }
      String value = work.witnesses.value(axis, atom).asText();
      if (value.equals(Field.ABSENT)) {
        absent = true;
      } else if (value.equals(Field.LISTED)) {
        exact.add("several values");
      } else {
        Language language = words.language(AtomSet.of(atom));
        boolean single = language.isSubsetOf(Language.exact(raw(axis, value)));
        boolean below =
            axis.field().kind() == Field.Kind.PATH
                && value.endsWith("/")
                && language.isSubsetOf(Language.prefix(value));
        boolean known = dictionary.contains(value);
        if (single) {
          exact.add(shown(value));
        } else if (below) {
          exact.add("under " + shown(value));
        } else {
          exact.add(known ? "like " + shown(value) : "such as " + shown(value));
        }
      }
    }
    if (exact.isEmpty() && absent) {
      return "without " + name;
    }
    List<String> some = exact.subList(0, Math.min(SHOWN, exact.size()));
    String text =
        name
            + " "
            + String.join(" or ", some)
            + (exact.size() > some.size() || vague
                ? " and " + (vague ? "many" : exact.size() - some.size()) + " more"
                : "");
    return absent ? text + " or none" : text;
  }

  private static String raw(Axis axis, String value) {
    return axis.field().type() == Value.Type.ADDRESS
        ? Addresses.parse(value).orElse(value)
        : value;
  }

  private static String shown(String value) {
    return value.replace("\u0001", "").strip().toString().isEmpty()
        ? "\"\""
        : value.length() > 80 ? value.substring(0, 80).toLowerCase(Locale.ROOT) + "…" : value;
  }
}
