package dev.checkrail.settings;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of {@code checkrail serve}: for who starts it, and for help and completion. */
@Command(
    description = {
      "Runs the control plane: owns load balancers, keeps the journal, answers HTTP.",
      "One process, in the foreground. It keeps all it has in one folder, in which a PostgreSQL of"
          + " its own runs. When it stops, load balancers go on as they are."
    },
    footer = {
      "",
      "Examples:",
      "  checkrail serve                                on 127.0.0.1:8460",
      "  checkrail serve --listen 127.0.0.1:9000 --data /srv/checkrail",
      "  checkrail serve --listen 0.0.0.0:8460 --tls-certificate cert.pem --tls-key key.pem",
      "  checkrail serve --on-call on-call.yaml         tells people when something is wrong",
      "  CHECKRAIL_DATABASE_PASSWORD=… checkrail serve --database-user checkrail \\",
      "      --database-url jdbc:postgresql://db.internal/checkrail",
      "",
      "At the first start it prints a link that makes the first administrator.",
      "Exit status: 0 stopped as it was told, 2 could not run."
    })
public final class ServeOptions {
  /** Where it answers if nobody says otherwise. */
  public static final int PORT = 8460;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "Where it answers. Default: 127.0.0.1:8460; port 0 takes any.")
  private String listen = "127.0.0.1:" + PORT;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "All that is kept. Default: /var/lib/checkrail for root, else"
              + " ~/.local/share/checkrail.")
  private @Nullable Path data;

  @Mixin private DatabaseOptions database = new DatabaseOptions();

  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      description = "Answer HTTPS: the certificate and its chain, PEM.")
  private @Nullable Path certificate;

  @Option(names = "--tls-key", paramLabel = "FILE", description = "Its key, PEM (PKCS #8).")
  private @Nullable Path key;

  @Option(
      names = "--plain-http",
      description = "Answer plain HTTP beyond the loopback: only behind a proxy that does TLS.")
  private boolean plainHttp;

  @Option(
      names = "--drift-every",
      paramLabel = "SECONDS",
      description = "How often it is looked for drift by itself, 1 to 3600. Default: 10.")
  private int driftEvery = 10;

  @Option(
      names = "--observe",
      paramLabel = "SECONDS",
      description = "How long each step of a rollout is observed at least, 1 to 3600. Default: 30.")
  private int observe = 30;

  @Option(
      names = "--on-call",
      paramLabel = "FILE",
      description =
          "Whom to tell when something is wrong (YAML; docs/on-call.md), read at the start."
              + " Default: nobody; alerts are kept and shown.")
  private @Nullable Path onCall;

  @Option(
      names = "--observe-only",
      description =
          "Nothing acts by itself and nobody is told; it is recorded what would have been.")
  private boolean observeOnly;

  @Option(
      names = "--keep",
      paramLabel = "WHAT=N",
      description =
          "How long what is kept, in days: series (10), incidents (400), evidence (400) and"
              + " candidates (30); versions is a number (50). The journal is kept for ever.")
  private Map<String, String> keep = new LinkedHashMap<>();

  public String listen() {
    return listen;
  }

  public Optional<Path> data() {
    return Optional.ofNullable(data);
  }

  public DatabaseOptions database() {
    return database;
  }

  public Optional<Path> certificate() {
    return Optional.ofNullable(certificate);
  }

  public Optional<Path> key() {
    return Optional.ofNullable(key);
  }

  public boolean plainHttp() {
    return plainHttp;
  }

  public int observe() {
    return observe;
  }

  public int driftEvery() {
    return driftEvery;
  }

  public Optional<Path> onCall() {
    return Optional.ofNullable(onCall);
  }

  public boolean observeOnly() {
    return observeOnly;
  }

  public Map<String, String> keep() {
    return Map.copyOf(keep);
  }
}
