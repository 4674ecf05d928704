package dev.checkrail.read.haproxy;

import dev.checkrail.source.SourceFile;
import java.util.List;

/** Cuts files into lines, words and sections as HAProxy 2.6 does (manual 2.1 to 2.4). */
public final class ParseHaproxy {
  private ParseHaproxy() {}

  /** Parses files in load order for a target. */
  public static Reading parse(List<SourceFile> files, Target target) {
    throw new UnsupportedOperationException();
  }
}
