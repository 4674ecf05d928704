package dev.checkrail.prove;

import dev.checkrail.policy.HostPattern;
import dev.checkrail.prove.set.AtomSet;
import dev.checkrail.prove.set.BudgetExceeded;
import dev.checkrail.prove.set.Diagrams;
import dev.checkrail.prove.set.FieldEncoding;
import dev.checkrail.prove.set.Language;
import dev.checkrail.source.Redaction;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Says in words which requests a set holds: at most three conjunctions and "and N more".
 *
 * <p>A set that is a product of what its fields may be is one conjunction; others are cut along the
 * first field that matters. What a field may be is said with words of the policy and the
 * configurations (equal to one, below one, all but one) if that is exact, else by an example.
 */
final class Words {
  private static final int SHOWN = 3;
  private static final int COUNTED = 200;
  private static final int TRIED = 300;

  /** Fields of more atoms than these are told by example only. */
  private static final int MANY = 300;

  /** Sets of more nodes than these are not put into words. */
  private static final int LARGE = 5_000;

  private final Work work;
  private final Diagrams diagrams;
  private final List<Axis.Single> axes = new ArrayList<>();

  Words(Work work) {
    this.work = work;
    for (Axis axis : work.universe.axes()) {
      if (axis instanceof Axis.Single single) {
        axes.add(single);
      }
    }
    this.diagrams = work.universe.diagrams;
  }

  /**
   * The set in words.
   *
   * @param regular whether it holds well-formed requests only, so that this need not be said
   */
  String of(int set, boolean regular) {
    int frame = regular ? work.universe.encode(work.sets.regular()) : Diagrams.TRUE;
    String text = within(set, frame);
    return regular ? text : "not well-formed: " + text;
  }

  /** The set of connections in words; nothing of HTTP is asked of them. */
  String ofConnections(int set) {
    return within(set, Diagrams.TRUE);
  }

  private String within(int set, int frame) {
    if (diagrams.size(set) > LARGE) {
      return "many";
    }
    Set<String> found = new LinkedHashSet<>();
    // What is not modelled has no words, and its bits may come before the fields that have.
    // Nor do the values of a header with several, beyond that there are several.
    boolean complete =
        conjunctions(
            work.universe.whateverTheLists(work.universe.possibly(set)),
            frame,
            0,
            List.of(),
            found);
    List<String> list = new ArrayList<>(found);
    List<String> shown = list.subList(0, Math.min(SHOWN, list.size()));
    int more = list.size() - shown.size();
    String text = String.join("; ", shown);
    if (more > 0 || !complete) {
      text += " and " + (complete ? "" : "more than ") + more + " more";
    }
    return text;
  }

  private boolean conjunctions(
      int set, int frame, int from, List<String> before, Set<String> found) {
    if (found.size() >= COUNTED) {
      return false;
    }
    List<AtomSet> projections = new ArrayList<>();
    int product = frame;
    for (Axis.Single axis : axes) {
      AtomSet atoms = projection(set, axis);
      projections.add(atoms);
      product = diagrams.and(product, diagrams.in(axis.encoding(), atoms));
    }
    if (product == set || from == axes.size()) {
      List<String> parts = new ArrayList<>(before);
      for (int i = from; i < axes.size(); i++) {
        describe(axes.get(i), projections.get(i), projection(frame, axes.get(i)))
            .ifPresent(parts::add);
      }
      found.add(parts.isEmpty() ? "all requests" : String.join(", ", parts));
      return true;
    }
    // Cut along the next field: atoms with the same rest together.
    Axis.Single axis = axes.get(from);
    List<Diagrams.Branch> branches = diagrams.branches(set, axis.encoding());
    boolean complete = true;
    for (Diagrams.Branch branch : branches) {
      if (branch.node() == Diagrams.FALSE) {
        continue;
      }
      int part = diagrams.and(set, diagrams.in(axis.encoding(), branch.atoms()));
      List<String> parts = new ArrayList<>(before);
      describe(axis, branch.atoms(), projection(frame, axis)).ifPresent(parts::add);
      int rest = diagrams.exists(part, axis.encoding());
      complete &=
          conjunctions(rest, diagrams.exists(frame, axis.encoding()), from + 1, parts, found);
    }
    return complete;
  }

  /** The atoms of a field that occur in a set. */
  private AtomSet projection(int set, Axis.Single axis) {
    List<FieldEncoding> others =
        axes.stream().filter(other -> other != axis).map(Axis.Single::encoding).toList();
    int only = work.universe.possibly(diagrams.exists(set, others));
    AtomSet atoms = AtomSet.NONE;
    for (Diagrams.Branch branch : diagrams.branches(only, axis.encoding())) {
      if (branch.node() != Diagrams.FALSE) {
        atoms = atoms.union(branch.atoms());
      }
    }
    return atoms;
  }

