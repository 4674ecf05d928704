package dev.checkrail.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.logs.KeptRecords;
import dev.checkrail.logs.LineReader;
import dev.checkrail.logs.LogRecord;
import dev.checkrail.logs.Read;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordFilesTest {
  private static final Instant TEN = Instant.parse("2026-11-22T10:00:00Z");

  @TempDir private Path folder;

  private static LogRecord record(String line) {
    return ((Read.Parsed)
            new LineReader(ZoneOffset.UTC).read(line.getBytes(StandardCharsets.ISO_8859_1)))
        .record();
  }

  private static final LogRecord HTTP =
      record(
          "10.0.1.2:1 [22/Nov/2026:10:00:00.123] fe~ be/s1 1/2/3/4/+5 200 17 - - sH-- 1/2/3/4/+5"
              + " 6/7 {a.example.com|x\u00e4\"y} {json} \"POST /v1/pay?key=abcdef0123 HTTP/1.1\"");

  private static final LogRecord TCP =
      record("10.0.1.2:1 [22/Nov/2026:10:00:00.000] fe be/<NOSRV> -1/-1/12 0 SC 1/1/0/0/0 0/0");

  private static KeptRecords.Slot slot(Instant begin, long seen, LogRecord... records) {
    return new KeptRecords.Slot(begin, seen, List.of(records));
  }

  private List<String> files() throws Exception {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  @Test
  void whatWasWrittenComesBackWholeAndOnlyItsUserCanReadIt() throws Exception {
    List<KeptRecords.Slot> slots =
        List.of(slot(TEN, 12_345, HTTP, TCP), slot(TEN.plusSeconds(3600), 1, TCP));
    new RecordFiles(folder).write(slots);

    assertThat(new RecordFiles(folder).read()).isEqualTo(slots);
    for (String name : files()) {
      Path file = folder.resolve(name);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      assertThat(Files.readString(file)).doesNotContain("abcdef0123");
    }
  }

  @Test
  void onlyWhatChangedIsWrittenAndWhatIsForgottenIsDeleted() throws Exception {
    RecordFiles files = new RecordFiles(folder);
    files.write(List.of(slot(TEN, 1, TCP), slot(TEN.plusSeconds(3600), 1, TCP)));
    Files.writeString(folder.resolve(files().getFirst()), "not ours to write again");
    files.write(List.of(slot(TEN, 1, TCP), slot(TEN.plusSeconds(3600), 2, TCP, HTTP)));
    assertThat(Files.readString(folder.resolve(files().getFirst())))
        .isEqualTo("not ours to write again");
    assertThat(Files.readString(folder.resolve(files().getLast()))).contains("/v1/pay");

    RecordFiles next = new RecordFiles(folder);
    assertThat(next.read()).as("what is not understood is left out").hasSize(1);
    next.write(List.of());
    assertThat(files()).hasSize(1);
  }

  @Test
  void withoutRecordsThereIsNoFolder() throws Exception {
    RecordFiles files = new RecordFiles(folder.resolve("none"));
    assertThat(files.read()).isEmpty();
    files.write(List.of());
    assertThat(folder.resolve("none")).doesNotExist();
  }
}
