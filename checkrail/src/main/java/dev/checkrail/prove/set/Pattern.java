package dev.checkrail.prove.set;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A regular expression in PCRE syntax, as the language of all texts in which it is found.
 *
 * <p>The meaning is that of HAProxy built with PCRE2 (manual 7.1.4): an unanchored search over
 * bytes, newline is LF, {@code $} also holds before a last LF, case folding is ASCII. Greedy and
 * lazy make no difference to whether something is found. What is not regular (look-around,
 * back-references, recursion, conditions, verbs, atomic groups that matter) or not known here is
 * {@link Unsupported} with its reason; what PCRE2 refuses as well is {@link Malformed}. PCRE2's own
 * match limits, at which HAProxy reports no match, are not modelled.
 */
public final class Pattern {
  /** The result of reading an expression. */
  public sealed interface Parsed permits Regular, Unsupported, Malformed {}

  public record Regular(Pattern pattern) implements Parsed {}

  /**
   * A valid expression perhaps, but not a regular one as far as we know.
   *
   * @param why names the construct
   * @param at its place in the text, from 0
   */
  public record Unsupported(String why, int at) implements Parsed {}

  /** Not an expression: HAProxy would not start with it. */
  public record Malformed(String why, int at) implements Parsed {}

  private final String text;
  private final Syntax syntax;

  private Pattern(String text, Syntax syntax) {
    this.text = text;
    this.syntax = syntax;
  }

  public static Parsed parse(String text, boolean ignoreCase) {
    try {
      Syntax syntax = new PatternParser(text, ignoreCase).parse();
      PatternProgram.requireRegular(syntax, null);
      return new Regular(new Pattern(text, syntax));
    } catch (PatternParser.UnsupportedSyntax e) {
      return new Unsupported(String.valueOf(e.getMessage()), e.at);
    } catch (PatternParser.MalformedSyntax e) {
      return new Malformed(String.valueOf(e.getMessage()), e.at);
    }
  }

  /**
   * All texts in which the expression is found.
   *
   * @throws BudgetExceeded if the automaton grows too large
   */
  public Language language(Budget budget) {
    return literalEnding()
        .map(ending -> ending.within(budget))
        .orElseGet(() -> PatternProgram.search(syntax, budget));
  }

  /**
   * {@code literal$} is told apart because long lists of such endings stay linear in {@link Atoms}.
   */
  private Optional<Language> literalEnding() {
    if (!(syntax instanceof Syntax.Sequence sequence) || sequence.parts().size() < 2) {
      return Optional.empty();
    }
    List<Syntax> parts = sequence.parts();
    if (!(parts.getLast() instanceof Syntax.Place place)) {
      return Optional.empty();
    }
    boolean feed = place.where() == Syntax.Where.END_OR_LAST_LINE_FEED;
    if (!feed && place.where() != Syntax.Where.END) {
      return Optional.empty();
    }
    StringBuilder literal = new StringBuilder();
    boolean exactCase = false;
    boolean bothCases = false;
    for (Syntax part : parts.subList(0, parts.size() - 1)) {
      if (!(part instanceof Syntax.Bytes bytes)) {
        return Optional.empty();
      }
      int b = bytes.set().first();
      if (b < 0) {
        return Optional.empty();
      }
      ByteSet one = ByteSet.of(b);
      if (!bytes.set().equals(one) && !bytes.set().equals(one.ignoringCase())) {
        return Optional.empty();
      }
      exactCase |= ByteSet.LETTERS.contains(b) && bytes.set().equals(one);
      bothCases |= bytes.set().size() == 2;
      literal.append((char) b);
    }
    if (exactCase && bothCases) {
      return Optional.empty();
    }
    List<String> words = new ArrayList<>(List.of(literal.toString()));
    if (feed) {
      words.add(literal + "\n");
    }
    return Optional.of(Language.anySuffix(words, bothCases));
  }

  Syntax syntax() {
    return syntax;
  }

  @Override
  public String toString() {
    return text;
  }
}
