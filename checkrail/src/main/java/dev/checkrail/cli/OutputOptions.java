package dev.checkrail.cli;

import picocli.CommandLine.Option;

/** Options on how an answer is given. */
final class OutputOptions {
  enum Format {
    text,
    json
  }

  enum Colour {
    auto,
    always,
    never
  }

  @Option(
      names = "--format",
      paramLabel = "text|json",
      description = "Text for people (default) or JSON for machines.")
  private Format format = Format.text;

  @Option(
      names = "--color",
      paramLabel = "auto|always|never",
      description = "Default: on a terminal, unless NO_COLOR is set.")
  private Colour colour = Colour.auto;

  @Option(
      names = {"-v", "--verbose"},
      description = "Also what does not count: live, suppressed, notices, unmodelled lines.")
  private boolean verbose;

  @Option(names = "--debug", description = "With an internal error: its details.")
  private boolean debug;

  boolean json() {
    return format == Format.json;
  }

  boolean verbose() {
    return verbose;
  }

  boolean colour(Surroundings at) {
    return switch (colour) {
      case always -> true;
      case never -> false;
      case auto -> at.outIsTerminal() && at.variable("NO_COLOR").isEmpty();
    };
  }
}
