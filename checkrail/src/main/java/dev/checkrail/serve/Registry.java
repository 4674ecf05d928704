package dev.checkrail.serve;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.Disk;
import dev.checkrail.balancer.Versions;
import dev.checkrail.balancer.haproxy.Installation;
import dev.checkrail.policy.Policy;
import dev.checkrail.policy.PolicyReader;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Severity;
import dev.checkrail.source.SourceFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The load balancers that are owned here, as files: going back has to work while the database is
 * down.
 *
 * <pre>
 * balancers/NAME/installation.json   where its program, files and sockets are
 * balancers/NAME/policy.yaml         the approved policy, if there is one
 * balancers/NAME/policies/           all that were approved, and by whom; see {@link ApprovedPolicies}
 * balancers/NAME/log-source          where its log comes from, if it is taken in
 * balancers/NAME/log-records/        see {@link RecordFiles}
 * balancers/NAME/versions/           see {@link Versions}
 * balancers/NAME/back-by-hand.sh     how to go back without us
 * balancers-former/NAME-TIME/        one that was let go, as it was
 * </pre>
 */
final class Registry {
  static final String NAME = "[a-z][a-z0-9._-]{0,63}";
  private static final String INSTALLATION = "installation.json";
  private static final String POLICY = "policy.yaml";
  private static final String POLICIES = "policies";
  private static final String LOG = "log-source";
  private static final String RECORDS = "log-records";
  private static final String BY_HAND = "back-by-hand.sh";
  private static final DateTimeFormatter FORMER =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT);

  private final Path folder;

  Registry(Path folder) throws BalancerException {
    this.folder = Disk.folder(folder);
  }

  /**
   * A load balancer that is owned here.
   *
   * @param log where its log comes from, as {@link LogOption} reads it
   */
  record Entry(
      String name, Installation installation, Optional<String> policy, Optional<String> log) {}

  List<String> names() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(path -> Files.exists(path.resolve(INSTALLATION)))
          .map(path -> String.valueOf(path.getFileName()))
          .sorted()
          .toList();
    }
  }

  Optional<Entry> entry(String name) throws BalancerException {
    if (!name.matches(NAME)) {
      return Optional.empty();
    }
    Optional<byte[]> text = Disk.read(folder.resolve(name).resolve(INSTALLATION));
    if (text.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Entry(
            name,
            installation(Wire.read(text.get())),
            Disk.read(folder.resolve(name).resolve(POLICY))
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8)),
            Disk.read(folder.resolve(name).resolve(LOG))
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8).strip())
                .filter(log -> !log.isEmpty() && !log.equals("none"))));
  }

  /** The folder of its versions, which is made. */
  Versions versions(String name) throws BalancerException {
    Disk.folder(folder.resolve(name));
    return Versions.in(folder.resolve(name).resolve("versions"));
  }

  /** Its policies, and who approved them. */
  ApprovedPolicies policies(String name) throws BalancerException {
    Path own = Disk.folder(folder.resolve(name));
    return ApprovedPolicies.in(own.resolve(POLICIES), own.resolve(POLICY));
  }

  /** The folder of records of its log. */
  Path records(String name) {
    return folder.resolve(name).resolve(RECORDS);
  }

  /** Writes down how to go back without us. */
  Path byHand(String name, List<String> commands) throws BalancerException {
    Path script = folder.resolve(name).resolve(BY_HAND).toAbsolutePath();
    String text =
        "# Written by Checkrail after each change: back to the version before, without Checkrail.\n"
            + String.join("\n", commands)
            + "\n";
    Disk.putOurs(script, text.getBytes(StandardCharsets.UTF_8));
    return script;
  }

  /** From here on it is owned; the last step of adding one. */
  void add(Entry entry) throws BalancerException {
    Path own = Disk.folder(folder.resolve(entry.name()));
    if (entry.policy().isPresent()) {
      Disk.putOurs(own.resolve(POLICY), entry.policy().get().getBytes(StandardCharsets.UTF_8));
    }
    String log = entry.log().orElse("none") + "\n";
    Disk.putOurs(own.resolve(LOG), log.getBytes(StandardCharsets.UTF_8));
    Disk.putOurs(
        own.resolve(INSTALLATION),
        Wire.text(node(entry.installation())).getBytes(StandardCharsets.UTF_8));
  }

  /** Where one that is let go now is kept. */
  Path former(String name, Instant at) {
    Path all = folder.resolveSibling(folder.getFileName() + "-former").toAbsolutePath();
    String time = FORMER.format(at.atOffset(ZoneOffset.UTC));
    Path place = all.resolve(name + "-" + time);
    for (int i = 2; Files.exists(place); i++) {
      place = all.resolve(name + "-" + time + "-" + i);
    }
    return place;
  }

  /** From here on it is not owned any more. */
  void forget(String name, Path former) throws BalancerException {
    try {
      Disk.folder(Objects.requireNonNull(former.getParent()));
      Files.move(folder.resolve(name), former, StandardCopyOption.ATOMIC_MOVE);
      // Its paths lead to where the kept files were.
      Files.deleteIfExists(former.resolve(BY_HAND));
    } catch (IOException e) {
      throw new BalancerException(
          BalancerException.Kind.FILES,
          "what is kept of " + name + " can't be moved to " + former + ": " + e.getMessage(),
          e);
    }
  }

  /** What the policy says; one that can't be read is the sender's error. */
  static Policy policy(Optional<String> text, Map<String, String> environment) {
    if (text.isEmpty()) {
      return Policy.none();
    }
    PolicyReader.Reading reading =
        PolicyReader.read(
            SourceFile.of("checkrail.yaml", text.get().getBytes(StandardCharsets.UTF_8)),
            environment,
            Arrays.stream(RuleId.values()).map(RuleId::id).toList());
    if (!reading.ok()) {
      throw dev.checkrail.serve.Problem.refused(
          "the policy can't be read: "
              + String.join(
                  "; ",
                  reading.problems().stream()
                      .filter(problem -> problem.severity() == Severity.ERROR)
                      .map(it -> it + it.fix().map(fix -> "; " + fix).orElse(""))
                      .limit(10)
                      .toList()));
    }
    return reading.policy();
  }

  static ObjectNode node(Installation at) {
    ObjectNode node = Wire.object();
    node.put("binary", at.binary().toString());
    node.set("configuration", Wire.texts(at.configuration().stream().map(Path::toString).toList()));
    at.marker().ifPresent(path -> node.put("marker", path.toString()));
    node.put("working_directory", at.workingDirectory().toString());
    at.masterSocket().ifPresent(path -> node.put("master_socket", path.toString()));
    at.statsSocket().ifPresent(path -> node.put("stats_socket", path.toString()));
    ObjectNode environment = node.putObject("environment");
    at.environment().forEach(environment::put);
    return node;
  }

  /** As others may see it: a variable may hold a password. */
  static ObjectNode shown(Installation at) {
    ObjectNode node = node(at);
    ObjectNode environment = node.putObject("environment");
    at.environment().keySet().forEach(name -> environment.put(name, "[set]"));
    return node;
  }

  private static Installation installation(ObjectNode node) {
    Map<String, String> environment = new LinkedHashMap<>();
    Optional.ofNullable(node.get("environment"))
        .ifPresent(all ->
            all.properties()
                .forEach(one -> environment.put(one.getKey(), one.getValue().asString())));
    return new Installation(
        Path.of(node.get("binary").asString()),
        node.get("configuration").values().stream().map(JsonNode::asString).map(Path::of).toList(),
        path(node, "marker"),
        Path.of(node.get("working_directory").asString()),
        path(node, "master_socket"),
        path(node, "stats_socket"),
        environment);
  }

  private static Optional<Path> path(ObjectNode node, String name) {
    return Optional.ofNullable(node.get(name)).map(JsonNode::asString).map(Path::of);
  }
}
