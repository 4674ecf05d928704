package dev.checkrail.prove;

import dev.checkrail.prove.set.Diagrams;
import dev.checkrail.prove.set.FieldEncoding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A diagram by itself, so that the space in which it was made can go. The root is 0. */
final class Table {
  static final int LEAF = -1;
  final List<Axis> looked;
  private final Map<Integer, String> names = new HashMap<>();

  /** The field that a node asks; {@link #LEAF} if its number is {@link #low}. */
  final int[] field;

  /** Which bit of the field's code, counted from the last. */
  final int[] bit;

  final int[] low;
  final int[] high;

  Table(Diagrams diagrams, Universe universe, int root) {
    List<FieldEncoding> support = diagrams.support(root);
    List<Axis> axes = new ArrayList<>();
    for (Axis axis : universe.axes()) {
      if (axis.encodings().stream().anyMatch(support::contains)) {
        axes.add(axis);
        axis.encodings().forEach(e -> names.put(e.number(), nameOf(axis.field())));
      }
    }
    this.looked = List.copyOf(axes);
    Map<Integer, Integer> numbers = new HashMap<>();
    List<Integer> nodes = new ArrayList<>();
    numbers.put(root, 0);
    nodes.add(root);
    for (int i = 0; i < nodes.size(); i++) {
      int node = nodes.get(i);
      if (!diagrams.isLeaf(node)) {
        for (int next : new int[] {diagrams.low(node), diagrams.high(node)}) {
          if (numbers.putIfAbsent(next, nodes.size()) == null) {
            nodes.add(next);
          }
        }
      }
    }
    FieldEncoding[] byVariable = byVariable(support);
    this.field = new int[nodes.size()];
    this.bit = new int[nodes.size()];
    this.low = new int[nodes.size()];
    this.high = new int[nodes.size()];
    for (int i = 0; i < nodes.size(); i++) {
      int node = nodes.get(i);
      if (diagrams.isLeaf(node)) {
        field[i] = LEAF;
        low[i] = diagrams.value(node);
        continue;
      }
      int variable = diagrams.variable(node);
      FieldEncoding encoding = byVariable[variable];
      field[i] = encoding.number();
      bit[i] = encoding.past() - 1 - variable;
      low[i] = numberOf(numbers, diagrams.low(node));
      high[i] = numberOf(numbers, diagrams.high(node));
    }
  }

  private static int numberOf(Map<Integer, Integer> numbers, int node) {
    return Optional.ofNullable(numbers.get(node)).orElseThrow();
  }

  private static FieldEncoding[] byVariable(List<FieldEncoding> support) {
    FieldEncoding[] result =
        new FieldEncoding[support.stream().mapToInt(FieldEncoding::past).max().orElse(0)];
    for (FieldEncoding encoding : support) {
      Arrays.fill(result, encoding.first(), encoding.past(), encoding);
    }
    return result;
  }

  private static String nameOf(Field field) {
    return switch (field.kind()) {
      case HOST -> "Host";
      case PATH -> "path";
      case METHOD -> "method";
      case QUERY -> "query";
      case HEADER, HEADER_LIST -> field.name().equals("host") ? "Host" : "header " + field.name();
      case SOURCE -> "address of the client";
      case SOURCE_PORT -> "port of the client";
      case DESTINATION -> "address it was sent to";
      case SERVER_NAME, GREETING -> "TLS server name";
      case VERSION -> "HTTP version";
      case CHANCE -> "chance";
    };
  }

  String nameOf(int field) {
    return names.getOrDefault(field, "a test that is not modelled");
  }
}
