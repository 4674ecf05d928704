package dev.checkrail.logs;

import dev.checkrail.logs.Read.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Walks over the fields of one line from left to right, each byte a bounded number of times. The
 * first thing that does not fit stops it: every later step does nothing and gives something empty,
 * so that the fields can be written down one after the other and the reason be asked for at the
 * end.
 */
final class Cursor {
  private static final int LONGEST_NUMBER = 18;

  byte[] line = new byte[0];
  int at;
  int end;
  private @Nullable Reason failure;

  void over(byte[] line, int from, int to) {
    this.line = line;
    at = from;
    end = to;
    failure = null;
  }

  /** Why it stopped; null if it did not. */
  @Nullable Reason failure() {
    return failure;
  }

  void fail(Reason reason) {
    if (failure == null) {
      failure = reason;
    }
    at = end;
  }

  boolean ended() {
    return at >= end;
  }

  /** The byte at the cursor; 0 at the end. */
  byte peek() {
    return at < end ? line[at] : 0;
  }

  /** Steps over a byte that has to be there. */
  void expect(char wanted) {
    if (at >= end) {
      fail(Reason.TRUNCATED);
    } else if (line[at] != wanted) {
      fail(Reason.UNKNOWN_FORMAT);
    } else {
      at++;
    }
  }

  boolean skip(char wanted) {
    if (at < end && line[at] == wanted) {
      at++;
      return true;
    }
    return false;
  }

  /** Steps behind the next such byte and gives its place; a line without it is cut. */
  int behind(char stop) {
    int i = at;
    while (i < end && line[i] != stop) {
      i++;
    }
    if (i >= end) {
      fail(Reason.TRUNCATED);
      return end;
    }
    at = i + 1;
    return i;
  }

  /**
   * A number, and the byte behind it. A plus before it says that the final value is larger, or that
   * the server was changed, see section 8.2.3.
   *
   * @param stop what has to follow; 0 if the line may end here or a blank follow
   */
  long number(char stop) {
    skip('+');
    boolean minus = skip('-');
    int start = at;
    long value = 0;
    while (at < end && line[at] >= '0' && line[at] <= '9') {
      value = value * 10 + (line[at] - '0');
      if (at - start >= LONGEST_NUMBER) {
        fail(Reason.BAD_NUMBER);
        return 0;
      }
      at++;
    }
    if (failure != null) {
      return 0;
    }
    if (at >= end && (stop != 0 || at == start)) {
      fail(Reason.TRUNCATED);
      return 0;
    }
    if (at == start) {
      fail(Reason.BAD_NUMBER);
      return 0;
    }
    if (stop != 0) {
      if (line[at] != stop) {
        fail(Reason.BAD_NUMBER);
        return 0;
      }
      at++;
    } else if (at < end && line[at] != ' ') {
      fail(Reason.BAD_NUMBER);
      return 0;
    }
    return minus ? -value : value;
  }

  int count(char stop) {
    long value = number(stop);
    if (value < -1 || value > Integer.MAX_VALUE) {
      fail(Reason.BAD_NUMBER);
      return 0;
    }
    return (int) value;
  }

  boolean startsWith(byte[] text) {
    if (end - at < text.length) {
      return false;
    }
    for (int i = 0; i < text.length; i++) {
      if (line[at + i] != text[i]) {
        return false;
      }
    }
    return true;
  }
}
