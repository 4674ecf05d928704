package dev.checkrail.logs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.checkrail.logs.Read.Parsed;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/** Whatever the bytes: no exception, and nothing in a record that has to be hidden or escaped. */
class LineReaderFuzzTest {
  private static final String[] FRAMES = {
    "@",
    "10.0.1.2:1 [06/Feb/2009:12:14:14.655] fe be/s1 1/2/3/4/5 200 1 - - ---- 1/1/1/1/0 0/0 \"GET @"
        + " HTTP/1.1\"",
    "10.0.1.2:1 [06/Feb/2009:12:14:14.655] fe be/s1 1/2/3/4/5 200 1 a=@ - ---- 1/1/1/1/0 0/0 {@}"
        + " \"GET / HTTP/1.1\"",
    "<134>Nov 22 17:36:03 haproxy[1]: checkrail/1 1795368963122 10.0.1.2:1 10.0.0.1:2 fe be/s1"
        + " 1/2/3/4/5 200 1 ---- 1/1/1/1/0 0/0 \"@\" @ @ >{@} <{@} \"GET @ HTTP/1.1\""
  };

  @FuzzTest(maxDuration = "20s")
  void anyBytesAreRead(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    String sent = new String(bytes, 1, bytes.length - 1, ISO_8859_1);
    byte[] line = FRAMES[(bytes[0] & 0xff) % FRAMES.length].replace("@", sent).getBytes(ISO_8859_1);
    byte[] before = line.clone();
    Read read = new LineReader(ZoneOffset.UTC).read(line);
    if (!Arrays.equals(line, before)) {
      throw new AssertionError("the line was changed");
    }
    if (!read.equals(new LineReader(ZoneOffset.UTC).read(line))) {
      throw new AssertionError("read twice, it is something else");
    }
    if (read instanceof Parsed(LogRecord record, boolean cut)) {
      Stream.of(
              record.requestHeaders().stream(),
              record.responseHeaders().stream(),
              Stream.of(record.method(), record.target(), record.host(), record.requestId())
                  .flatMap(Optional::stream))
          .flatMap(part -> part)
          .forEach(LineReaderFuzzTest::isClean);
      isPrintable(record.toString());
    }
  }

  private static void isPrintable(String text) {
    if (text.chars().anyMatch(c -> c < ' ' || c >= 0x7f)) {
      throw new AssertionError("something that can't be printed");
    }
  }

  private static void isClean(String text) {
    // Zeros in the place of a card number may by chance make up another with what stands before.
    if (!text.contains("0000") && !Redactor.cards(text, false).equals(text)) {
      throw new AssertionError("a card number in " + text);
    }
  }
}
