package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.ReferencedFile;
import dev.checkrail.source.Files;
import dev.checkrail.source.Span;
import java.util.Optional;
import java.util.OptionalInt;

/** Notes the files that a configuration refers to. */
final class References {
  private References() {}

  static void note(
      Setup setup,
      ReferencedFile.Kind kind,
      String path,
      FileLookup.Located located,
      Optional<Integer> entries,
      Span span) {
    String word =
        switch (kind) {
          case MAP -> "map";
          case LIST -> "list";
          case ERROR_FILE -> "file";
          case CERTIFICATE -> "crt";
          case CERTIFICATE_LIST -> "crt-list";
          case OTHER -> "file";
        };
    setup
        .notes()
        .file(
            setup.use() + " / " + word,
            new ReferencedFile(
                kind,
                path,
                setup.use() + " / " + word,
                setup.files().digest(located),
                entries.map(OptionalInt::of).orElse(OptionalInt.empty()),
                span));
  }

  static String whatIsWrong(FileLookup.Located located) {
    return switch (located.lookup()) {
      case Files.Lookup.Found found -> "is there";
      case Files.Lookup.Absent absent -> "is missing";
      case Files.Lookup.Unreadable unreadable -> "can't be read: " + unreadable.why();
    };
  }
}
