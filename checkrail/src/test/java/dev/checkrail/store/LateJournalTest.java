package dev.checkrail.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.checkrail.balancer.KeptJournal;
import dev.checkrail.balancer.SmallDisk;
import dev.checkrail.change.Journal.JournalUnavailable;
import dev.checkrail.change.JournalEntry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was done although the journal could not be written. */
class LateJournalTest {
  @TempDir private Path folder;
  private final KeptJournal journal = new KeptJournal();
  private Path file;
  private LateJournal late;

  @BeforeEach
  void open() {
    file = folder.resolve("late.jsonl");
    late = new LateJournal(journal, file);
  }

  @Test
  void whatBringsBackAndWhatBecameOfAnActIsWrittenLateInOrderAndBeforeWhatFollows() {
    late.append(entry("apply.began"));
    journal.down = true;
    for (String kind : List.of("apply.serves", "rollback.ordered", "rollback.serves", "event")) {
      assertThatThrownBy(() -> late.append(entry(kind))).isInstanceOf(JournalUnavailable.class);
    }
    journal.down = false;
    late.append(entry("event"));
    assertThat(journal.kinds())
        .containsExactly(
            "apply.began", "apply.serves", "rollback.ordered", "rollback.serves", "event");
    assertThat(journal.after(1, 1).getFirst().entry().details()).containsKey("written_late");
    assertThat(file).doesNotExist();
  }

  @Test
  void aCrashBetweenWritingAndForgettingWritesNothingTwice() throws Exception {
    lose("rollback.ordered");
    lose("rollback.serves");
    byte[] before = Files.readAllBytes(file);
    late.writeLate();
    Files.write(file, before); // the crash came before the file was gone
    new LateJournal(journal, file).writeLate();
    assertThat(journal.kinds()).containsExactly("rollback.ordered", "rollback.serves");
  }

  @Test
  void aLineThatWasCutOffByACrashCostsNoOtherLineAndBlocksNobody() throws Exception {
    lose("rollback.ordered");
    String line = Files.readString(file).strip();
    Files.writeString(file, "\n" + line.substring(0, 30), StandardOpenOption.APPEND);
    Files.write(file, new byte[] {(byte) 0xC3}, StandardOpenOption.APPEND);
    lose("rollback.serves");
    Files.writeString(
        file,
        "{\"at\":\"no time\",\"actor\":\"a\",\"kind\":\"k\",\"subject\":\"s\"}\n",
        StandardCharsets.UTF_8,
        StandardOpenOption.APPEND);
    late.append(entry("event"));
    assertThat(journal.kinds()).containsExactly("rollback.ordered", "rollback.serves", "event");
    assertThat(file).doesNotExist();
  }

  @Test
  void ifTheDiskIsFullTooItWaitsInMemory() throws Exception {
    try (SmallDisk disk = new SmallDisk(folder.resolve("disk"), 1)) {
      file = disk.folder.resolve("late.jsonl");
      late = new LateJournal(journal, file);
      lose("rollback.ordered");
      disk.fillUpTo(0);
      for (int i = 0; i < 60; i++) { // more than the rest of the file's last page
        lose("rollback.tourniquet");
      }
      lose("rollback.serves");
      assertThat(Files.readString(file)).endsWith("\n").doesNotContain("rollback.serves");
      journal.down = false;
      late.writeLate();
      assertThat(journal.kinds())
          .hasSize(62)
          .startsWith("rollback.ordered", "rollback.tourniquet")
          .endsWith("rollback.serves");
      assertThat(file).doesNotExist();
    }
  }

  private void lose(String kind) {
    journal.down = true;
    assertThatThrownBy(() -> late.append(entry(kind))).isInstanceOf(JournalUnavailable.class);
    journal.down = false;
  }

  private static JournalEntry entry(String kind) {
    return EmbeddedPostgresTest.entry(kind, "x".repeat(100));
  }
}
