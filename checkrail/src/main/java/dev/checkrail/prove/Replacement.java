package dev.checkrail.prove;

import dev.checkrail.model.Converter;
import dev.checkrail.prove.set.ByteSet;
import dev.checkrail.prove.set.Language;
import dev.checkrail.prove.set.Transducer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a text becomes if a regular expression is found in it: the whole text is replaced by a
 * template of fixed pieces and groups.
 *
 * <p>Only expressions that can be read from left to right without choice are followed both ways:
 * {@code ^}, then literals and groups {@code (.*)}, {@code ([^/]+)} and the like, each group being
 * followed by a byte that it cannot hold or by the end; and templates that use the groups in order,
 * each at most once, or {@code \0} alone. That is what people write to move paths. Everything else
 * is an unknown function.
 */
final class Replacement {

  private record Item(ByteSet set, boolean literal, boolean atLeastOne, int group) {}

  /** A piece of the output: fixed text, or a group (-1 for fixed text). */
  private record Output(String text, int group) {}

  private final List<Item> items;
  private final List<Output> outputs;

  /** What follows the expression, if it need not reach the end, stays out of the groups. */
  private final boolean toTheEnd;

  private final boolean keepRest;

  private Replacement(List<Item> items, List<Output> outputs, boolean toTheEnd, boolean keepRest) {
    this.items = items;
    this.outputs = outputs;
    this.toTheEnd = toTheEnd;
    this.keepRest = keepRest;
  }

  /** {@code replace-path} and family: the whole text is replaced. */
  static Optional<Replacement> whole(String regex, String template) {
    return of(regex, template, false);
  }

  /** {@code regsub} without {@code g} and anchored: what stands behind the match is kept. */
  static Optional<Substitution> substitution(Converter.Substitute substitute) {
    if (substitute.all() && !substitute.regex().startsWith("^")) {
      return Optional.empty();
    }
    if (substitute.ignoreCase()) {
      return Optional.empty();
    }
    return of(substitute.regex(), substitute.replacement(), true).map(Substitution::new);
  }

  /** The first match replaced; texts without a match stay as they are. */
  record Substitution(Replacement replacement) {
    Language before(Language after) {
      Language found = replacement.domain();
      return replacement.before(after).union(after.minus(found));
    }

    String apply(String text) {
      return replacement.apply(text).orElse(text);
    }
  }

  private static Optional<Replacement> of(String regex, String template, boolean keepRest) {
    if (!regex.startsWith("^")) {
      return Optional.empty();
    }
    boolean end = regex.endsWith("$") && !regex.endsWith("\\$");
    Optional<List<Item>> items = items(regex.substring(1, regex.length() - (end ? 1 : 0)));
    if (items.isEmpty() || !isDeterministic(items.get(), end)) {
      return Optional.empty();
    }
    boolean greedyEnd =
        !items.get().isEmpty()
            && !items.get().getLast().literal()
            && items.get().getLast().set().or(ByteSet.of('\n')).equals(ByteSet.ALL);
    if (!end && !greedyEnd && !items.get().isEmpty() && !items.get().getLast().literal()) {
      return Optional.empty();
    }
    return outputs(template, items.get())
        .map(o -> new Replacement(items.get(), o, end || greedyEnd, keepRest));
  }

