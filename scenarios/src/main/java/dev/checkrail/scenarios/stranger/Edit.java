package dev.checkrail.scenarios.stranger;

import java.io.IOException;
import tools.jackson.databind.JsonNode;

/** What somebody does to a text by hand. */
public final class Edit {
  private Edit() {}

  /**
   * The text afterwards.
   *
   * @param act {@code {"do":"insert","after":…,"line":…}}: the line behind the first one that has
   *     that text; or {@code {"do":"replace","old":…,"new":…}}
   * @throws IOException if the text has no such place
   */
  public static String of(String text, JsonNode act) throws IOException {
    boolean inserts = act.path("do").asString("").equals("insert");
    String where = act.path(inserts ? "after" : "old").asString();
    int at = text.indexOf(where);
    if (at < 0) {
      throw new IOException("there is no '" + where + "'");
    }
    if (!inserts) {
      return text.replace(where, act.path("new").asString());
    }
    int end = text.indexOf('\n', at);
    if (end < 0) {
      throw new IOException("the line with '" + where + "' does not end");
    }
    return text.substring(0, end + 1)
        + act.path("line").asString()
        + "\n"
        + text.substring(end + 1);
  }
}
