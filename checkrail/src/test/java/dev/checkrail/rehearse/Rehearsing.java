package dev.checkrail.rehearse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.policy.Policy;
import dev.checkrail.policy.PolicyReader;
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.Read;
import dev.checkrail.report.Rehearsal;
import dev.checkrail.report.Request;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Files;
import dev.checkrail.source.SourceFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Words in which the tests of this package are written. */
final class Rehearsing {
  private Rehearsing() {}

  static final String DEFAULTS =
      """
      defaults
        mode http
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      """;

  /** A configuration {@code haproxy.cfg} of this text, with other files by path. */
  static Original read(String text, String... files) {
    Map<String, String> texts = new HashMap<>();
    texts.put("haproxy.cfg", text);
    for (int i = 0; i < files.length; i += 2) {
      texts.put(files[i], files[i + 1]);
    }
    return read(Files.of(texts), "haproxy.cfg", Map.of());
  }

  static Original read(Files files, String path, Map<String, String> environment) {
    HaproxyTarget target = HaproxyTarget.debian12(environment);
    return new Original(Read.haproxy(files, List.of(path), target), files, target);
  }

  /** Files of the disk. */
  static Files disk() {
    return new Files(path -> {
      Path file = Path.of(path);
      try {
        return java.nio.file.Files.isRegularFile(file)
            ? new Files.Lookup.Found(SourceFile.of(path, java.nio.file.Files.readAllBytes(file)))
            : new Files.Lookup.Absent(path);
      } catch (IOException e) {
        return new Files.Lookup.Unreadable(path, String.valueOf(e.getMessage()));
      }
    });
  }

  static Policy policy(String yaml) {
    List<String> rules = Arrays.stream(RuleId.values()).map(RuleId::id).toList();
    PolicyReader.Reading read =
        PolicyReader.read(SourceFile.of("checkrail.yaml", yaml), Map.of(), rules);
    assertThat(read.problems()).isEmpty();
    return read.policy();
  }

  /** {@code GET http://…}, {@code from 10.0.0.1} and {@code at 127.0.0.1:80} may follow. */
  static Rehearsed request(String text) {
    List<String> words = Arrays.asList(text.split(" "));
    Map<String, String> more = new LinkedHashMap<>();
    for (int i = 2; i + 1 < words.size(); i += 2) {
      more.put(words.get(i), words.get(i + 1));
    }
    return Rehearsed.of(
        new Request(
            words.get(0),
            words.get(1),
            Map.of(),
            Optional.ofNullable(more.get("from")),
            Optional.ofNullable(more.get("at")),
            Optional.ofNullable(more.get("sni")),
            Optional.empty(),
            Optional.empty()));
  }

  static List<Rehearsed> requests(String... texts) {
    return Arrays.stream(texts).map(Rehearsing::request).toList();
  }

  /** {@code be/a down: pass}, one for each fault. */
  static List<String> faults(RehearseReport report) {
    return report.rehearsal().faults().stream()
        .map(fault -> fault.fault() + ": " + fault.status().word())
        .toList();
  }

  static Rehearsal.Fault fault(RehearseReport report, String name) {
    return report.rehearsal().faults().stream()
        .filter(fault -> fault.fault().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new AssertionError(name + " is not among " + report.rehearsal().faults()));
  }
}
