package dev.checkrail.read.haproxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryTest {
  private static final Registry REGISTRY = Registry.haproxy26();
  private static final Path COPY =
      Path.of("../../shared/corpus/haproxy/reference/haproxy-2.6.12-registry.txt");

  @TempDir Path folder;

  @Test
  void theTableHoldsWhatTheReferenceListingHolds() throws IOException {
    assumeTrue(Files.exists(COPY), "../shared/corpus is missing");
    compare(Files.readString(COPY));
  }

  @Test
  void theTableHoldsWhatTheInstalledBinaryLists() throws IOException {
    RealHaproxy.assumeInstalled();
    Path empty = folder.resolve("empty.cfg");
    Files.writeString(empty, "global\n", StandardCharsets.ISO_8859_1);
    compare(RealHaproxy.run(Map.of(), "-dKall", "-q", "-c", "-f", empty.toString()).text());
  }

  private static void compare(String listing) {
    Pattern fetch = Pattern.compile("\\[ [Y. ]+\\] ([^:(\\s]+).*: \\w+\\s*");
    Pattern converter = Pattern.compile("([^(:\\s]+).*: (\\w+) => (\\w+)\\s*");
    Pattern acl = Pattern.compile("(\\S+) = (\\S+) -m (\\w+)\\s*");
    TreeSet<String> fetches = new TreeSet<>();
    TreeSet<String> converters = new TreeSet<>();
    TreeSet<String> acls = new TreeSet<>();
    for (String line : listing.split("\n")) {
      Matcher m = fetch.matcher(line);
      if (m.matches()) {
        fetches.add(m.group(1));
      }
      m = converter.matcher(line);
      if (m.matches()) {
        converters.add(m.group(1));
        Registry.Converter known = REGISTRY.converter(m.group(1)).orElseThrow();
        assertThat(known.output()).as(line).isEqualTo(Registry.Type.of(m.group(2)));
        assertThat(known.input()).as(line).isEqualTo(Registry.Type.of(m.group(3)));
      }
      m = acl.matcher(line);
      if (m.matches()) {
        acls.add(m.group(1));
        assertThat(REGISTRY.aclKeyword(m.group(1)).orElseThrow().fetch()).isEqualTo(m.group(2));
      }
      if (line.startsWith("\tserver <name> <addr> ")) {
        assertThat(REGISTRY.serverParameter(line.strip().split(" ")[3])).as(line).isPresent();
      }
      if (line.startsWith("\toption ")) {
        assertThat(REGISTRY.option(SectionKind.LISTEN, true, line.strip().split(" ")[1]))
            .as(line)
            .isEqualTo(Registry.Acceptance.TAKEN);
      }
      if (line.startsWith("\thttp-request ") || line.startsWith("\thttp-response ")) {
        String[] words = line.strip().split(" ");
        assertThat(REGISTRY.action(words[0], words[1].replace("*", ""))).as(line).isPresent();
      }
    }
    assertThat(fetches).hasSizeGreaterThan(400);
    assertThat(REGISTRY.words(Registry.Group.FETCH)).containsExactlyElementsOf(fetches);
    assertThat(REGISTRY.words(Registry.Group.CONVERTER)).containsExactlyElementsOf(converters);
    assertThat(REGISTRY.words(Registry.Group.ACL)).containsExactlyElementsOf(acls);
  }

  @Test
  void aSwapOfLettersIsOneMistake() {
    assertThat(REGISTRY.nearest("sever", Registry.Group.KEYWORD)).hasValue("server");
    assertThat(REGISTRY.nearest("blaance", Registry.Group.KEYWORD)).hasValue("balance");
    assertThat(REGISTRY.nearest("hdr_bge", Registry.Group.ACL)).hasValue("hdr_beg");
    assertThat(REGISTRY.nearest("zzzzzzzz", Registry.Group.KEYWORD)).isEmpty();
  }

  @Test
  void argumentsHaveTypes() {
    Registry.Fetch fetch = REGISTRY.fetch("url_param").orElseThrow();
    assertThat(fetch.signature())
        .isEqualTo(
            new Signature(java.util.List.of(Signature.Type.STRING, Signature.Type.STRING), 0));
    assertThat(fetch.phases()).contains(Registry.Phase.FRONTEND_USE_BACKEND);
    assertThat(REGISTRY.converter("map").orElseThrow().signature().required()).isEqualTo(1);
    assertThat(REGISTRY.action("http-request", "track-sc1")).hasValue("track-sc");
    assertThat(REGISTRY.action("http-request", "set-var(txn.x,ifset)")).hasValue("set-var");
  }
}
