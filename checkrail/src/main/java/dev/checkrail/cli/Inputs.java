package dev.checkrail.cli;

import dev.checkrail.path.Subject;
import dev.checkrail.path.Terms;
import dev.checkrail.path.Versions;
import dev.checkrail.policy.Policy;
import dev.checkrail.policy.PolicyReader;
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.haproxy.Target;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Files;
import dev.checkrail.source.Problem;
import dev.checkrail.source.Severity;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds what a command is about: the policy, and the configurations with their files. */
final class Inputs {
  private static final String POLICY = "checkrail.yaml";
  private static final String NONE = "none";

  private final Surroundings at;
  private final ConfigPlaces options;
  private final Files policyFiles;
  private final Policy policy;
  private final Optional<String> policyPath;
  private final List<Problem> policyNotices;

  /**
   * Reads the policy.
   *
   * @param beside the configuration beside which it is looked for if none is named
   */
  Inputs(Surroundings at, ConfigPlaces options, String beside) {
    this.at = at;
    this.options = options;
    this.policyFiles = new Files(new DiskFiles(at.folder()));
    options.environment().keySet().forEach(Inputs::variable);
    this.policyPath = policyPath(beside);
    if (policyPath.isEmpty()) {
      this.policy = Policy.none();
      this.policyNotices = List.of();
      return;
    }
    String path = policyPath.get();
    PolicyReader.Reading reading =
        switch (policyFiles.read(path)) {
          case Files.Lookup.Found(var file) ->
              PolicyReader.read(
                  file,
                  options.environment(),
                  Arrays.stream(RuleId.values()).map(RuleId::id).toList());
          case Files.Lookup.Absent absent ->
              throw CannotRun.because(
                  "policy/missing",
                  path,
                  "the policy " + path + " is missing",
                  "name another one with --policy, or none with --policy none");
          case Files.Lookup.Unreadable(var there, var why) ->
              throw CannotRun.because(
                  "policy/unreadable",
                  path,
                  "the policy " + path + " can't be read: " + why,
                  "name another one with --policy, or none with --policy none");
        };
    if (!reading.ok()) {
      throw new CannotRun(
          reading.problems().stream().filter(p -> p.severity() == Severity.ERROR).toList());
    }
    this.policy = reading.policy();
    List<Problem> notices = new ArrayList<>(reading.problems());
    notices.addAll(policy.expired(today()));
    this.policyNotices = List.copyOf(notices);
  }

  private static void variable(String name) {
    if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
      throw CannotRun.usage(
          "--env: \"" + name + "\" can't be the name of a variable", "write --env NAME=VALUE");
    }
  }

  private Optional<String> policyPath(String beside) {
    if (options.policy().isPresent()) {
      return options.policy().filter(path -> !path.equals(NONE));
    }
    List<String> places = new ArrayList<>();
    if (isFolder(beside)) {
      places.add(join(beside, POLICY));
    }
    places.add(join(parent(beside), POLICY));
    return places.stream()
        .filter(path -> !(policyFiles.read(path) instanceof Files.Lookup.Absent))
        .findFirst();
  }

  Policy policy() {
    return policy;
  }

  Optional<String> policyPath() {
    return policyPath;
  }

  /** What is worth knowing about the policy itself, e.g. suppressions that have run out. */
  List<Problem> policyNotices() {
    return policyNotices;
  }

  /** The policy's file as it was asked for. */
  List<Files.Lookup> policyAsked() {
    return policyPath.map(path -> List.of(policyFiles.read(path))).orElse(List.of());
  }

  LocalDate today() {
    return LocalDate.ofInstant(at.clock().instant(), ZoneOffset.UTC);
  }

  /** A configuration: a file, or a folder with its {@code *.cfg} by name. */
  Subject subject(String config, Optional<String> root) {
    Files files = new Files(new DiskFiles(at.folder()));
    List<String> paths = isFolder(config) ? inFolder(config) : List.of(config);
    for (String path : paths) {
      switch (files.read(path)) {
        case Files.Lookup.Found found -> {}
        case Files.Lookup.Absent absent ->
            throw CannotRun.because(
                "file/missing",
                path,
                "there is no file or folder " + path,
                "name the configuration to look at");
        case Files.Lookup.Unreadable(var there, var why) ->
            throw CannotRun.because(
                "file/missing",
                path,
                path + " can't be read: " + why,
                "name a readable file, or a folder with *.cfg files");
      }
    }
    root.ifPresent(folder -> mustBeFolder("--root", folder));
    options.workingDirectory().ifPresent(folder -> mustBeFolder("--cwd", folder));
    return new Subject(
        config,
        files,
        paths,
        new HaproxyTarget(target(), root, options.workingDirectory().or(() -> folderOf(config))));
  }

  private void mustBeFolder(String option, String folder) {
    if (!isFolder(folder)) {
      throw CannotRun.usage(option + ": there is no folder " + folder, "name an existing one");
    }
  }

  /** The terms of this policy and these options. */
  Terms terms(
      JudgeOptions judge,
      Terms.Moves moves,
      List<Terms.Accepted> accepted,
      Terms.Rehearsing rehearsing) {
    return new Terms(
        policy,
        today(),
        judge.measure(),
        moves,
        accepted,
        rehearsing,
        judge.haproxy(at),
        policy.target().version().flatMap(Versions::caveat));
  }

  private Optional<String> folderOf(String config) {
    return isFolder(config) ? Optional.of(config) : Optional.empty();
  }

  private Target target() {
    Map<String, String> environment = new LinkedHashMap<>(policy.target().environment());
    environment.putAll(options.environment());
    Target usual = Target.debian12(environment);
    List<String> features = policy.target().features();
    return new Target(
        policy.target().version().orElse(usual.version()),
        features.isEmpty() ? usual.features() : Set.copyOf(features),
        usual.tlsLibrary(),
        environment);
  }

  private List<String> inFolder(String folder) {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries =
        java.nio.file.Files.newDirectoryStream(at.resolve(folder), "*.cfg")) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (!name.startsWith(".") && !java.nio.file.Files.isDirectory(entry)) {
          names.add(name);
        }
      }
    } catch (IOException e) {
      throw CannotRun.because(
          "file/missing",
          folder,
          "the folder " + folder + " can't be listed",
          "check its permissions");
    }
    if (names.isEmpty()) {
      throw CannotRun.because(
          "file/missing",
          folder,
          "the folder " + folder + " has no *.cfg file",
          "name a configuration file, or a folder that has some");
    }
    names.sort(null);
    return names.stream().map(name -> join(folder, name)).toList();
  }

  private boolean isFolder(String path) {
    try {
      return java.nio.file.Files.isDirectory(at.resolve(path));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static String join(String folder, String name) {
    return folder.isEmpty() ? name : folder.endsWith("/") ? folder + name : folder + "/" + name;
  }

  private static String parent(String path) {
    String trimmed =
        path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    int slash = trimmed.lastIndexOf('/');
    if (trimmed.equals(".") || trimmed.equals("..")) {
      return trimmed + "/..";
    }
    return slash < 0 ? "" : slash == 0 ? "/" : trimmed.substring(0, slash);
  }
}
