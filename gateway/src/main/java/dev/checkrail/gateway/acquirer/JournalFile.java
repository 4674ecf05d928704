package dev.checkrail.gateway.acquirer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** An acquirer's books as they lie on the disk, for those who compare. */
public final class JournalFile {
  private JournalFile() {}

  /**
   * All entries, also while the acquirer runs or after it was killed: a torn last line is left out,
   * nobody was told of it.
   *
   * @throws IOException if it can't be read or is damaged
   */
  public static List<Operation> read(Path journal) throws IOException {
    return Journal.read(journal).stream().map(OperationJson::read).toList();
  }
}
