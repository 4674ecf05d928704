package dev.checkrail.read.haproxy;

import static dev.checkrail.read.haproxy.Text.read;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EditsTest {
  @Test
  void editsTouchOnlyWhatTheyName() {
    Reading reading =
        read(
            """
            backend b
            \tserver  s1   10.0.0.1:80  check inter 2s # old
              server s2 10.0.0.2:80
              balance roundrobin
            """);
    Section backend = reading.tree().sections().findFirst().orElseThrow();
    Directive first = backend.directives().getFirst();
    Edits edits =
        new Edits(reading.tree())
            .replace(first.args().get(1), "127.0.0.1:8080")
            .delete(first.args().get(3), first.args().get(4))
            .comment(backend.directives().get(1).line())
            .delete(backend.directives().get(2).line())
            .insertAfter(backend.header(), "  mode http");
    assertThat(edits.print().get("t.cfg"))
        .isEqualTo(
            """
            backend b
              mode http
            \tserver  s1   127.0.0.1:8080  check # old
            #  server s2 10.0.0.2:80
            """);
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "a b", "", "it's", "\"q\"", "$HOME", "a\\b", "#x", "\t", "é\n"})
  void quotedValuesReadBack(String value) {
    List<Word> args = Text.directive("  acl " + Edits.quote(value) + " x").args();
    assertThat(args.getFirst().value())
        .isEqualTo(
            new String(
                value.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                java.nio.charset.StandardCharsets.ISO_8859_1));
  }
}
