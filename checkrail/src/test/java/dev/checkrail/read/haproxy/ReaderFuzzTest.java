package dev.checkrail.read.haproxy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.checkrail.source.SourceFile;
import java.util.List;
import java.util.Map;

/**
 * Whatever the bytes: no exception, and they print back (the reader checks that itself). Begins
 * with what is in the folder of resources of the same name; {@code JAZZER_FUZZ=1} goes on from
 * there.
 */
class ReaderFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void anyBytesAreRead(byte[] bytes) {
    Reading reading =
        ParseHaproxy.parse(
            List.of(SourceFile.of("fuzz.cfg", bytes)),
            Target.debian12(Map.of("A", "one", "L", "two words")));
    reading
        .tree()
        .sections()
        .flatMap(Section::activeDirectives)
        .forEach(d -> {
          Classification.of(SectionKind.FRONTEND, d);
          ParseAcl.acl(d);
          int guard = ParseAcl.guardIndex(d.args());
          if (guard < d.args().size()) {
            ParseAcl.guard(d.from(guard));
          }
          d.args().forEach(ParseFormat::parse);
        });
  }
}
