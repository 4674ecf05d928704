package dev.checkrail.cli;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options on which control plane is asked, and as whom. */
final class ServerOptions {
  private static final String USUAL = "http://127.0.0.1:8460";

  @Option(
      names = "--server",
      paramLabel = "URL",
      description =
          "The control plane. Default: the variable CHECKRAIL_SERVER, else " + USUAL + ".")
  private @Nullable String server;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "A file with a token. Default: the variable CHECKRAIL_TOKEN, else what 'login' kept.")
  private @Nullable String tokenFile;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "Trust this certificate (PEM), and no other.")
  private @Nullable String ca;

  String server(Surroundings at) {
    String url =
        Optional.ofNullable(server).or(() -> at.variable("CHECKRAIL_SERVER")).orElse(USUAL);
    return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
  }

  Optional<String> tokenFile() {
    return Optional.ofNullable(tokenFile);
  }

  Optional<String> ca() {
    return Optional.ofNullable(ca);
  }
}
