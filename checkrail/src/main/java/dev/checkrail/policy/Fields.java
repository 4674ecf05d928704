package dev.checkrail.policy;

import dev.checkrail.source.NearestWord;
import dev.checkrail.source.Problem;
import dev.checkrail.source.SourceFile;
import dev.checkrail.source.Span;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Takes nodes for what they should be and tells what they are not. A value that is wrong is told
 * once and then absent.
 */
public final class Fields {
  /** Enough to mend a file; a hostile one could have a problem per byte. */
  private static final int MOST_PROBLEMS = 500;

  private static final Set<Tag> PLAIN = Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL);

  private final Yaml yaml;
  private final List<Problem> problems;

  /**
   * For one file.
   *
   * @param problems to which what is wrong is added
   */
  public Fields(Yaml yaml, List<Problem> problems) {
    this.yaml = yaml;
    this.problems = problems;
  }

  /** One entry of a mapping. */
  public record Entry(String name, Node key, Node value) {}

  /** Where a node is. */
  public Span span(Node node) {
    return yaml.span(node);
  }

  /** Says that something is wrong. */
  public void error(String code, Node at, String message) {
    add(Problem.error("policy/" + code, span(at), message));
  }

  /** Says that something is wrong, and what to do. */
  public void error(String code, Node at, String message, String fix) {
    add(Problem.error("policy/" + code, span(at), message, fix));
  }

  private void add(Problem problem) {
    if (problems.size() < MOST_PROBLEMS) {
      problems.add(problem);
    }
  }

  /** Says that a word isn't one of those known, and which one is nearest. */
  public void unknown(String code, Node at, String what, String word, Collection<String> known) {
    String message = what + " \"" + shown(word) + "\" is not known";
    Optional<String> nearest = NearestWord.of(word, known);
    if (nearest.isPresent()) {
      error(code, at, message, "did you mean \"" + shown(nearest.get()) + "\"?");
    } else if (known.isEmpty()) {
      error(code, at, message);
    } else {
      String some = known.stream().limit(20).map(Fields::shown).collect(Collectors.joining(", "));
      error(code, at, message, "known: " + some + (known.size() > 20 ? ", …" : ""));
    }
  }

  /** The entries of a mapping with free names, each once, in order. */
  public List<Entry> entries(Node node, String what) {
    if (!(node instanceof MappingNode mapping)) {
      expected(node, what, "a mapping (name: value)");
      return List.of();
    }
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      Node key = tuple.getKeyNode();
      if (!(key instanceof ScalarNode scalar)) {
        expected(key, "a key of " + what, "a word");
        continue;
      }
      Entry entry = new Entry(bytes(scalar.getValue()), key, tuple.getValueNode());
      Entry before = entries.putIfAbsent(entry.name(), entry);
      if (before != null) {
        error(
            "duplicate-key",
            key,
            "\""
                + shown(entry.name())
                + "\" is here a second time; the first is in line "
                + span(before.key()).line());
      }
    }
    return List.copyOf(entries.values());
  }

  /** The values of a mapping with these keys only. */
  public Map<String, Node> mapping(Node node, String what, Collection<String> known) {
    Map<String, Node> values = new LinkedHashMap<>();
    for (Entry entry : entries(node, what)) {
      if (known.contains(entry.name())) {
        values.put(entry.name(), entry.value());
      } else {
        unknown("unknown-key", entry.key(), "the key", entry.name(), known);
      }
    }
    return values;
  }

  /** A value that has to be there. */
  public Optional<Node> required(Map<String, Node> values, String key, Node of, String what) {
    Node value = values.get(key);
    if (value == null) {
      error("missing-key", of, what + " needs \"" + key + "\"");
    }
    return Optional.ofNullable(value);
  }

  /** A value that may be there. */
  public Optional<Node> optional(Map<String, Node> values, String key) {
    return Optional.ofNullable(values.get(key));
  }

  /** A text that isn't empty; numbers and words like {@code true} are taken as written. */
  public Optional<String> text(Node node, String what) {
    if (node instanceof ScalarNode scalar
        && PLAIN.contains(scalar.getTag())
        && !scalar.getValue().isBlank()) {
      return Optional.of(bytes(scalar.getValue()));
    }
    expected(node, what, "a text");
    return Optional.empty();
  }

  /** One text or a list of them. */
  public List<String> texts(Node node, String what) {
    List<String> texts = new ArrayList<>();
    for (Node one : items(node)) {
      text(one, what).ifPresent(texts::add);
    }
    return texts;
  }

  /** The items of a list; anything else is a list of itself. */
  public List<Node> items(Node node) {
    return node instanceof SequenceNode sequence ? sequence.getValue() : List.of(node);
  }

  /** The items of what has to be a list. */
  public List<Node> list(Node node, String what) {
    if (node instanceof SequenceNode sequence) {
      return sequence.getValue();
    }
    expected(node, what, "a list");
    return List.of();
  }

  /** True or false. */
  public Optional<Boolean> flag(Node node, String what) {
    if (node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.BOOL)) {
      return Optional.of(scalar.getValue().equalsIgnoreCase("true"));
    }
    expected(node, what, "true or false");
    return Optional.empty();
  }

  /** A whole number. */
  public OptionalInt integer(Node node, String what, int least, int most) {
    if (node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.INT)) {
      try {
        int value = Integer.parseInt(scalar.getValue());
        if (value >= least && value <= most) {
          return OptionalInt.of(value);
        }
      } catch (NumberFormatException tooLong) {
        // Told below, with the range.
      }
    }
    expected(node, what, "a whole number from " + least + " to " + most);
    return OptionalInt.empty();
  }

  /** A finite number. */
  public OptionalDouble number(Node node, String what) {
    if (node instanceof ScalarNode scalar
        && (scalar.getTag().equals(Tag.INT) || scalar.getTag().equals(Tag.FLOAT))) {
      try {
        double value = Double.parseDouble(scalar.getValue());
        if (Double.isFinite(value)) {
          return OptionalDouble.of(value);
        }
      } catch (NumberFormatException notANumber) {
        // .inf and .nan are floats of YAML; told below.
      }
    }
    expected(node, what, "a number");
    return OptionalDouble.empty();
  }

  /** One of some words. */
  public <T> Optional<T> word(Node node, String what, Map<String, T> words) {
    Optional<String> text = text(node, what);
    if (text.isPresent() && !words.containsKey(text.get())) {
      unknown("unknown-word", node, what, text.get(), words.keySet());
    }
    return text.map(words::get);
  }

  /** Says that a value is of the wrong type. */
  public void expected(Node node, String what, String shape) {
    error("wrong-type", node, what + " has to be " + shape + ", not " + kind(node));
  }

  private static String kind(Node node) {
    return switch (node.getNodeType()) {
      case MAPPING -> "a mapping";
      case SEQUENCE -> "a list";
      case SCALAR -> scalarKind((ScalarNode) node);
      case ANCHOR -> "an anchor";
    };
  }

  private static String scalarKind(ScalarNode node) {
    if (isNull(node) || node.getValue().isBlank()) {
      return "nothing";
    }
    String value = node.getValue();
    return "\"" + (value.length() > 40 ? value.substring(0, 40) + "…" : value) + "\"";
  }

  private static boolean isNull(ScalarNode node) {
    return node.getTag().equals(Tag.NULL);
  }

  /** The model's form of a text: one {@code char} per byte of UTF-8. */
  private static String bytes(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  /** The other way round, cut to what fits a sentence. */
  public static String shown(String bytes) {
    String text = SourceFile.display(bytes);
    return text.length() > 80 ? text.substring(0, 80) + "…" : text;
  }
}
