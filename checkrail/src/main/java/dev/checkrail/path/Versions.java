package dev.checkrail.path;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How far the measured agreement between model and binary reaches. */
public final class Versions {
  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)(?:\\.\\d+)?");

  private Versions() {}

  /** What the verdict has to say if this version is not one that the model was measured on. */
  public static Optional<String> caveat(String version) {
    Matcher found = VERSION.matcher(version);
    boolean measured = !found.find() || (found.group(1).equals("2") && found.group(2).equals("6"));
    return measured
        ? Optional.empty()
        : Optional.of("HAProxy " + found.group() + ": agreement measured on 2.6.12 only");
  }
}
