package dev.checkrail.read.haproxy;

import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts one line into words (manual 2.2, 2.3).
 *
 * <p>What surprises: a carriage return ends the line wherever it stands, also inside quotes; the
 * default of {@code ${VAR-default}} is taken as it stands, quotes and backslashes included;
 * variables count inside double quotes only; an empty word at the end of the line is no word.
 * Linear in the length of the line and of what it expands to, which is bounded.
 */
final class Tokenizer {
  /** HAProxy's own limit of words in a line. */
  static final int MAX_WORDS = 64;

  /** A line that grows beyond this is not a configuration; HAProxy itself knows no limit. */
  static final int MAX_OUTPUT = 1 << 24;

  private static final int[] NO_ORIGIN = {};

  /** A variable that was expanded although it has neither value nor default. */
  record Undefined(String name, int offset, int length) {}

  /** What became of a line. */
  sealed interface Result {}

  /**
   * @param words the words
   * @param outputLength bytes of all values and their terminators, as HAProxy counts them
   * @param defaultAt offset of the first brace whose variable names a default, or -1
   * @param undefined variables without value and default
   */
  record Words(List<Word> words, int outputLength, int defaultAt, List<Undefined> undefined)
      implements Result {
    Words {
      words = List.copyOf(words);
      undefined = List.copyOf(undefined);
    }
  }

  /** The line can't be cut; offset and length in it of what is wrong. */
  record Broken(String message, int offset, int length) implements Result {}

  private final String file;
  private final int line;
  private final String in;
  private final Variables variables;
  private final String section;

  private final List<Word> words = new ArrayList<>();
  private final List<Undefined> undefined = new ArrayList<>();

  // The raw word under way: its finished values (word-list expansion), the value under way, and
  // where
  // each of its bytes came from.
  private int start;
  private boolean quoted;
  private final List<String> names = new ArrayList<>();
  private final List<String> pieces = new ArrayList<>();
  private final List<int[]> pieceOrigins = new ArrayList<>();
  private final StringBuilder value = new StringBuilder();
  private int[] origin = new int[32];
  private boolean plainPiece;

  private @Nullable Broken failure;
  private int wordIndex;
  private int outputLength;
  private int defaultAt = -1;

  /**
   * @param in the line without its terminator
   * @param section what {@code .SECTION} stands for
   */
  Tokenizer(String file, int line, String in, Variables variables, String section) {
    this.file = file;
    this.line = line;
    this.in = in;
    this.variables = variables;
    this.section = section;
  }

  Result run() {
    int i = 0;
    int end = in.length();
    while (i < end && isSpace(in.charAt(i))) {
      i++;
    }
    start = i;
    int quoteAt = -1;
    char quote = 0;
    while (i < end) {
      if (outputLength > MAX_OUTPUT) {
        return new Broken(
            "this line grows beyond 16 MiB when its variables are expanded", start, 0);
      }
      char c = in.charAt(i);
      if (c == '\r') {
        break;
      }
      if ((c == '"' && quote != '\'') || (c == '\'' && quote != '"')) {
        quoted = true;
        if (quote == 0) {
          quote = c;
          quoteAt = i;
        } else {
          quote = 0;
        }
        i++;
      } else if (c == '\\' && quote != '\'') {
        int length = escapeLength(i, quote == '"');
        if (length < 0) {
          return new Broken("\\x needs two hexadecimal digits behind it", i, 2);
        }
        emit(escaped(i, length), i);
        i += length;
      } else if (quote == 0 && c == '#') {
        break;
      } else if (quote == 0 && isSpace(c)) {
        finishRawWord(i);
        while (i < end && isSpace(in.charAt(i))) {
          i++;
        }
        start = i;
      } else if (c == '$' && quote == '"') {
        i = expand(i);
        if (failure != null) {
          return failure;
        }
      } else if (value.isEmpty() && quote == 0 && pieces.isEmpty() && !quoted && names.isEmpty()) {
        int plain = plainUntil(i);
        if (plain > i && (plain == end || endsPlainWord(in.charAt(plain)))) {
          addPlain(i, plain);
          i = plain;
        } else {
          for (; i < plain; i++) {
            emit(in.charAt(i), i);
          }
        }
      } else {
        emit(c, i);
        i++;
      }
    }
    if (quote != 0) {
      return new Broken(
          "this "
              + (quote == '"' ? "double" : "single")
              + " quote is never closed on its line (a quoted text can't go on in the next line)",
          quoteAt,
          1);
    }
    finishRawWord(i);
    // A separator after the last allowed word already counts as one word too many.
    if (wordIndex > MAX_WORDS) {
      Word last = words.getLast();
      return new Broken(
          "this line has more than 64 words, which is HAProxy's limit",
          last.span().column() - 1,
          last.span().length());
    }
    if (!words.isEmpty() && words.getLast().value().isEmpty()) {
      words.removeLast();
    }
    return new Words(words, outputLength, defaultAt, undefined);
  }

  private static boolean endsPlainWord(char c) {
    return isSpace(c) || c == '#';
  }

  /** End of the run of bytes without a meaning of their own that begins here. */
  private int plainUntil(int from) {
    int i = from;
    while (i < in.length()) {
      char c = in.charAt(i);
      if (c <= ' ' ? isSpace(c) : c == '"' || c == '\'' || c == '\\' || c == '#') {
        break;
      }
      i++;
    }
    return i == from ? from + 1 : i;
  }

  private void addPlain(int from, int to) {
    String text = in.substring(from, to);
    outputLength += to - from;
    pieces.add(text);
    pieceOrigins.add(NO_ORIGIN);
    plainPiece = true;
  }

