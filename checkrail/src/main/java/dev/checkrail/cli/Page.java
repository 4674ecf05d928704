package dev.checkrail.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Lines of text for people: indented, wrapped where a person looks at them. */
final class Page {
  private static final int NARROWEST = 60;

  private final PrintStream out;
  private final Paint paint;
  private final int width;

  Page(PrintStream out, Paint paint, int width) {
    this.out = out;
    this.paint = paint;
    this.width = Math.max(NARROWEST, width);
  }

  Paint paint() {
    return paint;
  }

  void line(String text) {
    out.println(paint.plain(text));
  }

  void blank() {
    out.println();
  }

  /** A sentence, wrapped between words, each line indented. */
  void prose(int indent, String text) {
    for (String part : wrap(text, width - indent)) {
      line(" ".repeat(indent) + part);
    }
  }

  /** A label and a sentence that hangs behind it. */
  void labelled(int indent, String label, String text) {
    List<String> parts = wrap(text, width - indent - label.length() - 1);
    for (int i = 0; i < parts.size(); i++) {
      String front = i == 0 ? paint.faint(label) + " " : " ".repeat(label.length() + 1);
      line(" ".repeat(indent) + front + parts.get(i));
    }
  }

  /** What is to be copied is never wrapped. */
  void verbatim(int indent, String label, String text) {
    line(" ".repeat(indent) + paint.faint(label) + " " + text);
  }

  private static List<String> wrap(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      if (!line.isEmpty()) {
        line.append(' ');
      }
      line.append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
