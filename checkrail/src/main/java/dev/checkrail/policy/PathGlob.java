package dev.checkrail.policy;

import java.util.ArrayList;
import java.util.List;

/**
 * A set of paths. A path is the raw bytes of the request target up to {@code ?}: case-sensitive,
 * nothing decoded, no slashes merged. A glob is read as a sequence of steps, each of which takes a
 * {@code /} and what follows up to the next one.
 *
 * @param text as written, beginning with {@code /}
 * @param steps what it says, one per segment
 */
public record PathGlob(String text, List<Step> steps) {
  public PathGlob {
    steps = List.copyOf(steps);
  }

  /** What one segment of the glob takes of a path. */
  public sealed interface Step {}

  /** {@code /} and exactly this text, which may be empty ({@code /} alone, or a trailing one). */
  public record Literal(String segment) implements Step {}

  /** {@code *}: {@code /} and one segment that isn't empty: {@code /[^/]+}. */
  public record Segment() implements Step {}

  /** {@code **}: any number of segments, empty ones and none included: {@code (/[^/]*)*}. */
  public record Depth() implements Step {}

  /** The glob of a text that begins with {@code /} and has {@code *} only as whole segments. */
  public static PathGlob of(String text) {
    List<Step> steps = new ArrayList<>();
    for (String segment : text.substring(1).split("/", -1)) {
      steps.add(
          switch (segment) {
            case "**" -> new Depth();
            case "*" -> new Segment();
            default -> new Literal(segment);
          });
    }
    return new PathGlob(text, steps);
  }

  /** Whether a path is in the set: at most its segments times the glob's steps comparisons. */
  public boolean matches(String path) {
    if (!path.startsWith("/")) {
      return false;
    }
    // reached[i]: the first i steps can take all segments so far.
    boolean[] reached = new boolean[steps.size() + 1];
    reached[0] = true;
    skipDepths(reached);
    for (String segment : path.substring(1).split("/", -1)) {
      boolean[] next = new boolean[reached.length];
      for (int i = 0; i < steps.size(); i++) {
        if (reached[i]) {
          switch (steps.get(i)) {
            case Literal(String text) -> next[i + 1] |= text.equals(segment);
            case Segment() -> next[i + 1] |= !segment.isEmpty();
            case Depth() -> next[i] = true;
          }
        }
      }
      skipDepths(next);
      reached = next;
    }
    return reached[steps.size()];
  }

  private void skipDepths(boolean[] reached) {
    for (int i = 0; i < steps.size(); i++) {
      if (reached[i] && steps.get(i) instanceof Depth) {
        reached[i + 1] = true;
      }
    }
  }

  /** As written. */
  @Override
  public String toString() {
    return text;
  }
}
