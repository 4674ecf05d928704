package dev.checkrail.read.haproxy.lower;

import dev.checkrail.source.SourceFile;

/** Pieces of configuration text in messages. */
final class Text {
  private static final int LONGEST = 60;

  private Text() {}

  /** As a person should see it, cut if it is long. */
  static String shown(String latin1) {
    String whole = SourceFile.display(latin1);
    return whole.length() <= LONGEST ? whole : whole.substring(0, LONGEST) + "…";
  }
}