  private static Optional<List<Item>> items(String regex) {
    List<Item> items = new ArrayList<>();
    int group = 0;
    int i = 0;
    while (i < regex.length()) {
      boolean inGroup = regex.charAt(i) == '(';
      int from = inGroup ? i + 1 : i;
      int at = from;
      Optional<ByteSet> set;
      if (at >= regex.length()) {
        return Optional.empty();
      }
      char c = regex.charAt(at);
      if (c == '.') {
        set = Optional.of(ByteSet.of('\n').not());
        at++;
      } else if (c == '[') {
        int close = regex.indexOf(']', at + 2);
        if (close < 0) {
          return Optional.empty();
        }
        set = byteClass(regex.substring(at + 1, close));
        at = close + 1;
      } else if (c == '\\') {
        if (at + 1 >= regex.length() || isWordByte(regex.charAt(at + 1))) {
          return Optional.empty();
        }
        set = Optional.of(ByteSet.of(regex.charAt(at + 1)));
        at += 2;
      } else if ("^$*+?{}()|]".indexOf(c) >= 0 || c > 127) {
        return Optional.empty();
      } else {
        set = Optional.of(ByteSet.of(c));
        at++;
      }
      if (set.isEmpty()) {
        return Optional.empty();
      }
      boolean many = at < regex.length() && (regex.charAt(at) == '*' || regex.charAt(at) == '+');
      boolean plus = many && regex.charAt(at) == '+';
      at += many ? 1 : 0;
      if (inGroup) {
        if (!many || at >= regex.length() || regex.charAt(at) != ')') {
          return Optional.empty();
        }
        at++;
        group++;
      }
      if (!many
          && (set.get().size() != 1
              || (at < regex.length() && "?{".indexOf(regex.charAt(at)) >= 0))) {
        return Optional.empty();
      }
      if (many && at < regex.length() && "?+*{".indexOf(regex.charAt(at)) >= 0) {
        return Optional.empty();
      }
      items.add(new Item(set.get(), !many, plus, inGroup ? group : 0));
      i = at;
    }
    return Optional.of(items);
  }

  private static boolean isWordByte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  private static Optional<ByteSet> byteClass(String text) {
    boolean not = text.startsWith("^");
    String members = not ? text.substring(1) : text;
    ByteSet set = ByteSet.NONE;
    for (int i = 0; i < members.length(); i++) {
      char c = members.charAt(i);
      if (c == '\\' || c == '[' || c > 127) {
        return Optional.empty();
      }
      if (i + 2 < members.length() && members.charAt(i + 1) == '-') {
        if (members.charAt(i + 2) > 127 || members.charAt(i + 2) < c) {
          return Optional.empty();
        }
        set = set.or(ByteSet.range(c, members.charAt(i + 2)));
        i += 2;
      } else {
        set = set.or(ByteSet.of(c));
      }
    }
    return Optional.of(not ? set.not() : set);
  }

  /** No choice while reading: a run ends at a byte that it cannot hold, or at the end. */
  private static boolean isDeterministic(List<Item> items, boolean end) {
    for (int i = 0; i < items.size(); i++) {
      Item item = items.get(i);
      if (item.literal()) {
        continue;
      }
      if (i + 1 < items.size()) {
        Item next = items.get(i + 1);
        if (!next.literal() || !item.set().and(next.set()).isEmpty()) {
          return false;
        }
      }
    }
    return end || items.isEmpty() || items.getLast().literal() || !items.getLast().set().isEmpty();
  }

  private static Optional<List<Output>> outputs(String template, List<Item> items) {
    List<Output> outputs = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    int last = 0;
    boolean whole = false;
    for (int i = 0; i < template.length(); i++) {
      char c = template.charAt(i);
      if (c != '\\' || i + 1 == template.length()) {
        text.append(c);
        continue;
      }
      char next = template.charAt(++i);
      if (next == 'x') {
        return Optional.empty();
      }
      if (next < '0' || next > '9') {
        text.append(next);
        continue;
      }
      int group = next - '0';
      int wanted = group;
      boolean exists = items.stream().anyMatch(item -> item.group() == wanted);
      if (group != 0 && !exists) {
        continue; // an unset group is nothing
      }
      if (whole || (group == 0 && last > 0) || (group != 0 && group <= last)) {
        return Optional.empty();
      }
      whole = group == 0;
      last = group;
      outputs.add(new Output(text.toString(), group));
      text.setLength(0);
    }
    outputs.add(new Output(text.toString(), -1));
    return Optional.of(outputs);
  }

  /** The texts in which the expression is found. */
  Language domain() {
    return machine().domain();
  }

  /** The texts in which the expression is found and that become one of these. */
  Language before(Language after) {
    return machine().preimage(after);
  }

  private static void step(
      Transducer.Builder machine, int from, ByteSet on, int to, boolean copy, String text) {
    if (copy) {
      machine.copy(from, on, to, text);
    } else {
      machine.write(from, on, to, text);
    }
  }