  private Optional<String> describe(Axis.Single axis, AtomSet atoms, AtomSet frame) {
    AtomSet here = atoms.intersect(frame);
    if (frame.minus(here).isEmpty()) {
      return Optional.empty();
    }
    String name =
        switch (axis.field().kind()) {
          case HOST -> "host";
          case PATH -> "path";
          case METHOD -> "";
          case QUERY -> "query";
          case HEADER, HEADER_LIST -> "header " + axis.field().name();
          case SOURCE -> "from";
          case SOURCE_PORT -> "source port";
          case DESTINATION -> "to address";
          case SERVER_NAME -> "server name";
          case GREETING -> "greeting";
          case VERSION -> "HTTP version";
          case CHANCE -> "chance";
        };
    if (!(axis instanceof Axis.Words words)) {
      return Optional.of(name + " such as " + axis.value(here.first(), List.of()).asText());
    }
    if (axis.encoding().atoms() > MANY) {
      String example = shown(axis, work.witnesses.example(axis, here).asText());
      return Optional.of((name + (here.size() == 1 ? " " : " such as ") + example).strip());
    }
    try {
      Optional<String> yes = exactly(axis, words, here, frame);
      Optional<String> no =
          yes.isPresent() ? Optional.empty() : exactly(axis, words, frame.minus(here), frame);
      if (yes.isPresent()) {
        return Optional.of((name + " " + yes.get()).strip());
      }
      if (no.isPresent()) {
        return Optional.of(
            no.get().equals("absent") ? "with " + name : ("not " + name).strip() + " " + no.get());
      }
    } catch (BudgetExceeded tooLarge) {
      // Words are a courtesy: an example will do.
    }
    String example = shown(axis, work.witnesses.example(axis, here).asText());
    return Optional.of((name + " such as " + example).strip());
  }

  private static boolean isHeader(Axis.Single axis) {
    return axis.field().kind() == Field.Kind.HEADER
        || axis.field().kind() == Field.Kind.HEADER_LIST;
  }

  private record Phrase(String text, Language language) {}

  /** The atoms in words that say neither more nor less. */
  private Optional<String> exactly(
      Axis.Single axis, Axis.Words words, AtomSet atoms, AtomSet frame) {
    Language left = words.language(atoms);
    Language universe = words.language(frame);
    List<String> texts = new ArrayList<>();
    if (left.contains(Field.ABSENT)) {
      left = left.minus(Language.exact(Field.ABSENT));
      texts.add("absent");
    }
    if (left.contains(Field.LISTED)) {
      left = left.minus(Language.exact(Field.LISTED));
      texts.add("with several values");
    }
    Language whole = left;
    for (Phrase phrase : phrases(axis)) {
      if (left.isEmpty() || texts.size() > 12) {
        break;
      }
      Language inside = phrase.language().intersect(universe);
      if (!inside.isEmpty() && inside.isSubsetOf(whole) && !inside.intersect(left).isEmpty()) {
        texts.add(phrase.text());
        left = left.minus(inside);
      }
    }
    if (!left.isEmpty() || texts.isEmpty()) {
      return Optional.empty();
    }
    List<String> some = texts.subList(0, Math.min(SHOWN, texts.size()));
    return Optional.of(
        String.join(" or ", some)
            + (texts.size() > some.size() ? " and " + (texts.size() - some.size()) + " more" : ""));
  }

  private List<Phrase> phrases(Axis.Single axis) {
    List<Phrase> phrases = new ArrayList<>();
    List<String> dictionary = work.witnesses.dictionary(axis.field());
    List<String> tried = dictionary.subList(0, Math.min(TRIED, dictionary.size()));
    switch (axis.field().kind()) {
      case HOST -> {
        for (String word : tried) {
          String plain = HostPattern.plain(word);
          int dot = plain.indexOf('.');
          if (plain.startsWith("www.") && dot > 0) {
            String domain = plain.substring(dot + 1);
            phrases.add(
                new Phrase(
                    "*." + domain, RequestSets.hosts(List.of(new HostPattern(domain, true)))));
          }
          phrases.add(new Phrase(plain, RequestSets.hosts(List.of(new HostPattern(plain, false)))));
        }
        for (String word : tried) {
          phrases.add(new Phrase(word + " (any case, no port)", Language.exactIgnoringCase(word)));
          phrases.add(new Phrase(word + " exactly", Language.exact(word)));
        }
      }
      case PATH -> {
        for (String word : tried) {
          if (word.length() < 2) {
            continue;
          }
          String base = word.endsWith("/") ? word.substring(0, word.length() - 1) : word;
          phrases.add(new Phrase(base + "*", Language.prefix(base)));
          phrases.add(
              new Phrase("under " + base, Language.exact(base).union(Language.prefix(base + "/"))));
          phrases.add(new Phrase("under " + base + "/", Language.prefix(base + "/")));
          phrases.add(new Phrase("ending in " + word, Language.suffix(word)));
        }
        tried.forEach(word -> phrases.add(new Phrase(word, Language.exact(word))));
      }
      case SOURCE, DESTINATION -> {
        // Networks have no words of their own here: an example is given.
      }
      case METHOD, QUERY, HEADER, HEADER_LIST, SERVER_NAME, GREETING, VERSION ->
          tried.stream()
              .filter(word -> !word.equals(Field.ABSENT))
              .forEach(word -> phrases.add(new Phrase(shown(axis, word), Language.exact(word))));
      case SOURCE_PORT, CHANCE -> {
        // Numbers.
      }
    }
    return phrases;
  }

  /** A value as it may be shown: one that is compared with a credential is one. */
  private static String shown(Axis.Single axis, String value) {
    if (value.equals(Field.ABSENT)) {
      return "none";
    }
    if (value.equals(Field.LISTED)) {
      return "several values";
    }
    if (isHeader(axis) && Redaction.soundsSecret(axis.field().name())) {
      return Redaction.MARK;
    }
    String text = value.replace("\u0001", "").replace("\n", " | ");
    return text.isEmpty() ? "\"\"" : text.length() > 80 ? text.substring(0, 80) + "…" : text;
  }
}
