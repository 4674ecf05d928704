package dev.checkrail.scenarios.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;

/** Rows in a file, one line of JSON each, in the order in which the runs ended. */
final class Rows {
  private final Path file;
  private final List<Row> rows = new ArrayList<>();

  /** Of a folder; made if missing. What is in it already is read. */
  Rows(Path folder) throws IOException {
    Files.createDirectories(folder);
    file = folder.resolve("runs.jsonl");
    if (!Files.exists(file)) {
      return;
    }
    List<String> lines = Files.readAllLines(file);
    for (int i = 0; i < lines.size(); i++) {
      try {
        rows.add(Row.read(lines.get(i)));
      } catch (JacksonException e) {
        // Somebody pulled the plug while the last line was written; that run is done again.
        if (i < lines.size() - 1) {
          throw new IOException(file + ":" + (i + 1) + ": not a run: " + e.getOriginalMessage(), e);
        }
        Files.write(file, lines.subList(0, i));
      }
    }
  }

  List<Row> all() {
    return List.copyOf(rows);
  }

  Path file() {
    return file;
  }

  /** Whether this run is there already, for this commit. */
  boolean has(String commit, int scenario, long seed, double load) {
    return rows.stream()
        .anyMatch(it ->
            it.valid()
                && it.commit().equals(commit)
                && it.scenario() == scenario
                && it.seed() == seed
                && it.load() == load);
  }

  void add(Row row) throws IOException {
    Files.writeString(
        file, row.json() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    rows.add(row);
  }
}
