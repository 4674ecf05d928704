package dev.checkrail.rehearse;

import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import dev.checkrail.report.Stage;
import dev.checkrail.source.Redaction;
import dev.checkrail.source.SourceFile;
import dev.checkrail.source.Span;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** HAProxy's own judgement of a configuration: {@code haproxy -W -c -dr}, in the sandbox. */
public final class Native {
  private Native() {}

  /**
   * What HAProxy said.
   *
   * @param accepted exit 0, or 2 (valid, but nothing listens), in time
   * @param exit the exit status
   * @param timedOut whether it had to be ended
   * @param text its output, at most 64 KiB
   */
  public record Verdict(boolean accepted, int exit, boolean timedOut, String text) {}

  private static final Duration TIME = Duration.ofSeconds(60);

  private static final Pattern PLACE = Pattern.compile("\\[([^\\[\\]]+):(\\d+)\\]");
  private static final Pattern ALERT =
      Pattern.compile("^\\[ALERT\\]\\s+\\(\\d+\\)\\s*:\\s*(?:config\\s*:\\s*)?(.*)$");

  /**
   * Asks HAProxy about a configuration, on a copy in the sandbox.
   *
   * @throws SandboxException if it could not be asked
   */
  public static NativeReport check(Original original, Sandbox sandbox) throws SandboxException {
    return check(original, sandbox, RehearseSettings.standard());
  }

  /** The same, with a clock. */
  public static NativeReport check(Original original, Sandbox sandbox, RehearseSettings settings)
      throws SandboxException {
    SandboxCopy copy =
        SandboxCopy.make(
            sandbox, original, Neutralise.Purpose.CHECK, List.of(), settings.clock().instant());
    try {
      Verdict verdict = check(sandbox, copy.folder(), copy.arguments(), copy.environment(), TIME);
      String text = Redaction.of(copy.original(verdict.text()));
      if (verdict.timedOut()) {
        throw new SandboxException(
            SandboxException.Kind.QUESTION_FAILED,
            "HAProxy did not finish its check within " + TIME.toSeconds() + " s");
      }
      List<Finding> findings =
          verdict.accepted() ? List.of() : refusals(original, verdict.exit(), text);
      return new NativeReport(verdict.accepted(), findings, text, copy.left());
    } finally {
      sandbox.discard(copy.root());
    }
  }

  private static List<Finding> refusals(Original original, int exit, String text) {
    Map<String, SourceFile> files = new HashMap<>();
    original.read().tree().files().forEach(file -> files.put(file.source().path(), file.source()));
    String first =
        original.read().tree().files().isEmpty()
            ? "configuration"
            : original.read().tree().files().getFirst().source().path();
    Map<Span, String> said = new LinkedHashMap<>();
    List<String> elsewhere = new ArrayList<>();
    for (String line : text.lines().toList()) {
      Matcher alert = ALERT.matcher(line);
      if (!alert.matches() || isSummary(alert.group(1))) {
        continue;
      }
      Matcher place = PLACE.matcher(alert.group(1));
      SourceFile file = place.find() ? files.get(place.group(1)) : null;
      int number = file == null ? 0 : Integer.parseInt(place.group(2));
      if (file != null && number >= 1 && number <= file.lineCount()) {
        Span span = new Span(file.path(), number, 1, file.line(number).length());
        String message =
            alert.group(1).replaceFirst("^parsing\\s+", "").replace(place.group(), "").strip();
        said.merge(span, clean(message), (a, b) -> a + "; " + b);
      } else {
        elsewhere.add(clean(alert.group(1)));
      }
    }
    List<Finding> findings = new ArrayList<>();
    said.forEach((span, message) -> findings.add(refusal(span, message)));
    if (findings.isEmpty() || !elsewhere.isEmpty()) {
      String message =
          elsewhere.isEmpty()
              ? text.isBlank() ? "it ended with status " + exit : text.strip()
              : String.join("; ", elsewhere);
      findings.add(refusal(Span.startOf(first), message));
    }
    return findings;
  }

  private static boolean isSummary(String message) {
    return message.startsWith("Error(s) found in configuration file")
        || message.startsWith("Fatal errors found in configuration")
        || message.startsWith("haproxy version is");
  }

  private static String clean(String message) {
    return message.replaceFirst("^[:\\s]+", "").strip();
  }

  private static Finding refusal(Span span, String message) {
    return Finding.of(
        RuleId.READ_REFUSED_BY_HAPROXY,
        Stage.NATIVE,
        "haproxy -c",
        span,
        "HAProxy refuses this configuration: " + message);
  }

  /**
   * Checks files of a folder of the sandbox. Lua would be loaded and run by HAProxy even for a
   * check: the caller has taken such lines out of the copy.
   *
   * @param folder made by {@link Sandbox#newFolder()}; HAProxy's working directory
   * @param files as they are given to {@code -f}, in order, relative to the folder
   * @param environment all that HAProxy sees
   * @param time after which it is ended
   */
  public static Verdict check(
      Sandbox sandbox,
      Path folder,
      List<String> files,
      Map<String, String> environment,
      Duration time)
      throws SandboxException {
    List<String> arguments = new ArrayList<>(List.of("-W", "-c", "-dr"));
    for (String file : files) {
      arguments.add("-f");
      arguments.add(file);
    }
    return sandbox.run(folder, arguments, environment, time);
  }
}
