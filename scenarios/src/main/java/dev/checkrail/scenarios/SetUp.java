package dev.checkrail.scenarios;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Brings what the demo needs. Programs are installed only where we are root, and said so; a HAProxy
 * service that came with the package is switched off again, one that was there before is left
 * alone.
 */
final class SetUp {
  private static final List<String> FOLDERS =
      List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");

  /** A program, and the Debian package that brings it. */
  private static final Map<String, String> WANTED =
      Map.of("haproxy", "haproxy", "ip", "iproute2", "unshare", "util-linux", "openssl", "openssl");

  /** Debian starts these as services once they are installed. */
  private static final List<String> SERVICES =
      List.of("haproxy", "prometheus", "prometheus-alertmanager", "prometheus-blackbox-exporter");

  private final PrintStream out;
  private final Map<String, String> wanted;

  SetUp(PrintStream out) {
    this(out, Map.of());
  }

  /** With further programs, and the packages that bring them. */
  SetUp(PrintStream out, Map<String, String> further) {
    this.out = out;
    Map<String, String> all = new HashMap<>(WANTED);
    all.putAll(further);
    this.wanted = Map.copyOf(all);
  }

  void run(Path example) throws CannotPlay, IOException, InterruptedException {
    List<String> missing =
        wanted.entrySet().stream()
            .filter(it -> !isThere(it.getKey()))
            .map(Map.Entry::getValue)
            .distinct()
            .sorted()
            .toList();
    if (!missing.isEmpty()) {
      install(missing);
    }
    key(example);
  }

  private static boolean isThere(String program) {
    String path = System.getenv("PATH");
    Stream<String> own = path == null ? Stream.empty() : Stream.of(path.split(":", -1));
    return Stream.concat(own, FOLDERS.stream())
        .filter(folder -> !folder.isEmpty())
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  private void install(List<String> packages) throws CannotPlay, IOException, InterruptedException {
    List<String> install =
        new ArrayList<>(List.of("apt-get", "install", "-y", "-qq", "--no-install-recommends"));
    install.addAll(packages);
    String command = String.join(" ", install);
    if (!isThere("apt-get") || !"root".equals(System.getProperty("user.name"))) {
      throw new CannotPlay(
          "needs " + String.join(", ", packages) + " and may not install it; as root: " + command);
    }
    out.println("Setting up: installing " + String.join(", ", packages));
    // Package lists may be missing or too old on a new machine.
    if (quietly(install) != 0
        && (quietly(List.of("apt-get", "update", "-qq")) != 0 || quietly(install) != 0)) {
      throw new CannotPlay(
          "could not install " + String.join(", ", packages) + "; try: " + command);
    }
    for (String service : SERVICES) {
      if (packages.contains(service)) {
        switchOff(service);
        out.println(
            "Setting up: the packaged service "
                + service
                + " is switched off; only its program is used");
      }
    }
  }

  private static void switchOff(String service) throws IOException, InterruptedException {
    if (Files.isDirectory(Path.of("/run/systemd/system"))) {
      quietly(List.of("systemctl", "disable", "--now", "--quiet", service));
    } else {
      quietly(List.of("update-rc.d", service, "disable"));
      quietly(List.of("/etc/init.d/" + service, "stop"));
    }
  }

  /** The example's TLS listener needs a certificate; a throw-away one will do. */
  private static void key(Path example) throws CannotPlay, IOException, InterruptedException {
    if (!Files.isRegularFile(example.resolve("edge.pem"))
        && quietly(List.of(example.resolve("make-key").toString())) != 0) {
      throw new CannotPlay(example.resolve("make-key") + " failed; run it to see why");
    }
  }

  private static int quietly(List<String> command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
    builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    return builder.start().waitFor();
  }
}
