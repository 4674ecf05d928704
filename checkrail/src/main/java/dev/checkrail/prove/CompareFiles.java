package dev.checkrail.prove;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.ReferencedFile;
import dev.checkrail.report.RuleId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Files by path, else by place of use: other bytes. */
final class CompareFiles {
  private CompareFiles() {}

  static void compare(Configuration old, Configuration candidate, SettingChanges changes) {
    Map<String, ReferencedFile> byPath = new HashMap<>();
    Map<String, ReferencedFile> byUse = new HashMap<>();
    for (ReferencedFile file : old.files()) {
      byPath.putIfAbsent(file.kind() + " " + file.path(), file);
      byUse.putIfAbsent(file.use(), file);
    }
    for (ReferencedFile file : candidate.files()) {
      ReferencedFile was =
          byPath.getOrDefault(file.kind() + " " + file.path(), byUse.get(file.use()));
      // One that is missing on either side has no content to compare; that it is missing is said
      // elsewhere.
      if (was != null
          && was.digest().isPresent()
          && file.digest().isPresent()
          && !was.digest().equals(file.digest())) {
        changes.add(
            RuleId.DIFF_FILE_CHANGED,
            file.use(),
            "content of " + file.path(),
            content(was),
            content(file),
            Optional.of(file.span()));
      }
    }
  }

  private static String content(ReferencedFile file) {
    String digest =
        file.digest().map(hex -> hex.substring(0, Math.min(12, hex.length()))).orElse("");
    return file.entries().isPresent()
        ? file.entries().getAsInt() + " entries, sha256 " + digest
        : "sha256 " + digest;
  }
}
