package dev.checkrail.scenarios.topology;

import java.nio.file.Path;

/** Who is told, and how: everybody over one signed webhook, which is the sink. */
public final class OnCallFile {
  private OnCallFile() {}

  static String text(Staging staging, Path secret) {
    return """
    version: 1
    notifiers:
      people: { webhook: "http://127.0.0.1:%d/page", secret_file: "%s" }
    chains:
      team-devops:
        - { notify: [people], for: 5m }
      default:
        - { notify: [people], for: 5m }
    tickets: [people]
    """
        .formatted(staging.port("sink"), secret);
  }

  /** Whether this clone's control plane tells anybody. */
  public static boolean isKnown(Path home) {
    return java.nio.file.Files.isRegularFile(
        home.resolve("checkrail/src/main/java/dev/checkrail/serve/OnCallFile.java"));
  }
}
