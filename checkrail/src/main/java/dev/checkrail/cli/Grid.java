package dev.checkrail.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Cells below each other: the first two columns and that of words to the left, the first two cut
 * where they are too long, the others to the right. Colours are put on once everything has its
 * place.
 */
final class Grid {
  private static final int LEFT = 2;

  /** A column of words that may be any number. */
  static final String WORDS = "ENDED BY";

  private static final String BETWEEN = "  ";

  private record Row(UnaryOperator<String> colour, List<String> cells) {
    Row {
      cells = List.copyOf(cells);
    }
  }

  private final Paint paint;
  private final int width;
  private final List<String> head = new ArrayList<>();
  private final List<Row> rows = new ArrayList<>();

  Grid(Paint paint, int width) {
    this.paint = paint;
    this.width = width;
  }

  void head(String... names) {
    head.addAll(List.of(names));
  }

  void row(UnaryOperator<String> colour, List<String> cells) {
    rows.add(new Row(colour, cells));
  }

  /** A line through all columns. */
  void note(String text) {
    rows.add(new Row(this::faint, List.of(text)));
  }

  String red(String text) {
    return paint.red(text);
  }

  String faint(String text) {
    return paint.faint(text);
  }

  List<String> lines() {
    int[] widths = widths();
    List<String> lines = new ArrayList<>();
    lines.add(paint.faint(text(head, widths)));
    for (Row row : rows) {
      String text =
          row.cells().size() == 1
              ? fitted(row.cells().getFirst(), width)
              : text(row.cells(), widths);
      lines.add(row.colour().apply(text));
    }
    return lines;
  }

  private int[] widths() {
    int[] widths = new int[head.size()];
    widen(widths, head);
    rows.stream().filter(row -> row.cells().size() > 1).forEach(row -> widen(widths, row.cells()));
    int all = (widths.length - 1) * BETWEEN.length();
    for (int one : widths) {
      all += one;
    }
    // What is too much is taken from the names, the longer one first.
    for (int over = all - width; over > 0; over--) {
      int longer = widths[0] >= widths[1] ? 0 : 1;
      if (widths[longer] <= 8) {
        break;
      }
      widths[longer]--;
    }
    return widths;
  }

  private static void widen(int[] widths, List<String> cells) {
    for (int i = 0; i < cells.size(); i++) {
      widths[i] = Math.max(widths[i], cells.get(i).length());
    }
  }

  private String text(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      if (i > 0) {
        line.append(BETWEEN);
      }
      String cell = fitted(cells.get(i), widths[i]);
      String room = " ".repeat(widths[i] - cell.length());
      boolean left = i < LEFT || head.get(i).equals(WORDS);
      line.append(left ? cell + room : room + cell);
    }
    return fitted(line.toString().stripTrailing(), width);
  }

  private static String fitted(String text, int width) {
    return text.length() <= width ? text : text.substring(0, Math.max(0, width - 1)) + "…";
  }
}
