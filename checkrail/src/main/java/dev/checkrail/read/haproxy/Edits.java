package dev.checkrail.read.haproxy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Changes to a tree's text that touch only what they name: all other bytes are printed as they were
 * read. Edits of words keep the rest of their line; a line that is replaced or deleted takes its
 * words' edits with it. Lines are named by the {@link Line} of the tree, words by their {@link
 * Word}. Confined to one thread.
 */
public final class Edits {
  private record WordEdit(int from, int to, String text) {}

  private static final class LineEdit {
    private final StringBuilder before = new StringBuilder();
    private final StringBuilder after = new StringBuilder();
    private boolean replaced;
    private String text = "";
    private final List<WordEdit> words = new ArrayList<>();
  }

  private record Place(String file, int line) {}

  private final HaproxyTree tree;
  private final Map<Place, LineEdit> edits = new HashMap<>();

  /** No edits yet. */
  public Edits(HaproxyTree tree) {
    this.tree = tree;
  }

  /** Replaces a line; the text comes without a line terminator. */
  public Edits replace(Line line, String text) {
    LineEdit edit = edit(line);
    edit.replaced = true;
    edit.text = text + "\n";
    return this;
  }

  /** Deletes a line, its terminator included; other lines' numbers change. */
  public Edits delete(Line line) {
    LineEdit edit = edit(line);
    edit.replaced = true;
    edit.text = "";
    return this;
  }

  /** Turns a line into a comment, so that the numbers of all lines stay as they are. */
  public Edits comment(Line line) {
    return replace(line, "#" + line.content());
  }

  /** Inserts a line before another. */
  public Edits insertBefore(Line line, String text) {
    edit(line).before.append(text).append('\n');
    return this;
  }

  /** Inserts a line behind another. */
  public Edits insertAfter(Line line, String text) {
    edit(line).after.append(text).append('\n');
    return this;
  }

  /** Puts a value in the place of a word, quoted as far as needed. */
  public Edits replace(Word word, String value) {
    return replaceRaw(word, quote(value));
  }

  /** Puts text in the place of a word as it is. */
  public Edits replaceRaw(Word word, String raw) {
    return replaceRaw(word, word, raw);
  }

  /** Puts text in the place of all from one word to another of the same line. */
  public Edits replaceRaw(Word first, Word last, String raw) {
    int from = first.span().column() - 1;
    int to = last.span().column() - 1 + last.span().length();
    List<WordEdit> words =
        edits.computeIfAbsent(
                new Place(first.span().file(), first.span().line()), p -> new LineEdit())
            .words;
    if (words.stream().anyMatch(w -> from < w.to() && w.from() < to)) {
      throw new IllegalStateException("two edits of " + first.span());
    }
    words.add(new WordEdit(from, to, raw));
    return this;
  }

  /** Deletes words of a line, from one to another, and the white space before them. */
  public Edits delete(Word first, Word last) {
    return replaceRaw(first, last, "");
  }

  private LineEdit edit(Line line) {
    return edits.computeIfAbsent(new Place(line.file(), line.number()), p -> new LineEdit());
  }

  /** The files' texts after all edits, by path, in load order (one {@code char} per byte). */
  public Map<String, String> print() {
    Map<String, String> texts = new LinkedHashMap<>();
    for (ConfigFile file : tree.files()) {
      StringBuilder text = new StringBuilder(file.source().text().length() + 64);
      for (Line line : file.lines()) {
        LineEdit edit = edits.get(new Place(line.file(), line.number()));
        if (edit == null) {
          text.append(line.text());
        } else {
          print(line, edit, text);
        }
      }
      texts.put(file.source().path(), text.toString());
    }
    return texts;
  }

  private static void print(Line line, LineEdit edit, StringBuilder text) {
    text.append(edit.before);
    String own = edit.replaced ? edit.text : withWords(line, edit);
    text.append(own);
    if (!edit.after.isEmpty()) {
      if (!own.isEmpty() && !own.endsWith("\n")) {
        text.append('\n');
      }
      text.append(edit.after);
    }
  }

  private static String withWords(Line line, LineEdit edit) {
    StringBuilder own = new StringBuilder(line.text());
    edit.words.stream()
        .sorted(java.util.Comparator.comparingInt(WordEdit::from).reversed())
        .forEach(w -> {
          int from = w.from();
          while (w.text().isEmpty() && from > 0 && isBlank(own.charAt(from - 1))) {
            from--;
          }
          own.replace(from, w.to(), w.text());
        });
    return own.toString();
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  /**
   * A value written so that HAProxy reads exactly it (manual 2.2): as it is where nothing in it has
   * a meaning, else in double quotes with escapes.
   */
  public static String quote(String value) {
    if (!value.isEmpty() && value.chars().allMatch(Edits::isPlain)) {
      return value;
    }
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\\', '"', '$' -> quoted.append('\\').append(c);
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\0' -> throw new IllegalArgumentException("no word of HAProxy can hold a NUL");
        default -> quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  private static boolean isPlain(int c) {
    return c > ' ' && c != '"' && c != '\'' && c != '\\' && c != '#' && c != '$';
  }
}