  /**
   * One state per place of the expression. Fixed text is written with the last byte before it that
   * is read, or at the very end: since every text is written at a known place of the input, it can
   * be put in front of the next byte instead.
   */
  private Transducer machine() {
    Transducer.Builder machine = Transducer.builder();
    boolean all = outputs.getFirst().group() == 0;
    int[] entry = new int[items.size() + 1];
    int[] inside = new int[items.size()];
    for (int i = 0; i <= items.size(); i++) {
      entry[i] = machine.state();
    }
    for (int i = 0; i < items.size(); i++) {
      inside[i] = items.get(i).literal() ? -1 : machine.state();
    }
    // Text that is written when leaving place i, i.e. before the first byte of item i is handled.
    String[] before = new String[items.size() + 1];
    boolean[] copied = new boolean[items.size()];
    Arrays.fill(before, "");
    int output = 0;
    if (all) {
      before[0] = outputs.getFirst().text();
      Arrays.fill(copied, true);
      output = 1;
    } else {
      for (int i = 0; i < items.size(); i++) {
        int group = items.get(i).group();
        if (group > 0 && outputs.get(output).group() == group) {
          before[i] = outputs.get(output++).text();
          copied[i] = true;
        }
      }
    }
    String tail = outputs.get(output).text();
    int rest = machine.state();
    int place = 0;
    for (; place < items.size(); place++) {
      edges(machine, place, entry[place], "", before, copied, entry, inside);
      if (!items.get(place).literal()) {
        // Inside the run: more of it, or what follows.
        step(machine, inside[place], items.get(place).set(), inside[place], copied[place], "");
        after(machine, place + 1, inside[place], "", before, copied, entry, inside, tail, rest);
      }
    }
    finish(machine, entry[items.size()], tail, rest);
    // An empty run at a place lets the next item begin there.
    for (int i = 0; i < items.size(); i++) {
      if (!items.get(i).literal() && !items.get(i).atLeastOne()) {
        after(machine, i + 1, entry[i], before[i], before, copied, entry, inside, tail, rest);
      }
    }
    step(machine, rest, ByteSet.ALL, rest, keepRest, "");
    machine.end(rest, "");
    return machine.build();
  }

  private void edges(
      Transducer.Builder machine,
      int place,
      int state,
      String text,
      String[] before,
      boolean[] copied,
      int[] entry,
      int[] inside) {
    Item item = items.get(place);
    int to = item.literal() ? entry[place + 1] : inside[place];
    step(machine, state, item.set(), to, copied[place], text + before[place]);
  }

  /** What can follow in a state that stands for both "in the run" and "at the next place". */
  private void after(
      Transducer.Builder machine,
      int place,
      int state,
      String text,
      String[] before,
      boolean[] copied,
      int[] entry,
      int[] inside,
      String tail,
      int rest) {
    if (place == items.size()) {
      finish(machine, state, text + tail, rest);
    } else {
      edges(machine, place, state, text, before, copied, entry, inside);
    }
  }

  private void finish(Transducer.Builder machine, int state, String tail, int rest) {
    machine.end(state, tail);
    if (!toTheEnd) {
      step(machine, state, ByteSet.ALL, rest, keepRest, tail);
    }
  }

  /** The text replaced; empty if the expression is not found. */
  Optional<String> apply(String text) {
    int[] starts = new int[10];
    int[] ends = new int[10];
    Arrays.fill(starts, -1);
    int at = 0;
    for (Item item : items) {
      int from = at;
      if (item.literal()) {
        if (at >= text.length() || !item.set().contains(text.charAt(at))) {
          return Optional.empty();
        }
        at++;
      } else {
        while (at < text.length() && item.set().contains(text.charAt(at))) {
          at++;
        }
        if (item.atLeastOne() && at == from) {
          return Optional.empty();
        }
        if (item.group() > 0 && item.group() < 10) {
          starts[item.group()] = from;
          ends[item.group()] = at;
        }
      }
    }
    if (toTheEnd && at < text.length()) {
      return Optional.empty();
    }
    starts[0] = 0;
    ends[0] = at;
    StringBuilder out = new StringBuilder();
    for (Output output : outputs) {
      out.append(output.text());
      if (output.group() >= 0 && starts[output.group()] >= 0) {
        out.append(text, starts[output.group()], ends[output.group()]);
      }
    }
    return Optional.of(keepRest ? out + text.substring(at) : out.toString());
  }
}
