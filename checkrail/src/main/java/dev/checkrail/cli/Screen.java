package dev.checkrail.cli;

import java.io.PrintStream;
import java.util.List;

/**
 * Where pages are shown one after the other: drawn over each other on a screen of their own, which
 * goes when it is left, or written below each other.
 */
final class Screen {
  private static final String OWN = "\u001B[?1049h";
  private static final String HIDE_CURSOR = "\u001B[?25l";
  private static final String BACK = "\u001B[?25h\u001B[?1049l";
  private static final String HOME = "\u001B[H";
  private static final String REST_OF_LINE = "\u001B[K";
  private static final String REST_OF_SCREEN = "\u001B[J";

  private final PrintStream out;
  private final boolean drawn;
  private final Thread sane = new Thread(this::restore, "terminal");
  private boolean entered;

  Screen(PrintStream out, boolean drawn) {
    this.out = out;
    this.drawn = drawn;
  }

  boolean drawn() {
    return drawn;
  }

  /**
   * @param rows as many as there is room for; what is below is left out and said to be
   */
  void show(List<String> lines, int rows) {
    if (!drawn) {
      lines.forEach(out::println);
      out.println();
      out.flush();
      return;
    }
    StringBuilder page = new StringBuilder();
    if (!entered) {
      entered = true;
      Runtime.getRuntime().addShutdownHook(sane);
      page.append(OWN).append(HIDE_CURSOR);
    }
    page.append(HOME);
    boolean all = lines.size() <= rows;
    int shown = all ? lines.size() : Math.max(1, rows - 1);
    for (int i = 0; i < shown; i++) {
      page.append(lines.get(i)).append(REST_OF_LINE);
      if (i + 1 < shown || !all) {
        page.append("\r\n");
      }
    }
    if (!all) {
      page.append(lines.size() - shown).append(" more lines below").append(REST_OF_LINE);
    }
    page.append(REST_OF_SCREEN);
    out.print(page);
    out.flush();
  }

  /** The terminal is as it was. */
  void leave() {
    if (entered) {
      restore();
      entered = false;
      try {
        Runtime.getRuntime().removeShutdownHook(sane);
      } catch (IllegalStateException e) {
        // The machine is going down, and the hook runs already.
      }
    }
  }

  private void restore() {
    out.print(BACK);
    out.flush();
  }
}