  private void emit(char c, int from) {
    outputLength++;
    int length = value.length();
    if (length + 1 >= origin.length) {
      origin = Arrays.copyOf(origin, origin.length * 2);
    }
    origin[length] = from - start;
    value.append(c);
  }

  private void finishPiece(int rawEnd) {
    if (plainPiece) {
      plainPiece = false;
      return;
    }
    int nul = value.indexOf("\0");
    if (nul >= 0) {
      value.setLength(nul); // \x00: HAProxy's words are C strings
    }
    int[] origins = Arrays.copyOf(origin, value.length() + 1);
    origins[value.length()] = rawEnd - start;
    pieces.add(value.toString());
    pieceOrigins.add(origins);
    value.setLength(0);
  }

  private void finishRawWord(int end) {
    finishPiece(end);
    outputLength++;
    String raw = in.substring(start, end);
    Span span = new Span(file, line, start + 1, end - start);
    for (int i = 0; i < pieces.size(); i++) {
      if (wordIndex < MAX_WORDS) {
        String piece = pieces.get(i);
        int[] origins = pieceOrigins.get(i);
        boolean same = origins.length == 0 || (pieces.size() == 1 && piece.equals(raw));
        int @Nullable [] map = same ? null : origins;
        words.add(new Word(raw, piece, span, quoted, names, map));
      }
      wordIndex++;
    }
    pieces.clear();
    pieceOrigins.clear();
    names.clear();
    quoted = false;
  }

  /** Bytes that the escape at {@code i} takes, or -1 if it is malformed. */
  private int escapeLength(int i, boolean inDoubleQuotes) {
    char next = i + 1 < in.length() ? in.charAt(i + 1) : 0;
    return switch (next) {
      case ' ', '\\', 't', 'n', 'r', '#', '\'', '"' -> 2;
      case '$' -> inDoubleQuotes ? 2 : 1;
      case 'x' ->
          i + 3 < in.length()
                  && Character.digit(in.charAt(i + 2), 16) >= 0
                  && Character.digit(in.charAt(i + 3), 16) >= 0
              ? 4
              : -1;
      default -> 1;
    };
  }

  private char escaped(int i, int length) {
    if (length == 1) {
      return '\\';
    }
    if (length == 4) {
      return (char)
          (Character.digit(in.charAt(i + 2), 16) * 16 + Character.digit(in.charAt(i + 3), 16));
    }
    return switch (in.charAt(i + 1)) {
      case 't' -> '\t';
      case 'n' -> '\n';
      case 'r' -> '\r';
      default -> in.charAt(i + 1);
    };
  }

  private int fail(String message, int offset, int length) {
    failure = new Broken(message, offset, length);
    return in.length();
  }

  /** Expands the variable at {@code dollar}; the offset behind it. */
  private int expand(int dollar) {
    int i = dollar + 1;
    boolean brace = at(i) == '{';
    if (brace) {
      i++;
    }
    int nameStart = i;
    if (!isAlpha(at(i)) && at(i) != '_' && at(i) != '.') {
      return fail(
          "a variable's name begins with a letter or an underscore; write \\$ for a dollar sign inside"
              + " double quotes",
          i,
          0);
    }
    i++;
    while (isAlnum(at(i)) || at(i) == '_') {
      i++;
    }
    String name = in.substring(nameStart, i);
    String found = name.startsWith(".") ? pseudoVariable(name) : variables.value(name);
    if (found == null && name.startsWith(".")) {
      return fail(
          "there is no pseudo-variable " + name + "; there are .FILE, .LINE and .SECTION",
          nameStart,
          name.length());
    }
    boolean expandWords = false;
    if (brace && at(i) == '[') {
      if (at(i + 1) != '*' || at(i + 2) != ']') {
        return fail("only [*] may stand between a variable's name and its brace", i, 1);
      }
      expandWords = true;
      i += 3;
    }
    if (brace) {
      if (at(i) == '-') {
        int close = in.indexOf('}', i + 1);
        if (close >= 0) {
          if (found == null) {
            found = in.substring(i + 1, close);
          }
          if (defaultAt < 0) {
            defaultAt = nameStart - 1;
          }
          i = close;
        }
      }
      if (at(i) != '}') {
        return fail("this brace is never closed", nameStart - 1, 1);
      }
      i++;
    }
    names.add(name);
    if (found == null || variables.assumed(name)) {
      undefined.add(new Undefined(name, dollar, i - dollar));
    }
    if (found != null) {
      emitVariable(found, dollar, expandWords);
    }
    return i;
  }

  private void emitVariable(String text, int from, boolean expandWords) {
    if ((long) outputLength + text.length() > MAX_OUTPUT) {
      outputLength = MAX_OUTPUT + 1;
      return;
    }
    if (!expandWords) {
      int length = value.length();
      int after = length + text.length();
      if (after >= origin.length) {
        origin = Arrays.copyOf(origin, Math.max(after + 1, origin.length * 2));
      }
      Arrays.fill(origin, length, after, from - start);
      value.append(text);
      outputLength += text.length();
      return;
    }
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (isSpace(c)) {
        finishPiece(from);
        outputLength++;
        while (i < text.length() && isSpace(text.charAt(i))) {
          i++;
        }
      } else {
        emit(c, from);
        i++;
      }
    }
  }

  private @Nullable String pseudoVariable(String name) {
    return switch (name) {
      case ".FILE" -> file;
      case ".LINE" -> Integer.toString(line);
      case ".SECTION" -> section;
      default -> null;
    };
  }

  private char at(int i) {
    return i < in.length() ? in.charAt(i) : 0;
  }

  static boolean isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }

  static boolean isAlpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  static boolean isAlnum(char c) {
    return isAlpha(c) || (c >= '0' && c <= '9');
  }
}
